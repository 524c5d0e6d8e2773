"""Clocks of promised times: a fold over a log of steps; nothing about a clock is stored but the log.

A promise starts a new lap with each step that starts it. Within a lap time only ever adds up: a pause stops
it, a change of what is granted keeps it, and a lap that ran over stays missed whatever is granted later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from voc.sla.calendar import OFFICE, Calendar, after, provisional, worked

STATES: Mapping[str, str] = {
    "running": "计时中",
    "paused": "已暂停",
    "overdue": "已超时",
    "met": "按时",
    "missed": "超时",
    "dropped": "不再计时",
}
OPEN = frozenset({"running", "paused", "overdue"})
LATE = frozenset({"overdue", "missed"})
# Steps that say something and move nothing: the last other step tells where a life stands.
ASIDE = frozenset({"note", "amend", "pause", "resume", "retime", "reschedule", "escalate", "join"})
# A customer who speaks ends the waiting for the customer; so does a case that is opened again.
RESUMES = frozenset({"resume", "note", "amend", "reopen"})


@dataclass(frozen=True)
class Entry:
    """One entry of a log."""

    step: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """Which steps start, stop and drop the clock of a promise."""

    promise: str
    starts: frozenset[str]
    stops: frozenset[str]
    drops: frozenset[str] = frozenset()
    standing: frozenset[str] = (
        frozenset()
    )  # starts only when the last step that moved anything was one of these
    pausable: bool = True
    renews: bool = True  # a later lap gets its full time; otherwise what was left of the earlier one


@dataclass(frozen=True)
class Level:
    """A rung of the ladder: its name, and at which share of the granted time it is reached."""

    name: str
    share: float


@dataclass(frozen=True)
class Grant:
    """What is promised: hours on a calendar; of several grants the one that falls due first holds."""

    hours: float
    calendar: Calendar = OFFICE


@dataclass(frozen=True)
class Term:
    """All that is promised for one course: its grants and its ladder; `least` hours for a lap that goes on."""

    grants: tuple[Grant, ...]
    ladder: tuple[Level, ...] = (Level("due_soon", 0.8), Level("overdue", 1.0))
    least: float = 0.0
    calendars: Mapping[str, Calendar] = field(default_factory=dict)  # by name, for a change that names one


@dataclass(frozen=True)
class Clock:
    """One lap of a promise, as it stands at an instant."""

    promise: str
    lap: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    worked: timedelta
    granted: timedelta
    due_at: datetime | None  # None while it is paused in time: nobody can know
    marks: tuple[tuple[str, datetime], ...]  # rungs in order of time, as far as they are known
    provisional: bool
    day: timedelta = timedelta(hours=OFFICE.day_hours)  # working time of one day where it is counted

    @property
    def left(self) -> timedelta:
        """Return the working time left, negative when it ran over."""
        return self.granted - self.worked

    def passed(self, now: datetime) -> tuple[str, ...]:
        """List the rungs that were passed by an open clock; a lap that ended is not chased."""
        return tuple(name for name, at in self.marks if at < now) if self.state in OPEN else ()

    def next_at(self, now: datetime) -> datetime | None:
        """Return when the next rung is reached, if the clock goes on by itself."""
        return min((at for _, at in self.marks if at >= now), default=None) if self.state in OPEN else None


@dataclass(frozen=True)
class _Lap:
    number: int
    started_at: datetime
    calendar: Calendar
    granted: timedelta
    done: timedelta = timedelta()
    since: datetime | None = None  # None: paused or ended
    ended_at: datetime | None = None
    dropped: bool = False
    fell_due: datetime | None = None  # when it would have fallen due, kept for a lap that ended in time
    breached_at: datetime | None = None
    passed: tuple[tuple[str, datetime], ...] = ()


def clocks(
    courses: Iterable[Course],
    terms: Mapping[str, Term],
    log: Sequence[Entry],
    now: datetime,
) -> list[Clock]:
    """Read all laps of all promises from a log at `now`; entries of the future are not known yet."""
    known = sorted((entry for entry in log if entry.at <= now), key=lambda entry: entry.at)
    return [
        clock
        for course in courses
        if course.promise in terms
        for clock in _read(course, terms[course.promise], known, now)
    ]


def _read(course: Course, term: Term, log: Sequence[Entry], now: datetime) -> list[Clock]:
    laps: list[_Lap] = []
    standing = ""
    for entry in log:
        if laps and laps[-1].ended_at is None:
            laps[-1] = _take(_run(laps[-1], term, entry.at), course, term, entry)
        elif entry.step in course.starts and (not course.standing or standing in course.standing):
            laps.append(_begin(laps, course, term, log, entry))
        standing = standing if entry.step in ASIDE else entry.step
    return [_shown(course, term, _run(lap, term, now), now) for lap in laps]


def _begin(laps: Sequence[_Lap], course: Course, term: Term, log: Sequence[Entry], entry: Entry) -> _Lap:
    grants = _granted_at(course, term, log, entry.at)
    ends = [after(entry.at, timedelta(hours=grant.hours), grant.calendar) for grant in grants]
    best = grants[ends.index(min(ends))]
    granted = timedelta(hours=best.hours)
    if laps and not course.renews:
        left = laps[-1].granted - laps[-1].done
        granted = max(left, timedelta(hours=term.least))
    return _Lap(len(laps) + 1, entry.at, best.calendar, granted, since=entry.at)


def _granted_at(course: Course, term: Term, log: Sequence[Entry], at: datetime) -> tuple[Grant, ...]:
    """Return what holds for a lap that starts now: a change made in an earlier lap holds on."""
    grants = term.grants
    for entry in log:
        if entry.step == "retime" and entry.at <= at and course.promise in entry.facts.get("hours", {}):
            hours = float(entry.facts["hours"][course.promise])
            grants = (Grant(hours, _calendar(course, term, entry, grants[0].calendar)),)
    return grants


def _calendar(course: Course, term: Term, entry: Entry, otherwise: Calendar) -> Calendar:
    """Return the calendar a change names; without one, or when it is gone, the one before goes on."""
    return term.calendars.get(entry.facts.get("calendars", {}).get(course.promise, ""), otherwise)


def _run(lap: _Lap, term: Term, now: datetime) -> _Lap:
    """Let a lap run until `now`, noting what it passes on the way."""
    if lap.since is None:
        return lap
    total = lap.done + worked(lap.since, now, lap.calendar)
    # Where a lap would end is worked out only once so much was worked; before, it lies ahead.
    due_at = _reached(lap, 1.0) if total >= lap.granted else None
    breached = due_at if lap.breached_at is None and due_at is not None and due_at < now else lap.breached_at
    return replace(lap, done=total, since=now, breached_at=breached, passed=_passed(lap, term, now, total))


def _passed(lap: _Lap, term: Term, now: datetime, total: timedelta) -> tuple[tuple[str, datetime], ...]:
    known = {name for name, _ in lap.passed}
    due = [one for one in term.ladder if one.name not in known and total >= lap.granted * one.share]
    news = [(level.name, _reached(lap, level.share)) for level in due]
    return lap.passed + tuple((name, at) for name, at in news if at is not None and at < now)


def _reached(lap: _Lap, share: float) -> datetime | None:
    """Return when a running lap reaches a share of its grant; one already passed is reached as it starts to run."""
    if lap.since is None:
        return None
    return after(lap.since, max(lap.granted * share - lap.done, timedelta()), lap.calendar)


def _take(lap: _Lap, course: Course, term: Term, entry: Entry) -> _Lap:
    if entry.step in course.stops or entry.step in course.drops:
        dropped = entry.step in course.drops
        return replace(lap, fell_due=_reached(lap, 1.0), since=None, ended_at=entry.at, dropped=dropped)
    if entry.step == "pause" and course.pausable:
        return replace(lap, since=None)
    if entry.step in RESUMES and lap.since is None:
        lap = replace(lap, since=entry.at)
    if entry.step == "retime" and course.promise in entry.facts.get("hours", {}):
        # What was worked stays as it was counted; from here on the new calendar counts.
        calendar = _calendar(course, term, entry, lap.calendar)
        return replace(
            lap, granted=timedelta(hours=float(entry.facts["hours"][course.promise])), calendar=calendar
        )
    if entry.step == "reschedule" and "due_at" in entry.facts:
        return replace(lap, granted=lap.done + worked(entry.at, _moment(entry.facts["due_at"]), lap.calendar))
    return lap


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _shown(course: Course, term: Term, lap: _Lap, now: datetime) -> Clock:
    due_at = lap.breached_at or lap.fell_due or _reached(lap, 1.0)
    known = {name for name, _ in lap.passed}
    ahead = [(level.name, _reached(lap, level.share)) for level in term.ladder if level.name not in known]
    marks = [*lap.passed, *((name, at) for name, at in ahead if at is not None)]
    return Clock(
        promise=course.promise,
        lap=lap.number,
        state=_state(lap),
        started_at=lap.started_at,
        ended_at=lap.ended_at,
        worked=lap.done,
        granted=lap.granted,
        due_at=due_at,
        marks=tuple(sorted(marks, key=lambda mark: mark[1])),
        provisional=provisional(lap.started_at, due_at or now, lap.calendar),
        day=timedelta(hours=lap.calendar.day_hours),
    )


def _state(lap: _Lap) -> str:
    if lap.ended_at is not None:
        return "missed" if lap.breached_at else "dropped" if lap.dropped else "met"
    if lap.breached_at:
        return "overdue"
    return "running" if lap.since else "paused"
