"""The rhythm of a series: how far apart its steps are, its cycles, and how much memory suits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from voc.alarms.expected import Memory, Profile
from voc.deadlines import is_working_day

REGULAR = 0.9  # share of steps that must be whole multiples of the shortest usual one
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rhythm:
    """How a series of one period is judged.

    `level` is the chance of a false flag at one step, had the model the right tail; `starts` the share of steps at
    which a new episode is put up with, and `stricter` by how many powers of ten one more episode lowers the level.
    """

    name: str
    title: str
    seconds: int  # length of a step; 0: unknown
    memory: Memory
    level: float
    starts: float
    stricter: float


HOUR, DAY = 3600, 86_400
RHYTHMS: tuple[Rhythm, ...] = (
    Rhythm("minute", "分钟", 60, Memory(1440, patience=1440, warm=60), 1e-4, 1 / 10_080, 3.0),
    Rhythm("hour", "小时", HOUR, Memory(168, patience=72, warm=24), 1e-3, 1 / 168, 3.0),
    Rhythm("day", "天", DAY, Memory(35, patience=28, warm=7), 3e-3, 1 / 60, 0.7),
    Rhythm("week", "周", 7 * DAY, Memory(26, patience=26, warm=4), 1e-2, 3 / 52, 0.5),
    Rhythm("month", "月", 30 * DAY, Memory(12, patience=12, warm=4), 2e-2, 1 / 12, 0.5),
    Rhythm("none", "不规则", 0, Memory(26, patience=26, warm=4), 1e-2, 3 / 52, 0.5),
)
BY_NAME = {rhythm.name: rhythm for rhythm in RHYTHMS}


def rhythm_of(times: Sequence[datetime]) -> Rhythm:
    """Infer the period from the distances between steps; unknown when they have none in common."""
    apart = np.diff(np.array([at.timestamp() for at in times]))
    apart = apart[apart > 0]
    if not len(apart):
        return BY_NAME["none"]
    step = float(np.median(apart))
    months = (step >= 27 * DAY) & (step <= 32 * DAY)
    whole = np.abs(apart / step - np.round(apart / step)) < 0.05
    if not months and whole.mean() < REGULAR:
        return BY_NAME["none"]
    return _nearest(step)


def _nearest(step: float) -> Rhythm:
    """Take the rhythm of the longest unit that is not longer than a step; between two, with its steps counted."""
    unit = next((r for r in reversed(RHYTHMS[:-1]) if r.seconds <= step * 1.08), RHYTHMS[0])
    times = max(1.0, step / unit.seconds)
    if times < 1.5:
        return unit
    memory = unit.memory
    shorter = replace(
        memory, steps=max(memory.steps / times, 12.0), patience=max(round(memory.patience / times), 6),
        warm=max(round(memory.warm / times), 4),
    )  # fmt: skip
    return replace(
        unit, title=_title(unit, round(times)), seconds=round(step), memory=shorter,
        starts=min(unit.starts * times, 0.1),
    )  # fmt: skip


def _title(unit: Rhythm, times: int) -> str:
    known = {("month", 3): "季度", ("month", 12): "年"}
    return known.get((unit.name, times), f"{times} {'个月' if unit.name == 'month' else unit.title}")


def profiles_of(times: Sequence[datetime], rhythm: Rhythm, chinese_calendar: bool = True) -> list[Profile]:
    """Return the cycles that series of this rhythm may have; each has to prove itself against its prior."""
    match rhythm.name:
        case "minute" | "hour":
            return [
                Profile(_array([at.hour for at in times]), 24, 10.0, unsure=1.0),
                _weekdays(times, chinese_calendar),
            ]
        case "day":
            return [_weekdays(times, chinese_calendar), _year(times, 1)]
        case "week":
            return [_year(times, 7)]
        case "month":
            return [Profile(_array([at.month - 1 for at in times]), 12, 10.0, lag=6)]
        case _:
            return []


def weekday_of(day: date) -> int:
    """Return 0 (Monday) to 6; a public holiday counts as a Sunday, a weekend that is worked (调休) as a Friday."""
    if is_working_day(day):
        return min(day.weekday(), 4)
    return day.weekday() if day.weekday() >= 5 else 6


def _weekdays(times: Sequence[datetime], chinese_calendar: bool) -> Profile:
    phases = [weekday_of(at.date()) if chinese_calendar else at.weekday() for at in times]
    return Profile(_array(phases), 7, 20.0, unsure=0.3)


def _year(times: Sequence[datetime], days: int) -> Profile:
    # Half a year back, so that the season does not learn from the weeks that the level knows already.
    phases = [(at.timetuple().tm_yday - 1) // 7 % 52 for at in times]
    return Profile(_array(phases), 52, 20.0, steps=14 / days, lag=182 // days, reach=2)


def _array(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def filled(times: Sequence[datetime], rhythm: Rhythm) -> tuple[list[datetime], Ints]:
    """Return a grid without gaps and the place of each time in it; an irregular series is its own grid."""
    if rhythm.name in ("none", "month") or len(times) < 2:
        return list(times), np.arange(len(times))
    start = times[0]
    places = [round((at - start).total_seconds() / rhythm.seconds) for at in times]
    grid = [start + timedelta(seconds=rhythm.seconds * n) for n in range(places[-1] + 1)]
    return grid, _array(places)
