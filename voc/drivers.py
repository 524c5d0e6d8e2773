"""What satisfaction hangs on: how much lower ratings are where customers complain of something, and what that costs.

An association, not an effect: who complains of two things counts for both, channels are held apart, nothing else is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from voc.effect.verdict import benjamini_hochberg

# A driver said by fewer rated customers is not fitted: its coefficient would be theirs alone.
FEWEST = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """Rated feedback that is alike: its channel, what it complains of, the rating (1–5) and how many there are."""

    channel: str
    against: frozenset[str]
    rating: float
    count: int


@dataclass(frozen=True)
class Driver:
    """One thing complained of: how much lower it is rated (points, with a 95 % interval), and what it costs overall.

    `share` is the part of the rated feedback that complains of it; `pull` = share × difference, the points by which it
    pulls the mean; `q` is the Benjamini–Hochberg adjusted p value.
    """

    code: str
    count: int
    share: float
    difference: float
    low: float
    high: float
    pull: float
    q: float


def drivers(cells: Sequence[Cell]) -> list[Driver]:
    """Fit ratings on channel and complaints by least squares (HC1 errors), the heaviest pull first.

    The cells are frequency-weighted: the result is that of ordinary least squares on one row a feedback.
    """
    counts = _by_code(cells)
    codes = sorted(code for code, count in counts.items() if count >= FEWEST)
    channels = sorted({cell.channel for cell in cells})
    weights = np.array([cell.count for cell in cells], dtype=float)
    if not codes or weights.sum() <= len(codes) + len(channels):
        return []
    x = np.array(
        [[*(c == cell.channel for c in channels), *(c in cell.against for c in codes)] for cell in cells]
    )
    y = np.array([cell.rating for cell in cells], dtype=float)
    beta, error, freedom = _fit(x.astype(float), y, weights)
    return _told(codes, counts, float(weights.sum()), beta[len(channels) :], error[len(channels) :], freedom)


def _by_code(cells: Sequence[Cell]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in cells:
        for code in cell.against:
            counts[code] = counts.get(code, 0) + cell.count
    return counts


def _fit(x: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats, float]:
    """Return coefficients, HC1 standard errors and residual degrees of freedom of weighted least squares."""
    # What is said always together cannot be told apart: the pseudo-inverse shares it out.
    inverse = np.linalg.pinv((x * weights[:, None]).T @ x)
    beta = inverse @ (x * weights[:, None]).T @ y
    residual = y - x @ beta
    total, rank = weights.sum(), np.linalg.matrix_rank(x)
    meat = (x * (weights * residual**2)[:, None]).T @ x
    covariance = inverse @ meat @ inverse * total / (total - rank)
    return beta, np.sqrt(np.maximum(np.diag(covariance), 0)), float(total - rank)


def _told(
    codes: Sequence[str], counts: Mapping[str, int], total: float, beta: Floats, error: Floats, freedom: float
) -> list[Driver]:
    half = float(t.ppf(0.975, freedom)) * error
    score = np.divide(beta, error, out=np.zeros_like(beta), where=error > 0)
    q = benjamini_hochberg(2 * norm.sf(np.abs(score)))
    found = [
        Driver(code, counts[code], counts[code] / total, float(b), float(b - h), float(b + h),
               float(b) * counts[code] / total, float(adjusted))
        for code, b, h, adjusted in zip(codes, beta, half, q, strict=True)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.pull)
