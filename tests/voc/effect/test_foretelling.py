"""The choice between two designs by what they say of the time before, and sides on which nothing was counted."""

from __future__ import annotations

import numpy as np
import pytest

from voc.effect import foretelling, ladder
from voc.effect.before_after import Effect
from voc.effect.panel import Panel, Terms
from voc.effect.regression import correlation_matrix

BEFORE, AFTER = 60, 20


def beside(memory: float, effect: float = 0.0, seed: int = 1) -> Panel:
    rng = np.random.default_rng(seed)
    n = BEFORE + AFTER
    columns = rng.normal(size=(n, 2)) + 20
    errors = np.linalg.cholesky(correlation_matrix(n, memory)) @ rng.normal(size=n)
    y = 10 * columns[:, 0] + 5 * columns[:, 1] + 3 * errors
    y[BEFORE:] += effect
    return Panel(y[None], np.array([BEFORE]), columns=columns, units=("一店",))


def test_the_choice_does_not_know_the_outcome() -> None:
    plain, moved = (foretelling.beside_columns(beside(0.0, effect), Terms()) for effect in (0.0, 100.0))
    assert plain == moved


def test_a_design_is_scored_by_how_wide_it_is_and_what_it_misses() -> None:
    narrow = foretelling.foretold(beside(0.0), Terms(), lambda p, t: effect_with(-0.02, 0.02))
    wide = foretelling.foretold(beside(0.0), Terms(), lambda p, t: effect_with(-0.2, 0.2))
    wrong = foretelling.foretold(beside(0.0), Terms(), lambda p, t: effect_with(0.1, 0.14))
    assert (narrow.missed, wide.missed, wrong.missed) == (0, 0, foretelling.ORIGINS)
    assert narrow.score < wide.score < wrong.score


def effect_with(low: float, high: float) -> Effect:
    return Effect("x", "ratio", 1.0, 1 + low, 1 + high, 0.5, 1.0, 1.0, 1.0, 10, 10)


def test_a_series_too_short_to_spare_anything_keeps_the_regression() -> None:
    panel = beside(0.0)
    short = Panel(panel.values[:, 40:], np.array([20]), columns=panel.columns[40:], units=("一店",))  # type: ignore[index]
    assert ladder.measure(short, Terms()).effect.design == "cits"


def test_a_mix_that_does_not_follow_the_unit_is_no_control() -> None:
    rng = np.random.default_rng(2)
    values = rng.poisson(12, (8, 80)).astype(float)
    began = np.array([40] + [np.iinfo(np.int64).max] * 7)
    panel = Panel(values, began, counts=True, block=7, units=tuple("abcdefgh"))
    found = ladder.measure(panel, Terms())
    assert found.effect.design == "cits"
    assert "拼不出" in found.why


@pytest.mark.parametrize(("side", "words"), [(0, "上线前一条也没有"), (1, "上线后一条也没有")])
def test_where_one_side_holds_nothing_there_are_bounds_and_no_regression(side: int, words: str) -> None:
    values = np.random.default_rng(3).poisson(20, (1, 40)).astype(float)
    np.split(values, [20], axis=1)[side][:] = 0
    found = ladder.measure(Panel(values, np.array([20]), counts=True, units=("a",)), Terms())
    assert (found.effect.design, words in found.why) == ("before_after", True)
    assert "000%" not in found.verdict.sentence
    assert found.verdict.code == ("effective" if side else "worse")
