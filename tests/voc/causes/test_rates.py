"""Rates per thousand orders, with exact intervals."""

from datetime import date

import pytest
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson

from voc.causes.rates import slice_rates, weekly_rates

WEEKS = [date(2026, 6, 1), date(2026, 6, 8)]


def test_a_week_has_a_rate_per_thousand_with_the_exact_poisson_interval():
    week, without = weekly_rates(WEEKS, [12, 3], [4000.0, 0.0])
    low, high = confint_poisson(12, 4.0, method="exact-c")
    assert (week.rate, week.low, week.high) == pytest.approx((3.0, low, high))
    assert (without.rate, without.low, without.high) == (None, None, None)


def test_a_slice_is_set_against_the_others_together():
    first, _, last = slice_rates("region", ["武汉", "成都", "西安"], [90, 30, 30], [1000.0, 1000.0, 1000.0])
    assert (first.value, first.rate) == ("武汉", pytest.approx(90))
    assert first.ratio == pytest.approx(3.0)
    assert first.low > 1 > last.high
    known = binomtest(90, 150, 1 / 3).proportion_ci(method="exact")
    assert first.low == pytest.approx(known.low / (1 - known.low) * 2)


def test_slices_without_orders_are_left_out_and_one_alone_is_not_compared():
    assert slice_rates("region", ["武汉", "成都"], [9, 3], [1000.0, 0.0]) == []
    assert slice_rates("region", ["武汉", "成都"], [0, 0], [1000.0, 10.0]) == []
