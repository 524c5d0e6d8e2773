"""How much more counts vary than chance alone would make them: the Pearson factor φ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

WEEK = 7
WEEKLY_DF = 6  # from eight whole weeks in all, weeks judge themselves; with fewer, days have to help


@dataclass(frozen=True)
class Spread:
    """φ (at least 1), the degrees of freedom it was estimated with, and the lag-1 correlation of the blocks."""

    phi: Floats
    df: int
    lag1: Floats
    unit: str


def blocks(days: ArrayLike, size: int = WEEK) -> Floats:
    """Sums of consecutive blocks of days along the last axis, counted back from the end; a short rest is dropped."""
    values = np.asarray(days, dtype=np.float64)
    whole = values.shape[-1] // size * size
    kept = values[..., values.shape[-1] - whole :]
    return np.asarray(kept.reshape(*values.shape[:-1], -1, size).sum(axis=-1))


def pearson_residuals(counts: ArrayLike, exposure: ArrayLike, binomial: bool = False) -> Floats:
    """Standardised residuals of blocks around their own period's mean rate, shape as `counts`; 0 without exposure."""
    y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    total = e.sum(axis=-1, keepdims=True)
    rate = np.where(total > 0, y.sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1), 0)
    return _standardise(y, e * rate, (1 - rate) if binomial else 1.0)


def _standardise(y: Floats, expected: Floats, shrink: Floats | float) -> Floats:
    variance = expected * shrink
    return np.asarray(
        np.where(variance > 0, (y - expected) / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)
    )


def _daily_residuals(y: Floats, e: Floats, binomial: bool) -> tuple[Floats, int]:
    """Residuals of days around the mean of their period and, from two weeks on, of their day of the week."""
    phases = min(WEEK, y.shape[-1] // 2) if y.shape[-1] >= 2 * WEEK else 1
    phase = np.arange(y.shape[-1]) % phases
    out = np.zeros_like(y)
    for k in range(phases):
        out[..., phase == k] = pearson_residuals(y[..., phase == k], e[..., phase == k], binomial)
    return out, y.shape[-1] - phases


def lag1(residuals: Floats) -> Floats:
    """Lag-1 autocorrelation along the last axis; 0 when nothing varies."""
    power = (residuals**2).sum(axis=-1)
    product = (residuals[..., 1:] * residuals[..., :-1]).sum(axis=-1)
    return np.asarray(np.where(power > 0, product / np.where(power > 0, power, 1), 0.0))


def spread(
    counts0: ArrayLike, exposure0: ArrayLike, counts1: ArrayLike, exposure1: ArrayLike, binomial: bool = False
) -> Spread:
    """φ pooled over both periods from daily columns (last axis = days), with its degrees of freedom.

    Weeks are the blocks when they leave at least WEEKLY_DF degrees of freedom, which makes weekday structure
    vanish and lets whatever days of one week share count in full. With fewer weeks φ is the larger of the
    weekly and the weekday-adjusted daily one, with the daily degrees of freedom. McCullagh & Nelder 1989, 9.2.
    """
    sides = [(np.asarray(y, dtype=np.float64), np.asarray(e, dtype=np.float64)) for y, e in
             ((counts0, exposure0), (counts1, exposure1))]  # fmt: skip
    weekly = [pearson_residuals(blocks(y), blocks(e), binomial) for y, e in sides]
    df = sum(max(r.shape[-1] - 1, 0) for r in weekly)
    chi2 = sum((r**2).sum(axis=-1) for r in weekly)
    correlation = np.mean([lag1(r) for r in weekly if r.shape[-1] > 1] or [np.zeros(chi2.shape)], axis=0)
    phi = np.asarray(chi2) / max(df, 1)
    if df >= WEEKLY_DF:
        return Spread(np.maximum(phi, 1.0), df, correlation, "week")
    days = [_daily_residuals(y, e, binomial) for y, e in sides]
    daily_df = max(sum(d for _, d in days), 1)
    daily = sum((r**2).sum(axis=-1) for r, _ in days) / daily_df
    return Spread(np.maximum(np.maximum(phi, daily), 1.0), daily_df, correlation, "day")
