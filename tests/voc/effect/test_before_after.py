"""Before/after comparison: estimates, over-dispersion, too little data, and exposure."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from voc.effect.before_after import compare_rates, compare_shares, rate_ratios
from voc.effect.dispersion import blocks, spread

ORDERS = np.full(56, 700.0)
WEEKDAYS = np.tile([1.3, 1.2, 1.0, 1.0, 0.9, 0.8, 0.8], 8)


def _poisson(rate: float, seed: int, days: int = 56) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate, days).astype(float)


def test_a_real_drop_is_measured_with_its_interval() -> None:
    effect = compare_rates(_poisson(10, 1), ORDERS, _poisson(4, 2), ORDERS)
    assert effect.estimate == pytest.approx(0.4, abs=0.06)
    assert effect.low < 0.4 < effect.high < 1
    assert effect.p_value < 1e-6
    assert effect.change == pytest.approx((effect.estimate - 1, effect.low - 1, effect.high - 1))
    assert effect.diagnostics["faults"] == []


def test_twice_the_orders_at_a_constant_rate_read_as_no_change() -> None:
    before, after = _poisson(10, 3), _poisson(20, 4)
    effect = compare_rates(before, ORDERS, after, 2 * ORDERS)
    assert effect.low < 1 < effect.high
    assert compare_rates(before, ORDERS, after, ORDERS).low > 1


def test_twice_the_survey_volume_at_a_constant_share_reads_as_no_change() -> None:
    rng = np.random.default_rng(5)
    effect = compare_shares(
        rng.binomial(100, 0.2, 56), np.full(56, 100), rng.binomial(200, 0.2, 56), np.full(56, 200)
    )
    assert effect.low < 1 < effect.high


def test_dispersion_is_the_pearson_factor_of_a_poisson_regression_on_weeks() -> None:
    rng = np.random.default_rng(6)
    before, after = (rng.poisson(np.repeat(rng.gamma(3, 4, 8), 7)).astype(float) for _ in range(2))
    weeks = np.concatenate([blocks(before), blocks(after)])
    side = np.repeat([0.0, 1.0], 8)
    fit = sm.GLM(weeks, sm.add_constant(side), family=sm.families.Poisson()).fit()
    found = spread(before, ORDERS, after, ORDERS)
    shared = float(found.shared)
    assert found.df == fit.df_resid
    assert float(found.phi) * (1 - shared) / (1 + shared) == pytest.approx(fit.pearson_chi2 / fit.df_resid)


def test_wilder_weeks_widen_the_interval_around_the_same_estimate() -> None:
    calm = np.full(56, 10.0)
    wild = np.repeat([4.0, 16.0, 13.0, 7.0, 16.0, 4.0, 14.0, 6.0], 7)
    steady, shaken = compare_rates(calm, ORDERS, calm, ORDERS), compare_rates(wild, ORDERS, wild, ORDERS)
    assert shaken.estimate == steady.estimate
    assert shaken.dispersion > 5 > 1 == steady.dispersion
    assert shaken.high / shaken.low > 1.5 * steady.high / steady.low


def test_the_rhythm_of_the_week_is_no_dispersion() -> None:
    effect = compare_rates(10 * WEEKDAYS, ORDERS, 10 * WEEKDAYS, ORDERS)
    assert effect.dispersion == 1.0


def test_neighbouring_weeks_that_resemble_each_other_widen_the_interval() -> None:
    drifting = np.repeat([6.0, 6.0, 6.0, 6.0, 14.0, 14.0, 14.0, 14.0], 7)
    jumping = np.repeat([6.0, 14.0, 6.0, 14.0, 6.0, 14.0, 6.0, 14.0], 7)
    assert (
        compare_rates(drifting, ORDERS, drifting, ORDERS).high
        > compare_rates(jumping, ORDERS, jumping, ORDERS).high
    )


@pytest.mark.parametrize(
    ("before", "after", "exposure", "fault"),
    [
        (np.full(13, 5.0), np.full(56, 5.0), 100.0, "too_few_days"),
        (np.full(56, 5.0), np.full(0, 5.0), 100.0, "too_few_days"),
        (np.full(56, 0.1), np.full(56, 0.05), 100.0, "too_few_events"),
        (np.full(56, 5.0), np.full(56, 5.0), 0.0, "no_exposure"),
    ],
)
def test_too_little_data_is_named(before: np.ndarray, after: np.ndarray, exposure: float, fault: str) -> None:
    effect = compare_rates(before, np.full(before.size, exposure), after, np.full(after.size, exposure))
    assert fault in effect.diagnostics["faults"]


def test_complaints_on_a_day_without_orders_are_named() -> None:
    orders = ORDERS.copy()
    orders[3] = 0
    assert "events_without_exposure" in compare_rates(
        _poisson(9, 7) + 1, orders, _poisson(9, 8), ORDERS
    ).diagnostics["faults"]  # fmt: skip


def test_no_events_after_is_a_drop_with_an_honest_end() -> None:
    effect = compare_rates(np.full(56, 2.0), ORDERS, np.zeros(56), ORDERS)
    assert (effect.estimate, effect.low) == (0.0, 0.0)
    assert 0 < effect.high < 0.2


def test_difference_and_ratio_of_shares_agree_on_the_direction() -> None:
    rng = np.random.default_rng(9)
    n = np.full(56, 100)
    columns = (rng.binomial(n, 0.3), n, rng.binomial(n, 0.25), n)
    ratio, difference = compare_shares(*columns), compare_shares(*columns, scale="difference")
    assert difference.scale == "difference"
    assert (ratio.high < 1) == (difference.high < 0)
    assert ratio.change[0] == pytest.approx(difference.change[0])


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 30), st.floats(0.3, 3))
def test_swapping_the_windows_turns_the_ratio_over(seed: int, rate: float, factor: float) -> None:
    before, after = _poisson(rate + 1, seed), _poisson(rate * factor + 1, seed + 1)
    there, back = compare_rates(before, ORDERS, after, ORDERS), compare_rates(after, ORDERS, before, ORDERS)
    assert there.low == pytest.approx(1 / back.high)
    assert there.high == pytest.approx(1 / back.low)
    assert there.p_value == pytest.approx(back.p_value)


@given(st.integers(0, 2**32 - 1), st.floats(1, 20), st.floats(0.3, 2))
def test_p_below_five_percent_exactly_when_the_interval_excludes_no_change(
    seed: int, rate: float, factor: float
) -> None:
    effect = compare_rates(_poisson(rate, seed) + 1, ORDERS, _poisson(rate * factor, seed + 1) + 1, ORDERS)
    assert (effect.p_value < 0.05) == (not effect.low <= 1 <= effect.high)


def test_many_series_at_once_equal_each_alone() -> None:
    rng = np.random.default_rng(10)
    before, after = rng.poisson(6, (5, 56)), rng.poisson(5, (5, 56))
    orders = np.broadcast_to(ORDERS, (5, 56))
    together = rate_ratios(before, orders, after, orders)
    alone = [compare_rates(b, ORDERS, a, ORDERS) for b, a in zip(before, after, strict=True)]
    assert together.low == pytest.approx([e.low for e in alone])
    assert together.p_value == pytest.approx([e.p_value for e in alone])
