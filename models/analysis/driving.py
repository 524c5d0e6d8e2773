"""Queries of what satisfaction hangs on, and of what staff are complained of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from voc.agents import Served
from voc.drivers import Cell

_COUNTED = """f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
              AND f.occurred_at >= :since AND f.occurred_at < :until"""


def rated(session: Session, since: datetime, until: datetime, level: str) -> list[Cell]:
    """Count rated feedback by channel, rating and what it complains of; `level` is area or issue."""
    if level not in ("area", "issue"):
        raise ValueError(level)
    query = text(
        f"""
        WITH said AS (
            SELECT f.id, f.channel, f.rating,
                   COALESCE(array_agg(DISTINCT m.{level} ORDER BY m.{level})
                            FILTER (WHERE m.polarity = -1), '{{}}') AS against
            FROM feedback f LEFT JOIN mention m ON m.feedback_id = f.id AND m.current
            WHERE f.rating IS NOT NULL AND {_COUNTED} GROUP BY f.id
        )
        SELECT channel, against, rating, count(*) FROM said GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """  # noqa: S608
    )
    rows = session.execute(query, {"since": since, "until": until})
    return [Cell(channel, frozenset(against), float(rating), n) for channel, against, rating, n in rows]


def served(session: Session, since: datetime, until: datetime) -> list[Served]:
    """Count feedback and complaints by staff member and channel."""
    query = text(
        f"""
        SELECT f.agent, f.channel, count(*), count(*) FILTER (WHERE a.type = 'complaint')
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.agent IS NOT NULL AND {_COUNTED} GROUP BY 1, 2 ORDER BY 1, 2
        """  # noqa: S608
    )
    return [Served(*row) for row in session.execute(query, {"since": since, "until": until})]


def most_against(
    session: Session, agents: list[str], since: datetime, until: datetime
) -> dict[str, tuple[str, int]]:
    """Return for each of some staff the issue that is held against them most, and how often."""
    query = text(
        f"""
        SELECT DISTINCT ON (f.agent) f.agent, m.issue, count(*)
        FROM feedback f JOIN mention m ON m.feedback_id = f.id AND m.current AND m.polarity = -1
        WHERE f.agent = ANY(:agents) AND {_COUNTED} GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
        """  # noqa: S608
    )
    rows = session.execute(query, {"agents": agents, "since": since, "until": until})
    return {agent: (issue, n) for agent, issue, n in rows}
