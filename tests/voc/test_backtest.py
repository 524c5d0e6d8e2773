from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.backtest import History, Outcome, backtest
from voc.priority import LEVELS

WEEK = 7 * 86_400.0


def history(scores: np.ndarray, weeks: int = 8) -> History:
    n = len(scores)
    week = np.arange(n) % weeks
    levels = [LEVELS[int(rank)] for rank in np.searchsorted([0.25, 0.45, 0.8], scores, side="right")]
    flat = np.zeros(n)
    at = week * WEEK + np.arange(n)
    return History(at, week, levels, scores, np.full(n, np.nan), flat)


def outcome(happened: np.ndarray) -> Outcome:
    return Outcome("problem", happened, np.ones(len(happened), dtype=bool))


def rankings(found: list) -> dict:  # type: ignore[type-arg]
    return {row.name: row for row in found[0].rankings}


def test_a_score_that_tells_everything_has_an_auc_of_one_and_one_that_tells_nothing_a_half() -> None:
    scores = np.random.default_rng(1).random(800)
    found = rankings(backtest(history(scores), [outcome(scores > 0.7)]))
    assert found["score"].auc == found["score"].low == found["score"].high == 1.0
    assert found["score"].top == 1.0
    assert found["stars"].auc == found["sentiment"].auc == 0.5
    assert found["stars"].top == pytest.approx(np.mean(scores > 0.7))


def test_the_interval_of_a_useless_score_holds_a_half() -> None:
    draw = np.random.default_rng(2)
    found = rankings(backtest(history(draw.random(4000), 20), [outcome(draw.random(4000) < 0.2)]))
    assert found["score"].low < 0.5 < found["score"].high


def test_what_grows_over_the_weeks_is_not_taken_for_foresight() -> None:
    scores = np.repeat([0.1, 0.9], 400)
    later = np.tile([True, False, False, False], 200)
    later[400:] = np.tile([True, True, True, False], 100)
    grown = replace(history(scores), week=np.repeat([0, 1], 400))
    assert rankings(backtest(grown, [outcome(later)]))["score"].auc == 0.5


def test_levels_say_how_often_it_came_true_and_add_up() -> None:
    scores = np.array([0.1, 0.3, 0.5, 0.9] * 50)
    (found,) = backtest(history(scores), [outcome(scores >= 0.5)])
    assert [(row.level, row.count, row.rate) for row in found.levels] == [
        ("urgent", 50, 1.0),
        ("high", 50, 1.0),
        ("medium", 50, 0.0),
        ("low", 50, 0.0),
    ]
    assert (found.precision, found.recall, found.base) == (1.0, 1.0, 0.5)


def test_rows_of_which_nothing_is_known_are_left_out() -> None:
    scores = np.linspace(0, 1, 100)
    known = np.arange(100) < 60
    (found,) = backtest(history(scores), [Outcome("again", scores > 0.5, known)])
    assert found.count == 60


def test_what_never_or_always_happened_is_not_judged() -> None:
    nothing = np.zeros(50, dtype=bool)
    assert backtest(history(np.linspace(0, 1, 50)), [outcome(nothing), outcome(~nothing)]) == []


def test_too_few_weeks_have_no_interval() -> None:
    scores = np.linspace(0, 1, 100)
    found = rankings(backtest(history(scores, 3), [outcome(scores > 0.5)]))
    assert np.isnan(found["score"].low)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=60))
def test_turning_the_order_round_turns_the_auc_round(rows: list[tuple[float, bool]]) -> None:
    known = history(np.array([score for score, _ in rows]), 1)
    later = [outcome(np.array([hit for _, hit in rows]))]
    first, second = backtest(known, later), backtest(replace(known, score=-known.score), later)
    sums = [a.rankings[0].auc + b.rankings[0].auc for a, b in zip(first, second, strict=True)]
    assert sums == pytest.approx([1.0] * len(first))
