"""The season of years before is expected of the weeks to come, and only where years were seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from voc.effect.weeks import YEAR
from voc.effect.yearly import LEAST_WEEKS, carrying, yearly

REFERENCE, AT = np.arange(104, 112), 112 + np.arange(104)


def wave(places: np.ndarray, swing: float = 0.3, phase: float = 1.0) -> np.ndarray:
    return np.exp(swing * np.sin(2 * np.pi * places / YEAR + phase))


@given(st.floats(0, 0.5), st.floats(0, 6.28))
def test_a_wave_without_noise_is_continued(swing: float, phase: float) -> None:
    counts = 100 * wave(np.arange(112), swing, phase)
    told = yearly(counts, np.ones(112), REFERENCE, AT)
    assert_allclose(told, wave(AT, swing, phase) / wave(REFERENCE, swing, phase).mean(), rtol=1e-3)


def test_a_known_step_of_the_level_is_no_season() -> None:
    counts = np.where(np.arange(112) < 90, 50.0, 100.0)
    assert_allclose(yearly(counts, np.ones(112), REFERENCE, AT, step=90), 1.0, atol=1e-6)


def test_weeks_without_exposure_teach_nothing() -> None:
    exposure = np.where(np.arange(112) < 100, 1.0, 0.0)
    counts = np.where(exposure > 0, 100 * wave(np.arange(112)), 9e6)
    assert_allclose(yearly(counts, exposure, REFERENCE, AT), wave(AT) / wave(REFERENCE).mean(), rtol=1e-3)


@pytest.mark.parametrize("weeks", [0, 30, LEAST_WEEKS - 1])
def test_less_than_a_year_tells_no_season(weeks: int) -> None:
    exposure = np.where(np.arange(112) < weeks, 1.0, 0.0)
    assert (yearly(100 * wave(np.arange(112)), exposure, REFERENCE, AT) == 1).all()


def test_a_problem_that_is_young_tells_no_season_however_long_the_house_is_known() -> None:
    counts = np.where(np.arange(112) < 90, 1.0, 100.0)
    assert carrying(counts) < LEAST_WEEKS
    assert (yearly(counts, np.ones(112), REFERENCE, AT) == 1).all()
