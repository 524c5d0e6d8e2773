"""Negative binomial regression of a series of counts: the variance grows with the square of the mean, μ + αμ².

Quasi-Poisson lets it grow with the mean. The two differ where the mean itself moves several-fold, by season, growth or
exposure: then quasi-Poisson trusts busy weeks too much. α is found by maximum likelihood (profile over the
coefficients, as statsmodels' NegativeBinomial, `nb2`); what the weeks share is corrected as for the other families.
Sources: Hilbe (2011) Negative Binomial Regression; Lawless (1987).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from voc.effect import its, regression
from voc.effect.its import Change, Series
from voc.effect.regression import Fit, Noise

Floats = NDArray[np.float64]

STEPS = 100
SMALLEST, LARGEST = -18.0, 5.0  # log α: chance alone, and variance far beyond any series of complaints


def fit(y: ArrayLike, columns: ArrayLike, offset: ArrayLike = 0.0) -> tuple[Fit, float]:
    """Fit counts (n,) on columns (n, k) with a log link; returns the fit and α (0: no more than chance)."""
    values, x = np.asarray(y, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    base = np.broadcast_to(np.asarray(offset, dtype=np.float64), values.shape)
    start = regression.fit(values, x, "counts", base)

    def against(log_alpha: float) -> float:
        return -log_likelihood(
            values, _given(values, x, base, np.exp(log_alpha), start)[1], np.exp(log_alpha)
        )

    found = optimize.minimize_scalar(
        against, bounds=(SMALLEST, LARGEST), method="bounded", options={"xatol": 1e-7}
    )
    poisson = -float((values * np.log(start.mean) - start.mean - special.gammaln(values + 1)).sum())
    if poisson <= found.fun + 1e-7:
        return start, 0.0
    alpha = float(np.exp(found.x))
    beta, mean, done = _given(values, x, base, alpha, start)
    sd = np.sqrt(mean + alpha * mean**2)
    return Fit("counts", beta, mean, sd, (values - mean) / sd, x * (mean / sd)[:, None], done), alpha


def _given(values: Floats, x: Floats, base: Floats, alpha: float, start: Fit) -> tuple[Floats, Floats, bool]:
    """Coefficients and means at a given α by iterated weighted least squares, and whether they settled."""
    beta, mean = start.coefficients, start.mean
    for _ in range(STEPS):
        root = mean / np.sqrt(mean + alpha * mean**2)
        target = (np.log(mean) - base + (values - mean) / mean) * root
        after = regression.solve(x * root[:, None], target)
        mean = np.exp(np.clip(x @ after + base, -30, 30))
        moved = float(np.abs(after - beta).max())
        beta = after
        if moved < 1e-10:
            return beta, mean, True
    return beta, mean, False


def log_likelihood(y: Floats, mean: Floats, alpha: float) -> float:
    """Log likelihood of counts with variance μ + αμ²."""
    size = 1 / alpha
    terms = special.gammaln(y + size) - special.gammaln(size) - special.gammaln(y + 1)
    return float((terms + y * np.log(mean / (mean + size)) - size * np.log1p(mean * alpha)).sum())


def interrupted(series: Series, shape: str = "auto", trend: bool = True, pairs: int | None = None,
                errors: str = "auto") -> Change:  # fmt: skip
    """Effect of a level change, or of level and slope as its mean over the points after, as `its.interrupted`."""
    first = its.interrupted(series, shape, trend, pairs, "auto")
    kind = "slope" if first.facts["model"] == "level+slope" else "level"
    columns, effect = its.columns_of(series, kind, int(first.facts["season_pairs"]), trend)
    kept = its.kept_of(series)
    known = 0.0 if series.exposure is None else np.log(series.exposure[kept])
    fitted, alpha = fit(series.values[kept], columns[kept], known)
    found = _noise(fitted, errors)
    combination = effect[kept & (np.arange(len(kept)) >= series.after)].mean(axis=0)
    error = (
        regression.newey_west(fitted, combination)
        if errors == "newey-west"
        else regression.standard_error(fitted, combination, found)
    )
    band = its.band_of(series, columns - effect, fitted, found)
    df = regression.freedom(regression.weights_of(fitted, combination), found)
    facts = first.facts | {"alpha": alpha, "converged": fitted.converged}
    return replace(
        first, estimate=float(combination @ fitted.coefficients), error=error, df=df, noise=found,
        expected=band[0], expected_low=band[1], expected_high=band[2], facts=facts,
    )  # fmt: skip


def _noise(fitted: Fit, errors: str) -> Noise:
    if errors in ("quasi", "poisson"):
        # α has taken up what exceeds chance; as statsmodels, nothing is added to it.
        return Noise(1.0, 0.0, np.inf)
    return regression.noise(fitted)
