"""How often our verdict credits a measure that does nothing, and how often its interval holds the truth.

Run: python -m benchmarks.calibration [--loops 1000] [--seed 1] [--only its|short|wider|early|stress]
Every loop goes through alarm, contract (`voc.effect.proposal.propose`) and verdict
(`voc.effect.verification.judge_series`, two looks at half of α each), as `voc calibrate` plays it. Weekly rates
wander (gamma, correlated from week to week), with a yearly wave of random phase. Nominal: credited 2.5 %,
coverage 95 % (first look, at α).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from cli.calibrate import rehearse
from voc.calibration.loops import Terms
from voc.calibration.summary import Row
from voc.calibration.world import World, usual

VOLUMES = (10.0, 30.0, 100.0, 1000.0)
USUAL = [usual(v) for v in VOLUMES]
HEAD = "| a week | φ | lag-1 | season | designs | credited | coverage | below / above | fell by 20 % | Poisson test |"
PARTS: dict[str, tuple[str, Sequence[World], Terms]] = {
    "its": ("Two years of history", USUAL, Terms()),
    "short": ("Half a year of history: no season can be told", USUAL, Terms(history=26)),
    "wider": ("The same with VOC_VERIFY_SEASON_SWING=0.15", USUAL, Terms(history=26, swing=0.15)),
    "early": ("Two years, go-live in the week after the alarm", USUAL, Terms(wait=0)),
    "stress": (
        "Two years, rates that remember more, and no memory at all",
        [replace(w, lag1=lag) for w in USUAL[1:3] for lag in (0.0, 0.6)],
        Terms(),
    ),
}


def main() -> None:
    """Print a table for each way of playing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=PARTS)
    chosen = options.parse_args()
    for name, (title, worlds, terms) in PARTS.items():
        if chosen.only in (None, name):
            print(f"\n{title}\n\n{HEAD}\n|{'---|' * 10}", flush=True)
            for row in rehearse(worlds, terms, chosen.loops, 0, chosen.seed):
                print(_line(row), flush=True)


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
