import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.suspects.level import level, share_shift


def test_the_chance_of_the_usual_count_is_high_and_of_ten_times_as_many_is_none():
    usual = level(np.random.default_rng(1).poisson(6, 56), 14)
    assert usual.chance(6, 1) > 0.3
    assert usual.chance(60, 1) < 1e-6


def test_one_earlier_burst_hardly_widens_what_is_normal():
    quiet = np.random.default_rng(2).poisson(3, 56)
    burst = quiet.copy()
    burst[20:22] = 90
    assert level(burst, 14).daily == pytest.approx(level(quiet, 14).daily, rel=0.5)
    assert level(burst, 14).chance(40, 1) < 1e-3


def test_a_growing_source_is_measured_by_its_last_days():
    counts = np.repeat([2, 10], [42, 14])
    assert level(counts, 14).daily > 8


@given(st.lists(st.integers(0, 40), min_size=14, max_size=80), st.integers(1, 7))
def test_a_higher_count_is_never_more_likely(counts, days):
    usual = level(np.array(counts), 14)
    chances = [usual.chance(observed, days) for observed in range(0, 300, 15)]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


def test_more_of_every_kind_does_not_shift_the_share():
    top, every = np.full(56, 4), np.full(56, 5)
    assert share_shift(top, every, 80, 100) > 0.4
    assert share_shift(top, every, 100, 100) < 0.01


def test_without_a_past_no_shift_is_claimed():
    assert share_shift(np.zeros(20, dtype=int), np.zeros(20, dtype=int), 10, 10) == 1.0
