"""Key figures from columns: values, intervals, empty columns, row accounting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc import kpi

NAN = float("nan")
COUNT = st.integers(0, 10_000)


def test_csat_counts_only_answers() -> None:
    found = kpi.csat([5, 4, 3, 1, NAN, NAN])
    assert found.answers == 4
    assert found.mean == pytest.approx(3.25)
    assert found.satisfied.value == 0.5
    assert found.satisfied.low < 0.5 < found.satisfied.high  # type: ignore[operator]


def test_csat_mean_interval_is_students() -> None:
    found = kpi.csat([1, 2, 3, 4, 5])
    # mean 3, standard error 0.70711, t(0.975, 4) = 2.77645
    assert (found.mean_low, found.mean_high) == pytest.approx((3 - 1.96325, 3 + 1.96325), abs=1e-4)


def test_nobody_answered_is_nothing_rather_than_zero() -> None:
    assert kpi.csat([NAN]).mean is None
    assert kpi.csat([]).satisfied.value is None
    assert kpi.csat([4]).mean_low is None
    assert kpi.nps([]).value is None
    assert kpi.complaint_rate(3, 0).value is None
    assert kpi.closure_rate([]).value is None
    assert kpi.cycle_times([1.0], [NAN]) == kpi.Cycle(None, None, 0, 1)


def test_nps_is_promoters_minus_detractors() -> None:
    assert kpi.nps([10, 9, 8, 7, 6, 0]).value == 0.0
    assert kpi.nps([10, 10, 9, 8]).value == 0.75


def test_complaint_rate_is_per_exposure_with_an_exact_interval() -> None:
    found = kpi.complaint_rate(15, 400)
    assert found.value == 0.0375
    assert (found.low, found.high) == pytest.approx((0.0209885, 0.0618505), abs=1e-6)  # Gu et al. 2008


def test_closure_and_recurrence_look_at_their_own_denominators() -> None:
    closed, back = [True, True, True, False], [True, False, False, True]
    assert kpi.closure_rate(closed).value == 0.75
    assert kpi.recurrence(closed, back).value == pytest.approx(1 / 3)


def test_cycle_times_say_how_many_are_still_open() -> None:
    found = kpi.cycle_times([0.0] * 11, [*range(10), NAN])
    assert (found.median, found.finished, found.open) == (4.5, 10, 1)
    assert found.p90 == pytest.approx(np.quantile(range(10), 0.9))


@given(st.lists(COUNT, min_size=6, max_size=6))
def test_rows_reconcile_exactly_when_the_parts_add_up(parts: list[int]) -> None:
    counts = dict(zip(kpi.PARTS, parts, strict=True))
    assert kpi.funnel({"read": sum(parts), **counts}).reconciles
    off = kpi.funnel({"read": sum(parts) + 1, **counts})
    assert (off.reconciles, off.missing) == (False, 1)


@given(COUNT, st.integers(1, 10_000))
def test_a_share_lies_in_its_interval(x: int, rest: int) -> None:
    found = kpi.share(x, x + rest)
    assert 0 <= found.low <= found.value <= found.high <= 1  # type: ignore[operator]
