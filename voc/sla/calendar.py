"""Working time on the Chinese calendar: office hours with breaks, holidays, 调休 and days the user overrides.

Instants are aware and come back in UTC; office hours and working days are those of Asia/Shanghai.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache

from chinese_calendar import constants

from voc.zone import CHINA

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_COVERED_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)
OFFICE_HOURS = ((time(9), time(12)), (time(13), time(18)))


@dataclass(frozen=True)
class Days:
    """Which days are worked beyond the published calendar, and which further years count as published."""

    worked: frozenset[date] = frozenset()
    free: frozenset[date] = frozenset()
    published: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if both := self.worked & self.free:
            raise ValueError(f"{min(both)} cannot be both worked and free")


PUBLISHED = Days()


@dataclass(frozen=True)
class Calendar:
    """When people work: some hours of each working day, or around the clock."""

    periods: tuple[tuple[time, time], ...] = OFFICE_HOURS
    days: Days = PUBLISHED
    round_the_clock: bool = False

    def __post_init__(self) -> None:
        ends = [moment for period in self.periods for moment in period]
        if not ends or ends != sorted(set(ends)):
            raise ValueError("periods must have a length, follow one another and not overlap")

    @property
    def day_hours(self) -> float:
        """Return the length of one working day in hours."""
        return 24.0 if self.round_the_clock else self._length / 3_600_000_000

    @cached_property
    def _spans(self) -> tuple[tuple[int, int, int], ...]:
        """Return (opens, closes, worked before) of each period, in microseconds of the day."""
        spans, before = [], 0
        for opens, closes in self.periods:
            first, last = _of_day(opens), _of_day(closes)
            spans.append((first, last, before))
            before += last - first
        return tuple(spans)

    @cached_property
    def _table(self) -> tuple[list[int], list[int]]:
        # Kept here: looking it up by its days would hash them all at every question.
        return _working_days(self.days)

    @cached_property
    def _length(self) -> int:
        first, last, before = self._spans[-1]
        return before + last - first


OFFICE = Calendar()
AROUND_THE_CLOCK = Calendar(round_the_clock=True)


def covered(day: date, days: Days = PUBLISHED) -> bool:
    """Tell whether the holidays of this year are published; otherwise Monday to Friday is assumed."""
    return day.year in _COVERED_YEARS or day.year in days.published


def provisional(start: datetime, end: datetime, calendar: Calendar = OFFICE) -> bool:
    """Tell whether a stretch touches a year whose holidays are not published yet: what is computed is 暂估."""
    years = range(start.astimezone(CHINA).year, end.astimezone(CHINA).year + 1)
    return not calendar.round_the_clock and not all(covered(date(y, 1, 1), calendar.days) for y in years)


def is_working_day(day: date, days: Days = PUBLISHED) -> bool:
    """Tell whether people work on this day, 调休 Saturdays and Sundays included."""
    if day in days.worked or day in days.free:
        return day in days.worked
    if day in constants.workdays:
        return True
    return day.weekday() < 5 and day not in constants.holidays


def after(start: datetime, amount: timedelta, calendar: Calendar = OFFICE) -> datetime:
    """Return the first instant (UTC) by which an amount of working time has passed since `start`."""
    if amount < timedelta():
        raise ValueError("hours must not be negative")
    if calendar.round_the_clock:
        return start.astimezone(UTC) + amount
    end = _instant(_position(start, calendar) + amount // MICROSECOND, calendar)
    return max(start.astimezone(UTC), end)


def due(start: datetime, hours: float, calendar: Calendar = OFFICE) -> datetime:
    """Return the first instant (UTC) by which `hours` of working time have passed since `start`."""
    return after(start, timedelta(hours=hours), calendar)


def worked(start: datetime, end: datetime, calendar: Calendar = OFFICE) -> timedelta:
    """Return the working time between two instants, zero when the end is not after the start."""
    if end <= start:
        return timedelta()
    if calendar.round_the_clock:
        return end - start
    return (_position(end, calendar) - _position(start, calendar)) * MICROSECOND


def _of_day(clock_time: time) -> int:
    return (clock_time.hour * 3600 + clock_time.minute * 60 + clock_time.second) * 1_000_000


@lru_cache(maxsize=8)
def _working_days(days: Days) -> tuple[list[int], list[int]]:
    """Return working days before each day since FIRST_DAY, and the index of each working day."""
    before: list[int] = []
    indices: list[int] = []
    first, last = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
    # Ordinals, because hashing 84,000 dates would take ten times as long.
    extra = {day.toordinal() for day in (constants.workdays.keys() - days.free) | days.worked}
    free = {day.toordinal() for day in constants.holidays.keys() | days.free} - extra
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
    before, indices = calendar._table
    if not 0 <= index < len(before):
        raise ValueError(f"{instant:%Y-%m-%d} is outside {FIRST_DAY} to {LAST_DAY}")
    count = before[index]
    full = count * calendar._length
    if count == len(indices) or indices[count] != index:
        return full
    passed = _of_day(local.time()) + local.microsecond
    return full + sum(min(max(passed - opens, 0), closes - opens) for opens, closes, _ in calendar._spans)


def _instant(position: int, calendar: Calendar) -> datetime:
    """Return the first instant (UTC) at which a position of working time is reached."""
    if position <= 0:
        return _EPOCH
    full, rest = divmod(position - 1, calendar._length)
    indices = calendar._table[1]
    if full >= len(indices):
        raise ValueError(f"the deadline lies after {LAST_DAY}")
    midnight = datetime.fromordinal(FIRST_DAY.toordinal() + indices[full]).replace(tzinfo=CHINA)
    spans = calendar._spans
    # The period in which the microsecond after `rest` is worked.
    opens, _, before = spans[bisect_left([b for _, _, b in spans], rest + 1) - 1]
    return (midnight + (opens + rest - before + 1) * MICROSECOND).astimezone(UTC)
