"""Cases whose customer has not been asked yet whether it is really solved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


def unasked(session: Session, solved_before: datetime, solved_after: datetime, limit: int) -> list[int]:
    """List cases that are solved since a while (not since ages) and whose customer was not asked since."""
    query = text(
        """
        SELECT k.id FROM "case" k
        JOIN LATERAL (SELECT max(l.seq) FILTER (WHERE l.step = 'resolve') AS solved,
                             max(l.seq) FILTER (WHERE l.step = 'callback') AS asked,
                             max(l.at) FILTER (WHERE l.step = 'resolve') AS at
                      FROM case_log l WHERE l.subject_id = k.id) l ON true
        WHERE k.state = 'resolved' AND k.changed_at < :before AND k.changed_at >= :after
          AND l.at < :before AND (l.asked IS NULL OR l.asked < l.solved)
        ORDER BY k.id LIMIT :limit
        """
    )
    values = {"before": solved_before, "after": solved_after, "limit": limit}
    return list(session.scalars(query, values))
