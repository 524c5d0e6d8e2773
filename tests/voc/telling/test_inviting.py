"""Whom to ask: seldom, once, and nobody who wants to be left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.telling.inviting import Candidate, choose, quarter_of

NOW = datetime(2026, 7, 1, 2, tzinfo=UTC)
INTERVAL = timedelta(days=90)

people = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 8),
        st.sampled_from(["case:1", "case:2", "quarter:2026Q3"]),
        st.none() | st.integers(0, 200).map(lambda days: NOW - timedelta(days=days)),
        st.booleans(),
    ),
    max_size=30,
)


@given(people, st.integers(0, 10))
def test_nobody_is_asked_twice_too_soon_or_against_their_wish_and_never_more_than_was_set(candidates, most):
    chosen = choose(candidates, NOW, INTERVAL, most)
    assert len(chosen) <= most
    assert len({one.customer for one in chosen}) == len(chosen)
    assert not [one for one in chosen if one.silent or (one.asked_at and NOW - one.asked_at < INTERVAL)]


@given(people)
def test_with_room_for_all_everybody_who_may_be_asked_is(candidates):
    may = {one.customer for one in candidates
           if not one.silent and (one.asked_at is None or NOW - one.asked_at >= INTERVAL)}  # fmt: skip
    assert {one.customer for one in choose(candidates, NOW, INTERVAL, 100)} == may


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2026-03-31T15:59:00+00:00", "2026Q1"),
        ("2026-03-31T16:00:00+00:00", "2026Q2"),
        ("2026-12-31T16:00:00+00:00", "2027Q1"),
    ],
)
def test_a_quarter_begins_at_midnight_in_china(moment, name):
    assert quarter_of(datetime.fromisoformat(moment)) == name
