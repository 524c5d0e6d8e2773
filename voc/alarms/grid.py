"""Counts by series and day as a grid, and days as places in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from voc.alarms.expected import Floats
from voc.zone import CHINA


@dataclass(frozen=True)
class Grid:
    """Series in rows, days in columns, without gaps; `counts` has shape (series, days)."""

    names: list[str]
    first: date
    counts: Floats

    def day(self, place: int) -> date:
        """Return the day of a column."""
        return self.first + timedelta(days=place)

    def place(self, day: date) -> int:
        """Return the column of a day."""
        return (day - self.first).days

    @property
    def days(self) -> list[datetime]:
        """List all days, as midnights without a zone."""
        return [datetime.combine(self.day(n), time()) for n in range(self.counts.shape[1])]


def grid_of(counts: pl.DataFrame, key: str, first: date, last: date) -> Grid:
    """Lay out counts (key, day, count); days after the last are left out, days without a row are zero."""
    inside = counts.filter(pl.col("day").is_between(first, last))
    names = sorted(inside[key].unique().to_list())
    rows = {name: n for n, name in enumerate(names)}
    grid = np.zeros((len(names), (last - first).days + 1))
    grid[[rows[name] for name in inside[key]], [(day - first).days for day in inside["day"]]] = inside[
        "count"
    ]
    return Grid(names, first, grid)


def end_of(day: date) -> datetime:
    """Return the instant at which a day of Asia/Shanghai is over."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)
