"""Segments, interviews and coverage."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.customers import INTERVIEWED, SEGMENTS, Heard, coverage, groups, sample, segment

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AGO = st.integers(0, 900).map(lambda days: NOW - timedelta(days=days))
HEARD = st.builds(
    lambda value, a, b, complaints, more: (value, min(a, b), max(a, b), complaints, complaints + more),
    st.integers(0, 3), AGO, AGO, st.integers(0, 6), st.integers(1, 5),
)  # fmt: skip


def people(rows):
    return [Heard(number, *row, rating=None) for number, row in enumerate(rows)]


def one(value=0, first=400, last=60, complaints=0):
    return Heard(1, value, NOW - timedelta(days=first), NOW - timedelta(days=last), complaints, 5, 4.0)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (one(complaints=3), "frequent"),
        (one(value=3, complaints=3), "frequent"),
        (one(value=2), "valuable"),
        (one(first=10, last=5), "fresh"),
        (one(last=200), "quiet"),
        (one(), "ordinary"),
    ],
)
def test_the_first_segment_that_fits_is_taken(known, code):
    assert segment(known, NOW) == code


@given(st.lists(HEARD, max_size=40))
def test_everybody_belongs_to_exactly_one_segment(rows):
    found = groups(people(rows), NOW)
    assert [group.code for group in found] == list(SEGMENTS)
    assert sum(group.customers for group in found) == len(rows)


@given(st.lists(HEARD, max_size=40), st.integers(5, 10), st.integers(0, 99))
def test_a_draw_is_repeated_by_its_seed_and_takes_nobody_twice(rows, count, seed):
    drawn = sample(people(rows), count, seed, NOW)
    assert drawn == sample(list(reversed(people(rows))), count, seed, NOW)
    assert len({who.customer for _, who in drawn}) == len(drawn) <= count
    fitting = sum(segment(who, NOW) in INTERVIEWED for who in people(rows))
    assert len(drawn) == min(count, fitting)


def test_the_segments_take_turns():
    rows = [(3, NOW, NOW, 0, 1)] * 9 + [(0, NOW - timedelta(days=99), NOW, 4, 5)] * 9
    drawn = [code for code, _ in sample(people(rows), 6, 1, NOW)]
    assert drawn == ["valuable", "frequent"] * 3


def test_who_is_hardly_heard_is_named():
    found = coverage({"成都": 300, "武汉": 290, "西安": 60}, {"成都": 1000.0, "武汉": 1000.0, "西安": 1000.0})
    assert [(part.name, part.missed) for part in found] == [("西安", True), ("武汉", False), ("成都", False)]


def test_equal_voices_are_hardly_ever_called_missing():
    rng = np.random.default_rng(2)
    base = {f"R{n}": 1000.0 for n in range(8)}
    draws = [dict(zip(base, rng.multinomial(200, [1 / 8] * 8).tolist(), strict=True)) for _ in range(200)]
    assert np.mean([any(part.missed for part in coverage(draw, base)) for draw in draws]) < 0.06


def test_a_part_nobody_spoke_for_counts_as_zero_and_one_without_base_is_left_out():
    found = coverage({"成都": 50, "海南": 9}, {"成都": 100.0, "武汉": 100.0, "海南": 0.0})
    assert [(part.name, part.ratio) for part in found] == [("武汉", 0.0), ("成都", 2.0)]


def test_one_part_alone_is_no_comparison():
    assert coverage({"成都": 5}, {"成都": 10.0}) == []
