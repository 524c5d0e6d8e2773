"""Do-nothing measures after an alarm: what before/after credits, and what the design of our contracts credits.

Run: python -m benchmarks.verification_designs [--loops 400] [--seed 1] [--season 0.15] [--truth 1.0]
Weekly rates wander (gamma, correlation 0.3 from week to week) around a yearly season of random phase; the first week
above the mean of the eight before by two Poisson standard deviations raises the alarm, the measure goes live five
weeks later, its contract is proposed from the history before, and it is judged after a wash-out of one week and eight
weeks of follow-up. `--truth` is what the measure does to the rate. All designs see the same loops: `old` is
before/after as it was judged before contracts chose their design. A cell: credited as an improvement / the 95 %
interval holds the truth / left open / judged by interrupted time series.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voc.effect.contract import Contract
from voc.effect.proposal import of_columns, propose
from voc.effect.verification import Judged, judge_series

Floats = NDArray[np.float64]
FIRST = date(2022, 1, 3)
WEEKDAYS = np.array([1.15, 1.1, 1.0, 1.0, 1.05, 0.9, 0.8]) / 7.0
YEAR = 365.25 / 7
LEVELS = ((10, 1.5), (30, 2.0), (100, 3.0), (1000, 11.0))  # complaints a week, variance over mean
HISTORIES = (16, 60, 104)  # weeks before the first week that may raise an alarm
WAIT, AFTER, SHARED = 5, 9, 0.3
CREDITED = ("effective", "partly_effective")


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loops", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--season", type=float, default=0.15)
    options.add_argument("--truth", type=float, default=1.0)
    options.add_argument("--designs", default="old,auto")
    chosen = options.parse_args()
    designs = chosen.designs.split(",")
    print(f"| a week | weeks of history | {' | '.join(designs)} |\n|{'---|' * (2 + len(designs))}")
    for mean, dispersion in LEVELS:
        for history in HISTORIES:
            rng = np.random.default_rng(chosen.seed)
            cells = {name: Counter[str]() for name in designs}
            for _ in range(chosen.loops):
                days, alarm = loop(rng, mean, dispersion, history, chosen.season, chosen.truth)
                for name in designs:
                    cells[name].update(told(judged(days, alarm, name), chosen.truth))
            shown = [
                " / ".join(f"{c[key] / chosen.loops:.1%}" for key in ("credited", "covered", "open", "its"))
                for c in cells.values()
            ]
            print(f"| {mean} | {history} | {' | '.join(shown)} |", flush=True)


def loop(
    rng: np.random.Generator, mean: float, phi: float, history: int, season: float, truth: float
) -> tuple[Floats, int]:
    """Days of a series and the week of its alarm; series without one are thrown away."""
    weeks = history + 30 + WAIT + AFTER + 1
    shape = mean / (phi - 1)
    while True:
        noise = rng.standard_normal(weeks)
        for week in range(1, weeks):
            noise[week] = SHARED * noise[week - 1] + np.sqrt(1 - SHARED**2) * noise[week]
        rates = mean * stats.gamma.ppf(stats.norm.cdf(noise), shape) / shape
        rates *= np.exp(season * np.sin(2 * np.pi * np.arange(weeks) / YEAR + rng.uniform(0, 2 * np.pi)))
        days = rng.poisson(rates[:, None] * WEEKDAYS)
        weekly = days.sum(axis=1)
        for week in range(max(8, history), history + 30):
            past = weekly[week - 8 : week].mean()
            if weekly[week] > past + 2 * np.sqrt(past):
                live = week + 1 + WAIT
                days[live:] = rng.binomial(days[live:], min(truth, 1.0)) if truth < 1 else days[live:]
                return days[: live + AFTER].ravel().astype(float), week


def judged(days: Floats, alarm: int, design: str) -> Judged:
    """Write the contract before the go-live and judge by it after."""
    live_week = alarm + 1 + WAIT
    live = FIRST + timedelta(days=7 * live_week)
    start = FIRST + timedelta(days=7 * alarm)
    orders = np.full(days.size, 700.0)
    past = of_columns(
        FIRST, days[: 7 * live_week], orders[: 7 * live_week], alarm=(start, start + timedelta(days=6))
    )
    contract: Contract = propose(
        "problem:1", past, live, design="before_after" if design == "old" else design
    )
    if design == "old":
        contract = replace(contract, season_swing=0.0)
    return judge_series(FIRST, days, orders, contract, live)


def told(found: Judged, truth: float) -> dict[str, int]:
    """What is counted of one verdict."""
    _, low, high = found.effect.change
    return {
        "credited": int(found.verdict.code in CREDITED),
        "covered": int(low <= truth - 1 <= high),
        "open": int(found.verdict.code == "insufficient"),
        "its": int(found.design == "its"),
    }


if __name__ == "__main__":
    main()
