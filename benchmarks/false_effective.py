"""How often would an action that does nothing be called effective? Ours beside two usual rules.

Run: python benchmarks/false_effective.py [--loops 20000] [--seed 1]
Each row plays alarm → action → verification that many times on over-dispersed weekly counts. `waited` is the
number of weeks between alarm and go-live: from two on, those weeks are the baseline; with fewer, the weeks
before the alarm have to serve.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from voc.effect.calibration import Loop, Outcome, play
from voc.effect.verdict import CODES, NAMES

HEAD = "| per week | φ | waited | weeks | lag-1 | ours | 恶化 | fell by 20 % | Poisson test | covers |"
NULL = [Loop(weekly_mean=m, dispersion=d, wait_weeks=8) for m in (10, 20, 30, 60) for d in (1.0, 2.0, 4.0)]
SHORT = [Loop(wait_weeks=w, followup_weeks=f) for w, f in ((2, 2), (2, 8), (4, 4))]
EARLY = [Loop(weekly_mean=m, wait_weeks=0) for m in (10, 30, 60)]
STRESS = [Loop(wait_weeks=8, lag1=r) for r in (0.2, 0.4, 0.6)]
POWER = [Loop(wait_weeks=8, multiplier=k) for k in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 1.3, 1.7)]


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    for title, loops in (
        ("Do-nothing actions, baseline after the alarm", NULL),
        ("The same, short windows", SHORT),
        ("The same, go-live right after the alarm (baseline before it)", EARLY),
        ("Stress: weekly rates correlated from week to week", STRESS),
    ):
        print(f"\n{title}\n\n{HEAD}\n|{'---|' * 10}")
        for loop in loops:
            print(_row(loop, play(loop, chosen.loops, chosen.seed)))
    print("\nPower at 30 a week, φ = 2, eight weeks against eight\n")
    print(f"| true change | {' | '.join(NAMES[code] for code in CODES)} | covers |\n|{'---|' * 7}")
    for loop in POWER:
        print(_power_row(loop, play(replace(loop, weekly_mean=30), chosen.loops, chosen.seed)))


def _row(loop: Loop, found: Outcome) -> str:
    usable = loop.wait_weeks if loop.wait_weeks >= 2 else loop.baseline_weeks
    before = min(usable, loop.baseline_weeks)
    return (
        f"| {loop.weekly_mean:g} | {loop.dispersion:g} | {loop.wait_weeks} "
        f"| {before} + {loop.followup_weeks} "
        f"| {loop.lag1:g} | {found.ours:.2%} | {found.verdicts['worse']:.2%} | {found.naive_drop:.1%} "
        f"| {found.naive_poisson:.1%} | {found.coverage:.1%} |"
    )


def _power_row(loop: Loop, found: Outcome) -> str:
    shares = " | ".join(f"{found.verdicts[code]:.1%}" for code in CODES)
    return f"| {loop.multiplier - 1:+.0%} | {shares} | {found.coverage:.1%} |"


if __name__ == "__main__":
    main()
