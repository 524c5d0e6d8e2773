"""Daily columns gathered into the weeks of a verification: whole weeks counted from the go-live, both ways.

A week that holds fewer than four counted days (alarm window, wash-out, the edge of a window) is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.effect.contract import WEEK, Windows

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEAST_DAYS = 4
YEAR = 365.25 / WEEK  # weeks of a season


@dataclass(frozen=True)
class Calendar:
    """Which days count on which side, and the week each day falls into.

    `before` and `after` (days,) say what is counted; `week` (days,) is the place of a day's week; `live` the place
    of the first week after the go-live; `starts` the first day of each week; `kept` which weeks hold enough days.
    """

    before: Bools
    after: Bools
    week: Ints
    live: int
    starts: list[date]
    kept: Bools

    def gather(self, column: ArrayLike) -> Floats:
        """Sums of the counted days of each week."""
        values = np.where(self.before | self.after, np.nan_to_num(np.asarray(column, dtype=np.float64)), 0.0)
        return np.bincount(self.week, weights=values, minlength=len(self.starts)).astype(np.float64)

    def place(self, day: date) -> int:
        """The first week that begins on a day or after it."""
        return max(0, -((self.starts[0] - day).days // WEEK))


def calendar(first: date, days: int, went_live: date, spans: Windows) -> Calendar:
    """Lay the weeks of a verification over `days` days from `first` on."""
    number = np.arange(days) - (went_live - first).days
    week = np.floor_divide(number, WEEK)
    least = int(week.min(initial=0))
    before, after = (_within(first, days, part) for part in (spans.baseline(), spans.followup()))
    place = week - least
    size = int(place.max(initial=0)) + 1
    counted = np.bincount(place[before | after], minlength=size)
    starts = [went_live + timedelta(days=WEEK * (least + n)) for n in range(size)]
    return Calendar(before, after, place, -least, starts, counted >= LEAST_DAYS)


def _within(first: date, days: int, wanted: Sequence[date]) -> Bools:
    chosen = np.zeros(days, dtype=bool)
    places = np.array([(day - first).days for day in wanted], dtype=np.int64)
    chosen[places[(places >= 0) & (places < days)]] = True
    return chosen
