"""Incidents of trades nothing was made for, among public reviews: told when, named how, and one problem or many?

    python -m benchmarks.other_trades            # some ten minutes
    python -m benchmarks.other_trades --each     # and a line for each house

Twelve incidents, each in eighteen wordings of their own (other_trades.toml), in houses of 240 days among App Store
reviews, hotel reviews, letters of citizens, and reviews of shops and deliveries. The day on which an incident begins is
drawn by seed; 8 or 16 customers tell of it within five days. Four pairs of twins, told in the same words of two places
at the same time, have to stay apart.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.alarm_rows import Voices
from benchmarks.alarms import laid_out, spoken
from benchmarks.corpora import rows
from benchmarks.planted_incidents import DAYS, FIRST, Outcome, outcome, voices_of
from benchmarks.registry_rows import background, civic
from voc.alarms.walk import DAYS_OF_A_YEAR
from voc.registry.memory import Registry
from voc.registry.naming import name_of
from voc.registry.pairs import DAY, Facts
from voc.registry.signs import signs

BEGINS, SIZES, HOUSES, LEAST, SEED = (120, 220), (8, 16), 3, 3, 20261123
SPREAD = (0.4, 0.25, 0.15, 0.1, 0.1)  # of an incident over its days
A_DAY = {"app": 12, "hotel": 12, "civic": 6, "shop": 12}  # pieces of feedback
HOSTS, SHORT, LONG = 3000, 6, 300  # pieces of feedback of a host, and their characters
COLUMNS = (
    "houses", "told by the day after", "told", "start within a day", "cause names it", "other alarms a year",
    "three of four heard are one problem", "problems a house", "strangers in it", "its name says it",
)  # fmt: skip
TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Grouped:
    """What the registry made of an incident: its groups of three and more, and the largest of them."""

    groups: int
    held: int  # of the incident, in the largest
    foreign: int  # of others, in the largest
    name: str


@lru_cache(maxsize=4)
def texts_of(host: str) -> tuple[str, ...]:
    """Draw public feedback of one kind, as happy as it is there; of shops a third is unhappy."""
    rng = np.random.default_rng([SEED, len(host), ord(host[0])])
    if host == "civic":
        said = [row[1][:LONG] for row in civic()]
    elif host == "app":
        files = [f"appstore_zh_iot_and_mall/{name}.csv" for name in ("mijia", "midea_meiju")]
        said = [f"{row['title']}。{row['content']}" for name in files for row in rows(name)]
    else:
        said = _labelled(host, rng)
    said = sorted({text for text in said if SHORT <= len(text) <= LONG})
    return tuple(said[n] for n in rng.permutation(len(said))[:HOSTS])


def _labelled(host: str, rng: np.random.Generator) -> list[str]:
    table = rows("chinese_nlp_corpus_basic/online_shopping_10_cats.csv")
    table = [row for row in table if (row["cat"] == "酒店") == (host == "hotel")]
    table += rows("chinese_nlp_corpus_basic/waimai_10k.csv") if host == "shop" else []
    unhappy, happy = ([row["review"] for row in table if row["label"] == label] for label in "01")
    shares = ((unhappy, HOSTS // 3), (happy, HOSTS - HOSTS // 3))
    return [kind[n] for kind, many in shares for n in rng.permutation(len(kind))[:many]]


def house(
    known: Voices, hosts: int, told: Sequence[int], host: str, drawn: list[int]
) -> tuple[Voices, list[int], int]:
    """Put feedback of the host and what is told of an incident on days; return it, ids of the latter, first day."""
    rng = np.random.default_rng([SEED, *drawn])
    counts = rng.poisson(A_DAY[host], DAYS)
    again = bool(counts.sum() > hosts)
    chosen = rng.choice(hosts, counts.sum(), replace=again).tolist()
    said = [*zip(np.repeat(np.arange(DAYS), counts).tolist(), chosen, strict=True)]
    begin = int(rng.integers(*BEGINS))
    days = begin + rng.choice(len(SPREAD), len(told), p=SPREAD)
    days[0] = begin
    said += zip(days.tolist(), told, strict=True)
    frame = pl.DataFrame(
        [(n, FIRST + timedelta(days=day), n, host, row) for n, (day, row) in enumerate(said)],
        orient="row", schema=["id", "day", "customer", "product", "row"],
    )  # fmt: skip
    joined = [frame.join(known.said, on="row").with_columns(pl.lit(None).alias("stars"))]
    joined += [frame.select("id", "row").join(part, on="row") for part in (known.named, known.areas)]
    ids = list(range(len(said) - len(told), len(said)))
    return Voices(*(part.drop("row") for part in joined)), ids, begin


def grouped(voices: Voices) -> dict[int, int]:
    """Return of each unhappy feedback of a house its group in the registry, if it has one."""
    said = spoken(voices, laid_out(voices))
    moment = said.days * DAY + np.arange(len(said.ids)) % DAY
    none = np.zeros(len(said.ids), dtype=np.int64)
    registry = Registry(background())
    registry.add(said.ids, signs(said.texts, background()), Facts(moment, none, none), none + 1)
    return registry.group


def judged(voices: Voices, group: dict[int, int], own: set[int]) -> Grouped:
    """Tell into how many groups of three an incident came, and what the largest of them holds."""
    found = Counter(group[id_] for id_ in own if id_ in group)
    sizes = Counter(group.values())
    known = {of: many for of, many in found.items() if sizes[of] >= LEAST and 2 * many >= sizes[of]}
    if not known:
        return Grouped(0, 0, 0, "")
    largest = max(known, key=lambda of: (known[of], -of))
    ids = [id_ for id_, of in group.items() if of == largest]
    texts = voices.said.filter(pl.col("id").is_in(ids)).sort("day", "id")["text"].to_list()
    name = name_of(texts, background())
    return Grouped(len(known), known[largest], sizes[largest] - known[largest], name)


@dataclass(frozen=True)
class Line:
    """A house and what became of the incident in it."""

    incident: dict[str, Any]
    size: int
    heard: int  # of those who told of it, read as unhappy
    alarm: Outcome
    problem: Grouped

    @property
    def well_named(self) -> bool:
        """Tell whether the name of the problem says what it is about."""
        return any(word in self.problem.name for word in self.incident["words"])


def lines() -> list[Line]:
    """Plant each incident in its houses and see what comes of it."""
    found = []
    for number, one in enumerate(TOLD["incident"]):
        hosts = texts_of(one["host"])
        known = voices_of([*hosts, *one["texts"]])
        for size in SIZES:
            for seed in range(HOUSES):
                drawn = [number, size, seed]
                chosen = np.random.default_rng([SEED, 1, *drawn]).permutation(len(one["texts"]))[:size]
                voices, ids, begin = house(
                    known, len(hosts), (len(hosts) + chosen).tolist(), one["host"], drawn
                )
                own = set(voices.said.filter("negative", pl.col("id").is_in(ids))["id"].to_list())
                problem = judged(voices, grouped(voices), own)
                found.append(
                    Line(one, size, len(own), outcome(voices, set(ids), begin, one["words"]), problem)
                )
    return found


def twins() -> None:
    """Print how often two incidents in the same words, of two places at the same time, were put together."""
    print(
        "\n| twins | houses | groups of three | groups that hold both | members of them, of all |\n"
        + "|---" * 5 + "|"
    )  # fmt: skip
    for number, one in enumerate(TOLD["twins"]):
        hosts = texts_of(one["host"])
        told = [text.format(place) for place in one["places"] for text in one["texts"]]
        known, every = voices_of([*hosts, *told]), list(range(len(hosts), len(hosts) + len(told)))
        counts = []
        for seed in range(HOUSES):
            voices, ids, _ = house(known, len(hosts), every, one["host"], [100 + number, seed])
            counts.append(_mixed(grouped(voices), ids[: len(one["texts"])], ids[len(one["texts"]) :]))
        groups, both, in_both, all_ = (sum(column) for column in zip(*counts, strict=True))
        print(f"| {one['name']} | {HOUSES} | {groups} | {both} | {in_both} of {all_} |", flush=True)


def _mixed(group: dict[int, int], one: list[int], other: list[int]) -> tuple[int, int, int, int]:
    """Count groups of three that hold either of two incidents, those that hold both, and their members."""
    first, second = (Counter(group[id_] for id_ in ids if id_ in group) for ids in (one, other))
    large = {of: many for of, many in (first + second).items() if many >= LEAST}
    both = [many for of, many in large.items() if first[of] and second[of]]
    return len(large), len(both), sum(both), sum(large.values())


def table(found: list[Line], by: str) -> None:
    """Print what became of the incidents, by their size or one by one."""
    print(f"\n| {by} | {' | '.join(COLUMNS)} |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    keys = [str(one.size) if by == "customers" else one.incident["name"] for one in found]
    for key in dict.fromkeys(keys):
        some = [one for one, own in zip(found, keys, strict=True) if own == key]
        told = [one.alarm for one in some if one.alarm.delay is not None]
        problems = [one for one in some if one.problem.groups]
        whole = sum(4 * one.problem.held >= 3 * one.heard for one in problems)
        members = sum(one.problem.held + one.problem.foreign for one in problems)
        print(
            f"| {key} | {len(some)} | {sum(one.alarm.soon for one in some)} | {len(told)} "
            f"| {sum(one.off is not None and abs(one.off) <= 1 for one in told)} | {sum(one.named for one in told)} "
            f"| {sum(one.alarm.others for one in some) / (len(some) * DAYS / DAYS_OF_A_YEAR):.1f} | {whole} "
            f"| {sum(one.problem.groups for one in some) / len(some):.1f} "
            f"| {sum(one.problem.foreign for one in problems)} of {members} "
            f"| {sum(one.well_named for one in problems)} of {len(problems)} |"
        )


def main() -> None:
    """Print what became of every incident, and whether twins stayed apart."""
    found = lines()
    table(found, "customers")
    table(found, "incident")
    if "--each" in sys.argv:
        for one in found:
            print(one.incident["name"], one.size, one.heard, one.alarm, one.problem)
    twins()


if __name__ == "__main__":
    main()
