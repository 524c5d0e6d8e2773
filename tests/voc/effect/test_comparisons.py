"""Shares and rates against published figures, R's documented examples, statsmodels, and their own laws."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats import proportion
from statsmodels.stats import rates as theirs

from voc.effect import comparisons, rates, shares
from voc.effect import significance as tests

SCORES = st.lists(st.integers(1, 30), min_size=4, max_size=15)
TABLE = (56, 70, 48, 80)
SMOKERS = ([83, 90, 129, 70], [86, 93, 136, 82])
TOTALS = st.integers(2, 60)
COUNTED = TOTALS.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
# Newcombe (1998) and WUSS 2016 paper 127, as DescTools prints them: 95 % intervals of 56/70 − 48/80.
DIFFERENCES = {
    "Wald": (0.0575, 0.3425),
    "Wald 连续性校正": (0.0441, 0.3559),
    "Haldane": (0.0535, 0.3351),
    "Jeffreys–Perks": (0.0531, 0.3355),
    "Mee 得分": (0.0533, 0.3377),
    "Miettinen–Nurminen 得分": (0.0528, 0.3382),
    "Newcombe 混合得分": (0.0524, 0.3339),
    "Newcombe 连续性校正": (0.0428, 0.3422),
    "Hauck–Anderson": (0.0494, 0.3506),
    "Agresti–Caffo": (0.0525, 0.3358),
    "Brown–Li Jeffreys": (0.0540, 0.3400),
}
GOLDEN_NAMES = {
    "wald": "Wald", "wald_cc": "Wald 连续性校正", "haldane": "Haldane", "jeffreys_perks": "Jeffreys–Perks",
    "mee": "Mee 得分", "miettinen_nurminen": "Miettinen–Nurminen 得分", "newcombe_score": "Newcombe 混合得分",
    "newcombe_score_cc": "Newcombe 连续性校正", "hauck_anderson": "Hauck–Anderson",
    "agresti_caffo": "Agresti–Caffo", "brown_li_jeffreys": "Brown–Li Jeffreys",
}  # fmt: skip


def spans(found, quantity):
    return {one.method: (one.low, one.high) for one in found.spans if one.quantity == quantity}


@pytest.mark.parametrize("method", DIFFERENCES)
def test_differences_of_two_shares_are_those_printed(method):
    ours = spans(comparisons.two_shares(*TABLE), "difference")[method]
    assert_allclose(ours, DIFFERENCES[method], atol=0.51e-4)


@pytest.mark.real_data
def test_the_figures_above_are_those_of_the_golden_file(public_data):
    golden = json.loads((public_data / "golden_statistics" / "golden.json").read_text("utf-8"))
    read = {e["id"].removeprefix("diffprop_").removesuffix("_56of70_48of80"): e["expected"] for e in golden}
    assert {GOLDEN_NAMES[name]: tuple(read[name]) for name in GOLDEN_NAMES} == DIFFERENCES


def test_many_shares_are_tested_as_fleiss_printed_them():
    found = comparisons.many_shares(*SMOKERS, None).tests
    equal, trend = found["卡方（各组相等）"], found["卡方（线性趋势）"]
    assert (equal.df, round(equal.statistic, 1), round(equal.p_value, 6)) == (3, 12.6, 0.005585)
    assert (trend.df, round(trend.statistic, 4), round(trend.p_value, 6)) == (1, 8.2249, 0.004132)
    last = tests.trend(*SMOKERS, (0, 0, 0, 1))
    assert (round(last.statistic, 3), round(last.p_value, 7)) == (12.173, 0.0004848)


def test_one_share_is_tested_as_r_prints_it():
    found = comparisons.one_share(52, 100, 0.5)
    corrected, plain = found.tests["卡方（Yates 校正）"], found.tests["得分（不校正）"]
    assert (round(corrected.statistic, 2), round(corrected.p_value, 4)) == (0.09, 0.7642)
    assert (round(plain.statistic**2, 2), round(plain.p_value, 4)) == (0.16, 0.6892)
    assert_allclose(spans(found, "share")["Wilson 连续性校正"], (0.4183183, 0.6201278), atol=0.51e-7)
    exact = comparisons.one_share(682, 925, 0.75).tests["精确二项"]
    assert round(exact.p_value, 4) == 0.3825


def test_the_lady_tasting_tea_is_told_as_r_tells_her():
    found = comparisons.two_shares(3, 4, 1, 4)
    assert round(found.tests["Fisher 精确"].greater, 4) == 0.2429
    (exact,) = [one for one in found.spans if one.method == "精确（条件）"]
    assert_allclose(exact.estimate, 6.408309, rtol=1e-5)  # R stops its search early


def test_rates_are_those_of_the_examples_of_r_and_gu():
    # R, example of poisson.test: 11 in 800 against 21 in 3,011 person-years.
    found = comparisons.two_rates(11, 800, 6 + 8 + 7, 1083 + 1050 + 878)
    assert round(found.tests["精确（条件二项）"].p_value, 5) == 0.07967
    assert_allclose(spans(found, "ratio")["精确（条件二项）"], (0.8584264, 4.2772659), atol=1e-6)
    # Gu et al. (2008): one rate, Wald.
    assert_allclose(rates.wald_one(15, 400), (0.0185227303217751, 0.0564772696782249), rtol=1e-9)


def test_power_is_that_of_r():
    assert round(tests.power_of_shares(50, 0.5, 0.75), 7) == 0.7401659


@given(st.integers(5, 40), st.integers(5, 40), st.integers(5, 40), st.integers(5, 40))
def test_ratio_scores_agree_with_statsmodels(a, b, c, d):  # whose search loses its way in tables of 2 and 3
    values = (a, a + c, b, b + d)
    ours = shares.ratio_score(*values)
    oracle = proportion.confint_proportions_2indep(*values, method="score", compare="ratio", correction=False)
    assert_allclose(ours, oracle, rtol=1e-4)


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.2, 5))
def test_rate_difference_scores_agree_with_statsmodels(a, b, stretch):
    ours = rates.difference_score(a, 100 * stretch, b, 100)
    assert_allclose(
        ours,
        theirs.confint_poisson_2indep(a, 100 * stretch, b, 100, method="score", compare="diff"),
        rtol=1e-5,
        atol=1e-7,
    )


@settings(max_examples=15)
@given(COUNTED, COUNTED)
def test_every_interval_holds_its_order_and_turns_with_its_groups(first, second):
    found = comparisons.two_shares(*first, *second)
    turned = comparisons.two_shares(*second, *first)
    assert all(one.low <= one.high for one in found.spans)
    for method, (low, high) in spans(found, "difference").items():
        assert_allclose(spans(turned, "difference")[method], (-high, -low), atol=1e-9)


@settings(max_examples=15)
@given(COUNTED, COUNTED)
def test_p_values_lie_between_nought_and_one(first, second):
    for test in comparisons.two_shares(*first, *second).tests.values():
        assert 0 <= test.p_value <= 1 + 1e-12


@given(st.integers(0, 200), st.floats(0.1, 100), st.integers(0, 200), st.floats(0.1, 100))
def test_rates_too(x1, e1, x2, e2):
    found = comparisons.two_rates(x1, e1, x2, e2)
    assert all(one.low <= one.high for one in found.spans)
    assert all(0 <= test.p_value <= 1 + 1e-12 for test in found.tests.values())


def test_welch_and_hodges_lehmann_are_those_of_r():
    # R, example of t.test(extra ~ group, sleep): Student (1908).
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = tests.welch(one, two)
    assert (round(found.test.statistic, 4), round(found.test.df, 3), round(found.test.p_value, 5)) == (
        -1.8608,
        17.776,
        0.07939,
    )
    assert_allclose((found.low, found.high), (-3.3654832, 0.2054832), atol=1e-6)


@settings(max_examples=30)
@given(SCORES, SCORES, st.integers(-9, 9))
def test_a_shift_of_one_sample_shifts_its_estimate_and_nothing_else(first, second, by):
    still, moved = tests.mann_whitney(first, second), tests.welch(first, second)
    for method, one in ((tests.mann_whitney, still), (tests.welch, moved)):
        other = method(np.add(first, by), second)
        assert_allclose(
            [other.estimate, other.low, other.high], np.add([one.estimate, one.low, one.high], by), atol=1e-9
        )
    assert still.low <= still.estimate <= still.high
