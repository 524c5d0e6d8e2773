"""Queries of back-testing: the priority of each complaint on arrival, and what happened after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def complaints_and_after(session: Session, days: int) -> list[Mapping[str, Any]]:
    """List complaints with their priority on arrival and what followed within some days.

    problem: its issue became a problem (in event time), null where it was one already; again: the customer
    complained again, null where nobody signed; late: its case was escalated or first answered late, null
    without a case; seen: the days after it are over.
    """
    query = text(
        """
        WITH said AS (
            SELECT f.id, a.id AS annotation, f.occurred_at AS at, f.rating, f.customer_id, a.sentiment,
                   a.priority AS level, CAST(a.priority_parts ->> 'score' AS double precision) AS score,
                   lead(f.occurred_at) OVER (PARTITION BY f.customer_id ORDER BY f.occurred_at, f.id) AS next_at,
                   f.occurred_at + make_interval(days => :days) <= max(f.occurred_at) OVER () AS seen
            FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND a.type = 'complaint'
        ), became AS (
            SELECT s.id, bool_or(p.detected_at <= s.at) AS already,
                   bool_or(p.detected_at > s.at AND p.detected_at <= s.at + make_interval(days => :days)) AS later
            FROM said s JOIN mention m ON m.annotation_id = s.annotation AND m.polarity = -1
            LEFT JOIN problem p ON p.issue = m.issue GROUP BY s.id
        )
        SELECT s.at, s.rating, s.sentiment, s.level, s.score, s.seen,
               CASE WHEN COALESCE(b.already, false) THEN NULL ELSE COALESCE(b.later, false) END AS problem,
               CASE WHEN s.customer_id IS NOT NULL
                    THEN COALESCE(s.next_at <= s.at + make_interval(days => :days), false) END AS again,
               (SELECT bool_or(l.step = 'escalate') OR COALESCE(
                       min(l.at) FILTER (WHERE l.step = 'respond') > min(k.respond_by), false)
                FROM "case" k JOIN case_log l ON l.subject_id = k.id WHERE k.feedback_id = s.id) AS late
        FROM said s LEFT JOIN became b ON b.id = s.id ORDER BY s.at, s.id
        """
    )
    return [dict(row) for row in session.execute(query, {"days": days}).mappings()]
