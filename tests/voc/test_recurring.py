from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.problems import Policy, first_recurrence, may_recur
from voc.recurring import DAY, before_and_on, customers_since

WINDOW = 28
EVENTS = st.lists(st.tuples(st.integers(20_000 * DAY, 20_090 * DAY), st.integers(1, 6)), max_size=60)
MOMENTS = st.lists(st.integers(20_000 * DAY, 20_090 * DAY), min_size=1, max_size=10)


def columns(events):
    ordered = sorted(events)
    moments = np.array([moment for moment, _ in ordered], dtype=np.int64)
    return moments, np.array([customer for _, customer in ordered], dtype=np.int64)


def inside(events, at):
    return [one for one in events if (at // DAY - WINDOW + 1) * DAY <= one[0] <= at]


@given(EVENTS, MOMENTS)
def test_counts_are_those_of_looking_at_every_complaint(events, at):
    moments, customers = columns(events)
    days, each = np.unique(moments // DAY, return_counts=True)
    asked = np.array(at, dtype=np.int64)
    assert before_and_on(days, each, moments, asked, WINDOW).tolist() == [len(inside(events, t)) for t in at]
    assert customers_since(moments, customers, asked, WINDOW).tolist() == [
        len({customer for _, customer in inside(events, t)}) for t in at
    ]


@given(EVENTS, st.lists(st.integers(20_000 * DAY, 20_090 * DAY), max_size=200), st.integers(2, 6))
def test_what_is_a_problem_is_never_called_impossible(events, others, least):
    moments, customers = columns(events)
    everything = np.sort(np.array([*moments.tolist(), *others], dtype=np.float64))
    policy = Policy(timedelta(days=WINDOW), least, 0.05)
    found = first_recurrence(
        moments.astype(float), customers, everything, policy, datetime(2026, 1, 1, tzinfo=UTC)
    )
    own, whole = (
        np.bincount((np.asarray(times) // DAY - 19_970).astype(int), minlength=130)
        for times in (moments, everything)
    )
    assert may_recur(own, whole, policy) or found is None


def test_an_issue_that_hardly_comes_up_is_not_looked_at():
    assert not may_recur(np.full(90, 1), np.full(90, 10_000), Policy(timedelta(days=WINDOW), 8, 0.01))
