"""What a series says before the outcome is known: its course, its noise, and how precise a step would be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voc.effect import its, regression
from voc.effect.its import Change, Series
from voc.effect.regression import Noise

Floats = NDArray[np.float64]

LEAST_SLOPE = 6


def trend_before(series: Series) -> tuple[float, float, float] | None:
    """Slope per point of the counts before on the log scale, its error, and the points between both middles.

    None with fewer than six points before: no slope can be told from them.
    """
    kept = its.kept_of(series)
    before = np.flatnonzero(kept[: series.after])
    later = np.flatnonzero(kept)[np.flatnonzero(kept) >= series.after]
    if before.size < LEAST_SLOPE or not later.size or not series.values[before].any():
        return None
    place = np.arange(len(kept), dtype=np.float64)
    columns = np.column_stack([np.ones(len(kept)), place])
    rows = kept & (place < series.after)
    fitted = its.fit_of(series, columns, rows)
    # So few points cannot tell memory from the slope itself: the noise is taken as it is.
    plain = Noise(max(float((fitted.pearson**2).sum()) / (before.size - 2), 1.0), 0.0, before.size - 2.0)
    error = regression.standard_error(fitted, np.array([0.0, 1.0]), plain)
    return float(fitted.coefficients[1]), error, float(later.mean() - before.mean())


def error_ratio(series: Series, change: Change, extra: int) -> float:
    """By how much `extra` further points would shrink the standard error, other things staying as they are."""
    errors = []
    for n in (len(series.values), len(series.values) + extra):
        columns, _ = its.columns_of(
            _blank(series, n), "level", int(change.facts["season_pairs"]), bool(change.facts["trend"])
        )
        if change.facts["model"] == "projected":
            base = columns[:, :-1]
            later = np.arange(n) >= series.after
            weights = np.where(later, 1 / later.sum(), 0.0)
            weights[~later] -= base[later].mean(axis=0) @ np.linalg.pinv(base[~later])
        else:
            weights = np.linalg.pinv(columns)[-1]
        errors.append(regression.remembered(weights, change.noise.shared))
    return float(np.sqrt(errors[1] / errors[0]))


def noise_before(series: Series) -> Noise | None:
    """φ and the correlation of the points before, trend and season (one pair, of a whole one) taken out."""
    before = its.kept_of(series) & (np.arange(len(series.values)) < series.after)
    columns = its.columns_of(series, "level", int(series.after >= series.season > 1), True)[0][:, :-1]
    if before.sum() < columns.shape[1] + 4 or not series.values[before].any():
        return None
    return regression.noise(its.fit_of(series, columns, before))


def step_weights(series: Series, after: int) -> Floats:
    """How the step of an interrupted series weighs its points, with `after` points after instead of its own."""
    n = series.after + after
    kept = np.concatenate([its.kept_of(series)[: series.after], np.ones(after, dtype=bool)])
    pairs = int(n >= series.season > 1)
    columns, _ = its.columns_of(_blank(series, n), "level", pairs, True)
    return np.asarray(np.linalg.pinv(columns[kept])[-1])


def _blank(series: Series, n: int) -> Series:
    return Series(np.zeros(n), series.after, "numbers", None, series.season, steps=series.steps)
