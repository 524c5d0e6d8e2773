"""What open cases would be promised today, beside what they were promised when they were opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import sla
from voc.sla import claims, terms_of

_OPEN = text(
    """
    SELECT k.id, k.priority, COALESCE(c.value, 0) AS value, f.channel, a.type, k.terms,
           (SELECT l.facts -> 'hours' FROM case_log l
            WHERE l.subject_id = k.id AND l.step = 'retime' ORDER BY l.seq DESC LIMIT 1) AS retimed
    FROM "case" k JOIN feedback f ON f.id = k.feedback_id
    LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
    LEFT JOIN customer c ON c.id = f.customer_id
    WHERE k.state IN ('received', 'acknowledged', 'assigned', 'responded') AND k.terms <> '{}'::jsonb
    """
)


def changes(session: Session) -> dict[int, dict[str, float]]:
    """Return, for open cases whose promises would differ today, the new hours of each promise that differs."""
    held, found = sla.policy(), {}
    for row in session.execute(_OPEN):
        claimed = claims(row.priority, row.value, row.channel, row.type or "", held)
        now, retimed = terms_of(held, list(row.terms), claimed), row.retimed or {}
        differing = {
            name: _strictest(now[name]) for name in now if now[name] and now[name] != row.terms[name]
        }
        differing = {name: hours for name, hours in differing.items() if hours != retimed.get(name)}
        if differing:
            found[row.id] = differing
    return found


def _strictest(grants: list[list[Any]]) -> float:
    return min(float(grant[0]) for grant in grants)
