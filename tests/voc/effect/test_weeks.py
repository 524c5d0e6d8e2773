"""Weeks counted from the go-live: what falls into them, and which are left out."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.effect.contract import Contract, windows
from voc.effect.weeks import calendar

LIVE = date(2026, 3, 4)


@given(st.integers(1, 40), st.integers(0, 20), st.integers(1, 60), st.integers(0, 30))
def test_every_counted_day_is_in_one_week_and_no_other_day_is(before, washout, after, early):
    contract = Contract("p", baseline_days=7 * before, washout_days=washout, followup_days=after)
    spans = windows(contract, LIVE)
    first = spans.baseline_start - timedelta(days=early)
    days = (spans.followup_end - first).days + 1
    found = calendar(first, days, LIVE, spans)
    assert found.gather(np.ones(days)).sum() == 7 * before + after
    assert found.before.sum() == 7 * before
    assert found.starts[found.live] == LIVE
    assert np.bincount(found.week).max() <= 7


def test_a_week_with_few_counted_days_is_left_out():
    alarm = (LIVE - timedelta(days=10), LIVE - timedelta(days=4))  # four days of one week, three of the next
    contract = Contract("p", baseline_days=28, excluded=(alarm,), followup_days=14)
    spans = windows(contract, LIVE)
    days = (spans.followup_end - spans.baseline_start).days + 1
    found = calendar(spans.baseline_start, days, LIVE, spans)
    kept = dict(zip(found.starts, found.kept, strict=True))
    assert not kept[LIVE - timedelta(days=7)]
    assert kept[LIVE - timedelta(days=14)]
    assert not kept[LIVE]  # the wash-out


def test_a_day_belongs_to_the_next_week_that_begins():
    spans = windows(Contract("p", baseline_days=28, followup_days=14), LIVE)
    found = calendar(spans.baseline_start, 60, LIVE, spans)
    assert found.place(LIVE) == found.live
    assert found.place(LIVE - timedelta(days=1)) == found.live
    assert found.place(LIVE - timedelta(days=7)) == found.live - 1
