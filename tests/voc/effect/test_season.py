"""A season that nobody has seen: exact at both ends, between them as simulated, and never forgotten in the weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.effect import season
from voc.effect.before_after import compare_rates
from voc.effect.proposal import of_columns, propose

SIZES = st.floats(0.001, 3.0)


def test_without_a_season_the_interval_is_that_of_chance_and_without_chance_that_of_the_season() -> None:
    assert season.half_widths(0.3, 0.0, 0.05) == pytest.approx(0.3)
    assert season.half_widths(0.0, 0.2, 0.05) == pytest.approx(0.2)
    assert np.isinf(season.half_widths(np.inf, 0.2, 0.05))


@pytest.mark.parametrize(("chance", "most"), [(0.05, 0.3), (0.1, 0.1), (0.3, 0.1)])
def test_the_interval_holds_the_truth_as_often_as_it_says(chance: float, most: float) -> None:
    rng = np.random.default_rng(1)
    moved = rng.normal(0, chance, 200_000) + most * np.cos(rng.uniform(0, 2 * np.pi, 200_000))
    width = float(season.half_widths(1.959964 * chance, most, 0.05))
    assert (np.abs(moved) <= width).mean() == pytest.approx(0.95, abs=0.003)


@given(SIZES, SIZES)
def test_a_season_widens_by_no_more_than_it_can_move(half: float, most: float) -> None:
    width = float(season.half_widths(half, most, 0.05))
    assert max(half, 0.9 * most) - 1e-6 <= width <= half + most + 1e-6


def test_a_season_moves_most_between_windows_half_a_year_apart_and_never_more() -> None:
    near, far, beyond = season.reach(0.2, [7.0, 26.1, 40.0])
    assert near < far == pytest.approx(0.4, abs=0.001)
    assert beyond == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize("after", [10.0, 6.0, 15.0])
def test_p_is_below_alpha_exactly_where_the_interval_excludes_no_change(after: float) -> None:
    rng = np.random.default_rng(2)
    days = np.full(56, 100.0)
    effect = compare_rates(rng.poisson(10, 56), days, rng.poisson(after, 56), days)
    wide = season.allowed(effect, 0.2, 0.05)
    _, low, high = wide.change
    assert (wide.p_value < 0.05) == (low > 0 or high < 0)
    assert low < effect.change[1] < effect.change[2] < high
    assert wide.estimate == effect.estimate


def test_the_weeks_that_are_promised_know_of_the_season() -> None:
    live = date(2026, 3, 2)
    days = np.random.default_rng(4).poisson(15, 7 * 20).astype(float)
    history = of_columns(live - timedelta(days=140), days, np.ones(140))
    plain, wide, hopeless = (
        propose("problem:1", history, live, season_swing=swing, smallest_effect=0.2).weeks_needed
        for swing in (0.0, 0.05, 0.3)
    )
    assert plain is not None
    assert wide is not None
    assert plain < wide
    assert hopeless is None


def test_contracts_of_before_keep_what_their_allowance_meant() -> None:
    from tests.voc.effect.test_verification import SHORT, judged, series

    old = replace(SHORT, season_swing=0.17)
    normal, bounded = (judged(series(mean=80), replace(old, version=v)).effect for v in (2, 3))
    assert normal.high / bounded.high > 1.02
    assert "season_reach" not in normal.diagnostics
