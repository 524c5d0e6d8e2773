"""A rate that rises by half and stays: too little for any fortnight of a thin series, plain over some weeks.

The sum of four or six weeks of an issue is held against the twenty weeks before them. Days enter as far as the level
takes them, so that a spike is no slow rise; what an alarm has told is the usual from its first day on; and what rises
with all other complaints is business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.alarms.expected import Floats, Forecast
from voc.alarms.limits import tail
from voc.alarms.series import ALL, PRECISE, precision

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
WEEK = 7


@dataclass(frozen=True)
class SlowPolicy:
    """When weeks are enough to judge a rise, and of which series; in days or counts where nothing is said."""

    budget: float = 0.15  # share of the false alarms a year that are put up with
    nominal: float = (
        3.0  # level over budget: the windows of two days are nearly the same (benchmarks/quiet.py)
    )
    windows: tuple[int, ...] = (28, 42)
    before: int = 140  # days they are held against
    enough: int = 56  # days of these that there have to be
    rare: float = 20.0  # expected in a window: fewer show no rise that lasts
    plain: float = 700.0  # and more show it within a fortnight
    double: float = 2.0  # times what was usual: more is seen within days
    drift: float = 0.04  # share of a rate by which it may stray within weeks without anything having happened
    spread: float = 1.2  # variance of weeks over their mean before any was seen
    weeks: float = 8.0  # that this is worth


class Slow:
    """The sums of weeks of all series, for any day."""

    def __init__(
        self, counts: Floats, seen: Forecast, names: Sequence[str], policy: SlowPolicy, level: float
    ) -> None:
        """Take the counts, what of each day entered the level, and what the profiles expect of it; level: a day's."""
        self.policy, self.level = policy, min(policy.nominal * policy.budget * level, 0.5)
        self.counts, self.factors = _summed(seen.taken), _summed(seen.factor)
        self.whole = _summed(counts)
        self.named = np.array([precision(name) == PRECISE for name in names])
        self.all = names.index(ALL) if ALL in names else None

    def look(self, day: int, since: Ints) -> tuple[Floats, Floats]:
        """Return the chance of the weeks that end with a day (NaN: not judged), and the usual rate, both (S,).

        since: (S,), the first day of each series that may be taken for usual. Chances beyond the level are rough.
        """
        best, rates = np.full(len(since), np.nan), np.zeros(len(since))
        for length in self.policy.windows:
            begin = day + 1 - length
            if begin < self.policy.enough:
                continue
            chance, rate = self._window(begin, day + 1, np.clip(since, begin - self.policy.before, begin))
            with np.errstate(invalid="ignore"):
                rates = np.where(np.isnan(best) | (chance < best), rate, rates)
            best = np.fmin(best, chance)
        return np.minimum(best * len(self.policy.windows), 1.0), rates

    def _window(self, begin: int, end: int, since: Ints) -> tuple[Floats, Floats]:
        policy = self.policy
        base = self._between(self.counts, since, begin) + 0.5
        rate = base / np.maximum(self._between(self.factors, since, begin), 1e-9)
        observed = self.counts[:, end] - self.counts[:, begin]
        mean = rate * (self.factors[:, end] - self.factors[:, begin])
        mean *= self._growth(observed, base, since, begin, end)
        judged = (
            self.named & (begin - since >= policy.enough) & (mean >= policy.rare) & (mean <= policy.plain)
        )
        # What rose too much is judged as well, and left to the days: it uses its part of the budget.
        whole = self.whole[:, end] - self.whole[:, begin]
        rose = (observed > mean) & (whole <= policy.double * mean) & judged
        chance = np.where(judged, 1.0, np.nan)
        chance[rose] = self._tail(rose, observed, mean, base)
        unlikely = np.flatnonzero(np.nan_to_num(chance, nan=1.0) <= self.level)
        if len(unlikely):
            spread = self._spread(unlikely, rate[unlikely], since[unlikely], begin)
            chance[unlikely] = self._tail(unlikely, observed, mean, base, spread)
        return chance, rate

    def _tail(
        self, rows: Ints | Bools, observed: Floats, mean: Floats, base: Floats, spread: Floats | float = 1.0
    ) -> Floats:
        own = mean[rows]
        return tail(
            observed[rows], own, spread * (own + own**2 / base[rows]) + (self.policy.drift * own) ** 2
        )

    def _growth(self, observed: Floats, base: Floats, since: Ints, begin: int, end: int) -> Floats:
        """Return by what factor all other complaints have grown, at least 1, shape (S,)."""
        if self.all is None:
            return np.ones(len(base))
        counts, factors = self.counts[self.all], self.factors[self.all]
        others = (counts[end] - counts[begin] - observed) / (factors[end] - factors[begin])
        before = (counts[begin] - counts[since] - base) / np.maximum(factors[begin] - factors[since], 1e-9)
        result: Floats = np.maximum(others / np.maximum(before, 1e-9), 1.0)
        return result

    def _spread(self, rows: Ints, rate: Floats, since: Ints, begin: int) -> Floats:
        """Return by how much weeks before the window vary more than chance; all of shape (rows,)."""
        squares = np.full(len(rows), self.policy.spread * self.policy.weeks)
        weeks = np.full(len(rows), self.policy.weeks)
        for end in range(begin, max(begin - self.policy.before, 0) + WEEK - 1, -WEEK):
            inside = end - WEEK >= since
            usual = rate * (self.factors[rows, end] - self.factors[rows, end - WEEK])
            given = self.counts[rows, end] - self.counts[rows, end - WEEK]
            squares += inside * (given - usual) ** 2 / np.maximum(usual, 0.05)
            weeks += inside
        result: Floats = np.maximum(squares / (weeks - 1), 1.0)
        return result

    @staticmethod
    def _between(sums: Floats, since: Ints, end: int) -> Floats:
        result: Floats = sums[:, end] - np.take_along_axis(sums, since[:, None], axis=1)[:, 0]
        return result


def _summed(values: Floats) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
