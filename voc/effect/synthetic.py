"""Synthetic control: one treated unit against the mix of others that ran like it before.

Outcome only, weights ≥ 0 with sum 1 (Abadie, Diamond & Hainmueller 2010, without covariates). The chance that no
effect looks like this comes from placebos: each control is treated as if it were the one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from voc.effect.intervals import quantile

Floats = NDArray[np.float64]

HEAVY = 1e3  # how much the sum of weights counts beside the fit, in units of the values' size
WORST_FIT = 5.0  # placebos whose fit before is this many times worse say nothing about the treated one
FEWEST = 3  # placebos without which there is no interval


@dataclass(frozen=True)
class Synthetic:
    """Mean gap after, the weights of the controls, the gap at every time, and what the placebos say.

    `fit` is the RMSPE before. `error` is the spread of the placebos' gaps, `p_placebo` the rank of the treated
    unit's RMSPE ratio among all units, which cannot be below 1/units.
    """

    estimate: float
    error: float
    df: float
    p_placebo: float
    weights: Floats
    gaps: Floats
    expected: Floats
    fit: float
    placebos: Floats
    placebo_ratios: Floats
    used: NDArray[np.bool_]

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Student's interval from the spread of the placebos."""
        half = float(quantile(alpha, self.df)) * self.error
        return self.estimate - half, self.estimate + half

    @property
    def p_value(self) -> float:
        """Two-sided p from the spread of the placebos."""
        known = np.isfinite(self.error) and self.error > 0
        return float(2 * special.stdtr(self.df, -abs(self.estimate) / self.error)) if known else 1.0


def simplex_weights(target: Floats, pool: Floats) -> Floats:
    """Weights (controls,) ≥ 0 with sum 1 that bring `pool` (controls, times) nearest to `target` (times,)."""
    scale = max(float(np.abs(pool).max()), float(np.abs(target).max()), 1e-12)
    gaps = (pool - target).T / scale
    stacked = np.vstack([gaps, np.full((1, len(pool)), HEAVY)])
    # The mix of the gaps is wanted near nought; the heavy row holds the sum, and dividing makes it exact.
    found, _ = optimize.nnls(stacked, np.append(np.zeros(len(target)), HEAVY), maxiter=100 * len(pool) + 1000)
    return np.asarray(found / found.sum())


def synthetic_control(treated: Floats, pool: Floats, after: int) -> Synthetic:
    """Compare `treated` (times,) with the mix of `pool` (controls, times) learnt before place `after`."""
    weights = simplex_weights(treated[:after], pool[:, :after])
    gaps = treated - weights @ pool
    fit, ratio = _ratio(gaps, after)
    others = [_placebo(pool, row, after) for row in range(len(pool))] if len(pool) > 2 else []
    means = np.array([one.mean() for one in (g[after:] for g in others)])
    fits, ratios = (np.array([_ratio(g, after)[k] for g in others]) for k in (0, 1))
    used = fits <= WORST_FIT * max(fit, 1e-12)
    if used.sum() < FEWEST:
        used = np.ones(len(others), dtype=bool)
    error, df = _spread(means[used])
    rank = float((1 + (ratios >= ratio).sum()) / (1 + len(ratios)))
    estimate = float(gaps[after:].mean())
    return Synthetic(estimate, error, df, rank, weights, gaps, treated - gaps, fit, means, ratios, used)


def _placebo(pool: Floats, row: int, after: int) -> Floats:
    rest = np.delete(pool, row, axis=0)
    return np.asarray(pool[row] - simplex_weights(pool[row, :after], rest[:, :after]) @ rest)


def _ratio(gaps: Floats, after: int) -> tuple[float, float]:
    before = float(np.sqrt((gaps[:after] ** 2).mean()))
    return before, float(np.sqrt((gaps[after:] ** 2).mean())) / max(before, 1e-12)


def _spread(means: Floats) -> tuple[float, float]:
    if means.size < FEWEST:
        return np.inf, 1.0
    # Around nought, not around their mean: a placebo has no effect, whatever it shows.
    return float(np.sqrt((means**2).mean() * (1 + 1 / means.size))), float(means.size - 1)


def placebo_in_time(treated: Floats, pool: Floats, after: int) -> float | None:
    """Mean gap in the last third of the time before when weights are learnt from the rest; None if too short."""
    cut = after - max(after // 3, 1)
    if cut < 4:
        return None
    weights = simplex_weights(treated[:cut], pool[:, :cut])
    return float((treated - weights @ pool)[cut:after].mean())
