"""Loops through alarm → action → verification in which the action changes the rate by a known factor, mostly none.

Every verdict comes from `voc.effect.verification.judge_series`, the function that judges real measures, by a
contract that was drawn up as real contracts are. Beside it stand the two rules that are used elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voc.calibration.world import Floats, Places, World, simulate
from voc.effect.contract import LOOKS, Contract
from voc.effect.proposal import of_columns, propose
from voc.effect.season import USUAL
from voc.effect.verdict import CODES
from voc.effect.verification import Judged, judge_series

LOOKED_BACK = 8  # weeks the usual alarm compares with
SEARCHED = 26  # weeks in which the first alarm is waited for
NAIVE_WEEKS = 4
NAIVE_DROP = 0.2
FIRST = date(2024, 1, 1)  # a Monday; which year it is plays no part
CREDITED = ("effective", "partly_effective")


@dataclass(frozen=True)
class Terms:
    """How loops are played: weeks of history before the first possible alarm, weeks from alarm to go-live, and
    the terms that contracts are written with; `factor` is what the action truly does to the rate. A contract is
    written `drafted` weeks after the alarm, from what is known by then; `swing` is the season that it allows for
    where the history is too short to show one."""

    history: int = 104
    wait: int = 4
    drafted: int = 2
    followup: int = 8
    washout: int = 1
    smallest: float = 0.2
    swing: float = USUAL
    alpha: float = 0.05
    factor: float = 1.0


@dataclass(frozen=True)
class Tally:
    """What loops came to; tallies of parts add up.

    `credited`: verdicts 有效 and 部分有效. `covered`, `below`, `above`: whether the 95 % interval of the first look
    holds no change where there is none, lies below it, or above. `looked`: verifications until the verdict.
    """

    loops: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, CODES), 0))
    credited: int = 0
    covered: int = 0
    below: int = 0
    above: int = 0
    drop: int = 0
    poisson: int = 0
    looked: int = 0
    designs: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        sums: dict[str, Any] = {
            f.name: _together(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)
        }
        return Tally(**sums)

    def share(self, name: str) -> float:
        """A count as a share of the loops."""
        return float(getattr(self, name)) / max(self.loops, 1)


def _together(one: int | dict[str, int], other: int | dict[str, int]) -> int | dict[str, int]:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
    return one + other  # type: ignore[operator]


def play(world: World, terms: Terms, loops: int, seed: int) -> Tally:
    """Play loops in one world; the same seed gives the same tally."""
    rng = np.random.default_rng(seed)
    days, alarm = alarmed(world, terms, loops, rng)
    live = alarm + 1 + terms.wait
    days = acted(days, live, terms.factor, rng)
    tally = naive(days, live, terms.alpha)
    for series, raised, goes in zip(days, alarm, live, strict=True):
        tally = tally + _judged(series, int(raised), int(goes), terms)
    return tally


def _judged(days: Floats, alarm: int, live: int, terms: Terms) -> Tally:
    went_live = FIRST + timedelta(days=7 * live)
    contract = _drafted(days, alarm, went_live, terms)
    columns = {k: days[: 7 * (live + terms.washout + terms.followup * k)] for k in range(1, LOOKS + 1)}
    code, look = "insufficient", 0
    while code == "insufficient" and look < LOOKS:
        look += 1
        followup = contract.followup_days * look
        agreed = replace(contract, followup_days=followup, alpha=contract.alpha / LOOKS)
        code = _judge(columns[look], agreed, went_live).verdict.code
    said = Tally(
        verdicts={code: 1}, credited=int(code in CREDITED), looked=look, designs={contract.design: 1}
    )
    return said + _covering(columns[1], contract, went_live) if terms.factor == 1 else said


def _judge(days: Floats, contract: Contract, went_live: date) -> Judged:
    return judge_series(FIRST, days, np.ones_like(days), contract, went_live)


def _covering(days: Floats, contract: Contract, went_live: date) -> Tally:
    """Whether the interval of the first look, at the level of the contract, holds that nothing happened."""
    _, low, high = _judge(days, contract, went_live).effect.change
    return Tally(covered=int(not (high < 0 or low > 0)), below=int(high < 0), above=int(low > 0))


def _drafted(days: Floats, alarm: int, went_live: date, terms: Terms) -> Contract:
    """The contract that the system suggests when the measure is taken on."""
    known = days[: 7 * (alarm + 1 + min(terms.drafted, terms.wait))]
    window = FIRST + timedelta(days=7 * alarm), FIRST + timedelta(days=7 * alarm + 6)
    history = of_columns(FIRST, known, np.ones_like(known), alarm=window)
    return propose("", history, went_live, smallest_effect=terms.smallest, season_swing=terms.swing, alpha=terms.alpha,
                   washout_days=7 * terms.washout, followup_days=7 * terms.followup)  # fmt: skip


def naive(days: Floats, live: Places, alpha: float) -> Tally:
    """Loops called effective by the usual rules, on four weeks before the go-live against four after."""
    weekly = days.reshape(len(days), -1, 7).sum(axis=-1)
    old, new = (
        np.take_along_axis(weekly, live[:, None] + first + np.arange(NAIVE_WEEKS), axis=1).sum(axis=1)
        for first in (-NAIVE_WEEKS, 0)
    )
    fewer = stats.binom.cdf(new, old + new, 0.5) < alpha / 2
    return Tally(loops=len(days), drop=int((new <= (1 - NAIVE_DROP) * old).sum()), poisson=int(fewer.sum()))


def alarmed(world: World, terms: Terms, loops: int, rng: np.random.Generator) -> tuple[Floats, Places]:
    """Daily counts (loops, days) of series that raised an alarm, and the week of it.

    The alarm is the usual one: a week above the mean of the eight before by two Poisson standard deviations.
    Series that stay silent in the searched weeks lead to no action and are thrown away.
    """
    first = max(terms.history, LOOKED_BACK)
    after = terms.washout + LOOKS * terms.followup
    weeks = first + SEARCHED + 1 + terms.wait + max(after, NAIVE_WEEKS)
    kept: list[Floats] = []
    alarms: list[Places] = []
    while sum(map(len, alarms)) < loops:
        days = simulate(world, loops, weeks, rng)
        raised = _alarms(days.reshape(loops, weeks, 7).sum(axis=-1))[:, first : first + SEARCHED]
        has = raised.any(axis=1)
        kept.append(days[has])
        alarms.append(raised[has].argmax(axis=1) + first)
    return np.concatenate(kept)[:loops], np.concatenate(alarms)[:loops]


def _alarms(weekly: Floats) -> NDArray[np.bool_]:
    raised = np.zeros(weekly.shape, dtype=bool)
    past = np.lib.stride_tricks.sliding_window_view(weekly, LOOKED_BACK, axis=1)[:, :-1].mean(axis=-1)
    raised[:, LOOKED_BACK:] = weekly[:, LOOKED_BACK:] > past + 2 * np.sqrt(past)
    return raised


def acted(days: Floats, live: Places, factor: float, rng: np.random.Generator) -> Floats:
    """What the action does: thinning for a drop, extra Poisson events for a rise; nothing at 1."""
    if factor == 1:
        return days
    reached = np.arange(days.shape[1]) >= 7 * live[:, None]
    kept = rng.binomial(days.astype(int), min(factor, 1.0))
    return np.where(reached, kept + rng.poisson(days * max(factor - 1, 0.0)), days).astype(np.float64)
