"""How often a problem that stays solved is re-opened, and how soon one that comes back is.

Run: python -m benchmarks.relapse [--loops 4000] [--seed 1]
A measure halves the complaints; loops whose follow-up of eight weeks reads 有效 or 部分有效 are watched for two
years. Weekly rates wander (gamma), also from week to week, with a season of ±15 % of random phase. A relapse begins
in week 1, 13 or 52 of watching and multiplies the reached rate. `known` are the weeks of history before the baseline:
from a year on they tell the season.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voc import monitor
from voc.effect.before_after import rate_ratios
from voc.effect.yearly import yearly
from voc.monitor import Watching

Floats = NDArray[np.float64]
BASELINE, WASHOUT, FOLLOWUP, WATCHED = 8, 1, 8, 104
YEAR = 365.25 / 7


@dataclass(frozen=True)
class World:
    """Weekly complaints before, their variance over the mean, correlation of the weekly rates, and the season."""

    mean: float
    dispersion: float = 2.0
    lag1: float = 0.3
    season: float = 0.15
    effect: float = 0.5
    relapse: float = 1.0
    begins: int = 13
    known: int = 0


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=4000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print("Nothing relapses: re-opened within two years (bound 5 %)\n")
    print("| a week | φ | lag-1 | season | known | watched | re-opened |\n|---|---|---|---|---|---|---|")
    worlds = (
        *(World(m, d, 0.0, 0.0) for m in (10, 30, 100, 1000) for d in (1.0, 2.0, 4.0)),
        *(World(m, d) for m, d in ((10, 1.5), (30, 2.0), (100, 3.0), (1000, 11.0))),
        *(World(30, 2.0, r) for r in (0.5, 0.7)),
        *(World(m, d, season=0.3) for m, d in ((10, 1.5), (30, 2.0), (100, 3.0), (1000, 11.0))),
    )
    taught = [replace(one, known=weeks) for weeks in (60, 104) for one in worlds if one.season]
    for world in (*worlds, *taught):
        reopened, watched, _ = play(world, chosen.loops, chosen.seed)
        described = (
            f"{world.mean:g} | {world.dispersion:g} | {world.lag1:g} | ±{world.season:.0%} | {world.known}"
        )
        print(f"| {described} | {watched} | {reopened:.1%} |")
    print("\nThe rate comes back: found within a year, and weeks until half of all are found\n")
    print("| a week | relapse | begins in week | known | found | median weeks | nine of ten |")
    print(f"|{'---|' * 7}")
    volumes = ((10, 1.5), (30, 2.0), (100, 3.0), (1000, 11.0))
    for known, (mean, dispersion), factor in product((0, 104), volumes, (1.5, 2.0, 3.0)):
        for begins in (1, 13, 52) if known == 0 else (13,):
            world = World(mean, dispersion, relapse=factor, begins=begins, known=known)
            _, _, delays = play(world, chosen.loops, chosen.seed)
            print(f"| {mean} | ×{factor:g} | {begins} | {known} | {_delays(delays)} |", flush=True)


def _delays(delays: Floats) -> str:
    half, most = (float(np.quantile(delays, q, method="higher")) for q in (0.5, 0.9))
    return f"{(delays <= 52).mean():.0%} | {_weeks(half)} | {_weeks(most)}"


def _weeks(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "—"


def play(world: World, loops: int, seed: int) -> tuple[float, int, Floats]:
    """Share re-opened before any relapse, loops watched, weeks from the relapse to its discovery (inf: never)."""
    rng = np.random.default_rng(seed)
    whole = _series(world, loops, rng)
    days = whole[:, world.known :]
    before = _days(days, 0, BASELINE)
    after = _days(days, BASELINE + WASHOUT, FOLLOWUP)
    ones = np.ones_like(before)
    found = rate_ratios(before, ones, after, ones, 0.05)
    kept = found.high < 1
    level = monitor.level(before[kept], ones[kept], after[kept], ones[kept])
    weekly = days[kept, BASELINE + WASHOUT + FOLLOWUP :].sum(axis=-1)
    exposure = 7.0 * _season(whole[kept].sum(axis=-1), world.known)
    logs, first = monitor.begin((int(kept.sum()),)), np.full(int(kept.sum()), np.inf)
    for week in range(1, WATCHED + 1):
        logs = monitor.weigh(logs, week, weekly[:, week - 1], exposure[:, week - 1], level)
        crossed = monitor.evidence(logs, week) >= Watching().needed
        first = np.where(np.isinf(first) & crossed, week, first)
    begun = world.begins if world.relapse != 1 else WATCHED + 1
    early = first < begun
    delays = first[~early] - begun + 1
    return float(early.mean()), int(kept.sum()), delays


def _season(weekly: Floats, known: int) -> Floats:
    """What a watch expects of the season, shape (loops, weeks watched): told by the weeks up to the measure."""
    end = known + BASELINE + WASHOUT + FOLLOWUP
    teaching = np.where(np.arange(end) < known + BASELINE, 1.0, 0.0)
    reference, at = np.arange(end - FOLLOWUP, end), end + np.arange(WATCHED)
    if not known:
        return np.ones((len(weekly), WATCHED))
    return np.array([yearly(row[:end], teaching, reference, at, known) for row in weekly])


def _series(world: World, loops: int, rng: np.random.Generator) -> Floats:
    """Daily counts (loops, weeks, 7)."""
    weeks = world.known + BASELINE + WASHOUT + FOLLOWUP + WATCHED
    noise = rng.standard_normal((loops, weeks))
    for week in range(1, weeks):
        noise[:, week] = world.lag1 * noise[:, week - 1] + np.sqrt(1 - world.lag1**2) * noise[:, week]
    rates = np.full((loops, weeks), world.mean)
    if world.dispersion > 1:
        shape = world.mean / (world.dispersion - 1)
        rates = stats.gamma.ppf(stats.norm.cdf(noise), shape) * world.mean / shape
    phase = rng.uniform(0, 2 * np.pi, (loops, 1))
    rates = rates * np.exp(world.season * np.sin(2 * np.pi * np.arange(weeks) / YEAR + phase))
    measure = world.known + BASELINE
    rates[:, measure:] *= world.effect
    rates[:, measure + WASHOUT + FOLLOWUP + world.begins - 1 :] *= world.relapse
    return np.asarray(rng.poisson(rates[..., None] / 7 * np.ones(7)), dtype=np.float64)


def _days(days: Floats, first: int, weeks: int) -> Floats:
    return np.asarray(days[:, first : first + weeks].reshape(len(days), -1))


if __name__ == "__main__":
    main()
