"""The beginning of a raised rate: found where it is, with an interval that holds it, and not where there is none."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.causes.onset import MOST_BINS, find_onset, stretch, weekly

FIRST = date(2026, 1, 1)


def made(seed, days=180, begin=100, end=None, base=0.03, times=4.0, shape=12.0):
    rng = np.random.default_rng(seed)
    exposure = rng.poisson(100, days).astype(float)
    rate = np.full(days, base)
    rate[begin:end] *= times
    return rng.poisson(rate * exposure * rng.gamma(shape, 1 / shape, days)), exposure


def test_a_marked_beginning_is_found_to_the_day():
    onset = find_onset(FIRST, *made(1))
    assert abs((onset.day - FIRST).days - 100) <= 1
    assert onset.earliest <= FIRST + timedelta(days=100) <= onset.latest
    assert onset.until is None
    assert onset.during / onset.before == pytest.approx(4, rel=0.3)


def test_the_end_of_a_raised_stretch_is_found_too():
    onset = find_onset(FIRST, *made(2, end=130))
    assert abs((onset.until - FIRST).days - 129) <= 2


def test_the_interval_holds_the_beginning_about_as_often_as_it_says():
    held = [
        onset.earliest <= FIRST + timedelta(days=100) <= onset.latest
        for seed in range(150)
        if (onset := find_onset(FIRST, *made(seed, times=2.2)))
    ]
    assert len(held) > 130
    assert np.mean(held) > 0.85


def test_a_stretch_knows_how_much_of_everything_fell_into_it():
    counts, exposure = made(2, end=130)
    onset = find_onset(FIRST, counts, exposure)
    inside = slice((onset.day - FIRST).days, (onset.until - FIRST).days + 1)
    assert onset.share == pytest.approx(counts[inside].sum() / counts.sum())
    assert onset.main


def test_a_constant_rate_has_no_beginning_however_much_it_scatters():
    assert [find_onset(FIRST, *made(seed, times=1.0, shape=5.0)) for seed in range(60)] == [None] * 60


def test_more_feedback_of_everything_is_no_beginning():
    rng = np.random.default_rng(3)
    exposure = np.where(np.arange(180) < 90, 50.0, 200.0)
    assert find_onset(FIRST, rng.poisson(0.05 * exposure), exposure) is None


def test_a_fall_is_no_beginning():
    counts, exposure = made(4, begin=0, end=60)
    onset = find_onset(FIRST, counts, exposure)
    assert onset is None


@pytest.mark.parametrize("days", [0, 3, 16])
def test_too_short_a_series_has_no_beginning(days):
    assert find_onset(FIRST, np.ones(days), np.full(days, 9.0)) is None


def test_a_long_history_is_looked_at_in_steps_of_several_days():
    days = 2 * MOST_BINS + 10
    counts, exposure = made(5, days=days, begin=1500)
    onset = find_onset(FIRST, counts, exposure)
    assert onset.earliest <= FIRST + timedelta(days=1500) <= onset.latest
    assert (onset.latest - onset.earliest).days >= 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=1, max_size=80))
def test_whatever_the_series_a_beginning_lies_in_its_interval_inside_the_series(pairs):
    counts = [min(members, total) for members, total in pairs]
    onset = find_onset(FIRST, counts, [total for _, total in pairs])
    last = FIRST + timedelta(days=len(pairs) - 1)
    assert onset is None or FIRST <= onset.earliest <= onset.day <= onset.latest <= last


def test_a_stretch_begins_with_the_rise_when_enough_fell_into_it():
    counts, exposure = made(1)
    onset = find_onset(FIRST, counts, exposure)
    there = FIRST + timedelta(days=int(np.flatnonzero(counts)[-1]))
    assert stretch(FIRST, counts, onset) == (onset.day, there)


def test_one_surge_of_many_is_not_compared_alone():
    counts, exposure = made(1)
    surge = replace(find_onset(FIRST, counts, exposure), share=0.1)
    there = np.flatnonzero(counts)
    assert stretch(FIRST, counts, surge) == (
        FIRST + timedelta(days=int(there[0])), FIRST + timedelta(days=int(there[-1]))
    )  # fmt: skip


def test_a_small_surge_of_long_ago_is_compared_with_what_came_after_it():
    counts = np.zeros(400)
    counts[[50, 51, 120, 300, 399]] = (9, 9, 1, 1, 1)
    day = FIRST + timedelta(days=50)
    surge = replace(
        find_onset(FIRST, *made(1)), day=day, earliest=day, latest=day, until=day + timedelta(days=1)
    )
    assert stretch(FIRST, counts, surge) == (day, FIRST + timedelta(days=229))


def test_without_a_beginning_all_days_with_the_problem_are_compared():
    assert stretch(FIRST, [0, 1, 0, 2, 0], None) == (FIRST + timedelta(days=1), FIRST + timedelta(days=3))


def test_only_the_last_half_year_of_a_long_problem_is_compared():
    assert stretch(FIRST, [1] * 400, None) == (FIRST + timedelta(days=220), FIRST + timedelta(days=399))


@given(st.integers(0, 6), st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_weeks_begin_on_mondays_and_hold_every_day_once(shift, values):
    mondays, sums = weekly(FIRST + timedelta(days=shift), values)
    assert sum(sums) == sum(values)
    assert {monday.weekday() for monday in mondays} == {0}
