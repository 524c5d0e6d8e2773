"""Confidence intervals for shares and rates, vectorised.

Every function broadcasts its arguments like numpy and returns `(low, high)` as float arrays of the broadcast
shape. Counts may be fractional: dividing counts and trials by a dispersion factor gives the quasi-likelihood
interval. `z` replaces the normal quantile (a Student quantile when the dispersion was estimated).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats]
Critical = ArrayLike | None  # None: the normal quantile of alpha

BISECTIONS = 60  # halving [-1, 1] sixty times reaches the resolution of a double


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(a) for a in np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values))]


def quantile(alpha: float, df: ArrayLike = np.inf) -> Floats:
    """Two-sided critical value: Student's t with `df` degrees of freedom, the normal when infinite."""
    degrees = np.asarray(df, dtype=np.float64)
    finite = np.where(np.isfinite(degrees), np.maximum(degrees, 1.0), 1.0)
    student = special.stdtrit(finite, 1 - alpha / 2)
    return np.asarray(np.where(np.isfinite(degrees), student, special.ndtri(1 - alpha / 2)))


def wilson(successes: ArrayLike, trials: ArrayLike, alpha: float = 0.05, z: Critical = None) -> Interval:
    """Score interval of one share (Wilson 1927); no trials gives the whole range 0–1."""
    x, n, q = _floats(successes, trials, quantile(alpha) if z is None else z)
    safe = np.where(n > 0, n, 1.0)
    centre = (x + q**2 / 2) / (safe + q**2)
    half = q / (safe + q**2) * np.sqrt(np.maximum(x * (safe - x) / safe + q**2 / 4, 0.0))
    low = np.where((n > 0) & (x > 0), np.clip(centre - half, 0, 1), 0.0)
    high = np.where((n > 0) & (x < n), np.clip(centre + half, 0, 1), 1.0)
    return low, high


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, alpha: float = 0.05) -> Interval:
    """Exact interval of one share (Clopper & Pearson 1934): never covers less than 1 − alpha."""
    x, n = _floats(successes, trials)
    low = special.betaincinv(np.where(x > 0, x, 1.0), n - x + 1, alpha / 2)
    high = special.betaincinv(x + 1, np.where(x < n, n - x, 1.0), 1 - alpha / 2)
    return np.where(x > 0, low, 0.0), np.where(x < n, high, 1.0)


def newcombe(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    alpha: float = 0.05,
    z: Critical = None,
) -> Interval:
    """Difference of two shares p1 − p2, hybrid score interval (Newcombe 1998, method 10)."""
    p1, p2 = _share(x1, n1), _share(x2, n2)
    low1, high1 = wilson(x1, n1, alpha, z)
    low2, high2 = wilson(x2, n2, alpha, z)
    low = p1 - p2 - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = p1 - p2 + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return np.asarray(low), np.asarray(high)


def share_ratio(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    alpha: float = 0.05,
    z: Critical = None,
) -> Interval:
    """Ratio of two shares p1 / p2, the same hybrid score recovered for a ratio (Donner & Zou 2012, MOVER-R).

    It excludes 1 exactly when Newcombe's interval of the difference excludes 0, so the two never disagree.
    """
    p1, p2 = _share(x1, n1), _share(x2, n2)
    low1, high1 = wilson(x1, n1, alpha, z)
    low2, high2 = wilson(x2, n2, alpha, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        under = np.sqrt(np.maximum((p1 * p2) ** 2 - low1 * (2 * p1 - low1) * high2 * (2 * p2 - high2), 0.0))
        over = np.sqrt(np.maximum((p1 * p2) ** 2 - high1 * (2 * p1 - high1) * low2 * (2 * p2 - low2), 0.0))
        low = (p1 * p2 - under) / (high2 * (2 * p2 - high2))
        high = (p1 * p2 + over) / (low2 * (2 * p2 - low2))
    return _tidy_ratio(low, high, low1, p2, high2)


def _tidy_ratio(low: Floats, high: Floats, low1: Floats, p2: Floats, high2: Floats) -> Interval:
    # 2·p2 = high2 makes the quotient 0/0; its limit is used. Without events before, nothing bounds the ratio.
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = np.where(p2 > 0, low1 / high2, 0.0)
    low = np.where(np.isfinite(low) & (low1 > 0), np.maximum(low, 0.0), np.where(low1 > 0, limit, 0.0))
    return np.asarray(low), np.asarray(np.where((p2 > 0) & np.isfinite(high), high, np.inf))


def miettinen_nurminen(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05, corrected: bool = True
) -> Interval:
    """Difference of two shares, inverted score test (Miettinen & Nurminen 1985; uncorrected: Mee 1984)."""
    a, m, b, n = _floats(x1, n1, x2, n2)
    p1, p2 = _share(a, m), _share(b, n)
    factor = (m + n) / (m + n - 1) if corrected else np.ones_like(m)
    critical = quantile(alpha) ** 2

    def outside(delta: Floats) -> NDArray[np.bool_]:
        q1, q2 = _restricted(a, m, b, n, delta)
        variance = (q1 * (1 - q1) / m + q2 * (1 - q2) / n) * factor
        return np.asarray((p1 - p2 - delta) ** 2 > critical * np.maximum(variance, 1e-300))

    estimate = p1 - p2
    return _bisect(outside, estimate, -np.ones_like(estimate)), _bisect(
        outside, estimate, np.ones_like(estimate)
    )


def _restricted(x1: Floats, n1: Floats, x2: Floats, n2: Floats, delta: Floats) -> tuple[Floats, Floats]:
    """Likeliest shares under p1 − p2 = delta, the closed root of a cubic (Farrington & Manning 1990)."""
    total = n1 + n2
    l2 = (n1 + 2 * n2) * delta - total - (x1 + x2)
    l1 = (n2 * delta - total - 2 * x2) * delta + x1 + x2
    l0 = x2 * delta * (1 - delta)
    c = l2**3 / (3 * total) ** 3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    root = np.sqrt(np.maximum((l2 / (3 * total)) ** 2 - l1 / (3 * total), 0.0))
    b = np.where(c >= 0, 1.0, -1.0) * root
    ratio = np.where(b != 0, c / np.where(b != 0, b, 1.0) ** 3, 0.0)
    angle = (np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    p2 = np.clip(2 * b * np.cos(angle) - l2 / (3 * total), np.maximum(0, -delta), np.minimum(1, 1 - delta))
    return np.clip(p2 + delta, 0, 1), p2


def _bisect(outside: Callable[[Floats], NDArray[np.bool_]], inside: Floats, edge: Floats) -> Floats:
    for _ in range(BISECTIONS):
        middle = (inside + edge) / 2
        out = outside(middle)
        inside, edge = np.where(out, inside, middle), np.where(out, middle, edge)
    return np.asarray((inside + edge) / 2)


def rate_exact(events: ArrayLike, exposure: ArrayLike, alpha: float = 0.05) -> Interval:
    """Exact interval of one Poisson rate, events per unit of exposure (Garwood 1936)."""
    x, e = _floats(events, exposure)
    low = np.where(x > 0, special.gammaincinv(np.where(x > 0, x, 1.0), alpha / 2), 0.0)
    return low / e, np.asarray(special.gammaincinv(x + 1, 1 - alpha / 2)) / e


def rate_score(events: ArrayLike, exposure: ArrayLike, alpha: float = 0.05, z: Critical = None) -> Interval:
    """Score interval of one Poisson rate, events per unit of exposure."""
    x, e, q = _floats(events, exposure, quantile(alpha) if z is None else z)
    centre, half = x + q**2 / 2, q * np.sqrt(x + q**2 / 4)
    return np.maximum(centre - half, 0.0) / e, (centre + half) / e


def rate_ratio_exact(
    x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """Ratio of two Poisson rates (x1/e1)/(x2/e2), exact: given the total, x1 is binomial."""
    a, m, b, n = _floats(x1, e1, x2, e2)
    return _odds(clopper_pearson(a, a + b, alpha), n / m)


def rate_ratio_score(
    x1: ArrayLike,
    e1: ArrayLike,
    x2: ArrayLike,
    e2: ArrayLike,
    alpha: float = 0.05,
    z: Critical = None,
) -> Interval:
    """Ratio of two Poisson rates (x1/e1)/(x2/e2), score: Wilson's interval, x1 binomial given the total."""
    a, m, b, n = _floats(x1, e1, x2, e2)
    return _odds(wilson(a, a + b, alpha, z), n / m)


def _odds(share: Interval, scale: Floats) -> Interval:
    low, high = share
    with np.errstate(divide="ignore"):
        upper = np.where(high < 1, high / np.where(high < 1, 1 - high, 1.0), np.inf)
        lower = np.where(low < 1, low / np.where(low < 1, 1 - low, 1.0), np.inf)
    return lower * scale, upper * scale


def _share(x: ArrayLike, n: ArrayLike) -> Floats:
    a, b = _floats(x, n)
    return np.where(b > 0, a / np.where(b > 0, b, 1.0), 0.0)
