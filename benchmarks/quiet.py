"""A year in which nothing happens, and a year in which complaints rise by half: what the alarms make of them.

    python -m benchmarks.quiet            # a few minutes
    python -m benchmarks.quiet --quick    # a tenth of it

Quiet houses have 200 series of several volumes with a weekday pattern, holidays, over-dispersion and a slow drift;
some series are parts of others, as issues are of areas. An alarm in them is false. Then one series rises by half
(or to three times) on a day, and the days until its alarm are counted, beside those that the best rule of all needs
if it knows everything (`benchmarks.soonest`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from benchmarks.soonest import soonest
from voc.alarms.expected import Floats
from voc.alarms.rhythm import weekday_of
from voc.alarms.series import ALL
from voc.alarms.telling import Members, worth_telling
from voc.alarms.walk import DAYS_OF_A_YEAR, Policy, walk

FIRST, HISTORY, DAYS = date(2024, 3, 1), 90, 455
VOLUMES = (0.05, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # complaints a day
UNREST = (
    0.0,
    0.15,
    0.3,
)  # by how much the rate of a day strays from its mean, as a share (standard deviation)
THIN = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # of a small house
BUDGETS = (6.0, 12.0, 24.0, 52.0)  # false alarms a year
WEEK = np.array([1.15, 1.05, 1.0, 1.0, 1.05, 0.9, 0.85])
RISING, RISES = (1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0), (1.5, 3.0)
MONTH, WITHIN = 28, 60  # days within which a rise is to be found


def houses(
    count: int, volumes: Sequence[float] = VOLUMES, issues: int = 188
) -> Iterator[tuple[Floats, list[str]]]:
    """Simulate quiet houses: leaves drawn from negative binomials, areas and the whole as their sums."""
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    pattern = WEEK[[weekday_of(day) for day in days]]
    for seed in range(count):
        rng = np.random.default_rng([20261122, seed])
        drift = 1 + 0.2 * np.sin(2 * np.pi * (np.arange(DAYS) / DAYS + rng.random()))
        leaves, names = [], []
        for leaf in range(issues):
            mean = rng.choice(volumes) * pattern * drift
            leaves.append(drawn(rng, mean, float(rng.choice(UNREST))))
            names.append(f"issue:a{leaf % 11}.i{leaf}")
        areas = [sum(leaves[n] for n in range(issues) if n % 11 == area) for area in range(11)]
        yield (
            np.array([*leaves, *areas, np.sum(leaves, axis=0)]),
            [*names, *(f"area:a{n}" for n in range(11)), ALL],
        )


def drawn(rng: np.random.Generator, mean: Floats, unrest: float) -> Floats:
    """Draw counts whose rate strays from the mean by a Gamma factor of its own each day: a negative binomial."""
    if not unrest:
        return rng.poisson(mean).astype(float)
    size = 1 / unrest**2
    return rng.negative_binomial(size, size / (size + mean)).astype(float)


def alarms(counts: Floats, names: list[str], policy: Policy) -> list[tuple[str, int]]:
    """Return series and day of each alarm after the first quarter, which is history only."""
    episodes = [one for one in walk(counts, names, FIRST, policy) if one.raised >= HISTORY]
    # Nothing is known of single feedback here: a series of its own, unless it holds the other by its name.
    members = [_apart(counts, one.series, one.start, one.end) for one in episodes]
    return [
        (names[episodes[n].series], episodes[n].raised)
        for n in worth_telling(episodes, members, names, policy)
    ]


def _apart(counts: Floats, series: int, start: int, end: int) -> Members:
    days = np.repeat(np.arange(start, end + 1), counts[series, start : end + 1].astype(int))
    return Members(np.arange(len(days)) + 10_000_000 * (series + 1), days)


def false_alarms(quiet: list[tuple[Floats, list[str]]]) -> None:
    """Print how many alarms a quiet year raises, beside the budget."""
    count = len(quiet)
    years = (DAYS - HISTORY) / DAYS_OF_A_YEAR * count
    print(f"\n{count} quiet years, {quiet[0][0].shape[0]} series each\n")
    print("| budget a year | false alarms a year | days a year with one |\n|---|---|---|")
    for budget in BUDGETS:
        found = [alarms(counts, names, Policy(false_per_year=budget)) for counts, names in quiet]
        days = sum(len({day for _, day in house}) for house in found)
        print(f"| {budget:g} | {sum(map(len, found)) / years:.1f} | {days / years:.1f} |")


def delays(count: int) -> None:
    """Print after how many days a rise is found, by volume, and how soon it could be found at all."""
    print("\n| complaints a day | rise | rises | found within 28 days | within 60 | half by day | nine of ten by day "
          "| nobody sooner than: half | nine of ten |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    quiet_days = 200 / Policy().false_per_year * DAYS_OF_A_YEAR
    for volume in RISING:
        for rise in RISES:
            days = sorted(
                day
                for house, (counts, names) in enumerate(houses(count))
                for day in _found(counts, names, volume, rise, house)
            )
            month, whole = (sum(day <= within for day in days) / len(days) for within in (MONTH, WITHIN))
            half, most = soonest(volume, rise, 0.15, quiet_days)
            print(f"| {volume:g} | {rise - 1:+.0%} | {len(days)} | {month:.0%} | {whole:.0%} | {_at(days, 0.5)} "
                  f"| {_at(days, 0.9)} | {half} | {most} |", flush=True)  # fmt: skip


def _found(counts: Floats, names: list[str], volume: float, rise: float, house: int) -> list[float]:
    rng, day, changed = np.random.default_rng([7, int(volume * 10), house]), 250, counts.copy()
    pattern = WEEK[[weekday_of(FIRST + timedelta(days=n)) for n in range(DAYS)]]
    chosen = range(0, 188, 47)
    for series in chosen:
        changed[series] = drawn(rng, volume * pattern * np.where(np.arange(DAYS) >= day, rise, 1.0), 0.15)
    found = alarms(changed, names, Policy())
    return [
        next((float(at - day + 1) for name, at in found if name == names[series] and at >= day), np.inf)
        for series in chosen
    ]


def _at(days: list[float], share: float) -> str:
    day = days[min(int(share * len(days)), len(days) - 1)]
    return f"{day:.0f}" if day <= WITHIN else "–"


def main() -> None:
    """Print both tables."""
    started = datetime.now()  # noqa: DTZ005  (only a duration is printed)
    count = 3 if "--quick" in sys.argv else 20
    false_alarms(list(houses(count)))
    false_alarms(list(houses(count, THIN, 60)))
    delays(max(count // 3, 2))
    print(f"\n{(datetime.now() - started).total_seconds():.0f} s")  # noqa: DTZ005


if __name__ == "__main__":
    main()
