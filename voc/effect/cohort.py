"""Staggered roll-outs: effects by cohort and time (Callaway & Sant'Anna 2021, J. Econometrics 225:200).

Cohort g is the units first treated at time g. ATT(g, t) compares their change since just before g with that of
units not treated yet; no cohort ever serves as control for itself, which two-way fixed effects get wrong.
Standard errors come from influence functions, clustered by unit. Assumes parallel trends and no anticipation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
DRAWS = 999


@dataclass(frozen=True)
class Cell:
    """ATT of the cohort that began at place `cohort`, at place `time`; `influence` has one value a unit."""

    cohort: int
    time: int
    estimate: float
    error: float
    units: int
    controls: int
    influence: Floats


@dataclass(frozen=True)
class Aggregate:
    """A weighted mean of cells with its standard error."""

    estimate: float
    error: float
    influence: Floats

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect, normal."""
        return float(2 * special.ndtr(-abs(self.estimate) / self.error)) if self.error > 0 else 1.0


def cells(
    panel: Floats, began: Ints, controls: str = "never", covariates: Floats | None = None, base: int = 1
) -> list[Cell]:
    """All ATT(g, t) of a panel (units, times); `began` is the first treated place of a unit, NEVER if none.

    `controls` never: units never treated; not-yet: all that are not treated at t. Before g the change is from
    one place to the next, as a placebo; from g on it is from the mean of the last `base` places before g (1 as
    published; more where single places are noisy). `covariates` (units, c) adjust by regression of the controls'
    changes on them.
    """
    whole = np.isfinite(panel).all(axis=1)
    y, first = panel[whole], began[whole]
    x = np.ones((len(y), 1)) if covariates is None else np.column_stack([np.ones(len(y)), covariates[whole]])
    made = []
    for g in np.unique(first[(first != NEVER) & (first > 0)]).tolist():
        for t in range(1, y.shape[1]):
            since = max(0, g - base) if t >= g else t - 1
            until = g if t >= g else t
            others = first == NEVER if controls == "never" else (first > max(t, until - 1)) & (first != g)
            mine = first == g
            if others.sum() > x.shape[1]:
                made.append(_cell(g, t, y[:, t] - y[:, since:until].mean(axis=1), mine, others, x))
    return made


def _cell(
    g: int, t: int, change: Floats, mine: NDArray[np.bool_], others: NDArray[np.bool_], x: Floats
) -> Cell:
    n = len(change)
    inverse = np.linalg.pinv(x[others].T @ x[others])
    slope = inverse @ x[others].T @ change[others]
    rest = change - x @ slope
    estimate = float(rest[mine].mean())
    influence = np.zeros(n)
    influence[mine] = n / mine.sum() * (rest[mine] - estimate)
    influence[others] = -n * (x[others] * rest[others, None]) @ (inverse @ x[mine].mean(axis=0))
    return Cell(g, t, estimate, _spread(influence), int(mine.sum()), int(others.sum()), influence)


def _spread(influence: Floats) -> float:
    return float(np.sqrt((influence**2).mean() / len(influence)))


def overall(found: list[Cell], began: Ints, kind: str = "simple") -> Aggregate:
    """Mean over cells after treatment, weighted by cohort size (simple), by cohort first (group), or by time
    since treatment first (dynamic); the weights' own uncertainty is in the error.
    """
    after = [c for c in found if c.time >= c.cohort]
    if kind == "simple":
        return _mean(after, began)
    keys = sorted({_key(c, kind) for c in after})
    parts = [_mean([c for c in after if _key(c, kind) == key], began) for key in keys]
    if kind == "group":
        return _weighted(parts, keys, began)
    influence = np.mean([p.influence for p in parts], axis=0)
    return Aggregate(float(np.mean([p.estimate for p in parts])), _spread(influence), influence)


def _key(cell: Cell, kind: str) -> int:
    return cell.cohort if kind == "group" else cell.time - cell.cohort


def by_exposure(found: list[Cell], began: Ints) -> dict[int, Aggregate]:
    """ATT by steps since treatment (negative: before), weighted by cohort size."""
    steps = sorted({c.time - c.cohort for c in found})
    return {s: _mean([c for c in found if c.time - c.cohort == s], began) for s in steps}


def by_cohort(found: list[Cell], began: Ints) -> dict[int, Aggregate]:
    """ATT of each cohort, mean over its places after treatment."""
    after = [c for c in found if c.time >= c.cohort]
    return {g: _mean([c for c in after if c.cohort == g], began) for g in sorted({c.cohort for c in after})}


def _mean(chosen: list[Cell], began: Ints) -> Aggregate:
    parts = [Aggregate(c.estimate, c.error, c.influence) for c in chosen]
    return _weighted(parts, [c.cohort for c in chosen], began)


def _weighted(parts: list[Aggregate], cohorts: list[int], began: Ints) -> Aggregate:
    member = np.array([began == g for g in cohorts], dtype=np.float64)
    size = member.mean(axis=1)
    weights = size / size.sum()
    estimates = np.array([p.estimate for p in parts])
    own = weights @ np.array([p.influence for p in parts])
    of_weights = (member - size[:, None]) - weights[:, None] * (member - size[:, None]).sum(axis=0)
    influence = own + estimates @ of_weights / size.sum()
    return Aggregate(float(weights @ estimates), _spread(influence), influence)


def pre_test(found: list[Cell]) -> tuple[float, int, float] | None:
    """Wald chi-square that all cells before treatment are nought, its df and p; None without such cells."""
    early = [c for c in found if c.time < c.cohort]
    if not early:
        return None
    matrix = np.array([c.influence for c in early])
    covariance = matrix @ matrix.T / matrix.shape[1] ** 2
    rank = int(np.linalg.matrix_rank(covariance))
    values = np.array([c.estimate for c in early])
    statistic = float(values @ np.linalg.pinv(covariance) @ values)
    return statistic, rank, float(stats.chi2.sf(statistic, rank)) if rank else 1.0


def drift(found: list[Cell], began: Ints) -> Aggregate | None:
    """Mean change per step before treatment, cohorts against controls; it should be nought. None without a step."""
    early = [one for step, one in by_exposure(found, began).items() if step < 0]
    if not early:
        return None
    influence = np.mean([one.influence for one in early], axis=0)
    return Aggregate(float(np.mean([one.estimate for one in early])), _spread(influence), influence)


def uniform_critical(found: list[Cell], seed: int = 0, alpha: float = 0.05) -> float:
    """Critical value for all cells at once, by the multiplier bootstrap with Mammen's two-point weights."""
    shown = [c for c in found if c.error > 0]
    if not shown:
        return np.nan
    matrix = np.array([c.influence / c.error for c in shown]) / shown[0].influence.size
    golden = (1 + np.sqrt(5)) / 2
    rng = np.random.default_rng(seed)
    lucky = rng.random((DRAWS, matrix.shape[1])) < golden / np.sqrt(5)
    draws = np.where(lucky, 1 - golden, golden) @ matrix.T
    return float(np.quantile(np.abs(draws).max(axis=1), 1 - alpha))
