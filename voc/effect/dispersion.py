"""How much more counts vary than chance alone would make them: the Pearson factor φ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

WEEK = 7
MOST_SHARED = 0.8  # beyond it a mean over weeks is hardly a mean
CALM = 1.05  # φ that nobody tells from chance


@dataclass(frozen=True)
class Spread:
    """φ (at least 1), the degrees of freedom behind it, and the lag-1 correlation of the weeks."""

    phi: Floats
    df: int
    shared: Floats


def blocks(days: ArrayLike, size: int = WEEK) -> Floats:
    """Sums of consecutive blocks of days (last axis), counted back from the end; a short rest is dropped."""
    values = np.asarray(days, dtype=np.float64)
    whole = values.shape[-1] // size * size
    kept = values[..., values.shape[-1] - whole :]
    return np.asarray(kept.reshape(*values.shape[:-1], -1, size).sum(axis=-1))


def pearson_residuals(counts: ArrayLike, exposure: ArrayLike, binomial: bool = False) -> Floats:
    """Standardised residuals of blocks around the rate of their period, shape as `counts`."""
    y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    total = e.sum(axis=-1, keepdims=True)
    rate = np.where(total > 0, y.sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1), 0)
    return _standardise(y, e * rate, (1 - rate) if binomial else 1.0)


def _standardise(y: Floats, expected: Floats, shrink: Floats | float) -> Floats:
    variance = expected * shrink
    return np.asarray(
        np.where(variance > 0, (y - expected) / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)
    )


def lag1(residuals: Floats) -> Floats:
    """Lag-1 autocorrelation along the last axis; 0 when nothing varies."""
    power = (residuals**2).sum(axis=-1)
    product = (residuals[..., 1:] * residuals[..., :-1]).sum(axis=-1)
    return np.asarray(np.where(power > 0, product / np.where(power > 0, power, 1), 0.0))


def spread(
    counts0: ArrayLike,
    exposure0: ArrayLike,
    counts1: ArrayLike,
    exposure1: ArrayLike,
    binomial: bool = False,
    block: int = WEEK,
) -> Spread:
    """φ pooled over both periods from daily columns (last axis = days), with its degrees of freedom.

    Weeks are the blocks: weekday structure vanishes in them, and what the days of one week share counts in
    full, which days as blocks would miss. φ grows by what neighbouring weeks share. Short periods pay with
    few degrees of freedom instead of a φ that is too small. McCullagh & Nelder 1989, section 9.2.
    """
    pairs = ((counts0, exposure0), (counts1, exposure1))
    weekly = [pearson_residuals(blocks(y, block), blocks(e, block), binomial) for y, e in pairs]
    df = max(sum(max(r.shape[-1] - 1, 0) for r in weekly), 1)
    phi = np.asarray(sum((r**2).sum(axis=-1) for r in weekly)) / df
    shared = correlation(weekly)
    return Spread(np.maximum(phi * (1 + shared) / (1 - shared), 1.0), df, shared)


def correlation(weekly: list[Floats]) -> Floats:
    """Lag-1 correlation pooled over the periods, freed of its downward bias 1/n, within 0…MOST_SHARED."""
    long = [r for r in weekly if r.shape[-1] > 1]
    if not long:
        return np.zeros(weekly[0].shape[:-1])
    bias = np.mean([1 / r.shape[-1] for r in long])
    return np.asarray(np.clip(np.mean([lag1(r) for r in long], axis=0) + bias, 0.0, MOST_SHARED))


def in_words(phi: float, what: str = "波动") -> str:
    """Say how much more counts vary than chance alone makes them."""
    return f"{what}是纯偶然的 {phi:.2g} 倍，已计入区间" if phi > CALM else f"{what}没有超出纯偶然"
