"""How often our verdict credits a measure that does nothing, how often its interval holds the truth, and its power.

Run: python -m benchmarks.calibration [--loops 1000] [--seeds 1,2,3] [--power 0] [--only its|short|…]
Every loop goes through alarm, contract (`voc.effect.proposal.propose`) and verdict
(`voc.effect.verification.judge_series`, two looks at half of α each), as `voc calibrate` plays it. Weekly rates
wander (gamma, correlated from week to week), with a yearly wave of random phase. Nominal: credited 2.5 %,
coverage 95 % (first look, at α). `--loops` are played for each seed and added up; `--power` loops for each true drop.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from cli.calibrate import rehearse
from voc.calibration.loops import Tally, Terms
from voc.calibration.summary import Row
from voc.calibration.world import World, usual

VOLUMES = (10.0, 30.0, 100.0, 1000.0)
USUAL = [usual(v) for v in VOLUMES]
HEAD = "| a week | φ | lag-1 | season | designs | credited | coverage | below / above | fell by 20 % | Poisson test |"
HALF_A_YEAR = Terms(history=26)
PARTS: dict[str, tuple[str, Sequence[World], Terms]] = {
    "its": ("Two years of history", USUAL, Terms()),
    "short": ("Half a year of history: no season can be told", USUAL, HALF_A_YEAR),
    "calm": ("Half a year, no season at all", [replace(w, season=0.0) for w in USUAL], HALF_A_YEAR),
    "strong": ("Half a year, a season of ±30 %", [replace(w, season=0.3) for w in USUAL], HALF_A_YEAR),
    "none": ("Half a year, no allowance for a season", USUAL, replace(HALF_A_YEAR, swing=0.0)),
    "early": ("Two years, go-live in the week after the alarm", USUAL, Terms(wait=0)),
    "stress": (
        "Two years, rates that remember more, and no memory at all",
        [replace(w, lag1=lag) for w in USUAL for lag in (0.0, 0.6)],
        Terms(),
    ),
}


def main() -> None:
    """Print a table for each way of playing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=1000)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--power", type=int, default=0)
    options.add_argument("--only", choices=PARTS)
    chosen = options.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    for name, (title, worlds, terms) in PARTS.items():
        if chosen.only in (None, name):
            print(f"\n{title}\n\n{HEAD}\n|{'---|' * 10}", flush=True)
            rows = [_row(world, terms, chosen.loops, chosen.power, seeds) for world in worlds]
            _show_power(rows)


def _row(world: World, terms: Terms, loops: int, power: int, seeds: Sequence[int]) -> Row:
    parts = [rehearse([world], terms, loops, power, seed)[0] for seed in seeds]
    known = {f: sum((part.power[f] for part in parts), Tally()) for f in parts[0].power}
    row = Row(world, sum((part.nothing for part in parts), Tally()), known)
    print(_line(row), flush=True)
    return row


def _show_power(rows: Sequence[Row]) -> None:
    if not rows[0].power:
        return
    drops = [f"−{-change:.0%}" for change, _, _ in rows[0].curve()[1:]]
    print(f"\n| a week, true drop | {' | '.join(drops)} |\n|{'---|' * (1 + len(drops))}")
    for row in rows:
        seen = " | ".join(f"{credited:.0%}" for _, _, credited in row.curve()[1:])
        print(f"| {row.world.weekly:g} | {seen} |", flush=True)


def _line(row: Row) -> str:
    world, found = row.world, row.nothing
    designs = ", ".join(f"{name} {n / found.loops:.0%}" for name, n in sorted(found.designs.items()))
    shares = {
        name: f"{found.share(name):.1%}"
        for name in ("credited", "covered", "below", "above", "drop", "poisson")
    }
    return (
        f"| {world.weekly:g} | {world.dispersion:.3g} | {world.lag1:g} | ±{world.season:.0%} | {designs} "
        f"| {shares['credited']} | {shares['covered']} | {shares['below']} / {shares['above']} "
        f"| {shares['drop']} | {shares['poisson']} |"
    )


if __name__ == "__main__":
    main()
