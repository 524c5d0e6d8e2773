"""A rise by half that no fortnight shows is seen over weeks, where it is not a rise of everything."""

from datetime import date

import numpy as np
import pytest

from voc.alarms.series import ALL
from voc.alarms.walk import Policy, walk

FIRST, DAYS, BEGIN = date(2025, 1, 6), 330, 240
ISSUES = 60
NAMES = [*(f"issue:a.i{n}" for n in range(ISSUES)), ALL]


@pytest.fixture
def house():
    """Return counts of sixty issues of three a day and of all of them; the first may rise."""

    def of(times=1.0, all_times=1.0, begin=BEGIN, end=DAYS):
        rng, later = np.random.default_rng(16), (np.arange(DAYS) >= begin) & (np.arange(DAYS) < end)
        rates = np.full((ISSUES, DAYS), 3.0)
        rates[:, later] *= all_times
        rates[0, later] *= times
        leaves = rng.poisson(rates).astype(float)
        return np.vstack([leaves, leaves.sum(axis=0)])

    return of


def slow(counts, names=NAMES):
    return [one for one in walk(counts, names, FIRST, Policy()) if one.slow]


def test_a_rise_by_half_of_three_a_day_is_found_within_weeks_and_dated(house):
    (one,) = slow(house(times=1.5))
    assert one.series == 0
    assert BEGIN + 7 < one.raised < BEGIN + 60
    assert abs(one.start - BEGIN) <= 14
    assert one.observed > 1.3 * one.expected


def test_nothing_is_found_where_nothing_rises(house):
    assert slow(house()) == []


def test_what_rises_with_all_other_complaints_is_business(house):
    assert slow(house(all_times=1.5)) == []


def test_a_spike_of_some_days_is_no_slow_rise(house):
    assert slow(house(times=10.0, end=BEGIN + 4)) == []


def test_what_an_alarm_has_told_is_the_usual_from_then_on(house):
    counts = house(times=4.0)
    found = [one for one in walk(counts, NAMES, FIRST, Policy()) if one.series == 0]
    assert [one.slow for one in found if one.raised >= BEGIN][:1] == [False]
    assert slow(counts) == []


def test_areas_are_not_judged_by_weeks(house):
    areas = [*(f"area:a{n}" for n in range(ISSUES)), ALL]
    assert slow(house(times=1.5), areas) == []


def test_a_series_cut_off_says_the_same_of_the_days_that_are_left(house):
    counts = house(times=1.5)
    whole = [(one.raised, one.start) for one in slow(counts)]
    cut = [(one.raised, one.start) for one in slow(counts[:, : BEGIN + 60])]
    assert cut == [one for one in whole if one[0] < BEGIN + 60]
