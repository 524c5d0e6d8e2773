"""Verdicts: exactly one for each interval, mirrored, monotone; sentences people can read; BH."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from voc.effect.before_after import Effect, compare_rates
from voc.effect.contract import Contract
from voc.effect.names import NAMES
from voc.effect.verdict import (
    ROUNDING,
    benjamini_hochberg,
    change_words,
    classify,
    invalid_contract,
    judge,
    not_identifiable,
    surviving,
)

CONTRACT = Contract(problem="P-0001")
ENDS = st.tuples(st.floats(-1, 2), st.floats(-1, 2)).map(lambda pair: (min(pair), max(pair)))
ORDERS = np.full(56, 700.0)
FACTS = {"events_before": 400.0, "events_after": 300.0, "exposure_before": 4e4,
         "exposure_after": 4e4, "df": 14, "shared": 0.0}  # fmt: skip


def _effect(
    estimate: float, low: float, high: float, p: float = 0.001, faults: tuple[str, ...] = ()
) -> Effect:
    return Effect(
        "before_after",
        "ratio",
        1 + estimate,
        1 + low,
        1 + high,
        p,
        0.01,
        0.0075,
        1.0,
        56,
        56,
        FACTS | {"faults": list(faults)},
    )


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [
        (-0.66, -0.49, "effective"),
        (-0.38, -0.07, "partly_effective"),
        (-0.15, -0.05, "partly_effective"),
        (-0.12, 0.21, "ineffective"),
        (0.42, 1.06, "worse"),
        (0.02, 0.10, "worse"),
        (-0.33, 0.11, "insufficient"),
        (-1.0, np.inf, "insufficient"),
    ],
)
def test_each_verdict_has_its_interval(low: float, high: float, code: str) -> None:
    assert classify(low, high, 0.2) == code


@given(ENDS, st.floats(0.01, 0.9))
def test_exactly_one_verdict_for_each_interval(ends: tuple[float, float], smallest: float) -> None:
    low, high = (0.0 if abs(end) < ROUNDING else end for end in ends)
    truths = {
        "effective": high < -smallest,
        "partly_effective": -smallest <= high < 0,
        "worse": low > 0,
        "ineffective": low > -smallest and low <= 0 <= high,
        "insufficient": low <= -smallest and high >= 0,
    }
    assert [code for code, holds in truths.items() if holds] == [str(classify(low, high, smallest))]


@given(ENDS, st.floats(0.01, 0.9))
def test_a_mirrored_interval_in_the_mirrored_direction_has_the_same_verdict(
    ends: tuple[float, float], smallest: float
) -> None:
    low, high = ends
    assert classify(low, high, smallest, "decrease") == classify(-high, -low, smallest, "increase")


@given(ENDS, st.floats(0, 0.5), st.floats(0.01, 0.9))
def test_shifting_an_interval_the_good_way_never_lowers_the_verdict(
    ends: tuple[float, float], shift: float, smallest: float
) -> None:
    low, high = ends
    order = ("worse", "ineffective", "insufficient", "partly_effective", "effective")
    now, better = (str(classify(low - s, high - s, smallest)) for s in (0.0, shift))
    assert order.index(better) >= order.index(now)


@given(ENDS, st.floats(0, 0.5), st.floats(0.01, 0.9))
def test_a_wider_interval_never_makes_a_claim_stronger(
    ends: tuple[float, float], extra: float, smallest: float
) -> None:
    low, high = ends
    narrow, wide = str(classify(low, high, smallest)), str(classify(low - extra, high + extra, smallest))
    weaker = {
        "effective": {"effective", "partly_effective", "insufficient"},
        "partly_effective": {"partly_effective", "insufficient", "ineffective"},
        "worse": {"worse", "ineffective", "insufficient"},
        "ineffective": {"ineffective", "insufficient"},
        "insufficient": {"insufficient"},
    }
    assert wide in weaker[narrow]


def test_the_sentence_gives_the_change_with_its_interval_in_words() -> None:
    sentence = judge(_effect(-0.58, -0.66, -0.49), CONTRACT).sentence
    assert "投诉率下降 58%（95% 区间 49%–66%）" in sentence
    assert sentence.startswith("有效")


def test_an_interval_across_zero_names_both_directions() -> None:
    assert "从下降 33% 到上升 11%" in judge(_effect(-0.14, -0.33, 0.11), CONTRACT).sentence


@pytest.mark.parametrize(
    ("low", "high", "words"), [(-0.38, -0.07, "尚不能确认达到"), (-0.15, -0.05, "确定达不到")]
)
def test_a_partial_effect_says_whether_the_target_is_still_open(low: float, high: float, words: str) -> None:
    verdict = judge(_effect((low + high) / 2, low, high), CONTRACT)
    assert verdict.code == "partly_effective"
    assert words in verdict.sentence


def test_undecided_says_how_many_weeks_more_and_more_weeks_do_decide() -> None:
    rng = np.random.default_rng(2)
    before, after = rng.poisson(5, 56), rng.poisson(4.3, 56)
    verdict = judge(compare_rates(before, ORDERS, after, ORDERS), CONTRACT)
    assert verdict.code == "insufficient"
    assert verdict.weeks_more is not None
    assert f"再观察 {verdict.weeks_more} 周" in verdict.sentence
    longer = np.tile(after, 1 + verdict.weeks_more // 8 + 1)
    later = judge(compare_rates(before, ORDERS, longer, np.full(longer.size, 700.0)), CONTRACT)
    assert later.code != "insufficient"


def test_too_little_data_is_insufficient_whatever_the_interval_says() -> None:
    verdict = judge(_effect(-0.9, -0.99, -0.8, faults=("too_few_days",)), CONTRACT)
    assert verdict.code == "insufficient"
    assert "14 天" in verdict.sentence


def test_without_a_denominator_no_waiting_is_promised() -> None:
    verdict = judge(compare_rates(np.ones(56), np.zeros(56), np.ones(56), np.zeros(56)), CONTRACT)
    assert (verdict.code, verdict.weeks_more) == ("insufficient", None)
    assert "分母" in verdict.sentence


def test_wanting_an_increase_turns_the_verdict_over() -> None:
    assert judge(_effect(-0.58, -0.66, -0.49), replace(CONTRACT, direction="increase")).code == "worse"


def test_a_change_that_does_not_survive_correction_is_not_claimed() -> None:
    claim, nothing = judge(_effect(-0.3, -0.55, -0.01), CONTRACT), judge(_effect(0.0, -0.1, 0.1), CONTRACT)
    q_value = benjamini_hochberg([0.04, *[0.9] * 4])[0]
    told = surviving(claim, q_value, CONTRACT.alpha)
    assert (claim.code, told.code) == ("partly_effective", "insufficient")
    assert "校正" in told.sentence
    assert surviving(nothing, q_value, CONTRACT.alpha) == nothing


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_agrees_with_statsmodels(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])


def test_no_p_values_is_no_trouble() -> None:
    assert benjamini_hochberg([]).size == 0


def test_broken_and_overlapping_verifications_have_their_words() -> None:
    assert invalid_contract("无效合同：被改动").name == "无效合同"
    assert "措施甲、措施乙" in not_identifiable(["措施甲", "措施乙"]).sentence
    assert len(NAMES) == 7


def test_what_is_left_of_arithmetic_in_a_constant_series_is_no_improvement() -> None:
    assert classify(-9e-17, -9e-17, 0.1) == "ineffective"
    assert classify(1e-16, 2e-16, 0.1) == "ineffective"


def test_what_came_from_nothing_has_no_ratio_and_is_told_so() -> None:
    assert change_words("投诉量", float("inf"), 9.0, float("inf")) == "投诉量从无到有"
    assert change_words("投诉量", float("nan"), float("nan"), float("nan")) == "投诉量的变化无法计算"
