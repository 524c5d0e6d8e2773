"""Do-nothing actions after an alarm must not be called effective more often than the nominal 2.5 %."""

from __future__ import annotations

import pytest

from voc.calibration.loops import Terms
from voc.calibration.lowest import play
from voc.calibration.world import World

LOOPS = 4000
LATE, USUAL = Terms(wait=8), World(30, 2.0, 0.0, 0.0)
NOISE = 0.005  # two standard errors of a share of 2.5 % in 4,000 loops


@pytest.mark.parametrize("weekly_mean", [10, 30, 60])
@pytest.mark.parametrize("dispersion", [1.0, 2.0, 4.0])
def test_doing_nothing_is_called_effective_no_more_often_than_nominal(
    weekly_mean: float, dispersion: float
) -> None:
    found = play(World(weekly_mean, dispersion, 0.0, 0.0), LATE, LOOPS, seed=20261121)
    assert found.ours <= 0.025 + NOISE
    assert found.verdicts["worse"] <= 0.025 + NOISE
    assert found.coverage >= 0.93


def test_naive_rules_do_lie_on_the_same_loops() -> None:
    found = play(World(10, 2.0, 0.0, 0.0), Terms(wait=0), LOOPS, seed=20261121)
    assert found.drop > 0.2
    assert found.poisson > 0.05
    assert found.ours <= 0.025


@pytest.mark.parametrize(("wait", "followup"), [(2, 2), (2, 8), (3, 3), (4, 4)])
def test_short_windows_are_cautious_rather_than_wrong(wait: int, followup: int) -> None:
    found = play(World(30, 3.0, 0.0, 0.0), Terms(wait=wait, followup=followup), LOOPS, seed=20261121)
    assert found.ours <= 0.025 + NOISE


@pytest.mark.parametrize("multiplier", [0.4, 0.7, 1.7])
def test_intervals_cover_a_true_effect(multiplier: float) -> None:
    found = play(USUAL, Terms(wait=8, factor=multiplier), LOOPS, seed=20261121)
    assert 0.93 <= found.coverage <= 0.98


def test_what_truly_works_or_harms_is_found() -> None:
    assert play(USUAL, Terms(wait=8, factor=0.4), LOOPS, seed=1).verdicts["effective"] > 0.9
    assert play(USUAL, Terms(wait=8, factor=1.7), LOOPS, seed=1).verdicts["worse"] > 0.9


def test_the_same_seed_plays_the_same_loops() -> None:
    assert play(USUAL, LATE, 500, seed=7) == play(USUAL, LATE, 500, seed=7)
