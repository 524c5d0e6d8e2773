"""Queries of the API: what machines may read of the loop, in pages by number. Nothing customers said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.fetching import fetch

LISTS: Mapping[str, str] = MappingProxyType(
    {
        "cases": """
            SELECT k.id, f.tracking_number AS number, k.state, k.round, k.department, k.issue, k.category,
                   k.priority, k.opened_at, k.respond_by, k.resolve_by, k.changed_at
            FROM "case" k JOIN feedback f ON f.id = k.feedback_id""",
        "problems": """
            SELECT k.id, k.kind, k.issue, k.area, k.name, k.state, k.round, k.department, k.root_cause,
                   k.dimension, (SELECT count(*) FROM problem_member m WHERE m.problem_id = k.id) AS members,
                   k.detected_at, k.changed_at FROM problem k""",
        "actions": """
            SELECT k.id, k.problem_id, k."round" AS problem_round, k.measure, k.kind, k.dimension, k.state,
                   k.department, k.due_at, k.went_live, k.changed_at FROM action k""",
        "verifications": """
            SELECT k.id, k.action_id, k.attempt, k.verdict, k.sentence, k.result, k.computed_at,
                   k.computed_at AS changed_at, NULL AS state FROM verification k""",
    }
)
_CHANGED = MappingProxyType({"verifications": "k.computed_at"})


def page(
    session: Session, what: str, after: int, limit: int, since: datetime | None, state: str | None
) -> tuple[list[dict[str, Any]], int | None]:
    """List what comes after a number, and the number to go on from when there is more."""
    wanted = ["k.id > :after"]
    wanted += [f"{_CHANGED.get(what, 'k.changed_at')} >= :since"] if since else []
    wanted += ["k.state = :state"] if state else []
    query = f"{LISTS[what]} WHERE {' AND '.join(wanted)} ORDER BY k.id LIMIT :limit"
    values = {"after": after, "limit": limit + 1, "since": since, "state": state}
    rows = fetch(session, query, **values)
    more = len(rows) > limit
    return rows[:limit], rows[limit - 1]["id"] if more else None


def one(session: Session, what: str, id_: int) -> dict[str, Any] | None:
    """Return one of them by its number, if it is there to be seen."""
    row = session.execute(text(f"{LISTS[what]} WHERE k.id = :id"), {"id": id_}).mappings().first()
    return dict(row) if row else None
