from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.problems import Daily, Policy, first_recurrence, may_recur
from voc.recurring import DAY, before_and_on, customers_since

WINDOW = 28
NOW = datetime(2026, 1, 1, tzinfo=UTC)
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


def by_day(moments, everything):
    own, whole = (
        np.bincount((np.asarray(times) // DAY - 19_970).astype(int), minlength=130)
        for times in (moments, everything)
    )
    return Daily(19_970, own, whole)


@given(EVENTS, st.lists(st.integers(20_000 * DAY, 20_090 * DAY), max_size=200), st.integers(2, 6))
def test_what_is_a_problem_is_never_called_impossible(events, others, least):
    moments, customers = columns(events)
    everything = np.sort(np.array([*moments.tolist(), *others], dtype=np.float64))
    policy = Policy(timedelta(days=WINDOW), least, 0.05)
    daily = by_day(moments, everything)
    found = first_recurrence(moments.astype(float), customers, everything, policy, NOW, daily=daily)
    assert may_recur(daily, policy) or found is None


def test_an_issue_that_hardly_comes_up_is_not_looked_at():
    daily = Daily(0, np.full(90, 1), np.full(90, 10_000))
    assert not may_recur(daily, Policy(timedelta(days=WINDOW), 8, 0.01))


def recurs(before, after, whole=100, known_from=0):
    """Whether an issue is found that so many customers a day speak of, before and from day 100 on."""
    own = np.array([before] * 100 + [after] * 28)
    feedback = np.where(np.arange(128) < known_from, 0, whole)
    times = np.repeat(np.arange(128), own) * DAY + 3600.0
    everything = np.repeat(np.arange(128), feedback) * DAY + 3600.0
    daily = Daily(0, np.where(feedback > 0, own, 0), feedback)
    found = first_recurrence(
        times, np.arange(len(times)), everything, Policy(min_share=0.06), NOW, 100 * DAY, daily
    )
    return found is not None


def test_an_issue_that_surely_rose_is_a_problem_at_a_third_of_the_share():
    assert recurs(before=0, after=3)
    assert recurs(before=1, after=4)


def test_an_issue_that_always_was_as_frequent_is_a_problem_at_the_whole_share_only():
    assert not recurs(before=3, after=3)
    assert not recurs(before=3, after=4)
    assert recurs(before=8, after=8)


def test_what_rose_and_yet_is_rare_is_no_problem():
    assert not recurs(before=0, after=1)


def test_nothing_has_risen_where_little_is_known_of_the_time_before():
    assert not recurs(before=0, after=3, known_from=60)
    assert recurs(before=0, after=3, known_from=20)


@given(st.integers(0, 9), st.integers(0, 9))
def test_a_problem_stays_one_when_more_complain(before, after):
    assert not recurs(before, after) or recurs(before, after + 1)
