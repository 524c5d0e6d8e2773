"""What a source's own past leads to expect of a window of days, and how unlikely a higher count is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, norm, poisson

Counts = NDArray[np.int64]
_NEARLY_POISSON = 1.0001


@dataclass(frozen=True)
class Level:
    """Expected count per day, and how much more than Poisson the count of a window of days varies."""

    daily: float
    dispersion: float
    days: int

    def expected(self, days: int) -> float:
        """Return the count expected in a window of days."""
        return self.daily * days

    def chance(self, observed: int, days: int) -> float:
        """Return the chance of at least this count in a window of days (negative binomial, level uncertain)."""
        mean = self.expected(days)
        factor = self.dispersion * (1 + days / self.days)
        if factor < _NEARLY_POISSON:
            return float(poisson.sf(observed - 1, mean))
        return float(nbinom.sf(observed - 1, mean / (factor - 1), 1 / factor))


def level(counts: Counts, recent: int) -> Level:
    """Learn the level of daily counts, shape (days,), oldest first.

    A growing source is measured by its last `recent` days where those are higher. The dispersion is the larger of
    that between days and that between weeks, so that slow waves widen it too. Days far out are drawn in.
    """
    counts = np.minimum(counts, _fence(counts))
    days = len(counts)
    mean = (counts.sum() + 0.5) / days
    latest = (counts[-recent:].sum() + 0.5) / min(recent, days)
    return Level(float(max(mean, latest)), max(1.0, _spread(counts), _spread(_weekly(counts))), days)


def _fence(counts: Counts) -> int:
    """Days far out (Tukey 1977) count as the fence: an earlier burst must not widen what is normal."""
    ordered = np.sort(counts)
    low, high = _quantile(ordered, 0.25), _quantile(ordered, 0.75)
    return int(np.ceil(high + 3 * max(high - low, 1)))


def _quantile(ordered: Counts, part: float) -> float:
    """What np.quantile says, without its overhead: levels are learnt tens of thousands of times."""
    place = part * (len(ordered) - 1)
    below = int(place)
    left, right = int(ordered[below]), int(ordered[min(below + 1, len(ordered) - 1)])
    return left + (right - left) * (place - below)


def _weekly(counts: Counts) -> Counts:
    if len(counts) < 14:
        return counts
    sums = np.cumsum(counts)
    sums[7:] -= sums[:-7].copy()
    weeks: Counts = sums[6:]
    return weeks


def _spread(counts: Counts) -> float:
    """Variance over mean."""
    n, total = len(counts), int(counts.sum())
    if n < 2 or total == 0:
        return 1.0
    return (int(np.dot(counts, counts)) - total**2 / n) / (n - 1) * n / total


def share_shift(top: Counts, every: Counts, observed: int, total: int) -> float:
    """Return the chance of so high a share of top ratings when their share is what it was (one-sided, over-dispersed).

    top, every: daily counts of the past, shape (days,); observed, total: those of the window.
    """
    known = every.sum()
    if known == 0 or total == 0:
        return 1.0
    before = (top.sum() + 0.5) / (known + 1)
    pooled = (top.sum() + observed + 0.5) / (known + total + 1)
    spoken = every > 0
    chi = (top[spoken] - every[spoken] * before) ** 2 / (every[spoken] * before * (1 - before))
    spread = max(1.0, float(chi.sum()) / max(int(spoken.sum()) - 1, 1))
    error = np.sqrt(pooled * (1 - pooled) * spread * (1 / total + 1 / known))
    return float(norm.sf((observed / total - before) / error))
