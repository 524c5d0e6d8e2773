"""Values printed in papers and manuals that were not at hand when the engine was written."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.datasets import nile

from voc.effect import comparisons, did
from voc.effect.its import Series, interrupted

# Newcombe (1998), Statist. Med. 17:873, table II, method 10.
NEWCOMBE = {
    (6, 7, 2, 7): (0.0582, 0.8062),
    (5, 56, 0, 29): (-0.0381, 0.1926),
    (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775),
    (10, 10, 0, 20): (0.6791, 1.0),
    (10, 10, 0, 10): (0.6075, 1.0),
}
# Newcombe (1998), Statist. Med. 17:857, table I: Wald, Wilson, Clopper–Pearson.
ONE_SHARE = {
    (81, 263): ((0.2522, 0.3638), (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148): ((0.0527, 0.1500), (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20): ((0.0, 0.0), (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29): ((0.0, 0.1009), (0.0061, 0.1718), (0.0009, 0.1776)),
}
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)


def spans(found, quantity):
    return {one.method: (one.low, one.high) for one in found.spans if one.quantity == quantity}


@pytest.mark.parametrize("table", NEWCOMBE)
def test_newcombe_s_score_intervals_of_sparse_tables(table):
    ours = spans(comparisons.two_shares(*table), "difference")["Newcombe 混合得分"]
    assert_allclose(ours, NEWCOMBE[table], atol=0.51e-4)


@pytest.mark.parametrize("share", ONE_SHARE)
def test_newcombe_s_intervals_of_one_share(share):
    ours = spans(comparisons.one_share(*share), "share")
    found = [ours[name] for name in ("Wald", "Wilson", "Clopper–Pearson 精确")]
    assert_allclose(found, ONE_SHARE[share], atol=0.51e-4)


def test_fluoroscopy_and_breast_cancer_as_stata_s_manual_prints_it():
    found = comparisons.two_rates(41, 28010, 15, 19017)
    assert_allclose(spans(found, "ratio")["精确（条件二项）"], (1.005684, 3.6093), atol=5e-7, rtol=1e-6)
    assert found.tests["条件 mid-p"].greater == pytest.approx(0.0177, abs=5e-5)
    assert found.tests["条件 mid-p"].p_value == pytest.approx(0.0355, abs=5e-5)


def test_aspirin_and_heart_attacks_as_agresti_prints_it():
    found = comparisons.two_shares(189, 11034, 104, 11037)
    assert found.tests["卡方（不校正）"].statistic == pytest.approx(25.01, abs=0.005)
    assert found.tests["G 检验"].statistic == pytest.approx(25.37, abs=0.005)
    assert_allclose(spans(found, "odds_ratio")["Woolf 对数"], (1.44, 2.33), atol=0.005)


def test_fisher_s_twins_as_r_prints_them():
    found = comparisons.two_shares(2, 17, 10, 13).tests["Fisher 精确"]
    assert (found.less, found.p_value) == pytest.approx((0.0004652, 0.0005367), abs=5e-8)


def test_student_s_sleep_as_r_prints_it():
    found = comparisons.two_samples(*SLEEP)
    welch = found.tests["Welch t"]
    assert (welch.statistic, welch.df, welch.p_value) == pytest.approx((-1.8608, 17.776, 0.07939), rel=1e-4)
    rank = found.tests["Mann–Whitney"]
    assert (rank.statistic, rank.p_value) == pytest.approx((25.5, 0.06933), rel=1e-4)
    assert_allclose(spans(found, "mean_difference")["Welch"], (-3.3654832, 0.2054832), atol=5e-8)


def test_the_nile_fell_in_1899_by_what_its_two_means_say():
    flow = nile.load_pandas().data["volume"].to_numpy()
    found = interrupted(Series(flow, 28, "numbers"), "level", trend=False, pairs=0, errors="quasi")
    assert found.estimate == pytest.approx(849.9722 - 1097.75, abs=5e-5)


@pytest.mark.parametrize(
    ("panel", "effect"),
    [
        (((20.44, 21.03), (23.33, 21.17)), 2.75),  # Card & Krueger (1994), table 3: employment in New Jersey
        (((135, 121), (165, 132)), 19),  # Richardson & Troost (2009): banks in the sixth and eighth districts
        (((63692.86, 70619.24), (82517.23, 101307.5)), -11863.89),  # Kiel & McClain: houses by an incinerator
        (((847, 193), (1349, 1466)), -771),  # Snow (1855): cholera among Lambeth's customers, per 100,000
    ],
)
def test_two_by_two_differences_of_differences(panel, effect):
    found = did.difference(np.array(panel, dtype=float), np.array([True, False]), 1)
    assert found.estimate == pytest.approx(effect)


@pytest.mark.parametrize(
    ("table", "test", "statistic"),
    [
        ((1198, 2691, 557, 1835), "卡方（Yates 校正）", 91.61),  # Berkeley: admitted men and women
        ((1198, 2691, 557, 1835), "卡方（不校正）", 92.205),
        ((367, 1731, 344, 470), "卡方（不校正）", 456.87),  # Titanic: men and women saved
    ],
)
def test_chi_squares_of_textbooks(table, test, statistic):
    assert comparisons.two_shares(*table).tests[test].statistic == pytest.approx(statistic, abs=6e-3)


def test_three_shares_of_agresti_s_party_identification():
    found = comparisons.many_shares([762, 327, 468], [1246, 566, 945], None).tests["卡方（各组相等）"]
    assert (round(found.statistic, 2), found.df) == (30.07, 2)


def test_the_efficacy_of_bnt162b2():
    low, high = spans(comparisons.two_rates(8, 2.214, 162, 2.222), "ratio")["精确（条件二项）"]
    assert (round(1 - high, 3), round(1 - low, 3)) == (0.9, 0.979)
