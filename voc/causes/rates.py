"""How often a problem happens per order or contact, by week and by slice, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from voc.effect.intervals import rate_exact, rate_ratio_exact
from voc.effect.verdict import benjamini_hochberg

PER = 1000
ALPHA, LEAST_RATIO = 0.05, 1.3


@dataclass(frozen=True)
class WeekRate:
    """One week: events, exposure, and events per thousand with the exact 95 % Poisson interval; None if unknown."""

    week: date
    events: int
    exposure: float
    rate: float | None
    low: float | None
    high: float | None


def weekly_rates(weeks: Sequence[date], events: ArrayLike, exposure: ArrayLike) -> list[WeekRate]:
    """Return the rate per thousand of each week; weeks without exposure have none."""
    x, e = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    low, high = rate_exact(x, np.where(e > 0, e, 1.0))
    return [
        WeekRate(
            week,
            int(x[i]),
            float(e[i]),
            *([PER * x[i] / e[i], PER * low[i], PER * high[i]] if e[i] > 0 else [None, None, None]),
        )
        for i, week in enumerate(weeks)
    ]


@dataclass(frozen=True)
class SliceRate:
    """A slice (product 空调): events per thousand orders, and how many times the rate of the others.

    `ratio` and `high` are None when the others have no event at all: nothing bounds the ratio.
    """

    kind: str
    value: str
    events: int
    exposure: float
    rate: float
    ratio: float | None
    low: float
    high: float | None
    q_value: float

    @property
    def over(self) -> bool:
        """Whether it is certainly, and worth mentioning, above the others."""
        return self.low > 1 and self.q_value < ALPHA and (self.ratio is None or self.ratio >= LEAST_RATIO)


def slice_rates(kind: str, values: Sequence[str], events: ArrayLike, exposure: ArrayLike) -> list[SliceRate]:
    """Compare the rate of each slice with that of the others together, highest ratio first.

    events, exposure: shape (slices,). Slices without exposure are left out. The interval is exact (given the
    total, events are binomial); over-dispersion is not accounted for, which the page says.
    """
    x, e = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    kept = np.flatnonzero(e > 0)
    if len(kept) < 2 or x[kept].sum() == 0:
        return []
    names, x, e = [values[int(i)] for i in kept], x[kept], e[kept]
    others, room = x.sum() - x, e.sum() - e
    low, high = rate_ratio_exact(x, e, others, room)
    ratio = (x / e) / np.where(others > 0, others / room, 1.0)
    q = benjamini_hochberg(_two_sided(x, e / e.sum()))
    found = [
        SliceRate(
            kind, name, int(x[i]), float(e[i]), PER * x[i] / e[i], float(ratio[i]) if others[i] > 0 else None,
            float(low[i]), float(high[i]) if others[i] > 0 else None, float(q[i]),
        )
        for i, name in enumerate(names)
    ]  # fmt: skip
    return sorted(found, key=lambda s: (-s.low, s.value))


def _two_sided(x: ArrayLike, share: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    from scipy.stats import binom

    events, part = np.asarray(x), np.asarray(share)
    total = events.sum()
    upper, lower = binom.sf(events - 1, total, part), binom.cdf(events, total, part)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(upper, lower)))
