"""Does the priority given on arrival tell what happened later? Pure: history in, figures out.

Rankings are compared within each week, because a week's feedback competes for the same people; pairs across weeks
would reward whatever grows with time. Intervals come from resampling weeks (percentile bootstrap, 95 %).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from voc.priority import LEVELS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OURS = "score"
RANKING_NAMES: Mapping[str, str] = {
    OURS: "优先级得分",
    "first_come": "先来后到",
    "stars": "只看星级",
    "sentiment": "只看情绪",
}
OUTCOME_NAMES: Mapping[str, str] = {
    "problem": "所诉事项成为问题",
    "again": "同一客户再次投诉",
    "late": "个案升级或超时答复",
}
HIGH = LEVELS.index("high")
TOP = 0.1  # share of a week that somebody has time for
FEWEST = 5  # weeks needed for an interval


@dataclass(frozen=True)
class History:
    """Columns of equal length n in any order: when (seconds), its week, and what was given on arrival.

    rating is 1–5 or nan; sentiment −1 … 1; score 0 … 1; level is a code of LEVELS.
    """

    at: Floats
    week: NDArray[np.int64]
    level: Sequence[str]
    score: Floats
    rating: Floats
    sentiment: Floats


@dataclass(frozen=True)
class Outcome:
    """What happened later, shape (n,); `known` is False where it could not be seen (yet) or was the case already."""

    name: str
    happened: Bools
    known: Bools


@dataclass(frozen=True)
class LevelRow:
    """One level: how many had it, how many of them had the outcome, against the average of all."""

    level: str
    count: int
    rate: float
    lift: float


@dataclass(frozen=True)
class Ranking:
    """How well one order of reading finds the outcome: AUC within weeks with interval, precision in the top tenth."""

    name: str
    auc: float
    low: float
    high: float
    top: float


@dataclass(frozen=True)
class Found:
    """A back-test of one outcome; precision and recall are those of high and urgent together."""

    outcome: str
    count: int
    base: float
    levels: list[LevelRow]
    precision: float
    recall: float
    rankings: list[Ranking]


def backtest(
    history: History, outcomes: Sequence[Outcome], draws: int = 1000, seed: int = 20261121
) -> list[Found]:
    """Judge what was given on arrival by each outcome; one that never or always happened is left out."""
    return [_judge(history, one, draws, seed) for one in outcomes if _varies(one)]


def _varies(outcome: Outcome) -> bool:
    seen = outcome.happened[outcome.known]
    return bool(seen.any() and not seen.all())


def _judge(history: History, outcome: Outcome, draws: int, seed: int) -> Found:
    rows = np.flatnonzero(outcome.known)
    happened, base = outcome.happened[rows], float(outcome.happened[rows].mean())
    ranks = np.array([LEVELS.index(history.level[row]) for row in rows.tolist()])
    chosen = happened[ranks >= HIGH]
    week = history.week[rows]
    return Found(
        outcome=outcome.name,
        count=len(rows),
        base=base,
        levels=[_level(rank, happened[ranks == rank], base) for rank in reversed(range(len(LEVELS)))],
        precision=_mean(chosen),
        recall=float(chosen.sum() / happened.sum()),
        rankings=[
            _ranking(name, values[rows], happened, week, draws, seed)
            for name, values in _orders(history).items()
        ],
    )


def _orders(history: History) -> dict[str, Floats]:
    """The orders of reading that are compared, the first to be read having the largest value."""
    return {
        OURS: history.score,
        "first_come": -history.at,
        "stars": -np.nan_to_num(history.rating, nan=3.0),
        "sentiment": -history.sentiment,
    }


def _level(rank: int, happened: Bools, base: float) -> LevelRow:
    rate = _mean(happened)
    return LevelRow(LEVELS[rank], len(happened), rate, rate / base)


def _mean(values: Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _ranking(
    name: str, values: Floats, happened: Bools, week: NDArray[np.int64], draws: int, seed: int
) -> Ranking:
    sums = np.array([_week(values[week == w], happened[week == w]) for w in np.unique(week)])
    low, high = _interval(sums, draws, seed)
    auc, top = _shares(sums.sum(axis=0))
    return Ranking(name, auc, low, high, top)


def _week(values: Floats, happened: Bools) -> tuple[float, float, float, float]:
    """Return concordant pairs, pairs, outcomes expected in the top tenth, and the size of that tenth."""
    positive = int(happened.sum())
    pairs = positive * (len(values) - positive)
    # Mann–Whitney U from mid-ranks: ties count a half.
    concordant = float(rankdata(values)[happened].sum()) - positive * (positive + 1) / 2
    places = max(1, round(TOP * len(values)))
    return concordant, float(pairs), _taken(values, happened, places), float(places)


def _taken(values: Floats, happened: Bools, places: int) -> float:
    """Expected outcomes among the first `places`, rows of equal value being drawn by lot."""
    cut = np.sort(values)[-places]
    over, tied = values > cut, values == cut
    share = (places - over.sum()) / tied.sum()
    return float(happened[over].sum() + share * happened[tied].sum())


def _shares(sums: Floats) -> tuple[float, float]:
    concordant, pairs, taken, places = sums.tolist()
    return concordant / pairs if pairs else float("nan"), taken / places


def _interval(sums: Floats, draws: int, seed: int) -> tuple[float, float]:
    if len(sums) < FEWEST:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(0, len(sums), (draws, len(sums)))
    totals = sums[drawn].sum(axis=1)
    usable = totals[totals[:, 1] > 0]
    if not len(usable):
        return float("nan"), float("nan")
    low, high = np.quantile(usable[:, 0] / usable[:, 1], (0.025, 0.975))
    return float(low), float(high)
