"""How often would an action that does nothing be called effective? Ours beside two usual rules.

Run: python -m benchmarks.false_effective [--loops 20000] [--seed 1]
Each row plays alarm → action → verification that many times on over-dispersed weekly counts. `waited` is the
number of weeks between alarm and go-live: from two on, those weeks are the baseline; with fewer, the weeks
before the alarm have to serve.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from voc.calibration.loops import Terms
from voc.calibration.lowest import BASELINE, Outcome, play
from voc.calibration.world import World
from voc.effect.names import NAMES
from voc.effect.verdict import CODES

HEAD = "| per week | φ | waited | weeks | lag-1 | ours | 恶化 | fell by 20 % | Poisson test | covers |"
LATE, USUAL = Terms(wait=8), World(30, 2.0, 0.0, 0.0)
Case = tuple[World, Terms]
NULL = [(World(m, d, 0.0, 0.0), LATE) for m in (10, 20, 30, 60) for d in (1.0, 2.0, 4.0)]
SHORT = [(USUAL, Terms(wait=w, followup=f)) for w, f in ((2, 2), (2, 8), (4, 4))]
EARLY = [(World(m, 2.0, 0.0, 0.0), Terms(wait=0)) for m in (10, 30, 60)]
STRESS = [(World(30, 2.0, lag, 0.0), LATE) for lag in (0.2, 0.4, 0.6)]
POWER = [(USUAL, Terms(wait=8, factor=k)) for k in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 1.3, 1.7)]


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    for title, cases in (
        ("Do-nothing actions, baseline after the alarm", NULL),
        ("The same, short windows", SHORT),
        ("The same, go-live right after the alarm (baseline before it)", EARLY),
        ("Stress: weekly rates correlated from week to week", STRESS),
    ):
        print(f"\n{title}\n\n{HEAD}\n|{'---|' * 10}")
        _print(cases, chosen.loops, chosen.seed)
    print("\nPower at 30 a week, φ = 2, eight weeks against eight\n")
    print(f"| true change | {' | '.join(NAMES[code] for code in CODES)} | covers |\n|{'---|' * 7}")
    for world, terms in POWER:
        print(_power_row(terms, play(world, terms, chosen.loops, chosen.seed)), flush=True)


def _print(cases: Sequence[Case], loops: int, seed: int) -> None:
    for world, terms in cases:
        print(_row(world, terms, play(world, terms, loops, seed)), flush=True)


def _row(world: World, terms: Terms, found: Outcome) -> str:
    before = min(terms.wait if terms.wait >= 2 else BASELINE, BASELINE)
    return (
        f"| {world.weekly:g} | {world.dispersion:g} | {terms.wait} | {before} + {terms.followup} "
        f"| {world.lag1:g} | {found.ours:.2%} | {found.verdicts['worse']:.2%} | {found.drop:.1%} "
        f"| {found.poisson:.1%} | {found.coverage:.1%} |"
    )


def _power_row(terms: Terms, found: Outcome) -> str:
    shares = " | ".join(f"{found.verdicts[code]:.1%}" for code in CODES)
    return f"| {terms.factor - 1:+.0%} | {shares} | {found.coverage:.1%} |"


if __name__ == "__main__":
    main()
