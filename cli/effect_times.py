"""Times of a table for `voc effect`: any spelling becomes equally spaced places, with a season that fits them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from voc.alarms.instants import instants
from voc.alarms.rhythm import rhythm_of
from voc.alarms.spellings import counted, spelled
from voc.errors import InputError

MOST_GAPS = 4  # a grid this many times longer than the rows is no grid
SEASONS = {"hour": 24.0, "day": 7.0, "week": 365.25 / 7, "month": 12.0}


@dataclass(frozen=True)
class Grid:
    """Places of the rows and of the marks, and what is known of the places."""

    places: list[int]  # of the rows, then of the marks asked for
    marks: dict[str, int]
    labels: list[str]
    times: list[datetime] | None
    rhythm: str
    step: float
    notes: list[str]


def grid_of(cells: list[str], marks: list[str], places: Sequence[str] = ()) -> Grid:
    """Read the times of the rows and the marks asked for, spelled alike."""
    numbers = [_number(cell) for cell in [*cells, *marks]]
    if all(number is not None and (number < 100_000 or number != int(number)) for number in numbers):
        return _numbered([n for n in numbers if n is not None], cells, marks)
    spelt = spelled([*cells, *marks])
    if marks and (number_of(spelt[0]) is None) != (number_of(spelt[len(cells)]) is None):
        raise InputError(f"「{marks[0]}」与时间列「{cells[0]}」的写法不同，请写成同样的形式。")
    times, _ = instants(spelt, places)
    known = sorted(set(times[: len(cells)]))
    rhythm = rhythm_of(known).name if len(known) > 2 else "none"
    steps = _steps(times, known, rhythm)
    return _placed(steps, cells, marks, times, rhythm, 0.0)


def _number(cell: str) -> float | None:
    number = number_of(cell)
    return counted(cell) if number is None else number


def number_of(cell: str) -> float | None:
    """Read a finite number, or None."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _numbered(numbers: list[float], cells: list[str], marks: list[str]) -> Grid:
    known = np.unique(numbers[: len(cells)])
    step = float(np.min(np.diff(known))) if len(known) > 1 else 1.0
    if step <= 0 or (known[-1] - known[0]) / step > MOST_GAPS * len(known) + 10:
        step = 0.0
    places = [round((n - known[0]) / step) if step else int(np.searchsorted(known, n)) for n in numbers]
    # A mark between two places begins with the next one.
    if step:
        later = [math.ceil((n - known[0]) / step - 0.05) for n in numbers[len(cells) :]]
        places = places[: len(cells)] + later
    return _placed(places, cells, marks, None, "none", step)


def _steps(times: list[datetime], known: list[datetime], rhythm: str) -> list[int]:
    if rhythm == "month":
        first = known[0].year * 12 + known[0].month
        months = [t.year * 12 + t.month - first for t in times]
        whole = math.gcd(*(t.year * 12 + t.month - first for t in known)) or 1  # quarters and years too
        return [-(-month // whole) for month in months]
    apart = np.diff([t.timestamp() for t in known])
    step = float(np.median(apart)) if len(apart) else 1.0
    place = [(t - known[0]).total_seconds() / step for t in times]
    on_grid = np.abs(np.array(place) - np.round(place)) < 0.2
    if rhythm != "none" and on_grid.all() and max(place) < MOST_GAPS * len(known) + 10:
        return [round(p) for p in place]
    stamps = np.array([t.timestamp() for t in known])
    return [int(np.searchsorted(stamps, t.timestamp())) for t in times]


def _placed(steps: list[int], cells: list[str], marks: list[str], times: list[datetime] | None, rhythm: str,
            step: float) -> Grid:  # fmt: skip
    own = steps[: len(cells)]
    length = max(own) + 1
    labels = [""] * length
    clock: list[datetime | None] = [None] * length
    for n, place in enumerate(own):
        labels[place] = cells[n]
        if times:
            clock[place] = times[n]
    empty = labels.count("")
    notes = [f"有 {empty} 个时点没有数据，按缺失处理。"] if empty else []
    filled = _interpolated(clock) if times else None
    return Grid(own, dict(zip(marks, steps[len(cells) :], strict=True)), labels, filled, rhythm, step, notes)


def _interpolated(clock: list[datetime | None]) -> list[datetime]:
    known = [(n, t) for n, t in enumerate(clock) if t is not None]
    stamps = np.interp(range(len(clock)), [n for n, _ in known], [t.timestamp() for _, t in known])
    return [datetime.fromtimestamp(s) for s in stamps]  # noqa: DTZ006  (local, like all times of a series)


def season_of(asked: str, grid: Grid) -> float:
    """How many places a season has: as asked, or what the distance of the times says; 0 for none."""
    if asked != "auto":
        value = number_of(asked)
        if value is None or value < 0:
            raise InputError(
                f"--season「{asked}」看不懂：写一季有几个时点（如 12），0 为没有季节，auto 为自动。"
            )
        return value
    if grid.times is None:
        periods = 1 / grid.step if 0 < grid.step < 1 else 0.0
        return float(round(periods)) if periods and abs(periods - round(periods)) < 0.1 else 0.0
    known = sorted(t.timestamp() for t in grid.times)
    apart = float(np.median(np.diff(known))) / 86_400 if len(known) > 1 else 0.0
    return 4.0 if 88 <= apart <= 93 else (0.0 if apart > 93 else SEASONS.get(grid.rhythm, 0.0))
