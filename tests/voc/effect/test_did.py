"""Difference-in-differences with few units credits no more than it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.effect.did import difference, few_units_df

LOOPS = 3_000


@pytest.mark.parametrize(
    ("first", "second", "df"), [(4, 9, 5.8276), (2, 2, 2.0), (6, 6, 10.0), (2, 20, 1.2092)]
)
def test_degrees_of_freedom_hang_on_the_number_of_units(first: int, second: int, df: float) -> None:
    assert few_units_df(first, second) == pytest.approx(df, abs=1e-3)


@given(st.integers(2, 60), st.integers(2, 60))
def test_they_lie_between_the_smaller_group_and_all_units(first: int, second: int) -> None:
    assert min(first, second) - 1 <= few_units_df(first, second) + 1e-9 <= first + second - 2 + 2e-9


@pytest.mark.parametrize(("treated", "controls"), [(2, 12), (3, 10), (4, 9)])
def test_where_nothing_happens_few_treated_units_find_something_no_more_often_than_promised(
    treated: int, controls: int
) -> None:
    units = treated + controls
    rng = np.random.default_rng(20261122)
    found = [
        difference(rng.standard_normal((units, 2)), np.arange(units) < treated, 1).p_value < 0.05
        for _ in range(LOOPS)
    ]
    assert np.mean(found) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / LOOPS)


def test_units_that_changed_alike_to_the_digit_give_no_interval() -> None:
    panel = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 3.0], [3.0, 3.0]])
    assert difference(panel, np.array([True, True, False, False]), 1).interval() == (-np.inf, np.inf)
