"""Ratios, intervals and adjusted p-values of slices against statsmodels and against what must always hold."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.multitest import multipletests

from voc.causes.slices import SCHEMA, Policy, lifts, over_represented


def cells(*rows, kind="region"):
    return pl.DataFrame([(kind, *row) for row in rows], schema=SCHEMA, orient="row")


def of(found, value):
    return next(lift for lift in found if lift.value == value)


def test_one_stratum_gives_the_ratio_and_interval_of_katz():
    lift = of(lifts(cells(("web", "武汉", 60, 200), ("web", "成都", 40, 800))), "武汉")
    table = Table2x2([[60, 140], [40, 760]])
    assert lift.ratio == pytest.approx(table.riskratio)
    assert (lift.low, lift.high) == pytest.approx(table.riskratio_confint())


STRATA = [
    (("web", "武汉", 30, 80), ("web", "成都", 20, 300)),
    (("app", "武汉", 12, 150), ("app", "成都", 9, 400)),
    (("hotline", "武汉", 25, 60), ("hotline", "成都", 70, 220)),
]


def test_strata_give_the_pooled_ratio_and_test_of_mantel_and_haenszel():
    lift = of(lifts(cells(*[row for stratum in STRATA for row in stratum])), "武汉")
    tables = [np.array([[a, n - a], [b, k - b]]) for ((_, _, a, n), (_, _, b, k)) in STRATA]
    known = StratifiedTable([table.astype(float) for table in tables])
    assert lift.ratio == pytest.approx(known.riskratio_pooled)
    assert lift.p_value == pytest.approx(known.test_null_odds(correction=False).pvalue)


def test_the_interval_of_pooled_strata_is_that_of_greenland_and_robins():
    lift = of(lifts(cells(*[row for stratum in STRATA for row in stratum])), "武汉")
    up = down = spread = 0.0
    for (_, _, a, n), (_, _, b, k) in STRATA:
        t, m = n + k, a + b
        up, down = up + a * k / t, down + b * n / t
        spread += (n * k * m - a * b * t) / t**2
    half = 1.959963984540054 * math.sqrt(spread / (up * down))
    assert (lift.low, lift.high) == pytest.approx((up / down * math.exp(-half), up / down * math.exp(half)))


def test_the_adjusted_values_are_those_of_benjamini_and_hochberg():
    rows = [("web", f"城{i}", 10 + 3 * i, 100) for i in range(8)]
    found = lifts(cells(*rows))
    known = multipletests([lift.p_value for lift in found], method="fdr_bh")[1]
    assert [lift.q_value for lift in found] == pytest.approx(list(known))


def test_a_difference_that_the_channel_explains_is_none():
    # 武汉 complains only by hotline, where everybody complains more.
    found = lifts(
        cells(("hotline", "武汉", 90, 300), ("hotline", "成都", 90, 300), ("app", "成都", 10, 1000))
    )
    assert of(found, "武汉").ratio == pytest.approx(1.0)
    assert over_represented(found) == []


def test_what_occurs_only_in_one_place_is_told_by_its_lower_end():
    lift = of(lifts(cells(("web", "武汉", 40, 100), ("web", "成都", 0, 900))), "武汉")
    assert lift.only
    assert lift.over
    assert 5 < lift.low < lift.ratio < lift.high < math.inf


def test_a_place_without_the_problem_has_a_finite_upper_end_below_one():
    lift = of(lifts(cells(("web", "武汉", 0, 500), ("web", "成都", 60, 500))), "武汉")
    assert (lift.ratio, lift.low) == (0.0, 0.0)
    assert 0 < lift.high < 1


def test_small_samples_are_not_spoken_of():
    lift = of(lifts(cells(("web", "武汉", 3, 6), ("web", "成都", 3, 60))), "武汉")
    assert (lift.ratio, lift.q_value, lift.unsaid) == (None, None, "样本太少")


def test_nothing_is_said_of_a_person_from_few_pieces_of_feedback():
    rows = (("web|成都", "K1", 15, 18), ("web|成都", "K2", 15, 600))
    assert of(lifts(cells(*rows, kind="agent")), "K1").unsaid == "反馈不足 20 条，不对个人下判断"
    assert of(lifts(cells(*rows)), "K1").over


def test_a_single_value_has_nothing_to_be_compared_with():
    (lift,) = lifts(cells(("web", "武汉", 60, 200)))
    assert lift.unsaid == "没有可比的其他反馈"


def test_what_explains_most_members_comes_first():
    rows = [("web", "小城", 12, 20), ("web", "大城", 300, 700), ("web", "别处", 100, 3000)]
    assert [lift.value for lift in over_represented(lifts(cells(*rows)))] == ["大城", "小城"]


def test_no_cells_give_no_slices():
    assert lifts(pl.DataFrame(schema=SCHEMA)) == []


counts = st.integers(0, 60)
tables = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "y", "z"]), counts, counts),
    min_size=1, max_size=9, unique_by=lambda row: row[:2],
)  # fmt: skip


@given(tables)
def test_a_ratio_lies_in_its_interval_and_a_claim_excludes_one(rows):
    found = lifts(cells(*[(s, v, a, a + b) for s, v, a, b in rows]))
    told = [lift for lift in found if lift.ratio is not None]
    assert all(lift.low <= lift.ratio <= lift.high for lift in told)
    assert all(lift.low > 1 and lift.members >= Policy().least_members for lift in found if lift.over)
    assert {lift.value for lift in found} == {row[1] for row in rows}
    assert sum(lift.members for lift in found) == sum(row[2] for row in rows)


@given(tables, st.integers(2, 5))
def test_the_ratio_does_not_change_when_everything_is_counted_several_times(rows, times):
    once = lifts(cells(*[(s, v, a, a + b) for s, v, a, b in rows]))
    often = {x.value: x for x in lifts(cells(*[(s, v, a * times, (a + b) * times) for s, v, a, b in rows]))}
    told = [lift for lift in once if lift.ratio is not None and not lift.only]
    assert all(often[lift.value].ratio == pytest.approx(lift.ratio) for lift in told)


def test_of_slices_without_any_difference_almost_none_is_named():
    rng = np.random.default_rng(7)
    named = 0
    for _ in range(200):
        rows = [("web", f"城{i}", int(rng.binomial(400, 0.05)), 400) for i in range(20)]
        named += bool(over_represented(lifts(cells(*rows))))
    assert named <= 14  # 5 % of 200 looks, and a little luck


def test_what_the_same_customers_say_twice_is_no_surer_than_said_once():
    once = of(lifts(cells(("web", "武汉", 30, 200), ("web", "成都", 20, 800))), "武汉")
    twice = of(lifts(cells(("web", "武汉", 60, 400), ("web", "成都", 40, 1600)), repeats=2.0), "武汉")
    assert (twice.ratio, twice.low, twice.high) == pytest.approx((once.ratio, once.low, once.high))
    assert twice.p_value == pytest.approx(once.p_value, rel=0.01)
