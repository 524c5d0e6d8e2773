"""Everything `voc compare` prints beside statsmodels and scipy, on tables of every size, empty and full cells too.

Where their search for the end of a score interval fails (it does in tables with an empty or a full side), the score
test itself is the judge, with the likelihood maximised by brute force.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import optimize, stats
from statsmodels.stats import proportion
from statsmodels.stats import rates as their_rates
from statsmodels.stats.contingency_tables import Table

from voc.effect import comparisons
from voc.effect import significance as tests
from voc.effect.comparisons import TWO_SHARES, Entry, Finding

CRITICAL = stats.chi2.ppf(0.95, 1)
SIZES = st.one_of(st.integers(1, 12), st.integers(1, 400), st.integers(1, 50_000))
GROUP = SIZES.flatmap(
    lambda n: st.tuples(
        st.one_of(st.just(0), st.just(n), st.integers(0, n), st.integers(0, min(n, 5))), st.just(n)
    )
)
SMALL = st.integers(1, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
GROUPS = st.lists(GROUP, min_size=3, max_size=6).filter(
    lambda g: 0 < sum(x for x, _ in g) < sum(n for _, n in g)
)
EVENTS = st.one_of(st.just(0), st.integers(0, 10), st.integers(0, 400))
RATE = st.tuples(EVENTS, st.floats(0.1, 500))
SIDES = {"p_value": "two-sided", "less": "less", "greater": "greater"}
Slope = Callable[[float], float]
Pair = tuple[float, float]


def ends(found: Finding, quantity: str, method: str) -> Pair:
    (one,) = [span for span in found.spans if (span.quantity, span.method) == (quantity, method)]
    return one.low, one.high


def interval(entries: Sequence[Entry], quantity: str, method: str, *values: float) -> Pair:
    """One interval of a comparison alone: the exact tests beside it take seconds in large tables."""
    (how,) = [
        (function, options) for q, m, function, options in entries if (q, m.rstrip("*")) == (quantity, method)
    ]
    low, high = how[0](*values, alpha=0.05, **how[1])
    return float(low), float(high)


def likeliest(slope: Slope, low: float, high: float) -> float:
    """Where a concave likelihood is highest: where its slope is nought, or at the end that it climbs to."""
    near = 1e-13 * (high - low)
    first, last = slope(low + near), slope(high - near)
    if first <= 0:
        return low
    return (
        high if last >= 0 else float(optimize.brentq(slope, low + near, high - near, xtol=1e-15, rtol=1e-14))
    )


def over(count: float, share: float) -> float:
    return count / max(share, 1e-300) if count else 0.0


def is_critical(statistic: float, end: float, edge: float) -> bool:
    """Whether a score interval ends where its test is critical, or at the edge because it never is."""
    return statistic == pytest.approx(CRITICAL, rel=1e-4) or (
        math.isclose(end, edge, abs_tol=1e-9) and statistic <= CRITICAL * 1.0001
    )


@given(GROUP)
def test_one_share(group: tuple[int, int]) -> None:
    x, n = group
    found = comparisons.one_share(x, n)
    for name, theirs in (("Wilson", "wilson"), ("Clopper–Pearson 精确", "beta"), ("Agresti–Coull", "agresti_coull"),
                         ("Wald", "normal")):  # fmt: skip
        known = proportion.proportion_confint(x, n, method=theirs)
        assert_allclose(ends(found, "share", name), known, rtol=1e-7, atol=1e-10)
    low, high = proportion.proportion_confint(x, n, method="jeffreys")
    # Brown, Cai & DasGupta (2001): an end without an event, or with nothing but events, is 0 or 1.
    assert_allclose(ends(found, "share", "Jeffreys"), (low if x else 0.0, high if x < n else 1.0), rtol=1e-7)
    known = stats.binomtest(x, n).proportion_ci(0.95, method="wilsoncc")
    assert_allclose(ends(found, "share", "Wilson 连续性校正"), known, rtol=1e-7, atol=1e-10)


@given(GROUP, st.floats(0.01, 0.99))
def test_one_share_against_another(group: tuple[int, int], against: float) -> None:
    found = comparisons.one_share(*group, against).tests
    score = proportion.proportions_ztest(*group, against, prop_var=against)
    assert_allclose(
        (found["得分（不校正）"].statistic, found["得分（不校正）"].p_value), score, rtol=1e-7, atol=1e-12
    )
    exact = [stats.binomtest(*group, against, alternative=side).pvalue for side in SIDES.values()]
    assert_allclose([getattr(found["精确二项"], part) for part in SIDES], exact, rtol=1e-7)


@given(GROUP, GROUP)
def test_intervals_of_two_shares(first: tuple[int, int], second: tuple[int, int]) -> None:
    for name, method in (
        ("Newcombe 混合得分", "newcomb"),
        ("Agresti–Caffo", "agresti-caffo"),
        ("Wald", "wald"),
    ):
        known = proportion.confint_proportions_2indep(*first, *second, method=method, compare="diff")
        ours = interval(TWO_SHARES, "difference", name, *first, *second)
        assert_allclose(ours, np.clip(known, -1, 1), rtol=1e-7, atol=1e-10)


@given(GROUP.filter(lambda g: 0 < g[0] < g[1]), GROUP.filter(lambda g: 0 < g[0] < g[1]))
def test_ratios_on_the_log_scale(first: tuple[int, int], second: tuple[int, int]) -> None:
    for part, name, method, theirs in (("ratio", "Katz 对数", "log", "ratio"),
                                       ("odds_ratio", "Woolf 对数", "logit", "odds-ratio")):  # fmt: skip
        known = proportion.confint_proportions_2indep(*first, *second, method=method, compare=theirs)
        assert_allclose(interval(TWO_SHARES, part, name, *first, *second), known, rtol=1e-6)


@settings(max_examples=60)
@given(GROUP, GROUP)
def test_a_score_interval_of_a_difference_ends_where_its_test_is_critical(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (x1, n1), (x2, n2) = first, second

    def score(delta: float) -> float:
        def slope(p: float) -> float:
            return over(x1, p + delta) - over(n1 - x1, 1 - p - delta) + over(x2, p) - over(n2 - x2, 1 - p)

        p = likeliest(slope, max(0.0, -delta), min(1.0, 1 - delta))
        q = min(max(p + delta, 0.0), 1.0)
        gap, variance = (x1 / n1 - x2 / n2 - delta) ** 2, q * (1 - q) / n1 + p * (1 - p) / n2
        return gap / variance if variance > 0 else 0.0

    low, high = interval(TWO_SHARES, "difference", "Mee 得分", *first, *second)
    assert is_critical(score(low), low, -1.0)
    assert is_critical(score(high), high, 1.0)


@settings(max_examples=60)
@given(GROUP, GROUP)
def test_a_score_interval_of_a_ratio_ends_where_its_test_is_critical(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (x1, n1), (x2, n2) = first, second

    def score(ratio: float) -> float:
        def slope(p: float) -> float:
            return over(x1, p) - over(n1 - x1, 1 - p * ratio) * ratio + over(x2, p) - over(n2 - x2, 1 - p)

        p = likeliest(slope, 0.0, min(1.0, 1 / ratio))
        q = min(p * ratio, 1.0)
        gap, variance = (x1 / n1 - ratio * x2 / n2) ** 2, q * (1 - q) / n1 + ratio**2 * p * (1 - p) / n2
        return gap / variance if variance > 0 else 0.0

    low, high = interval(TWO_SHARES, "ratio", "Koopman 得分", *first, *second)
    assert low == 0.0 if not x1 else is_critical(score(low), low, 0.0)
    assert high == math.inf if not x2 else is_critical(score(high), high, math.inf)


@given(GROUP, GROUP)
def test_tests_of_two_shares(first: tuple[int, int], second: tuple[int, int]) -> None:
    (x1, n1), (x2, n2) = first, second
    fisher, wald = tests.fisher(x1, n1, x2, n2), tests.z_unpooled(x1, n1, x2, n2)
    table = [[x1, x2], [n1 - x1, n2 - x2]]
    exact = [stats.fisher_exact(table, alternative=side).pvalue for side in SIDES.values()]
    assert_allclose([getattr(fisher, part) for part in SIDES], exact, rtol=1e-7)
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # theirs is 0/0 where shares are equal and do not vary
        known = proportion.test_proportions_2indep(*first, *second, method="wald")
    expected = [0.0, 1.0] if x1 * n2 == x2 * n1 else [known.statistic, known.pvalue]
    assert_allclose([wald.statistic, wald.p_value], expected, rtol=1e-6, atol=1e-9)


@given(GROUP, GROUP)
def test_chi_squares_of_two_shares(first: tuple[int, int], second: tuple[int, int]) -> None:
    (x1, n1), (x2, n2) = first, second
    ours = (
        tests.chi_square(x1, n1, x2, n2),
        tests.chi_square_corrected(x1, n1, x2, n2),
        tests.g_test((x1, x2), (n1, n2)),
    )
    # An empty row has no chi-square elsewhere; here equal shares are simply equal.
    table = np.array([[x1, x2], [n1 - x1, n2 - x2]])
    whole = bool((table.sum(axis=1) > 0).all())
    options = (False, "pearson"), (True, "pearson"), (False, "log-likelihood")
    for one, (corrected, law) in zip(ours, options, strict=True):
        known = stats.chi2_contingency(table + (not whole), correction=corrected, lambda_=law)
        expected = (known.statistic, known.pvalue) if whole else (0.0, 1.0)
        assert_allclose((one.statistic, one.p_value), expected, rtol=1e-6, atol=1e-9)


@settings(max_examples=20)
@given(SMALL, SMALL)
def test_unconditional_and_mid_p_tests(first: tuple[int, int], second: tuple[int, int]) -> None:
    (x1, n1), (x2, n2) = first, second
    found = comparisons.two_shares(*first, *second).tests
    table = [[x1, x2], [n1 - x1, n2 - x2]]
    assert_allclose(found["Barnard 精确"].p_value, stats.barnard_exact(table).pvalue, rtol=1e-6)
    assert_allclose(found["Boschloo 精确"].p_value, stats.boschloo_exact(table).pvalue, rtol=1e-6)
    mass = stats.hypergeom.pmf(np.arange(x1 + x2 + 1), n1 + n2, x1 + x2, n1)
    less = mass[:x1].sum() + mass[x1] / 2
    assert found["Fisher mid-p"].less == pytest.approx(less, abs=1e-9)
    assert_allclose(found["Fisher mid-p"].p_value, min(1.0, 2 * min(less, 1 - less)), atol=1e-9)
    exact = stats.contingency.odds_ratio(table).confidence_interval(0.95)
    assert_allclose(
        ends(comparisons.two_shares(*first, *second), "odds_ratio", "精确（条件）"), exact, rtol=1e-7
    )


@given(GROUPS)
def test_many_shares(groups: list[tuple[int, int]]) -> None:
    x, n = (np.array(column) for column in zip(*groups, strict=True))
    found = comparisons.many_shares(x.tolist(), n.tolist(), None).tests
    table = np.array([x, n - x])
    for name, law in (("卡方（各组相等）", "pearson"), ("G 检验（各组相等）", "log-likelihood")):
        known = stats.chi2_contingency(table, correction=False, lambda_=law)
        assert_allclose((found[name].statistic, found[name].p_value), (known.statistic, known.pvalue), rtol=1e-6,
                        atol=1e-9)  # fmt: skip
    trend = Table(table, shift_zeros=False).test_ordinal_association(
        np.array([1, 0]), np.arange(1.0, len(x) + 1)
    )
    total = n.sum()  # theirs divides by N − 1
    assert_allclose(
        found["卡方（线性趋势）"].statistic, trend.zscore**2 * total / (total - 1), rtol=1e-6, atol=1e-9
    )


@given(RATE)
def test_one_rate(rate: tuple[int, float]) -> None:
    found = comparisons.one_rate(*rate)
    for name, method in (("精确（Garwood）", "exact-c"), ("得分", "score"), ("Wald", "wald")):
        known = np.nan_to_num(their_rates.confint_poisson(*rate, method=method))
        assert_allclose(ends(found, "rate", name), np.maximum(known, 0), rtol=1e-7, atol=1e-12)


@given(RATE, RATE)
def test_intervals_of_two_rates(first: tuple[int, float], second: tuple[int, float]) -> None:
    found = comparisons.two_rates(*first, *second)
    for name, method in (("Wald", "wald"), ("MOVER", "mover")):
        known = their_rates.confint_poisson_2indep(*first, *second, method=method, compare="diff")
        assert_allclose(ends(found, "difference", name), known, rtol=1e-7, atol=1e-9)


@settings(max_examples=60)
@given(RATE, RATE)
def test_a_score_interval_of_a_rate_difference_ends_where_its_test_is_critical(
    first: tuple[int, float], second: tuple[int, float]
) -> None:
    (x1, e1), (x2, e2) = first, second

    def score(delta: float) -> float:
        low = max(0.0, -delta)
        most = low + (x1 + x2 + 60) / min(e1, e2)
        r = likeliest(lambda s: over(x1, s + delta) - e1 + over(x2, s) - e2, low, most)
        return (x1 / e1 - x2 / e2 - delta) ** 2 / max((r + delta) / e1 + r / e2, 1e-300)

    for end in ends(comparisons.two_rates(*first, *second), "difference", "得分"):
        assert score(end) == pytest.approx(CRITICAL, rel=1e-4)


@settings(max_examples=60)
@given(RATE, RATE)
def test_tests_of_two_rates(first: tuple[int, float], second: tuple[int, float]) -> None:
    (x1, e1), (x2, e2) = first, second
    found = comparisons.two_rates(*first, *second).tests
    assert_allclose(found["E 检验"].p_value, stats.poisson_means_test(x1, e1, x2, e2).pvalue, rtol=1e-6)
    exact = stats.binomtest(x1, x1 + x2, e1 / (e1 + e2)).pvalue if x1 + x2 else 1.0
    assert_allclose(found["精确（条件二项）"].p_value, exact, rtol=1e-7)
    for name, method in (("得分", "score"), ("Wald", "wald")):
        known = their_rates.test_poisson_2indep(
            x1 + 1, e1, x2 + 1, e2, method=method
        ).pvalue  # 0/0 without events
        ours = comparisons.two_rates(x1 + 1, e1, x2 + 1, e2).tests[name].p_value
        assert_allclose(ours, known, rtol=1e-6, atol=1e-12)


def test_shares_that_do_not_vary_and_differ_are_surely_different() -> None:
    found = tests.z_unpooled(0, 10, 10, 10)
    assert (found.statistic, found.p_value) == (-math.inf, 0.0)
