"""Further intervals for one share, and for the difference, ratio and odds ratio of two, vectorised.

Arguments are events and trials and broadcast like numpy; every function returns `(low, high)`. Those of
`intervals` are the ones our verdicts rest on; these are what an analyst may have met elsewhere, for comparison.
Sources: Newcombe (1998) Stat. Med. 17:873; Beal (1987); Hauck & Anderson (1986); Agresti & Caffo (2000);
Brown & Li (2005); Koopman (1984); Miettinen & Nurminen (1985).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from voc.effect.intervals import BISECTIONS, Floats, Interval, quantile

FINEST = 1e-12  # ratios are searched as r/(1 + r) up to this distance from 1


def _four(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> list[Floats]:
    return [np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(x1, n1, x2, n2)]


def _around(centre: Floats, half: Floats, least: float = -1.0) -> Interval:
    return np.maximum(centre - half, least), np.minimum(centre + half, 1.0)


def wald_one(x: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> Interval:
    """One share, p ± z·√(pq/n): what textbooks print first and what covers too little."""
    a, m = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    return _around(a / m, quantile(alpha) * np.sqrt(a / m * (1 - a / m) / m), 0.0)


def agresti_coull(x: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> Interval:
    """One share, Wald after adding z²/2 events and as many non-events (Agresti & Coull 1998)."""
    z = quantile(alpha)
    m = np.asarray(n, dtype=np.float64) + z**2
    p = (np.asarray(x, dtype=np.float64) + z**2 / 2) / m
    return _around(p, z * np.sqrt(p * (1 - p) / m), 0.0)


def jeffreys(x: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> Interval:
    """One share, equal tails of the Beta(x + ½, n − x + ½) posterior; the end at 0 or n events is 0 or 1."""
    a, m = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    low = special.betaincinv(a + 0.5, m - a + 0.5, alpha / 2)
    high = special.betaincinv(a + 0.5, m - a + 0.5, 1 - alpha / 2)
    return np.where(a > 0, low, 0.0), np.where(a < m, high, 1.0)


def wilson_corrected(x: ArrayLike, n: ArrayLike, alpha: float = 0.05) -> Interval:
    """One share, Wilson's score interval with the continuity correction (Newcombe 1998, method 4)."""
    a, m = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z, p = quantile(alpha), a / m
    low = 2 * a + z**2 - 1 - z * np.sqrt(np.maximum(z**2 - 2 - 1 / m + 4 * p * (m * (1 - p) + 1), 0))
    high = 2 * a + z**2 + 1 + z * np.sqrt(np.maximum(z**2 + 2 - 1 / m + 4 * p * (m * (1 - p) - 1), 0))
    scale = 2 * (m + z**2)
    return np.where(a > 0, np.maximum(low / scale, 0), 0.0), np.where(a < m, np.minimum(high / scale, 1), 1.0)


def wald(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05, corrected: bool = False
) -> Interval:
    """p1 − p2 by the normal approximation; corrected: ½(1/n1 + 1/n2) wider on each side."""
    a, m, b, n = _four(x1, n1, x2, n2)
    p, q = a / m, b / n
    extra = 0.5 * (1 / m + 1 / n) if corrected else 0.0
    return _around(p - q, quantile(alpha) * np.sqrt(p * (1 - p) / m + q * (1 - q) / n) + extra)


def agresti_caffo(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """p1 − p2, Wald after adding one event and one non-event to each side."""
    a, m, b, n = _four(x1, n1, x2, n2)
    return wald(a + 1, m + 2, b + 1, n + 2, alpha)


def brown_li(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05) -> Interval:
    """p1 − p2, Wald around the Jeffreys estimates (x + ½)/(n + 1)."""
    a, m, b, n = _four(x1, n1, x2, n2)
    p, q = (a + 0.5) / (m + 1), (b + 0.5) / (n + 1)
    return _around(p - q, quantile(alpha) * np.sqrt(p * (1 - p) / m + q * (1 - q) / n))


def hauck_anderson(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """p1 − p2, unbiased variances and 1/(2·min n) wider; one trial on a side gives the whole range."""
    a, m, b, n = _four(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = a / m * (1 - a / m) / (m - 1) + b / n * (1 - b / n) / (n - 1)
    half = quantile(alpha) * np.sqrt(np.where(np.minimum(m, n) > 1, spread, np.inf))
    return _around(a / m - b / n, half + 0.5 / np.minimum(m, n))


def beal(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05, perks: bool = False
) -> Interval:
    """p1 − p2, Beal's quadratic with Haldane's estimate of the mean share, or Jeffreys–Perks'."""
    a, m, b, n = _four(x1, n1, x2, n2)
    added = 0.5 if perks else 0.0
    mean = ((a + added) / (m + 2 * added) + (b + added) / (n + 2 * added)) / 2
    z2, d = quantile(alpha) ** 2, a / m - b / n
    u, v = (1 / m + 1 / n) / 4, (1 / m - 1 / n) / 4
    skew = v * (1 - 2 * mean)
    inner = u * (4 * mean * (1 - mean) - d**2) + 2 * skew * d + z2 * (4 * u**2 * mean * (1 - mean) + skew**2)
    half = np.sqrt(z2 * np.maximum(inner, 0.0)) / (1 + z2 * u)
    return _around((d + z2 * skew) / (1 + z2 * u), half)


def newcombe_corrected(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05
) -> Interval:
    """p1 − p2, hybrid score from continuity-corrected Wilson intervals (Newcombe 1998, method 11)."""
    a, m, b, n = _four(x1, n1, x2, n2)
    (l1, u1), (l2, u2) = wilson_corrected(a, m, alpha), wilson_corrected(b, n, alpha)
    p, q = a / m, b / n
    return (
        np.maximum(p - q - np.sqrt((p - l1) ** 2 + (u2 - q) ** 2), -1.0),
        np.minimum(p - q + np.sqrt((u1 - p) ** 2 + (q - l2) ** 2), 1.0),
    )


def katz(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05) -> Interval:
    """p1/p2, normal on the log scale (Katz et al. 1978); 0 to infinity when a side has no event."""
    a, m, b, n = _four(x1, n1, x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.exp(quantile(alpha) * np.sqrt(1 / a - 1 / m + 1 / b - 1 / n))
        ratio = (a / m) / (b / n)
        ends = ratio / width, ratio * width
    known = (a > 0) & (b > 0)
    return np.where(known, ends[0], 0.0), np.where(known, ends[1], np.inf)


def ratio_score(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05, corrected: bool = False
) -> Interval:
    """p1/p2, inverted score test (Koopman 1984); corrected: variance times N/(N − 1) (Miettinen & Nurminen)."""
    a, m, b, n = _four(x1, n1, x2, n2)
    critical = quantile(alpha) ** 2 * ((m + n) / (m + n - 1) if corrected else 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(b > 0, (a / m) / (b / n), np.where(a > 0, np.inf, 1.0))
    inside = np.where(np.isinf(ratio), 1.0, ratio / (1 + np.where(np.isinf(ratio), 0, ratio)))
    ends = []
    for edge in (np.zeros_like(inside), np.ones_like(inside)):
        near, far = inside.copy(), edge
        for _ in range(BISECTIONS):
            middle = (near + far) / 2
            out = _ratio_statistic(a, m, b, n, middle / np.maximum(1 - middle, FINEST)) > critical
            near, far = np.where(out, near, middle), np.where(out, middle, far)
        ends.append((near + far) / 2)
    low, high = (np.where(end < 1 - 2 * FINEST, end / np.maximum(1 - end, FINEST), np.inf) for end in ends)
    return np.where(a > 0, low, 0.0), np.where(b > 0, high, np.inf)


def _ratio_statistic(a: Floats, m: Floats, b: Floats, n: Floats, ratio: Floats) -> Floats:
    """Squared score statistic at p1 = ratio·p2; the restricted p2 is the smaller root of a quadratic."""
    square, line = (m + n) * ratio, (m + b) * ratio + n + a
    root = np.sqrt(np.maximum(line**2 - 4 * square * (a + b), 0.0))
    p2 = np.clip(2 * (a + b) / (line + root), 0.0, 1.0)
    p1 = np.clip(ratio * p2, 0.0, 1.0)
    variance = p1 * (1 - p1) / m + ratio**2 * p2 * (1 - p2) / n
    return np.asarray((a / m - ratio * b / n) ** 2 / np.maximum(variance, 1e-300))


def odds_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, alpha: float = 0.05) -> Interval:
    """Odds ratio, normal on the log scale (Woolf 1955); 0 to infinity when a cell is empty."""
    cells = _four(x1, n1, x2, n2)
    a, b = cells[0], cells[2]
    c, d = cells[1] - a, cells[3] - b
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.exp(quantile(alpha) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
        ratio = a * d / (b * c)
        ends = ratio / width, ratio * width
    known = np.minimum(np.minimum(a, b), np.minimum(c, d)) > 0
    return np.where(known, ends[0], 0.0), np.where(known, ends[1], np.inf)
