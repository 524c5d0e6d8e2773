"""Tests of one, two or many shares, of one or two rates, and of two samples of scores.

Each function returns a `Test`: its statistic, degrees of freedom (0: none) and two-sided p, with the one-sided p
values where the test has them. scipy computes what it has; the rest is a line each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

LARGEST_TABLE = 40_000  # n1·n2 up to which the unconditional exact tests are worth their time


@dataclass(frozen=True)
class Test:
    """A test's outcome; `less` and `greater` are the one-sided p values that the first is smaller or larger."""

    statistic: float
    df: float
    p_value: float
    less: float | None = None
    greater: float | None = None


def _normal(z: float) -> Test:
    return Test(
        float(z), 0, float(2 * special.ndtr(-abs(z))), float(special.ndtr(z)), float(special.ndtr(-z))
    )


def _safe(top: float, variance: float) -> float:
    """z; without any variance a difference is infinitely sure, and no difference is none."""
    return top / float(np.sqrt(variance)) if variance > 0 else float(np.copysign(np.inf, top)) if top else 0.0


def _chi_square(statistic: float, df: int) -> Test:
    above = max(float(statistic), 0.0)  # equal shares leave a rounding error below zero
    return Test(above, df, float(special.chdtrc(df, above)) if df else 1.0)


def share_score(x: float, n: float, against: float) -> Test:
    """z of one share against a fixed one, variance under the hypothesis."""
    return _normal(_safe(x / n - against, against * (1 - against) / n))


def share_corrected(x: float, n: float, against: float) -> Test:
    """Chi-square of one share against a fixed one with Yates' correction, as R's prop.test."""
    gap = abs(x - n * against)
    return _chi_square((gap - min(0.5, gap)) ** 2 / (n * against * (1 - against)), 1)


def share_exact(x: int, n: int, against: float) -> Test:
    """Exact binomial test; two-sided: all outcomes not likelier than this one."""
    sides = [
        float(stats.binomtest(x, n, against, alternative=a).pvalue) for a in ("two-sided", "less", "greater")
    ]
    return Test(float(x), 0, *sides)


def z_pooled(x1: float, n1: float, x2: float, n2: float) -> Test:
    """z of two shares with the pooled variance; its square is the chi-square without correction."""
    pooled = (x1 + x2) / (n1 + n2)
    return _normal(_safe(x1 / n1 - x2 / n2, pooled * (1 - pooled) * (1 / n1 + 1 / n2)))


def z_unpooled(x1: float, n1: float, x2: float, n2: float) -> Test:
    """z of two shares with a variance of each (Wald)."""
    p, q = x1 / n1, x2 / n2
    return _normal(_safe(p - q, p * (1 - p) / n1 + q * (1 - q) / n2))


def chi_square(x1: float, n1: float, x2: float, n2: float) -> Test:
    """Pearson's chi-square of two shares, no correction."""
    return _chi_square(z_pooled(x1, n1, x2, n2).statistic ** 2, 1)


def chi_square_corrected(x1: float, n1: float, x2: float, n2: float) -> Test:
    """Pearson's chi-square with Yates' correction, as R's prop.test."""
    pooled, inverse = (x1 + x2) / (n1 + n2), 1 / n1 + 1 / n2
    gap = abs(x1 / n1 - x2 / n2)
    shift = min(0.5, gap / inverse) * inverse
    return _chi_square(_safe(gap - shift, pooled * (1 - pooled) * inverse) ** 2, 1)


def chi_square_campbell(x1: float, n1: float, x2: float, n2: float) -> Test:
    """Pearson's chi-square times (N − 1)/N, advised for small tables (Campbell 2007)."""
    total = n1 + n2
    return _chi_square(chi_square(x1, n1, x2, n2).statistic * (total - 1) / total, 1)


def g_test(x: Sequence[float], n: Sequence[float]) -> Test:
    """Likelihood-ratio chi-square of k shares."""
    events, trials = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    pooled = events.sum() / trials.sum()
    terms = special.rel_entr(events, trials * pooled) + special.rel_entr(
        trials - events, trials * (1 - pooled)
    )
    return _chi_square(2 * float(terms.sum()), len(events) - 1)


def chi_square_many(x: Sequence[float], n: Sequence[float]) -> Test:
    """Pearson's chi-square of k shares being equal."""
    events, trials = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    pooled = events.sum() / trials.sum()
    statistic = float(((events - trials * pooled) ** 2 / trials).sum() / max(pooled * (1 - pooled), 1e-300))
    return _chi_square(statistic, len(events) - 1)


def trend(x: Sequence[float], n: Sequence[float], scores: Sequence[float] | None = None) -> Test:
    """Chi-square of a linear trend in k shares (Cochran–Armitage; R's prop.trend.test), scores 1…k if none."""
    events, trials = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    steps = np.arange(1.0, len(events) + 1) if scores is None else np.asarray(scores, dtype=np.float64)
    pooled = events.sum() / trials.sum()
    centred = steps - (trials * steps).sum() / trials.sum()
    variance = pooled * (1 - pooled) * float((trials * centred**2).sum())
    return _chi_square(_safe(float((centred * events).sum()), variance) ** 2, 1)


def _table(x1: int, n1: int, x2: int, n2: int) -> list[list[int]]:
    return [[x1, x2], [n1 - x1, n2 - x2]]


def fisher(x1: int, n1: int, x2: int, n2: int) -> Test:
    """Fisher's exact test, both margins fixed; the statistic is the sample odds ratio."""
    table = _table(x1, n1, x2, n2)
    found = [stats.fisher_exact(table, alternative=a) for a in ("two-sided", "less", "greater")]
    return Test(float(found[0].statistic), 0, *(float(one.pvalue) for one in found))


def conditional_odds_ratio(
    x1: int, n1: int, x2: int, n2: int, alpha: float = 0.05
) -> tuple[float, float, float]:
    """Likeliest odds ratio given both margins, and its exact interval (as R's fisher.test)."""
    found = stats.contingency.odds_ratio(_table(x1, n1, x2, n2), kind="conditional")
    ends = found.confidence_interval(1 - alpha)
    return float(found.statistic), float(ends.low), float(ends.high)


def fisher_mid_p(x1: int, n1: int, x2: int, n2: int) -> Test:
    """Fisher's test with half the weight of the observed table, two-sided by doubling."""
    law = stats.hypergeom(n1 + n2, x1 + x2, n1)
    less, greater = float(law.cdf(x1) - law.pmf(x1) / 2), float(law.sf(x1) + law.pmf(x1) / 2)
    return Test(float(x1), 0, float(np.clip(2 * min(less, greater), 0.0, 1.0)), less, greater)


def barnard(x1: int, n1: int, x2: int, n2: int) -> Test | None:
    """Barnard's unconditional exact test; None where the table is large and nothing is gained."""
    if n1 * n2 > LARGEST_TABLE:
        return None
    found = stats.barnard_exact(_table(x1, n1, x2, n2))
    return Test(float(found.statistic), 0, float(found.pvalue))


def boschloo(x1: int, n1: int, x2: int, n2: int) -> Test | None:
    """Boschloo's test, uniformly better than Fisher's; None where the table is large."""
    if n1 * n2 > LARGEST_TABLE:
        return None
    found = stats.boschloo_exact(_table(x1, n1, x2, n2))
    return Test(float(found.statistic), 0, float(found.pvalue))


def rates_exact(x1: int, e1: float, x2: int, e2: float) -> Test:
    """Conditional exact test of equal Poisson rates: given the total, x1 is binomial (R's poisson.test)."""
    return share_exact(x1, x1 + x2, e1 / (e1 + e2)) if x1 + x2 else Test(0.0, 0, 1.0, 1.0, 1.0)


def rates_mid_p(x1: int, e1: float, x2: int, e2: float) -> Test:
    """The conditional test with half the weight of the observed count, two-sided by doubling."""
    law = stats.binom(x1 + x2, e1 / (e1 + e2))
    less, greater = float(law.cdf(x1) - law.pmf(x1) / 2), float(law.sf(x1) + law.pmf(x1) / 2)
    return Test(float(x1), 0, float(np.clip(2 * min(less, greater), 0.0, 1.0)), less, greater)


def rates_score(x1: float, e1: float, x2: float, e2: float) -> Test:
    """z of equal rates with the pooled variance."""
    pooled = (x1 + x2) / (e1 + e2)
    return _normal(_safe(x1 / e1 - x2 / e2, pooled * (1 / e1 + 1 / e2)))


def rates_wald(x1: float, e1: float, x2: float, e2: float) -> Test:
    """z of equal rates with a variance of each."""
    return _normal(_safe(x1 / e1 - x2 / e2, x1 / e1**2 + x2 / e2**2))


def rates_log_wald(x1: float, e1: float, x2: float, e2: float) -> Test | None:
    """z of the log rate ratio; None when a side has no event."""
    if min(x1, x2) <= 0:
        return None
    return _normal(float(np.log(x1 / e1 * e2 / x2)) / float(np.sqrt(1 / x1 + 1 / x2)))


def rates_likelihood(x1: float, e1: float, x2: float, e2: float) -> Test:
    """Likelihood-ratio chi-square of equal rates."""
    pooled = (x1 + x2) / (e1 + e2)
    return _chi_square(2 * float(special.rel_entr(x1, e1 * pooled) + special.rel_entr(x2, e2 * pooled)), 1)


def rates_e_test(x1: int, e1: float, x2: int, e2: float) -> Test:
    """E-test of Krishnamoorthy & Thomson (2004) for two Poisson rates."""
    found = stats.poisson_means_test(x1, e1, x2, e2)
    return Test(float(found.statistic), 0, float(found.pvalue))


@dataclass(frozen=True)
class Shift:
    """Difference first − second of two samples, with its interval and test."""

    estimate: float
    low: float
    high: float
    test: Test


def welch(first: ArrayLike, second: ArrayLike, alpha: float = 0.05) -> Shift:
    """Difference of two means, variances free (Welch 1947); needs two values on each side."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    parts = np.array([a.var(ddof=1) / a.size, b.var(ddof=1) / b.size])
    scale, gap = float(np.sqrt(parts.sum())), float(a.mean() - b.mean())
    if scale == 0:
        return Shift(gap, gap, gap, Test(np.inf if gap else 0.0, 0, 0.0 if gap else 1.0))
    df = float(parts.sum() ** 2 / (parts**2 / np.array([a.size - 1, b.size - 1])).sum())
    half, t = float(special.stdtrit(df, 1 - alpha / 2)) * scale, gap / scale
    sides = float(special.stdtr(df, t)), float(special.stdtr(df, -t))
    return Shift(gap, gap - half, gap + half, Test(t, df, 2 * min(sides), *sides))


def mann_whitney(first: ArrayLike, second: ArrayLike, alpha: float = 0.05) -> Shift:
    """Hodges–Lehmann shift with the interval that inverts the rank-sum test, normal approximation."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    gaps = np.sort((a[:, None] - b[None, :]).ravel())
    # Ties depend on the shift that is asked about; without them the interval is a little wider, never narrower.
    deviation = float(np.sqrt(a.size * b.size * (a.size + b.size + 1) / 12))
    cut = int(np.floor(gaps.size / 2 - special.ndtri(1 - alpha / 2) * deviation))
    ends = (gaps[cut], gaps[-1 - cut]) if 0 <= cut < gaps.size / 2 else (gaps[0], gaps[-1])
    found = [stats.mannwhitneyu(a, b, alternative=side) for side in ("two-sided", "less", "greater")]
    test = Test(float(found[0].statistic), 0, *(float(one.pvalue) for one in found))
    return Shift(float(np.median(gaps)), float(ends[0]), float(ends[1]), test)


def student(alpha: float, df: float) -> float:
    """Two-sided critical value of Student's t."""
    return float(special.stdtrit(df, 1 - alpha / 2))


def student_p(t: float, df: float) -> float:
    """Two-sided p of Student's t."""
    return float(2 * special.stdtr(max(df, 1.0), -abs(t)))


def power_of_shares(n: float, p1: float, p2: float, alpha: float = 0.05) -> float:
    """Power of the two-sided z test with n in each group, as R's power.prop.test (not strict)."""
    spread = np.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    mean = (p1 + p2) / 2
    critical = special.ndtri(1 - alpha / 2) * np.sqrt(2 * mean * (1 - mean))
    return float(special.ndtr((np.sqrt(n) * abs(p1 - p2) - critical) / spread)) if spread > 0 else 1.0
