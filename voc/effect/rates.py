"""Further intervals for one Poisson rate and for the ratio and difference of two, vectorised.

Arguments are events and exposure (any unit of it; a rate is events per that unit), broadcast like numpy; every
function returns `(low, high)`. Assumes events independent of each other; over-dispersion is `before_after`'s.
Sources: Graham, Mayengbam & Tiwari (2003) and Gu et al. (2008) for ratios; Miettinen & Nurminen (1985) for the
score difference; Li, Tang & Wong (2014) for the difference recovered from two single intervals (MOVER).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from voc.effect.intervals import BISECTIONS, Floats, Interval, quantile, rate_score


def _four(x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike) -> list[Floats]:
    return [np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(x1, e1, x2, e2)]


def wald_one(events: ArrayLike, exposure: ArrayLike, alpha: float = 0.05) -> Interval:
    """One rate, x/e ± z·√x/e."""
    x, e = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    half = quantile(alpha) * np.sqrt(x) / e
    return np.maximum(x / e - half, 0.0), x / e + half


def ratio_log(x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike, alpha: float = 0.05) -> Interval:
    """Ratio of two rates, normal on the log scale; 0 to infinity when a side has no event."""
    a, m, b, n = _four(x1, e1, x2, e2)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.exp(quantile(alpha) * np.sqrt(1 / a + 1 / b))
        ratio = (a / m) / (b / n)
        ends = ratio / width, ratio * width
    known = (a > 0) & (b > 0)
    return np.where(known, ends[0], 0.0), np.where(known, ends[1], np.inf)


def difference_wald(
    x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """Difference of two rates by the normal approximation."""
    a, m, b, n = _four(x1, e1, x2, e2)
    half = quantile(alpha) * np.sqrt(a / m**2 + b / n**2)
    return a / m - b / n - half, a / m - b / n + half


def difference_mover(
    x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """Difference of two rates recovered from the score intervals of each, as Newcombe does for shares."""
    a, m, b, n = _four(x1, e1, x2, e2)
    (l1, u1), (l2, u2) = rate_score(a, m, alpha), rate_score(b, n, alpha)
    r, s = a / m, b / n
    low = r - s - np.sqrt((r - l1) ** 2 + (u2 - s) ** 2)
    return low, r - s + np.sqrt((u1 - r) ** 2 + (s - l2) ** 2)


def difference_score(
    x1: ArrayLike, e1: ArrayLike, x2: ArrayLike, e2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """Difference of two rates, inverted score test; the restricted rate is the root of a quadratic."""
    a, m, b, n = _four(x1, e1, x2, e2)
    critical, estimate = quantile(alpha) ** 2, a / m - b / n
    reach = (
        1.0 + 2 * np.abs(estimate) + 4 * critical * (np.sqrt(a + critical) / m + np.sqrt(b + critical) / n)
    )
    ends = []
    for sign in (-1.0, 1.0):
        near, far = estimate.copy(), estimate + sign * reach
        for _ in range(BISECTIONS):
            middle = (near + far) / 2
            out = _difference_statistic(a, m, b, n, middle) > critical
            near, far = np.where(out, near, middle), np.where(out, middle, far)
        ends.append(np.asarray((near + far) / 2))
    return ends[0], ends[1]


def _difference_statistic(a: Floats, m: Floats, b: Floats, n: Floats, delta: Floats) -> Floats:
    """Squared score statistic at r1 = r2 + delta, with r2 likeliest under that."""
    total = m + n
    line = total * delta - a - b
    r2 = (-line + np.sqrt(np.maximum(line**2 + 4 * total * b * delta, 0.0))) / (2 * total)
    r2 = np.maximum(r2, np.maximum(-delta, 0.0))
    variance = (r2 + delta) / m + r2 / n
    return np.asarray((a / m - b / n - delta) ** 2 / np.maximum(variance, 1e-300))
