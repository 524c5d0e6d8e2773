"""Key figures of a period, from columns; each carries what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from voc.effect import intervals

# Where a row that was read can end: read = the sum of the parts, always.
PART_NAMES = {
    "stored": "入库",
    "duplicate": "重复",
    "near_duplicate": "近似重复",
    "rejected": "无效",
    "quarantined": "隔离",
    "blank": "空白",
}
PARTS = tuple(PART_NAMES)

SATISFIED = 4  # of 5
PROMOTER, PASSIVE = 9, 7  # of 10


@dataclass(frozen=True)
class Measure:
    """A share or rate with its interval; None when there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None
    numerator: float
    denominator: float


@dataclass(frozen=True)
class Csat:
    """Satisfaction: mean of the ratings (1–5) with its interval, and the share of satisfied answers."""

    mean: float | None
    mean_low: float | None
    mean_high: float | None
    satisfied: Measure
    answers: int


@dataclass(frozen=True)
class Cycle:
    """Durations in hours of what is finished; `open` counts what is not, which a median of the rest hides."""

    median: float | None
    p90: float | None
    finished: int
    open: int


@dataclass(frozen=True)
class Funnel:
    """Where every row that was read has gone; `missing` must be 0."""

    read: int
    parts: dict[str, int]
    missing: int

    @property
    def reconciles(self) -> bool:
        """Whether read = stored + duplicate + near_duplicate + rejected + quarantined + blank."""
        return self.missing == 0


def share(numerator: float, denominator: float, alpha: float = 0.05) -> Measure:
    """A share with Wilson's interval."""
    if denominator <= 0:
        return Measure(None, None, None, numerator, denominator)
    low, high = intervals.wilson(numerator, denominator, alpha)
    return Measure(numerator / denominator, float(low), float(high), numerator, denominator)


def csat(ratings: ArrayLike, satisfied: float = SATISFIED, alpha: float = 0.05) -> Csat:
    """Satisfaction from a column of ratings 1–5; missing answers are NaN and do not count.

    The interval of the mean is Student's; the one of the satisfied share is Wilson's.
    """
    values = _present(ratings)
    happy = share(float((values >= satisfied).sum()), values.size, alpha)
    if values.size == 0:
        return Csat(None, None, None, happy, 0)
    mean = float(values.mean())
    if values.size == 1:
        return Csat(mean, None, None, happy, 1)
    half = float(special.stdtrit(values.size - 1, 1 - alpha / 2) * values.std(ddof=1) / np.sqrt(values.size))
    return Csat(mean, mean - half, mean + half, happy, int(values.size))


def nps(scores: ArrayLike, alpha: float = 0.05) -> Measure:
    """Net promoter score in −1…1 from a column of 0–10, with the normal interval of its three-point mean."""
    values = _present(scores)
    if values.size == 0:
        return Measure(None, None, None, 0, 0)
    points = np.where(values >= PROMOTER, 1.0, np.where(values < PASSIVE, -1.0, 0.0))
    half = float(intervals.quantile(alpha) * points.std() / np.sqrt(points.size))
    mean = float(points.mean())
    return Measure(mean, max(mean - half, -1.0), min(mean + half, 1.0), float(points.sum()), points.size)


def complaint_rate(complaints: float, exposure: float, alpha: float = 0.05) -> Measure:
    """Complaints per unit of exposure (per order, say) with the exact Poisson interval."""
    if exposure <= 0:
        return Measure(None, None, None, complaints, exposure)
    low, high = intervals.rate_exact(complaints, exposure, alpha)
    return Measure(complaints / exposure, float(low), float(high), complaints, exposure)


def closure_rate(closed: ArrayLike, alpha: float = 0.05) -> Measure:
    """Share of what was opened in the period that is closed, from a column of booleans."""
    flags = np.asarray(closed, dtype=bool)
    return share(int(flags.sum()), flags.size, alpha)


def recurrence(closed: ArrayLike, came_back: ArrayLike, alpha: float = 0.05) -> Measure:
    """Share of what was ever closed that came back, from two columns of booleans of equal length."""
    done, again = np.asarray(closed, dtype=bool), np.asarray(came_back, dtype=bool)
    return share(int((done & again).sum()), int(done.sum()), alpha)


def cycle_times(started: ArrayLike, finished: ArrayLike) -> Cycle:
    """Median and p90 in hours, from two columns of hours since any epoch; NaN = not finished."""
    hours = np.asarray(finished, dtype=np.float64) - np.asarray(started, dtype=np.float64)
    done = hours[~np.isnan(hours)]
    if done.size == 0:
        return Cycle(None, None, 0, int(hours.size))
    median, p90 = np.quantile(done, [0.5, 0.9])
    return Cycle(float(median), float(p90), int(done.size), int(hours.size - done.size))


def funnel(counts: Mapping[str, int]) -> Funnel:
    """Row accounting from counts named `read` and PARTS; parts not named count 0."""
    parts = {name: int(counts.get(name, 0)) for name in PARTS}
    read = int(counts["read"])
    return Funnel(read, parts, read - sum(parts.values()))


def pending(counts: Mapping[str, int | None]) -> int:
    """Return how many of the rows read have not ended anywhere yet."""
    return (counts["read"] or 0) - sum(counts[part] or 0 for part in PARTS)


def _present(values: ArrayLike) -> NDArray[np.float64]:
    column = np.asarray(values, dtype=np.float64).ravel()
    return np.asarray(column[~np.isnan(column)])
