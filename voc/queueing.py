"""Who takes which waiting case: by urgency, value and waiting time, and by who knows the matter and has room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voc.priority import TYPE_NAMES

VIP = "vip"
RANKS = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
# Nobody waits for ever behind more urgent matters: with each such stretch a case moves up one rank.
AGEING = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """A case nobody has in hand."""

    case: int
    department: str
    type: str
    issue: str
    priority: str
    valued: bool
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Handler:
    """Somebody who takes cases: for which departments, with which skills, how many at a time."""

    id: int
    departments: frozenset[str]
    skills: frozenset[str]
    load: int
    capacity: int


def skills_of(areas: Mapping[str, str], issues: Mapping[str, str]) -> dict[str, str]:
    """Return what somebody can know, by code, with its name: value, types of feedback, areas, issues."""
    return {VIP: "重要客户", **TYPE_NAMES, **areas, **issues}


def order(waiting: Sequence[Waiting], now: datetime) -> list[Waiting]:
    """Sort cases by rank (aged by waiting), then value, then what falls due first, then the longest waiting."""

    def place(one: Waiting) -> tuple[int, bool, datetime, datetime, int]:
        aged = RANKS.get(one.priority, len(RANKS)) - int((now - one.opened_at) / AGEING)
        return max(aged, 0), not one.valued, one.due_at or one.opened_at, one.opened_at, one.case

    return sorted(waiting, key=place)


def assign(waiting: Sequence[Waiting], handlers: Sequence[Handler], now: datetime) -> dict[int, int]:
    """Give each case, in order, to the best suited handler with room; what nobody can take stays in the queue."""
    staff = {handler.id: handler for handler in handlers}
    given: dict[int, int] = {}
    for one in order(waiting, now):
        able = [h for h in staff.values() if one.department in h.departments and h.load < h.capacity]
        if able:
            chosen = min(able, key=lambda h: (-_fit(one, h), h.load / h.capacity, h.id))
            given[one.case] = chosen.id
            staff[chosen.id] = replace(chosen, load=chosen.load + 1)
    return given


def _fit(one: Waiting, handler: Handler) -> int:
    """Count how well the skills match: the issue says more than its area, the area more than the type."""
    area = one.issue.partition(".")[0]
    points = {one.issue: 4, area: 2, one.type: 1}
    if one.valued:
        points[VIP] = 8
    return sum(worth for skill, worth in points.items() if skill and skill in handler.skills)
