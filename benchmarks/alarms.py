"""Alarms over public reviews, walked through day by day as they would have been lived.

    python -m benchmarks.alarms             # tables
    python -m benchmarks.alarms --causes    # and the likely cause and quotations of each alarm
    python -m benchmarks.alarms --elsewhere # the same on data that no alarm was developed on

Nothing was fitted to names in these reviews, but they were read while the walk was written. The verdicts in
benchmarks/readings/alarms.csv are those of one reader, who read what customers said in each alarm.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.alarm_rows import Voices, aircon, appstore, letters, peaks, phones, span
from benchmarks.registry_rows import background
from models.problems.series import ENOUGH
from tasks.assets import taxonomy
from voc.alarms.cause import Told, quotations, sentence, standing_out
from voc.alarms.events import Event, EventPolicy, Heard, happenings
from voc.alarms.grid import Grid, grid_of
from voc.alarms.matter import has_a_matter
from voc.alarms.series import ALL, label_of, parts
from voc.alarms.telling import Members, worth_telling
from voc.alarms.walk import DAYS_OF_A_YEAR, Episode, Policy, walk
from voc.alarms.words import Saying, Spoken, sayings
from voc.registry.anchors import hashed
from voc.registry.memory import Registry
from voc.registry.pairs import DAY, Facts
from voc.registry.signs import signs

READINGS = Path(__file__).parent / "readings" / "alarms.csv"
PAST = timedelta(days=180)
BEFORE = timedelta(days=28)
SHUFFLES = 5
SOURCES = {"米家": lambda: appstore("mijia"), "美居": lambda: appstore("midea_meiju"), "京东空调": aircon}
ELSEWHERE = {"市民来信": letters, "手机": phones}
BACKLOG = (date(2022, 6, 18), date(2022, 7, 31))  # the sale, and the end of the installation season


@dataclass(frozen=True)
class Raised:
    """An alarm with the feedback known on its day."""

    series: str
    day: date
    start: date
    end: date
    episode: Episode
    ids: set[int]


def counted(voices: Voices) -> pl.DataFrame:
    """Count every series by day: all negative feedback, areas, issues, and each of them by product."""
    negative = voices.said.filter("negative").select("id", "day", "product")
    every = voices.said.select("id", "day", "product")
    parts_ = [
        negative.with_columns(pl.lit(ALL).alias("what")),
        voices.areas.join(negative, on="id").with_columns(("area:" + pl.col("area")).alias("what")),
        voices.named.join(every, on="id").with_columns(("issue:" + pl.col("issue")).alias("what")),
    ]
    what = pl.concat([one.select("what", "id", "day", "product") for one in parts_]).unique(["what", "id"])
    sliced = what.with_columns((pl.col("what") + "|product:" + pl.col("product")).alias("series"))
    both = [what.with_columns(pl.col("what").alias("series"))]
    both += [sliced] if voices.said["product"].n_unique() > 1 else []
    counts = pl.concat(both).group_by("series", "day").agg(pl.len().alias("count"))
    large = pl.col("count").sum().over("series") >= Policy().own_history
    return counts.filter(large | ~pl.col("series").str.contains("|", literal=True))


def members(voices: Voices, series: str, first: date, last: date) -> pl.DataFrame:
    """Return the feedback a series counts from day to day."""
    what, kind, value = parts(series)
    said = voices.said.filter(pl.col("day").is_between(first, last))
    said = said.filter(pl.col("product") == value) if kind else said
    code = what.partition(":")[2]
    if what == ALL:
        return said.filter("negative")
    if what.startswith("area:"):
        own = voices.areas.filter(area=code)["id"].to_list()
        return said.filter("negative", pl.col("id").is_in(own))
    return said.filter(pl.col("id").is_in(voices.named.filter(issue=code)["id"].to_list()))


def laid_out(voices: Voices) -> Grid:
    """Lay out the counts of every series from the first day to the last."""
    return grid_of(counted(voices), "series", *span(voices))


def raised(voices: Voices) -> list[Raised]:
    """Walk through all days of a source and return its alarms."""
    grid = laid_out(voices)
    episodes = walk(grid.counts, grid.names, grid.first, Policy())
    said: list[Saying | Event] = [*sayings(spoken(voices, grid), len(grid.names), Policy())]
    found = [(one, _held(voices, grid, one)) for one in episodes]
    said += happenings(heard(voices, grid), len(grid.names) + len(said), background())
    found += [(one.episode, _spoken_of(one)) for one in said]
    found.sort(key=lambda one: one[0].raised)
    names = [*grid.names, *(one.series for one in said)]
    told = worth_telling([one for one, _ in found], [held for _, held in found], names, Policy())
    days = [_by_day(names[found[n][0].series], grid, *found[n]) for n in told]
    alarms = [next((one for one in known if _is_one_thing(voices, one)), None) for known in days]
    return sorted((one for one in alarms if one), key=lambda one: one.day)


def _by_day(series: str, grid: Grid, e: Episode, held: Members) -> list[Raised]:
    """Draw an episode as known on its first day and on each later day on which it was improbable still."""
    return [
        Raised(
            series, grid.day(day), grid.day(e.start), grid.day(e.end), replace(e, raised=day), held.until(day)
        )
        for day in (e.raised, *e.seen)
    ]


def _is_one_thing(voices: Voices, one: Raised) -> bool:
    """Tell, as the product does, whether the feedback of an episode has a matter in common."""
    now = voices.said.filter(pl.col("id").is_in(list(one.ids)))["text"].to_list()
    return has_a_matter(one.series, now, _words(voices, one, now), _named(voices, one), Policy())


def spoken(voices: Voices, grid: Grid) -> Spoken:
    """Return negative feedback in order of days."""
    rows = voices.said.filter("negative").sort("day", "id")
    days = np.array([grid.place(day) for day in rows["day"]], dtype=np.int64)
    customers = np.unique(rows["customer"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    return Spoken(rows["id"].to_numpy().astype(np.int64), days, customers, rows["text"].to_list())


def heard(voices: Voices, grid: Grid, seed: int | None = None) -> Heard:
    """Group negative feedback as the registry does; with a seed, its words are shuffled over the days."""
    said = spoken(voices, grid)
    products = voices.said.filter("negative").sort("day", "id")["product"].to_list()
    order = (
        np.arange(len(said.ids)) if seed is None else np.random.default_rng(seed).permutation(len(said.ids))
    )
    texts, customers = [said.texts[row] for row in order], said.customers[order]
    moment = said.days * DAY + np.arange(len(order)) % DAY
    product = hashed([products[row] for row in order])
    facts, read = Facts(moment, product, np.zeros_like(product)), signs(texts, background())
    registry = Registry(background())
    registry.add(said.ids, read, facts, product)
    clear = (voices.said.filter("negative").sort("day", "id")["sentiment"] <= EventPolicy().clear).to_numpy()
    grouped = np.isin(said.ids, list(registry.group))
    rows = np.flatnonzero(grouped & clear[order])
    groups = np.array([registry.group[int(said.ids[row])] for row in rows], dtype=np.int64)
    own, daily = [texts[row] for row in rows], np.bincount(said.days, minlength=grid.counts.shape[1]) * 1.0
    return Heard(
        said.ids[rows],
        groups,
        said.days[rows],
        customers[rows],
        own,
        read.take(rows),
        facts.take(rows),
        daily,
    )


def _spoken_of(one: Saying | Event) -> Members:
    return Members(np.array(list(one.members)), np.array(list(one.members.values())))


def shuffled(voices: Voices) -> float:
    """Return how many words a year come up when texts are shuffled over the days: each of them is false."""
    grid = laid_out(voices)
    said, found = spoken(voices, grid), 0
    for seed in range(SHUFFLES):
        order = np.random.default_rng(seed).permutation(len(said.ids))
        mixed = Spoken(said.ids, said.days, said.customers[order], [said.texts[n] for n in order])
        found += len(sayings(mixed, len(grid.names), Policy()))
    years: float = grid.counts.shape[1] / DAYS_OF_A_YEAR
    return found / SHUFFLES / years


def shuffled_events(voices: Voices) -> float:
    """Return how many events a year several customers tell of when texts are shuffled: each of them is false."""
    grid, background_ = laid_out(voices), background()
    found = sum(len(happenings(heard(voices, grid, seed), 0, background_)) for seed in range(SHUFFLES))
    return float(found / SHUFFLES / grid.counts.shape[1] * DAYS_OF_A_YEAR)


def _held(voices: Voices, grid: Grid, one: Episode) -> Members:
    rows = members(voices, grid.names[one.series], grid.day(one.start), grid.day(one.end))
    days = np.array([grid.place(day) for day in rows["day"]], dtype=np.int64)
    return Members(rows["id"].to_numpy().astype(np.int64), days)


def cause(voices: Voices, one: Raised) -> tuple[str, list[str]]:
    """Return the likely cause of an alarm and quotations, by what was known on its day."""
    now = voices.said.filter(pl.col("id").is_in(list(one.ids)))["text"].to_list()
    words = _words(voices, one, now)
    issues = [
        (taxonomy().issue(code).name, count) for code, count in _named(voices, one)[:2] if code in taxonomy()
    ]
    label = label_of(one.series, taxonomy())
    more = volume(voices, one.start, one.day)
    told = sentence(label, len(one.ids), one.episode.expected_then, issues, [], list(words), more)
    return told, quotations([Told(text) for text in now], words)


def volume(voices: Voices, first: date, last: date) -> float:
    """Return how much other feedback the days gave, as a multiple of the four weeks before (models.problems.series)."""
    daily = voices.said.filter(~pl.col("negative")).group_by("day").len()
    before = daily.filter(pl.col("day").is_between(first - BEFORE, first - timedelta(days=1)))
    during = daily.filter(pl.col("day").is_between(first, last))["len"].sum()
    if before["len"].sum() < ENOUGH:
        return 1.0
    days = (first - min(before["day"].to_list())).days
    return float(during / ((last - first).days + 1) / (before["len"].sum() / days))


def _words(voices: Voices, one: Raised, now: list[str]) -> dict[str, float]:
    past = pl.col("day").is_between(one.start - PAST, one.start - timedelta(days=1))
    return standing_out(now, voices.said.filter("negative", past)["text"].to_list())


def _named(voices: Voices, one: Raised) -> list[tuple[str, int]]:
    return Counter(voices.named.filter(pl.col("id").is_in(list(one.ids)))["issue"].to_list()).most_common()


def verdicts() -> dict[tuple[str, str, str], str]:
    """Read what a reader found each alarm to be."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        return {(row["source"], row["series"], row["raised"]): row["verdict"] for row in csv.DictReader(file)}


def tell(name: str, voices: Voices, found: list[Raised]) -> None:
    """Print the alarms of a source and what a reader made of them."""
    read = verdicts() if READINGS.exists() else {}
    days = voices.said["day"].n_unique()
    print(f"\n## {name}: {voices.said.height} pieces of feedback on {days} days, {len(found)} alarms\n")
    print("| raised on | began | series | observed | expected | a reader says |\n|---|---|---|---|---|---|")
    for one in found:
        judged = read.get((name, one.series, str(one.day)), "not read")
        e = one.episode
        print(f"| {one.day} | {one.start} | {one.series} | {e.observed:.0f} | {e.expected:.1f} | {judged} |")
        if "--causes" in sys.argv:
            told, said = cause(voices, one)
            print(f"\n{told}\n" + "\n".join(f"  “{quotation}”" for quotation in said) + "\n")
    counts = Counter(read.get((name, one.series, str(one.day)), "not read") for one in found)
    print("\n" + ", ".join(f"{verdict}: {count}" for verdict, count in counts.most_common()))


def caught(voices: Voices, found: list[Raised]) -> None:
    """Print which of the most extreme days lie within an alarm that was raised by the day after."""
    lines = [(day, count, _alarm_of(day, found)) for day, count in sorted(peaks(voices))]
    told = sum(alarm is not None for *_, alarm in lines)
    print(f"\n{told} of the {len(lines)} most extreme days lie in an alarm raised by the day after:")
    for day, count, alarm in lines:
        print(f"  {day} ({count} negative): {alarm.series + f', raised {alarm.day}' if alarm else 'none'}")


def _alarm_of(day: date, found: list[Raised]) -> Raised | None:
    """Return the newest alarm that holds a day, by its own beginning and end, and was raised by the day after."""
    known = [o for o in found if o.start <= day <= o.end and o.day <= day + timedelta(days=1)]
    return known[-1] if known else None


def main() -> None:
    """Print alarms, extreme days and the installation backlog."""
    for name, load in (ELSEWHERE if "--elsewhere" in sys.argv else SOURCES).items():
        voices = load()
        found = raised(voices)
        tell(name, voices, found)
        caught(voices, found)
        print(f"\nwords that come up a year when texts are shuffled over the days: {shuffled(voices):.1f}")
        print(f"events that several tell of a year when texts are shuffled: {shuffled_events(voices):.2f}")
        if name == "京东空调":
            since, until = BACKLOG
            print("\nalarms about installation from the sale of June 18, 2022 on:")
            for one in found:
                if "installation" in one.series and since <= one.day <= until:
                    print(f"  {one.series}: began {one.start}, raised at the end of {one.day}")


if __name__ == "__main__":
    main()
