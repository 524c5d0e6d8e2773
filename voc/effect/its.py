"""Interrupted time series, alone or beside controls: what the series did against what it would have done.

Level (and slope) change at the intervention over trend and season. Assumes that the trend and season before
would have gone on, and that nothing else began at the same time. Sources: Bernal, Cummins & Gasparrini (2017)
Int. J. Epidemiol. 46:348; Wagner et al. (2002); with controls Lopez Bernal, Cummins & Gasparrini (2018).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from voc.effect import regression
from voc.effect.intervals import quantile
from voc.effect.regression import Fit, Noise
from voc.effect.remembering import misfit

Floats = NDArray[np.float64]

SLOPE_LEVEL = 0.01  # a change of slope joins the model only when chance explains it this rarely
MOST_PAIRS = 5  # sine–cosine pairs that a season may take, and one for each season seen


@dataclass(frozen=True)
class Series:
    """A series of n points: values, what to divide them by (None: nothing), and from which place on it is after.

    `kept` leaves points out (wash-out, gaps). `family` is counts, shares (`exposure` holds the totals) or numbers.
    `controls` (n, c) are columns that the action cannot have moved.
    """

    values: Floats
    after: int
    family: str = "counts"
    exposure: Floats | None = None
    season: float = 0.0
    controls: Floats | None = None
    kept: NDArray[np.bool_] | None = None
    offset: Floats | None = None  # known part of the link, for shares of unequal exposure
    steps: tuple[int, ...] = ()  # places from which on the level was another, for reasons known beforehand


@dataclass(frozen=True)
class Change:
    """Effect on the scale of the link (log ratio, log odds ratio, difference), and what it rests on."""

    estimate: float
    error: float
    df: float
    scale: str
    noise: Noise
    expected: Floats
    expected_low: Floats
    expected_high: Floats
    facts: dict[str, Any] = field(default_factory=dict)

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Student's interval."""
        half = float(quantile(alpha, self.df)) * self.error
        return self.estimate - half, self.estimate + half

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return float(2 * special.stdtr(self.df, -abs(self.estimate) / self.error)) if self.error > 0 else 1.0


def harmonics(n: int, period: float, pairs: int) -> Floats:
    """Sine and cosine columns (n, ≤ 2·pairs) of a season; the sine that is nought at half the steps is left out."""
    angle = 2 * np.pi * np.arange(n)[:, None] * np.arange(1, pairs + 1) / max(period, 1.0)
    columns = np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
    return np.asarray(columns[:, np.abs(columns).max(axis=0) > 1e-9])


def season_pairs(series: Series) -> int:
    """How many pairs the season needs: none for less than one season, one for less than two, else by BIC.

    A season that is there and not modelled looks like an effect; one that is modelled and not there costs little.
    BIC counts in that errors remember: it takes slow wandering for waves otherwise.
    """
    n = len(series.values)
    if series.season < 2 or n < series.season:
        return 0
    if n < 2 * series.season:
        return 1
    # Two full seasons on each side cannot be mistaken for a step.
    least = 0 if min(series.after, n - series.after) >= 2 * series.season else 1
    scores = []
    for pairs in range(least, min(int(series.season / 2), int(n / series.season), MOST_PAIRS) + 1):
        fitted = fit_of(series, columns_of(series, "level", pairs, True)[0])
        k, m = fitted.basis.shape[1], fitted.pearson.size
        scores.append(misfit(fitted.pearson, regression.noise(fitted).shared) + k * np.log(m))
    return int(np.argmin(scores)) + least


def interrupted(series: Series, shape: str = "auto", trend: bool = True, pairs: int | None = None,
                errors: str = "auto") -> Change:  # fmt: skip
    """Effect of level change, or of level and slope change as its mean over the points after.

    `shape` level, slope or auto; `errors` auto (φ and AR(1)), quasi (φ), poisson (chance alone), newey-west.
    """
    waves = season_pairs(series) if pairs is None else pairs
    chosen, slope_p = _shape(series, shape, waves, trend)
    columns, effect = columns_of(series, chosen, waves, trend)
    fitted = fit_of(series, columns)
    found = _noise(fitted, errors)
    combination = effect[kept_of(series)[series.after :].nonzero()[0] + series.after].mean(axis=0)
    spread = (
        regression.newey_west(fitted, combination)
        if errors == "newey-west"
        else regression.standard_error(fitted, combination, found)
    )
    model = "level+slope" if chosen == "slope" else "level"
    facts = {"model": model, "trend": trend, "season_pairs": waves, "converged": fitted.converged, **slope_p}
    band = band_of(series, columns - effect, fitted, found)
    estimate = float(combination @ fitted.coefficients)
    df = regression.freedom(regression.weights_of(fitted, combination), found)
    return Change(estimate, spread, df, _scale(series), found, *band, facts)


def _shape(series: Series, shape: str, waves: int, trend: bool) -> tuple[str, dict[str, float]]:
    """The shape that was asked for, or the one the data want, with the p-value that decided."""
    if shape != "auto":
        return shape, {}
    p = _slope_p(series, waves, trend) if trend else 1.0
    return "slope" if p < SLOPE_LEVEL else "level", {"slope_p": p}


def _scale(series: Series) -> str:
    return {"counts": "log ratio", "shares": "log odds ratio", "numbers": "difference"}[series.family]


def _slope_p(series: Series, pairs: int, trend: bool) -> float:
    columns, _ = columns_of(series, "slope", pairs, trend)
    kept = kept_of(series)
    if (kept[series.after :]).sum() < 4 or kept.sum() < columns.shape[1] + 3:
        return 1.0
    fitted = fit_of(series, columns)
    last = np.eye(columns.shape[1])[-1]
    found = regression.noise(fitted)
    spread = regression.standard_error(fitted, last, found)
    return (
        float(2 * special.stdtr(found.df, -abs(float(fitted.coefficients[-1])) / spread))
        if spread > 0
        else 1.0
    )


def kept_of(series: Series) -> NDArray[np.bool_]:
    """Which points count."""
    return np.ones(len(series.values), dtype=bool) if series.kept is None else series.kept


def columns_of(series: Series, shape: str, pairs: int, trend: bool) -> tuple[Floats, Floats]:
    """Columns (n, k), and the same with everything nought but what the intervention brought."""
    n = len(series.values)
    place = np.arange(n, dtype=np.float64)
    after = (place >= series.after).astype(np.float64)
    common = [np.ones(n)] + ([(place - place.mean()) / n] if trend else [])
    common += [(place >= step).astype(np.float64) for step in series.steps]
    if series.controls is not None:
        common += list(_centred(series.controls, series).T)
    waves = harmonics(n, series.season, pairs)
    brought = [after] + ([after * (place - series.after) / n] if shape == "slope" else [])
    columns = np.column_stack([*common, waves, *brought])
    effect = np.zeros_like(columns)
    effect[:, -len(brought) :] = columns[:, -len(brought) :]
    return columns, effect


def _centred(controls: Floats, series: Series) -> Floats:
    # On the scale of the link a control acts as a ratio, when it can be one. A column that stood still before the
    # intervention has taught nothing about how the series follows it.
    lively = controls[: series.after].std(axis=0) > 1e-9 * np.abs(controls).max(axis=0)
    controls = controls[:, lively]
    used = np.log(controls) if series.family == "counts" and (controls > 0).all() else controls
    spread = used.std(axis=0)
    return np.asarray((used - used.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def fit_of(series: Series, columns: Floats, rows: NDArray[np.bool_] | None = None) -> Fit:
    """Fit the points that count, or the given ones."""
    kept = kept_of(series) if rows is None else rows
    divisor = series.exposure
    if series.family == "shares":
        known = 0.0 if series.offset is None else series.offset[kept]
        return regression.fit(series.values[kept], columns[kept], "shares", known, divisor[kept])  # type: ignore[index]
    if divisor is None:
        return regression.fit(series.values[kept], columns[kept], series.family)
    if series.family == "counts":
        return regression.fit(series.values[kept], columns[kept], "counts", np.log(divisor[kept]))
    return regression.fit(series.values[kept] / divisor[kept], columns[kept], "numbers")


def _noise(fitted: Fit, errors: str) -> Noise:
    if errors == "poisson":
        return Noise(1.0, 0.0, np.inf)
    found = regression.noise(fitted)
    left = float(max(fitted.pearson.size - fitted.basis.shape[1], 1))
    plain = float((fitted.pearson**2).sum()) / left
    return Noise(plain, 0.0, left) if errors == "quasi" else found


def band_of(series: Series, columns: Floats, fitted: Fit, found: Noise) -> tuple[Floats, Floats, Floats]:
    """What would have been at every point, with the band of that expectation, on the scale of the values."""
    link = columns @ fitted.coefficients + (0.0 if series.offset is None else series.offset)
    half = float(quantile(0.05, found.df)) * regression.standard_errors(fitted, columns, found)
    return _back(series, link), _back(series, link - half), _back(series, link + half)


def _back(series: Series, link: Floats) -> Floats:
    divisor = np.ones(len(link)) if series.exposure is None else series.exposure
    if series.family == "counts":
        return np.asarray(np.exp(np.clip(link, -30, 30)) * divisor)
    if series.family == "shares":
        return np.asarray(divisor / (1 + np.exp(-np.clip(link, -30, 30))))
    return np.asarray(link * divisor)


def projected(series: Series, trend: bool = False, pairs: int | None = None, errors: str = "auto") -> Change:
    """Effect as what happened after against what the fit to the points before alone expects, mean over after.

    For series with control columns: how they hang together is learnt before the intervention only, so that an
    effect that grows or fades cannot bend it. Brodersen et al. (2015) ask the same with a Bayesian model.
    """
    waves = (season_pairs(series) if pairs is None else pairs) if series.after >= series.season else 0
    columns, effect = columns_of(series, "level", waves, trend)
    base = (columns - effect)[:, :-1]
    kept = kept_of(series)
    before = kept & (np.arange(len(kept)) < series.after)
    later = kept & ~before
    fitted = fit_of(series, base, before)
    found = _noise(fitted, errors)
    band = band_of(series, base, fitted, found)
    estimate, weights = _gap(series, base, fitted, band[0], before, later)
    spread = float(np.sqrt(regression.variance(weights, found)))
    facts = {"model": "projected", "trend": trend, "season_pairs": waves, "converged": fitted.converged}
    df = regression.freedom(weights, found)
    return Change(estimate, spread, df, _scale(series), found, *band, facts)


def _gap(series: Series, base: Floats, fitted: Fit, expected: Floats,
         before: NDArray[np.bool_], later: NDArray[np.bool_]) -> tuple[float, Floats]:  # fmt: skip
    """The mean gap after, and how it weighs the errors of the points that count."""
    n = later.sum()
    divisor = np.ones(len(expected)) if series.exposure is None else series.exposure
    if series.family == "counts":
        total = float(expected[later].sum())
        estimate = float(np.log(max(float(series.values[later].sum()), 0.5) / total))
        shares = expected[later] / total
        own = np.sqrt(expected[later]) / total
    else:
        estimate = float(((series.values - expected) / divisor)[later].mean())
        shares = np.full(n, 1 / n)
        own = shares
    weights = np.zeros(len(expected))
    weights[before] = -(shares @ base[later]) @ fitted.influence * fitted.sd
    weights[later] = own
    return estimate, weights[before | later]
