"""Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens & Wager 2021, AER 111:4088).

Weights on units make the controls run parallel to the treated ones before, weights on times make the time before
look like the time after for the controls; the two-way difference under both is the effect. An intercept is left
free, so that levels need not match; a ridge spreads the weights on units. Errors come from placebos: controls taken
for treated (their algorithm 4), which needs more controls than treated units.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from voc.effect.intervals import quantile

Floats = NDArray[np.float64]

HEAVY = 1e3  # how much the sum of weights counts beside the fit, in units of the values' size
TIME_RIDGE = 1e-6
DRAWS = 200
FEWEST = 3  # placebos without which there is no interval


@dataclass(frozen=True)
class SyntheticDid:
    """Effect, its placebo error, the weights of controls and of times before, and the two courses.

    `expected` is the course of the treated units had nothing happened; `fit` the RMSPE before around the intercept.
    """

    estimate: float
    error: float
    df: float
    units: Floats
    times: Floats
    expected: Floats
    fit: float
    placebos: Floats

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Student's interval with a degree of freedom for each placebo but one."""
        half = float(quantile(alpha, self.df)) * self.error
        return self.estimate - half, self.estimate + half

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        known = np.isfinite(self.error) and self.error > 0
        return float(2 * special.stdtr(self.df, -abs(self.estimate) / self.error)) if known else 1.0


def ridge_weights(target: Floats, pool: Floats, ridge: float) -> Floats:
    """Weights (c,) ≥ 0 with sum 1: least (mean squared gap around a free intercept) + ridge² · (their squares).

    target: (n,), pool: (c, n).
    """
    scale = max(float(np.abs(pool - pool.mean(axis=1, keepdims=True)).max()), 1e-12)
    columns = (pool - pool.mean(axis=1, keepdims=True)).T / scale
    wanted = (target - target.mean()) / scale
    spread = ridge * np.sqrt(len(target)) / scale * np.eye(len(pool))
    stacked = np.vstack([columns - wanted[:, None], spread, np.full((1, len(pool)), HEAVY)])
    # The mix of gaps to the target is wanted near nought; the heavy row holds the sum, dividing makes it exact.
    aim = np.append(np.zeros(len(stacked) - 1), HEAVY)
    found, _ = optimize.nnls(stacked, aim, maxiter=100 * len(pool) + 1000)
    return np.asarray(found / found.sum())


def synthetic_did(treated: Floats, pool: Floats, after: int) -> SyntheticDid:
    """Effect on `treated` (units, times) beside `pool` (controls, times), both whole, from place `after` on."""
    estimate, units, times = _estimate(treated, pool, after)
    placebos = _placebos(pool, len(treated), after)
    error = float(placebos.std()) if placebos.size >= FEWEST else np.inf
    own, mix = treated.mean(axis=0), units @ pool
    level = float((own - mix)[:after] @ times)
    early = (own - mix)[:after]
    fit = float((early - early.mean()).std())
    return SyntheticDid(
        estimate, error, float(max(placebos.size - 1, 1)), units, times, mix + level, fit, placebos
    )


def _estimate(treated: Floats, pool: Floats, after: int) -> tuple[float, Floats, Floats]:
    own = treated.mean(axis=0)
    later = treated.shape[1] - after
    noise = float(np.diff(pool[:, :after], axis=1).std(ddof=1)) if after > 2 else 0.0
    ridge = (len(treated) * later) ** 0.25 * noise
    units = ridge_weights(own[:after], pool[:, :after], ridge)
    times = ridge_weights(pool[:, after:].mean(axis=1), pool[:, :after].T, TIME_RIDGE * noise)
    gap = own - units @ pool
    return float(gap[after:].mean() - gap[:after] @ times), units, times


def _placebos(pool: Floats, size: int, after: int) -> Floats:
    """Effects of controls taken for treated: every choice of them, or some drawn by a fixed seed."""
    controls = len(pool)
    if controls - size < 2:
        return np.empty(0)
    if comb(controls, size) <= DRAWS:
        chosen = [list(pick) for pick in combinations(range(controls), size)]
    else:
        rng = np.random.default_rng(0)
        chosen = [rng.choice(controls, size, replace=False).tolist() for _ in range(DRAWS)]
    return np.array([_estimate(pool[pick], np.delete(pool, pick, axis=0), after)[0] for pick in chosen])


def placebo_in_time(treated: Floats, pool: Floats, after: int) -> float | None:
    """The same with a made-up start after two thirds of the time before; None where that is too short."""
    cut = after - max(after // 3, 1)
    return _estimate(treated[:, :after], pool[:, :after], cut)[0] if cut >= 4 else None
