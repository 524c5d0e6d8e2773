"""What open cases would be promised today, beside what they were promised when they were opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import sla
from voc.sla import Policy, claims, terms_of
from voc.sla.calendar import due

_OPEN = text(
    """
    SELECT k.id, k.priority, COALESCE(c.value, 0) AS value, f.channel, a.type, k.terms,
           (SELECT jsonb_agg(l.facts ORDER BY l.seq) FROM case_log l
            WHERE l.subject_id = k.id AND l.step = 'retime') AS retimed
    FROM "case" k JOIN feedback f ON f.id = k.feedback_id
    LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
    LEFT JOIN customer c ON c.id = f.customer_id
    WHERE k.state IN ('received', 'acknowledged', 'assigned', 'responded') AND k.terms <> '{}'::jsonb
    """
)


def changes(session: Session, now: datetime) -> dict[int, dict[str, dict[str, Any]]]:
    """Return, for open cases whose promises would differ today, hours and calendar of each promise that differs."""
    held = sla.policy()
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for row in session.execute(_OPEN):
        claimed = claims(row.priority, row.value, row.channel, row.type or "", held)
        today, retimed = terms_of(held, list(row.terms), claimed), _retimed(row.retimed or ())
        differing = {
            name: _first_due(held, grants, now)
            for name, grants in today.items()
            if grants and (name in retimed or grants != row.terms[name])
        }
        differing = {name: grant for name, grant in differing.items() if grant != retimed.get(name)}
        if differing:
            found[row.id] = {
                "hours": {name: hours for name, (hours, _) in differing.items()},
                "calendars": {name: calendar for name, (_, calendar) in differing.items()},
            }
    return found


def _retimed(log: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, str | None]]:
    """Return what each promise was changed to last; a change names only what it changed."""
    return {
        name: (float(hours), facts.get("calendars", {}).get(name))
        for facts in log
        for name, hours in facts["hours"].items()
    }


def _first_due(held: Policy, grants: Sequence[Sequence[Any]], now: datetime) -> tuple[float, str]:
    hours, calendar = min(grants, key=lambda grant: due(now, float(grant[0]), held.calendar(grant[1])))
    return float(hours), str(calendar)
