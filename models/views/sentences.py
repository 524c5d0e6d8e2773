"""The sentences behind a problem or an alarm, masked, as the portal shows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.cases.desk import PAGE
from models.planned import planned


def of_problem(session: Session, problem_id: int, offset: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
    """List the masked words behind a problem, newest first, with the place that shows it."""
    return planned(
        session,
        """
        SELECT f.id, f.occurred_at, f.channel, f.text, n.span_start, n.span_end, k.id AS case_id, m.method
        FROM problem_member m JOIN feedback f ON f.id = m.feedback_id LEFT JOIN mention n ON n.id = m.mention_id
        LEFT JOIN "case" k ON k.feedback_id = f.id
        WHERE m.problem_id = :problem AND f.suspect IS NULL AND f.superseded_by IS NULL
        ORDER BY f.occurred_at DESC, f.id DESC OFFSET :offset LIMIT :limit
        """,
        {"problem": problem_id, "offset": offset, "limit": limit},
    )


def of_alarm(session: Session, review_id: int, offset: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
    """List the masked words an alarm was raised for, newest first, with the place that shows its issue."""
    return planned(
        session,
        """
        SELECT f.id, f.occurred_at, f.channel, f.text, n.span_start, n.span_end, k.id AS case_id
        FROM review r JOIN alarm m ON m.id = r.alarm_id
        CROSS JOIN LATERAL jsonb_array_elements_text(m.evidence -> 'feedback') AS e (id)
        JOIN feedback f ON f.id = e.id::bigint
        LEFT JOIN LATERAL (SELECT span_start, span_end FROM mention WHERE feedback_id = f.id AND current
                           AND issue = m.issue AND polarity = -1 ORDER BY id LIMIT 1) n ON true
        LEFT JOIN "case" k ON k.feedback_id = f.id
        WHERE r.id = :review AND f.superseded_by IS NULL
        ORDER BY f.occurred_at DESC, f.id DESC OFFSET :offset LIMIT :limit
        """,
        {"review": review_id, "offset": offset, "limit": limit},
    )
