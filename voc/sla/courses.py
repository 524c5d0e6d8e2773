"""Which steps of which life move which clock, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from voc.lifecycle import LIVES
from voc.sla.clock import LATE, OPEN, Clock, Course


def _course(
    promise: str,
    starts: str,
    stops: str,
    drops: str = "",
    standing: str = "",
    pausable: bool = True,
    renews: bool = True,
) -> Course:
    begin, end, drop, stand = (frozenset(names.split()) for names in (starts, stops, drops, standing))
    return Course(promise, begin, end, drop, stand, pausable, renews)


COURSES: Mapping[str, tuple[Course, ...]] = MappingProxyType(
    {
        "case": (
            # The first answer has a clock of its own: nothing that comes later can take its place.
            _course("respond", "open reopen", "respond resolve", "merge"),
            _course("reply", "note amend", "reply resolve", "reopen merge", standing="respond reply"),
            # Solved too soon and opened again, a case goes on with what was left of its time.
            _course("resolve", "open reopen", "resolve", "merge", renews=False),
            # What we owe the customer does not wait for the customer.
            _course("callback", "resolve", "confirm callback", "reopen", pausable=False),
        ),
        "action": (
            _course("accept", "approve", "accept start implement", "return cancel"),
            _course("implement", "approve", "implement", "return cancel"),
        ),
        "review": (_course("conclude", "open reconsider", "uphold refute explain"),),
        "approval": (_course("answer", "request", "approve refuse", "withdraw", pausable=False),),
        "rootcause": (
            _course("report", "begin", "accept", "drop"),
            _course("prevent", "accept", "finish", "drop"),
        ),
        # A department called in on a matter of safety does not wait for the customer either.
        "joint": (_course("assist", "join", "finish", "merge", pausable=False),),
    }
)


# What people call the things that have clocks.
TITLES: Mapping[str, str] = MappingProxyType(
    {**{name: life.title for name, life in LIVES.items()}, "joint": "联动任务"}
)


def most_urgent(clocks: Iterable[Clock]) -> Clock | None:
    """Return the open clock that falls due first; one that is paused comes last."""
    open_ = [clock for clock in clocks if clock.state in OPEN]
    return min(open_, key=lambda c: (c.due_at is None, c.due_at or c.started_at), default=None)


def kept_promises(clocks: Iterable[Clock]) -> tuple[int, int]:
    """Return how many laps were kept, and how many are judged: open ones past due are missed, others not judged yet."""
    judged = [clock.state for clock in clocks if clock.state == "met" or clock.state in LATE]
    return judged.count("met"), len(judged)
