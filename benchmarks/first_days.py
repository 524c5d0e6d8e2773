"""What was in the data when single customers spoke first, and what it would cost to tell of it by then.

    python -m benchmarks.first_days     # some minutes

Three incidents of 米家, by the words that name them. For each: who named it day by day; how surely its words stand out
at the end of the second day, were two customers enough; and how many words a year would come up at that level when
texts are shuffled over the days, where each is false. Then two plain rules of two customers within two days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from benchmarks.alarm_rows import Voices, appstore
from benchmarks.alarms import background, heard, laid_out, spoken
from voc.alarms.events import EventPolicy, happenings
from voc.alarms.grid import Grid
from voc.alarms.walk import DAYS_OF_A_YEAR
from voc.alarms.words import Spoken, WordPolicy, scanned
from voc.themes.phrases import terms

INCIDENTS = {
    "companion of air conditioners": ("匹配|伴侣", date(2018, 12, 29)),
    "sensors": ("温湿度|温度|传感器", date(2019, 7, 22)),
    "shared devices": ("共享|分享", date(2019, 8, 28)),
}
DAYS, PAST, WARM, SHUFFLES = 3, timedelta(days=180), 60, 3
PAIRED = WordPolicy(least=2)


def told(voices: Voices, pattern: str, first: date) -> None:
    """Print who named an incident on its first days, beside all who were unhappy, and in the half year before."""
    said = voices.said.with_columns(pl.col("text").str.contains(pattern).alias("named"))
    before = said.filter(pl.col("day").is_between(first - PAST, first - timedelta(days=1)), "negative")
    print(f"  half a year before: {before['named'].sum()} of {before.height} unhappy reviews name it")
    for day in (first + timedelta(days=n) for n in range(DAYS)):
        own = said.filter(day=day)
        unhappy = own.filter("negative")
        content = own.filter("named", ~pl.col("negative")).height
        print(f"  {day}: {unhappy['named'].sum()} of {unhappy.height} unhappy ones, and {content} others")


def mixed(said: Spoken, seed: int) -> Spoken:
    """Shuffle texts and those who wrote them over the days."""
    order = np.random.default_rng(seed).permutation(len(said.ids))
    return Spoken(said.ids, said.days, said.customers[order], [said.texts[row] for row in order])


def price(said: Spoken, grid: Grid, pattern: str, first: date) -> None:
    """Print how sure its words are at the end of the second day, and what that level would raise in shuffled texts."""
    last = grid.place(first) + 1
    by_then = replace(said, ids=said.ids[said.days <= last], customers=said.customers[said.days <= last],
                      days=said.days[said.days <= last])  # fmt: skip
    seen = scanned(by_then, PAIRED, np.inf, last)
    chance = min(
        (one.episode.p_value or 0.0 for one in seen if re.search(pattern, "".join(one.phrases))), default=1.0
    )
    level, years = min(chance * 1.001, 1.0), grid.counts.shape[1] / DAYS_OF_A_YEAR
    false = np.mean([len(scanned(mixed(said, seed), PAIRED, level)) for seed in range(SHUFFLES)]) / years
    print(
        f"  its words at the end of the second day: chance {chance:.2f}; shuffled texts raise {false:.0f} a year at it"
    )


def never_said(said: Spoken) -> Iterator[int]:
    """Yield the days on which two customers within two days say what nobody had said in half a year."""
    known: dict[str, list[tuple[int, int]]] = {}
    words = terms(said.texts)
    for day in np.unique(said.days).tolist():
        rows = np.flatnonzero(said.days == day).tolist()
        for row in rows:
            for term in words[row]:
                known.setdefault(term, []).append((day, int(said.customers[row])))
        lately = {
            term: [one for one in known[term] if day - one[0] <= PAST.days]
            for row in rows
            for term in words[row]
        }
        found = any(
            len({who for _, who in ones}) >= 2 and all(day - at <= 1 for at, _ in ones)
            for ones in lately.values()
        )
        if day >= WARM and found:
            yield day


def main() -> None:
    """Print all of it."""
    voices = appstore("mijia")
    grid = laid_out(voices)
    said, years = spoken(voices, grid), grid.counts.shape[1] / DAYS_OF_A_YEAR
    for name, (pattern, first) in INCIDENTS.items():
        print(f"\n{name}")
        told(voices, pattern, first)
        price(said, grid, pattern, first)
    real, false = (len([*never_said(one)]) / years for one in (said, mixed(said, 0)))
    print(
        f"\ntwo customers say what nobody said in half a year: on {real:.0f} days a year, shuffled {false:.0f}"
    )
    one_event = replace(EventPolicy(), least=2, window=2)
    found = len(happenings(heard(voices, grid), 0, background(), one_event)) / years
    false = np.mean(
        [len(happenings(heard(voices, grid, seed), 0, background(), one_event)) for seed in range(SHUFFLES)]
    )
    print(f"two customers joined by the rule for one event: {found:.1f} a year, shuffled {false / years:.1f}")


if __name__ == "__main__":
    main()
