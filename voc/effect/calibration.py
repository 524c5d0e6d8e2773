"""Do-nothing actions that follow an alarm: how often would a rule call them effective?

A verdict that credits regression to the mean or over-dispersion lies to its readers. This file plays loops in
which nothing changes, or a known amount does, and counts what our verdict and two naive rules say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voc.effect.before_after import rate_ratios
from voc.effect.verdict import CODES, classify

Floats = NDArray[np.float64]
HISTORY = 8  # weeks the alarm looks back on
SEARCHED = 30  # weeks in which the first alarm is waited for
WEEKDAYS = np.array([1.15, 1.1, 1.0, 1.0, 1.05, 0.9, 0.8]) / 7.0


@dataclass(frozen=True)
class Loop:
    """One way to play alarm → action → verification; weeks in the units of the contract."""

    weekly_mean: float = 30.0
    dispersion: float = 2.0  # variance over mean of weekly counts
    multiplier: float = 1.0  # what the action truly does to the rate
    wait_weeks: int = 0  # between alarm and go-live
    baseline_weeks: int = 8
    washout_weeks: int = 1
    followup_weeks: int = 8
    lag1: float = 0.0  # correlation of the weekly rates from week to week
    smallest_effect: float = 0.2
    alpha: float = 0.05


@dataclass(frozen=True)
class Outcome:
    """Shares of loops: our verdicts by code, both naive rules, and the coverage of our interval."""

    loops: int
    verdicts: dict[str, float]
    ours: float
    naive_drop: float
    naive_poisson: float
    coverage: float
    missed_below: float
    missed_above: float


def play(loop: Loop, loops: int, seed: int) -> Outcome:
    """Play `loops` loops and count; the same seed gives the same outcome."""
    rng = np.random.default_rng(seed)
    days, alarm = _alarmed_series(loop, loops, rng)
    live = alarm + 1 + loop.wait_weeks
    days = _act(days, live, loop, rng)
    before = _take(days, _baseline_weeks(loop, alarm, live))
    after = _take(days, live[:, None] + loop.washout_weeks + np.arange(loop.followup_weeks))
    found = rate_ratios(before, np.ones_like(before), after, np.ones_like(after), loop.alpha)
    codes = classify(found.low - 1, found.high - 1, loop.smallest_effect)
    drop, poisson = _naive(days, live, loop.alpha)
    below, above = found.high < loop.multiplier, found.low > loop.multiplier
    return Outcome(
        loops=loops,
        verdicts={str(code): float((codes == code).mean()) for code in CODES},
        ours=float(np.isin(codes, ["effective", "partly_effective"]).mean()),
        naive_drop=drop,
        naive_poisson=poisson,
        coverage=float(1 - (below | above).mean()),
        missed_below=float(below.mean()),
        missed_above=float(above.mean()),
    )


def _naive(days: Floats, live: NDArray[np.intp], alpha: float) -> tuple[float, float]:
    """Shares called effective by the usual rules on four weeks before go-live against four after."""
    old = _take(days, live[:, None] - 4 + np.arange(4)).sum(axis=1)
    new = _take(days, live[:, None] + np.arange(4)).sum(axis=1)
    significant = stats.binom.cdf(new, old + new, 0.5) < alpha / 2
    return float((new <= 0.8 * old).mean()), float(significant.mean())


def _alarmed_series(loop: Loop, loops: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.intp]]:
    """Daily counts (loop, week, day) of series that raised an alarm, and the week of it.

    The alarm is the usual one: a week above the mean of the eight before by two Poisson standard deviations.
    Series that stay silent in the searched weeks never reach an action and are thrown away.
    """
    first = max(HISTORY, loop.baseline_weeks + 1)
    weeks = first + SEARCHED + loop.wait_weeks + loop.washout_weeks + loop.followup_weeks + 5
    kept: list[Floats] = []
    alarms: list[NDArray[np.intp]] = []
    while sum(map(len, alarms)) < loops:
        days = _series(loop, loops, weeks, rng)
        raised = _alarms(days.sum(axis=-1))[:, first : first + SEARCHED]
        has = raised.any(axis=1)
        kept.append(days[has])
        alarms.append(raised[has].argmax(axis=1) + first)
    return np.concatenate(kept)[:loops], np.concatenate(alarms)[:loops]


def _alarms(weekly: Floats) -> NDArray[np.bool_]:
    raised = np.zeros(weekly.shape, dtype=bool)
    past = np.lib.stride_tricks.sliding_window_view(weekly, HISTORY, axis=1)[:, :-1].mean(axis=-1)
    raised[:, HISTORY:] = weekly[:, HISTORY:] > past + 2 * np.sqrt(past)
    return raised


def _series(loop: Loop, loops: int, weeks: int, rng: np.random.Generator) -> Floats:
    """Weekly rates that wander (gamma, correlated when asked for), and days that follow them by chance."""
    shape = loop.weekly_mean / (loop.dispersion - 1) if loop.dispersion > 1 else np.inf
    if not np.isfinite(shape):
        rates = np.full((loops, weeks), loop.weekly_mean)
    else:
        noise = rng.standard_normal((loops, weeks))
        for week in range(1, weeks):
            noise[:, week] = loop.lag1 * noise[:, week - 1] + np.sqrt(1 - loop.lag1**2) * noise[:, week]
        rates = stats.gamma.ppf(stats.norm.cdf(noise), shape) * loop.weekly_mean / shape
    return rng.poisson(rates[..., None] * WEEKDAYS).astype(np.float64)


def _act(days: Floats, live: NDArray[np.intp], loop: Loop, rng: np.random.Generator) -> Floats:
    """What the action does: thinning for a drop, extra Poisson events for a rise; nothing at 1."""
    if loop.multiplier == 1:
        return days
    reached = np.arange(days.shape[1])[None, :, None] >= live[:, None, None]
    kept = rng.binomial(days.astype(int), min(loop.multiplier, 1.0))
    added = rng.poisson(days * max(loop.multiplier - 1, 0.0))
    return np.where(reached, kept + added, days).astype(np.float64)


def _baseline_weeks(loop: Loop, alarm: NDArray[np.intp], live: NDArray[np.intp]) -> NDArray[np.intp]:
    # As `contract.suggest`: weeks since the alarm when there are two, else the weeks around it without it.
    if loop.wait_weeks >= 2:
        return live[:, None] - 1 - np.arange(min(loop.wait_weeks, loop.baseline_weeks))[::-1]
    back = np.arange(loop.baseline_weeks + 1)
    weeks = live[:, None] - 1 - back
    position = weeks - (weeks <= alarm[:, None])
    return position[:, : loop.baseline_weeks][:, ::-1]


def _take(days: Floats, weeks: NDArray[np.intp]) -> Floats:
    chosen = np.take_along_axis(days, weeks[..., None], axis=1)
    return np.asarray(chosen.reshape(len(days), -1))
