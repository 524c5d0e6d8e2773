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
    low, high = np.quantile(counts, (0.25, 0.75))
    return int(np.ceil(high + 3 * max(high - low, 1)))


def _weekly(counts: Counts) -> Counts:
    return np.convolve(counts, np.ones(7, dtype=np.int64), "valid") if len(counts) >= 14 else counts


def _spread(counts: Counts) -> float:
    mean = counts.mean()
    return float(counts.var(ddof=1) / mean) if len(counts) > 1 and mean > 0 else 1.0


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
