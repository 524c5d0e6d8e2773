from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.alarms.births import SETTLING, anew, begins
from voc.alarms.walk import Policy, walk

DAYS = 120


def source(first, last, mean=10, seed=1):
    counts = np.random.default_rng(seed).poisson(mean, DAYS).astype(float)
    counts[:first] = counts[last:] = 0
    return counts


def test_a_source_that_comes_in_addition_begins_the_history_anew():
    latest = anew(np.array([source(0, DAYS), source(60, DAYS, seed=2)]), DAYS)
    assert (latest[59], latest[60], latest[-1]) == (0, 60, 60)


def test_a_source_that_takes_the_place_of_another_does_not():
    assert anew(np.array([source(0, 60), source(60, DAYS, seed=2)]), DAYS)[-1] == 0


def test_a_source_that_adds_little_does_not():
    assert anew(np.array([source(0, DAYS, 20), source(60, DAYS, 1, seed=2)]), DAYS)[-1] == 0


@settings(max_examples=20)
@given(st.integers(1, 119), st.integers(0, 300))
def test_what_is_known_of_beginnings_on_a_day_needs_no_later_day(cut, later):
    sources = np.array([source(0, DAYS), source(50, DAYS, seed=2), source(80, DAYS, seed=3)])
    changed = sources.copy()
    changed[:2, cut:] = later
    np.testing.assert_array_equal(anew(sources, DAYS)[:cut], anew(changed, DAYS)[:cut])


def test_a_slice_begins_with_its_first_feedback():
    known = begins(["all", "all|region:上海"], DAYS, {("region", "上海"): 40}, np.array([source(0, DAYS)]))
    assert known[:, -1].tolist() == [0, 40]


def test_a_second_shop_is_no_alarm_and_what_happens_after_it_is():
    shops = np.array([source(0, DAYS), source(60, DAYS, 20, seed=2)])
    counts = shops.sum(axis=0)[None]
    counts[0, 100] += 60
    known = begins(["all"], DAYS, {}, shops)
    assert [one.raised for one in walk(counts, ["all"], date(2025, 1, 1), Policy(0.2), known)] == [100]
    unaware = [one.raised for one in walk(counts, ["all"], date(2025, 1, 1), Policy(0.2))]
    assert [day for day in unaware if 60 <= day < 60 + SETTLING] != []
