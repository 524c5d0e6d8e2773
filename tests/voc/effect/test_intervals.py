"""Intervals against published figures, against statsmodels and scipy, and against their own laws."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import optimize, stats
from statsmodels.stats import proportion, rates

from voc.effect import intervals

DATA = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).parents[4] / "shared" / "data"))
GOLDEN = DATA / "golden_statistics" / "golden.json"

# 56 of 70 against 48 of 80: Newcombe (1998), as tabulated by DescTools and in WUSS 2016, paper 127.
# 52 of 100: R, example of prop.test. 682 of 925: Conover (1971), R, example of binom.test.
# 15 in 400: Gu et al. (2008), as in the tests of statsmodels.
PUBLISHED = {
    "diffprop_newcombe_score_56of70_48of80": ([0.0524, 0.3339], intervals.newcombe(56, 70, 48, 80)),
    "diffprop_miettinen_nurminen_56of70_48of80": (
        [0.0528, 0.3382],
        intervals.miettinen_nurminen(56, 70, 48, 80),
    ),
    "diffprop_mee_56of70_48of80": (
        [0.0533, 0.3377],
        intervals.miettinen_nurminen(56, 70, 48, 80, corrected=False),
    ),
    "prop1_52of100": ([0.4231658, 0.6153545], intervals.wilson(52, 100)),
    "binom_682of925": ([0.7076683, 0.7654066], intervals.clopper_pearson(682, 925)),
    "poisson1_exact-c_15_400": ([0.0209884653319583, 0.0618505471787146], intervals.rate_exact(15, 400)),
    "poisson1_score_15_400": ([0.0227264749053794, 0.0618771721463559], intervals.rate_score(15, 400)),
}
TOTALS = st.integers(2, 400)
COUNTED = TOTALS.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures_are_reproduced(name: str) -> None:
    published, ours = PUBLISHED[name]
    digits = max(len(str(figure).split(".")[1]) for figure in published)
    assert_allclose(ours, published, atol=0.51 * 10.0**-digits)


@pytest.mark.real_data
@pytest.mark.skipif(
    not GOLDEN.exists(), reason="golden.json of the public data folder (VOC_PUBLIC_DATA) is absent"
)
def test_the_literals_above_are_those_of_the_golden_file() -> None:
    golden = {entry["id"]: entry["expected"] for entry in json.loads(GOLDEN.read_text("utf-8"))}
    pick = {"prop1_52of100": ("lo", "hi"), "binom_682of925": ("lo", "hi")}
    wanted = {n: [golden[n][k] for k in pick.get(n, (0, 1))] for n in PUBLISHED}
    assert {name: figures for name, (figures, _) in PUBLISHED.items()} == wanted


@pytest.mark.real_data
@pytest.mark.skipif(
    not GOLDEN.exists(), reason="golden.json of the public data folder (VOC_PUBLIC_DATA) is absent"
)
def test_every_golden_interval_of_a_method_we_have_is_ours() -> None:
    golden = {entry["id"]: entry for entry in json.loads(GOLDEN.read_text("utf-8"))}
    ours = {name: interval for name, (_, interval) in PUBLISHED.items()}
    recomputed = {n: golden[n]["recomputed"] for n in ours if golden[n]["recomputed"] is not None}
    assert len(recomputed) == 5
    for name, figures in recomputed.items():
        assert_allclose(ours[name], figures[-2:], atol=1e-6)


@given(COUNTED)
def test_wilson_and_clopper_pearson_agree_with_statsmodels(pair: tuple[int, int]) -> None:
    x, n = pair
    assert_allclose(intervals.wilson(x, n), proportion.proportion_confint(x, n, method="wilson"), atol=1e-12)
    assert_allclose(
        intervals.clopper_pearson(x, n), proportion.proportion_confint(x, n, method="beta"), atol=1e-9
    )


@given(COUNTED, COUNTED)
def test_newcombe_agrees_with_statsmodels(first: tuple[int, int], second: tuple[int, int]) -> None:
    theirs = proportion.confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert_allclose(intervals.newcombe(*first, *second), theirs, atol=1e-9)


def _score(x1: int, n1: int, x2: int, n2: int, delta: float, factor: float) -> float:
    """Squared score statistic, the restricted likelihood maximised by brute force instead of the cubic."""
    found = optimize.minimize_scalar(
        lambda p: -(stats.binom.logpmf(x1, n1, p + delta) + stats.binom.logpmf(x2, n2, p)),
        bounds=(max(0, -delta) + 1e-9, min(1, 1 - delta) - 1e-9),
        method="bounded",
        options={"xatol": 1e-10},
    )
    p2, p1 = found.x, found.x + delta
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * factor
    return float((x1 / n1 - x2 / n2 - delta) ** 2 / variance)


@pytest.mark.parametrize("table", [(56, 70, 48, 80), (9, 10, 3, 10), (7, 34, 1, 34), (120, 400, 90, 410)])
def test_score_interval_ends_where_the_score_test_is_exactly_critical(
    table: tuple[int, int, int, int],
) -> None:
    total = table[1] + table[3]
    for factor, corrected in ((total / (total - 1), True), (1.0, False)):
        ends = intervals.miettinen_nurminen(*table, corrected=corrected)
        reached = [_score(*table, float(end), factor) for end in ends]
        assert_allclose(reached, stats.chi2.ppf(0.95, 1), rtol=1e-5)


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.2, 5))
def test_rate_ratio_score_agrees_with_statsmodels(x1: int, x2: int, stretch: float) -> None:
    theirs = rates.confint_poisson_2indep(x1, 100.0 * stretch, x2, 100.0, method="score", compare="ratio")
    assert_allclose(intervals.rate_ratio_score(x1, 100.0 * stretch, x2, 100.0), theirs, rtol=1e-5)


@given(st.integers(1, 300), st.integers(1, 300))
def test_exact_rate_ratio_is_the_conditional_binomial_of_scipy(x1: int, x2: int) -> None:
    share = stats.binomtest(x1, x1 + x2).proportion_ci(0.95, method="exact")
    expected = [share.low / (1 - share.low) * 2, share.high / (1 - share.high) * 2]
    assert_allclose(intervals.rate_ratio_exact(x1, 50, x2, 100), expected, rtol=1e-6)


@given(COUNTED, COUNTED)
def test_share_ratio_excludes_one_exactly_when_newcombe_excludes_zero(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    low, high = intervals.newcombe(*first, *second)
    ratio_low, ratio_high = intervals.share_ratio(*first, *second)
    sure = min(abs(float(low)), abs(float(high))) > 1e-9
    assert not sure or (low > 0, high < 0) == (ratio_low > 1, ratio_high < 1)


@given(COUNTED, COUNTED)
def test_share_ratio_holds_its_estimate(first: tuple[int, int], second: tuple[int, int]) -> None:
    low, high = intervals.share_ratio(*first, *second)
    p1, p2 = first[0] / first[1], second[0] / second[1]
    assert low * p2 <= p1 + 1e-9
    assert p2 == 0 or p1 <= high * p2 + 1e-9


def test_columns_are_judged_at_once_and_equal_single_answers() -> None:
    x, n = np.array([0, 3, 56, 70]), np.array([70, 70, 70, 70])
    low, high = intervals.newcombe(x, n, 48, 80)
    singles = [intervals.newcombe(k, 70, 48, 80) for k in x]
    assert_allclose(np.stack([low, high], axis=1), np.array(singles, dtype=float))


def test_no_trials_and_no_events_give_the_widest_answer() -> None:
    assert [float(v) for v in intervals.wilson(0, 0)] == [0.0, 1.0]
    assert float(intervals.rate_ratio_score(5, 100, 0, 100)[1]) == np.inf
    assert float(intervals.share_ratio(5, 100, 0, 100)[1]) == np.inf
    assert float(intervals.rate_ratio_score(0, 100, 5, 100)[0]) == 0.0


def test_a_student_quantile_widens() -> None:
    narrow = intervals.rate_ratio_score(30, 100, 50, 100)
    wide = intervals.rate_ratio_score(30, 100, 50, 100, z=intervals.quantile(0.05, 4))
    assert wide[0] < narrow[0]
    assert narrow[1] < wide[1]
    assert float(intervals.quantile(0.05, 14)) == pytest.approx(stats.t.ppf(0.975, 14))
