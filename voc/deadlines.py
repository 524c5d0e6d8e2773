"""Deadlines on working hours and the Chinese calendar, as pure functions of instants and logs.

Instants are aware and come back in UTC; office hours and working days are those of Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from chinese_calendar import constants

from voc.zone import CHINA

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
_HOUR = 3_600_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COVERED_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)


@dataclass(frozen=True)
class Calendar:
    """When people work: office hours on working days, or around the clock."""

    opens: time = time(9)
    closes: time = time(18)
    round_the_clock: bool = False

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError("opens must come before closes")

    @property
    def day_hours(self) -> float:
        """Return the length of one working day in hours."""
        return 24.0 if self.round_the_clock else self._length / _HOUR

    @property
    def _start(self) -> int:
        return _of_day(self.opens)

    @property
    def _length(self) -> int:
        return _of_day(self.closes) - _of_day(self.opens)


OFFICE = Calendar()
AROUND_THE_CLOCK = Calendar(round_the_clock=True)


def covered(day: date) -> bool:
    """Tell whether the holidays of this year are published; otherwise Monday to Friday is assumed."""
    return day.year in _COVERED_YEARS


def is_working_day(day: date) -> bool:
    """Tell whether people work on this day, 调休 Saturdays and Sundays included."""
    if day in constants.workdays:
        return True
    return day.weekday() < 5 and day not in constants.holidays


def due(start: datetime, hours: float, calendar: Calendar = OFFICE) -> datetime:
    """Return the first instant (UTC) by which `hours` of working time have passed since `start`."""
    amount = round(hours * _HOUR)
    if amount < 0:
        raise ValueError("hours must not be negative")
    if calendar.round_the_clock:
        return start.astimezone(UTC) + amount * _MICROSECOND
    end = _instant(_position(start, calendar) + amount, calendar)
    return max(start.astimezone(UTC), end)


def worked(start: datetime, end: datetime, calendar: Calendar = OFFICE) -> timedelta:
    """Return the working time between two instants, zero when the end is not after the start."""
    if end <= start:
        return timedelta()
    if calendar.round_the_clock:
        return end - start
    return (_position(end, calendar) - _position(start, calendar)) * _MICROSECOND


def _of_day(clock_time: time) -> int:
    return (clock_time.hour * 3600 + clock_time.minute * 60 + clock_time.second) * 1_000_000


@lru_cache(maxsize=1)
def _working_days() -> tuple[list[int], list[int]]:
    """Return working days before each day since FIRST_DAY, and the index of each working day."""
    before: list[int] = []
    indices: list[int] = []
    first, last = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
    # Ordinals, because hashing 84,000 dates would take ten times as long.
    extra = {day.toordinal() for day in constants.workdays}
    free = {day.toordinal() for day in constants.holidays} - extra
    for ordinal in range(first, last + 1):
        before.append(len(indices))
        # Ordinal 1 was a Monday.
        if ordinal in extra or ((ordinal - 1) % 7 < 5 and ordinal not in free):
            indices.append(ordinal - first)
    return before, indices


def _position(instant: datetime, calendar: Calendar) -> int:
    """Return the microseconds of working time between FIRST_DAY and an instant."""
    local = instant.astimezone(CHINA)
    index = local.toordinal() - FIRST_DAY.toordinal()
    before, _ = _working_days()
    if not 0 <= index < len(before):
        raise ValueError(f"{instant:%Y-%m-%d} is outside {FIRST_DAY} to {LAST_DAY}")
    full = before[index] * calendar._length
    if not is_working_day(local.date()):
        return full
    passed = _of_day(local.time()) + local.microsecond - calendar._start
    return full + min(max(passed, 0), calendar._length)


def _instant(position: int, calendar: Calendar) -> datetime:
    """Return the first instant (UTC) at which a position of working time is reached."""
    if position <= 0:
        return _EPOCH
    full, rest = divmod(position - 1, calendar._length)
    indices = _working_days()[1]
    if full >= len(indices):
        raise ValueError(f"the deadline lies after {LAST_DAY}")
    midnight = datetime.fromordinal(FIRST_DAY.toordinal() + indices[full]).replace(tzinfo=CHINA)
    return (midnight + (calendar._start + rest + 1) * _MICROSECOND).astimezone(UTC)


# --- clocks: a fold over the log -----------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One entry of a clock's log: start, pause, resume, stop, or policy (with a new number of hours)."""

    kind: str
    at: datetime
    hours: float | None = None


@dataclass(frozen=True)
class Clock:
    """Where a clock stands at an instant; `due_at` is open while it is paused."""

    state: str
    worked: timedelta
    hours: float
    due_at: datetime | None
    warn_at: datetime | None
    breached: bool


@dataclass(frozen=True)
class _Reading:
    state: str = "idle"
    since: datetime | None = None
    worked: timedelta = field(default_factory=timedelta)
    hours: float = 0.0


_RUNS_AFTER = {"start": "running", "pause": "paused", "resume": "running", "stop": "stopped"}
_COMES_FROM = {
    "start": ("idle",),
    "pause": ("running",),
    "resume": ("paused", "stopped"),
    "stop": ("running", "paused"),
}


def clock(
    events: Iterable[Event],
    hours: float,
    now: datetime,
    calendar: Calendar = OFFICE,
    warn_share: float = 0.8,
) -> Clock:
    """Fold a log (in time order) into a clock at `now`; an event that changes nothing is passed over."""
    reading = _Reading(hours=hours)
    for event in sorted((e for e in events if e.at <= now), key=lambda e: e.at):
        reading = _advance(reading, event, calendar)
    done = reading.worked + _running(reading, now, calendar)
    return Clock(
        state=reading.state,
        worked=done,
        hours=reading.hours,
        due_at=_reached(reading, reading.hours, calendar),
        warn_at=_reached(reading, reading.hours * warn_share, calendar),
        breached=done > timedelta(hours=reading.hours),
    )


def _advance(reading: _Reading, event: Event, calendar: Calendar) -> _Reading:
    if event.kind == "policy":
        hours = reading.hours if event.hours is None else event.hours
        return _Reading(reading.state, reading.since, reading.worked, hours)
    if event.kind not in _RUNS_AFTER:
        raise ValueError(f"unknown clock event {event.kind!r}")
    if reading.state not in _COMES_FROM[event.kind]:
        return reading
    done = reading.worked + _running(reading, event.at, calendar)
    return _Reading(_RUNS_AFTER[event.kind], event.at, done, reading.hours)


def _running(reading: _Reading, now: datetime, calendar: Calendar) -> timedelta:
    if reading.state != "running" or reading.since is None:
        return timedelta()
    return worked(reading.since, now, calendar)


def _reached(reading: _Reading, hours: float, calendar: Calendar) -> datetime | None:
    if reading.state != "running" or reading.since is None:
        return None
    left = max(timedelta(hours=hours) - reading.worked, timedelta())
    return due(reading.since, left / timedelta(hours=1), calendar)


# --- the service levels we promise ----------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """A promised time: hours on the office calendar, or on the 24-hour clock."""

    hours: float
    round_the_clock: bool = False


@dataclass(frozen=True)
class Policy:
    """What is promised to whom; the strictest promise that applies wins."""

    calendar: Calendar = OFFICE
    urgent: Promise = Promise(2, round_the_clock=True)
    vip: Promise = Promise(2)
    social: Promise = Promise(24, round_the_clock=True)
    standard: Promise = Promise(8)
    resolve_days: float = 3
    guidance: Promise = Promise(24, round_the_clock=True)
    callback: Promise = Promise(72, round_the_clock=True)
    vip_value: float = 2.5
    social_channels: frozenset[str] = frozenset({"social"})


DEFAULT_POLICY = Policy()


@dataclass(frozen=True)
class Deadlines:
    """By when a case must have a first answer (urgent: a solution under way) and be resolved."""

    respond_by: datetime
    resolve_by: datetime


def promised(promise: Promise, start: datetime, policy: Policy = DEFAULT_POLICY) -> datetime:
    """Return when a promise made at `start` falls due, for instance `policy.callback` after a resolution."""
    return due(start, promise.hours, AROUND_THE_CLOCK if promise.round_the_clock else policy.calendar)


def working_days_due(start: datetime, days: float, calendar: Calendar = OFFICE) -> datetime:
    """Return when a number of working days has passed, for instance the lead time of a measure."""
    return due(start, days * calendar.day_hours, calendar)


def case_deadlines(
    priority: str,
    customer_value: float,
    channel: str,
    opened_at: datetime,
    policy: Policy = DEFAULT_POLICY,
) -> Deadlines:
    """Return the deadlines of a case; a case with several claims gets the earliest first answer."""
    promises = [policy.standard]
    if priority == "urgent":
        promises.append(policy.urgent)
    if customer_value >= policy.vip_value:
        promises.append(policy.vip)
    if channel in policy.social_channels:
        promises.append(policy.social)
    respond_by = min(promised(promise, opened_at, policy) for promise in promises)
    resolve_by = working_days_due(opened_at, policy.resolve_days, policy.calendar)
    return Deadlines(respond_by, max(respond_by, resolve_by))
