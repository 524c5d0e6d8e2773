"""Errors that remember: AR(1) correlations of successive points, and what they make of weighted sums."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz

Floats = NDArray[np.float64]

MOST_SHARED = 0.9
GRID = np.linspace(0.0, MOST_SHARED, 10)
CACHED = 200  # points up to which the correlations of the grid are kept


def memories(n: int) -> list[tuple[float, Floats]]:
    """The correlations of n points for each lag-1 correlation of the grid."""
    return _kept_memories(n) if n <= CACHED else _made_memories(n)


@lru_cache(maxsize=16)
def _kept_memories(n: int) -> list[tuple[float, Floats]]:
    return _made_memories(n)


def _made_memories(n: int) -> list[tuple[float, Floats]]:
    return [(float(shared), correlation_matrix(n, float(shared))) for shared in GRID]


def correlation_matrix(n: int, shared: float) -> Floats:
    """AR(1) correlations of n successive points."""
    return np.asarray(toeplitz(shared ** np.arange(n))) if shared else np.eye(n)


def remembered(weights: Floats, shared: float) -> float:
    """w' R w for AR(1) correlations R, in a step a point: the variance of a weighted sum of such errors."""
    carried, total = 0.0, float(weights @ weights)
    if not shared:
        return total
    for before, now in pairwise(weights.tolist()):
        carried = shared * (carried + before)
        total += 2 * carried * now
    return total


def misfit(residuals: Floats, shared: float) -> float:
    """Minus twice the log likelihood of AR(1) residuals (n,) at a correlation, but for constants."""
    fresh = residuals[1:] - shared * residuals[:-1]
    power = float((fresh**2).sum() + (1 - shared**2) * residuals[0] ** 2)
    return float(residuals.size * np.log(max(power, 1e-12) / residuals.size) - np.log(1 - shared**2))
