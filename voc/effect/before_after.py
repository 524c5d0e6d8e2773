"""The lowest rung of the ladder: the same metric before and after an action, nothing else.

Assumes that nothing but the action changed between the windows; the windows, not this file, take care of the
weeks that raised the alarm. A trend, a season or a second action breaks the assumption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from voc.effect import intervals
from voc.effect.dispersion import WEEK, Spread, spread

Floats = NDArray[np.float64]

MIN_DAYS = 14  # on each side
MIN_EVENTS = 10  # both sides together


@dataclass(frozen=True)
class Effect:
    """A measured change: ratio or difference of after to before, its interval and what it rests on."""

    design: str
    scale: str
    estimate: float
    low: float
    high: float
    p_value: float
    before: float
    after: float
    dispersion: float
    days_before: int
    days_after: int
    diagnostics: dict[str, Any] = field(default_factory=dict)

    @property
    def change(self) -> tuple[float, float, float]:
        """The change relative to before (−0.58 = fell by 58 %), with the ends of its interval."""
        if self.scale == "ratio":
            return self.estimate - 1, self.low - 1, self.high - 1
        if self.scale == "log":
            one, low, high = (math.expm1(min(v, 700.0)) for v in (self.estimate, self.low, self.high))
            return one, low, high
        base = self.before or float("nan")
        return self.estimate / base, self.low / base, self.high / base


@dataclass(frozen=True)
class Ratios:
    """Columns of a vectorised comparison; every array has the leading shape of the input."""

    estimate: Floats
    low: Floats
    high: Floats
    p_value: Floats
    spread: Spread


def rate_ratios(
    before_counts: ArrayLike, before_exposure: ArrayLike, after_counts: ArrayLike, after_exposure: ArrayLike,
    alpha: float = 0.05, block: int = WEEK,
) -> Ratios:  # fmt: skip
    """After-to-before rate ratios for many series at once; last axis = days (`block` 1: weeks or months already).

    Quasi-Poisson: counts are divided by φ, then the score interval of the conditional binomial is taken with
    Student's quantile (φ is estimated). p is the two-sided test of ratio 1 that this interval inverts.
    """
    y0, e0, y1, e1 = _totals(before_counts, before_exposure, after_counts, after_exposure)
    found = spread(before_counts, before_exposure, after_counts, after_exposure, block=block)
    z = intervals.quantile(alpha, found.df)
    low, high = intervals.rate_ratio_score(y1 / found.phi, e1, y0 / found.phi, e0, alpha, z)
    expected = (y0 + y1) * e1 / (e0 + e1)
    variance = found.phi * expected * e0 / (e0 + e1)
    return Ratios(_ratio(y1 / e1, y0 / e0), low, high, _p_value(y1 - expected, variance, found.df), found)


def share_ratios(
    before_counts: ArrayLike, before_totals: ArrayLike, after_counts: ArrayLike, after_totals: ArrayLike,
    alpha: float = 0.05,
) -> Ratios:  # fmt: skip
    """After-to-before ratios of shares for many series at once; last axis = days.

    Quasi-binomial: counts and totals are divided by φ, then Newcombe's hybrid score is taken for the ratio
    with Student's quantile. It excludes 1 exactly when Newcombe's difference excludes 0.
    """
    x0, n0, x1, n1 = _totals(before_counts, before_totals, after_counts, after_totals)
    found = spread(before_counts, before_totals, after_counts, after_totals, binomial=True)
    z = intervals.quantile(alpha, found.df)
    low, high = intervals.share_ratio(
        x1 / found.phi, n1 / found.phi, x0 / found.phi, n0 / found.phi, alpha, z
    )
    pooled = (x0 + x1) / (n0 + n1)
    variance = found.phi * pooled * (1 - pooled) * (1 / n0 + 1 / n1)
    return Ratios(_ratio(x1 / n1, x0 / n0), low, high, _p_value(x1 / n1 - x0 / n0, variance, found.df), found)


def compare_rates(
    before_counts: ArrayLike, before_exposure: ArrayLike, after_counts: ArrayLike, after_exposure: ArrayLike,
    alpha: float = 0.05, block: int = WEEK,
) -> Effect:  # fmt: skip
    """Change of a rate (events per order, say) from daily columns; over-dispersion widens the interval."""
    columns = (before_counts, before_exposure, after_counts, after_exposure)
    return _effect(partial(rate_ratios, block=block), columns, alpha)


def compare_shares(
    before_counts: ArrayLike, before_totals: ArrayLike, after_counts: ArrayLike, after_totals: ArrayLike,
    alpha: float = 0.05, scale: str = "ratio",
) -> Effect:  # fmt: skip
    """Change of a share (complaints of this kind among all feedback) from daily columns.

    `scale="difference"` gives Newcombe's interval of the difference itself, in points of share.
    """
    columns = (before_counts, before_totals, after_counts, after_totals)
    effect = _effect(share_ratios, columns, alpha)
    return effect if scale == "ratio" else _as_difference(effect, columns, alpha)


def _as_difference(effect: Effect, columns: tuple[ArrayLike, ...], alpha: float) -> Effect:
    if effect.diagnostics["faults"]:
        values = (np.nan, -1.0, 1.0)
    else:
        x0, n0, x1, n1 = (total / effect.dispersion for total in _totals(*columns))
        z = intervals.quantile(alpha, effect.diagnostics["df"])
        low, high = intervals.newcombe(x1, n1, x0, n0, alpha, z)
        values = (effect.after - effect.before, float(low), float(high))
    kept = {k: v for k, v in vars(effect).items() if k not in ("scale", "estimate", "low", "high")}
    return Effect(scale="difference", estimate=values[0], low=values[1], high=values[2], **kept)


def _effect(method: Any, columns: tuple[ArrayLike, ...], alpha: float) -> Effect:
    arrays = [np.asarray(c, dtype=np.float64) for c in columns]
    days = (arrays[0].size, arrays[2].size)
    y0, e0, y1, e1 = (float(a.sum()) for a in arrays)
    faults = _faults(arrays, days)
    facts = {"events_before": y0, "events_after": y1, "exposure_before": e0, "exposure_after": e1}
    if e0 <= 0 or e1 <= 0:
        nan = float("nan")
        return Effect("before_after", "ratio", nan, 0.0, float("inf"), 1.0, nan, nan, 1.0, *days,
                      facts | {"faults": faults, "df": 0, "shared": 0.0})  # fmt: skip
    found: Ratios = method(*arrays, alpha)
    extra = {
        "faults": faults,
        "df": found.spread.df,
        "shared": float(found.spread.shared),
    }
    return Effect(
        "before_after", "ratio", float(found.estimate), float(found.low), float(found.high),
        float(found.p_value), y0 / e0, y1 / e1, float(found.spread.phi), *days, facts | extra,
    )  # fmt: skip


def _faults(arrays: list[Floats], days: tuple[int, int]) -> list[str]:
    checks = (
        (min(days) < MIN_DAYS, "too_few_days"),
        (arrays[0].sum() + arrays[2].sum() < MIN_EVENTS, "too_few_events"),
        (arrays[1].sum() <= 0 or arrays[3].sum() <= 0, "no_exposure"),
        (any(((y > 0) & (e <= 0)).any() for y, e in (arrays[:2], arrays[2:])), "events_without_exposure"),
    )
    return [name for bad, name in checks if bad]


def _totals(*columns: ArrayLike) -> list[Floats]:
    return [np.asarray(np.asarray(c, dtype=np.float64).sum(axis=-1)) for c in columns]


def _ratio(after: Floats, before: Floats) -> Floats:
    missing = np.where(after > 0, np.inf, np.nan)
    return np.asarray(np.where(before > 0, after / np.where(before > 0, before, 1), missing))


def _p_value(deviation: Floats, variance: Floats, df: int) -> Floats:
    t = np.where(variance > 0, np.abs(deviation) / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)
    return np.asarray(2 * special.stdtr(df, -t))
