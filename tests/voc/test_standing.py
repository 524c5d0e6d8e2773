from datetime import timedelta
from math import nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.problems import recurrence
from voc.standing import Standing

WEEK = timedelta(days=7)
DAY = 86_400.0


def test_without_times_the_whole_file_counts():
    standing = Standing()
    standing.add([{"a"}, {"a", "b"}], [nan, nan], [1, 1])
    standing.add([{"a"}, set()], [nan, nan], [2, 3])
    frequency, scope = standing.finish(None)
    assert (frequency.tolist(), scope.tolist()) == ([3, 3, 3, 0], [2, 2, 2, 0])


def test_with_times_only_what_came_before_within_the_window_counts():
    standing = Standing()
    standing.add([{"a"}] * 4, [9 * DAY, 0.0, 3 * DAY, nan], [1, 2, 2, 3])
    frequency, scope = standing.finish(WEEK)
    assert (frequency.tolist(), scope.tolist()) == ([2, 1, 2, 1], [2, 1, 1, 1])


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=60))
def test_counts_are_those_of_the_database_pipeline(events):
    at, customers = np.array([DAY * day for day, _ in events]), np.array([who for _, who in events])
    standing = Standing()
    standing.add([{"a"}] * len(events), at.tolist(), customers.tolist())
    order = np.argsort(at, kind="stable")
    expected = recurrence(at[order], customers[order], at, WEEK)
    np.testing.assert_array_equal(standing.finish(WEEK), expected)
