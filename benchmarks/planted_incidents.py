"""Incidents planted among public reviews that no rule of the alarms was made on: found when, dated how, named how?

    python -m benchmarks.planted_incidents            # some minutes
    python -m benchmarks.planted_incidents --quick    # a third of it
    python -m benchmarks.planted_incidents --seen     # only what may be looked at while the method is worked on

Houses of 240 days with 3 or 12 reviews a day, a third of them complaints, from shops and food deliveries; on one day
an incident begins that 3, 6 or 12 customers tell of within three days, in words written in planted_incidents.toml.
Fewer than three voices are no alarm, so it is counted too how many incidents three had told of by the day after.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.alarm_rows import Voices
from benchmarks.alarms import Raised, cause, raised
from benchmarks.corpora import rows
from tasks.assets import cleaning, model, taxonomy
from voc.alarms.walk import DAYS_OF_A_YEAR, Policy
from voc.reading.understanding import understand

FIRST, DAYS, BEGINS = date(2025, 3, 1), 240, (120, 220)
VOLUMES, SIZES, HOUSES, POOL, UNSEEN = (3, 12), (3, 6, 12), 3, 6000, 100
A_DAY, LEAST = timedelta(days=1), Policy().least
SPREAD = (0.5, 0.3, 0.2)  # of an incident on its first, second and third day
INCIDENTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["incident"]


@dataclass(frozen=True)
class Outcome:
    """What became of one planted incident, and how many alarms had nothing to do with it."""

    heard: int  # customers of the incident, read as unhappy, by the end of the day after its first
    delay: int | None
    off: int | None
    named: bool
    others: int

    @property
    def soon(self) -> bool:
        """Tell whether it was told by the end of the day after its first."""
        return self.delay is not None and self.delay <= 1


def pool() -> tuple[Voices, list[list[int]]]:
    """Understand all texts once: reviews first, then those of each incident; return the ids of the latter."""
    rng = np.random.default_rng(4)
    said = [(row["review"], row["label"]) for row in rows("chinese_nlp_corpus_basic/waimai_10k.csv")]
    said += [
        (row["review"], row["label"]) for row in rows("chinese_nlp_corpus_basic/online_shopping_10_cats.csv")
    ]
    kinds = [[text for text, label in said if label == kind and 6 <= len(text) <= 120] for kind in "01"]
    shares = (POOL // 3, POOL - POOL // 3)
    hosts = [
        str(t) for texts, n in zip(kinds, shares, strict=True) for t in rng.choice(texts, n, replace=False)
    ]
    planted = [text for one in INCIDENTS for text in one["texts"]]
    ends = np.cumsum([len(hosts), *(len(one["texts"]) for one in INCIDENTS)]).tolist()
    return voices_of([*hosts, *planted]), [list(range(a, b)) for a, b in pairwise(ends)]


def voices_of(texts: list[str]) -> Voices:
    seen = understand(texts, [None] * len(texts), taxonomy(), model(), cleaning=cleaning())
    said, named, areas = [], [], []
    for place, row in enumerate(seen.kept):
        notes = seen.annotations
        negative = notes.type[place] == "complaint" or notes.tone[place] == "negative"
        said.append(
            (row, seen.masked[row], negative, int(notes.severity[place]), float(notes.sentiment[place]))
        )
        named += [(row, m.area, m.issue, m.start, m.end) for m in notes.mentions[place] if m.polarity < 0]
        areas += [(row, a.area) for a in notes.areas[place] if a.sentiment < 0]
    return Voices(
        pl.DataFrame(said, orient="row", schema=["row", "text", "negative", "severity", "sentiment"]),
        pl.DataFrame(named, orient="row", schema=["row", "area", "issue", "start", "end"]),
        pl.DataFrame(areas, orient="row", schema=["row", "area"]).unique(),
    )


def house(
    known: Voices, planted: list[int], volume: int, size: int, seed: int
) -> tuple[Voices, set[int], int]:
    """Put reviews and one incident on days; return them, the ids of the incident, and its first day."""
    rng = np.random.default_rng([seed, volume, size])
    hosts = known.said.filter(pl.col("row") < POOL)["row"].to_numpy()
    counts = rng.poisson(volume, DAYS)
    rows_ = rng.choice(hosts, counts.sum(), replace=counts.sum() > len(hosts))
    begin = int(rng.integers(*BEGINS))
    days = begin + rng.choice(3, size, p=SPREAD)
    days[0] = begin
    said = [*zip(np.repeat(np.arange(DAYS), counts).tolist(), rows_.tolist(), strict=True)]
    said += [*zip(days.tolist(), rng.choice(planted, size, replace=False).tolist(), strict=True)]
    told = pl.DataFrame(
        [(n, FIRST + timedelta(days=day), n, "店", row) for n, (day, row) in enumerate(said)],
        orient="row", schema=["id", "day", "customer", "product", "row"],
    )  # fmt: skip
    joined = [told.join(known.said, on="row").with_columns(pl.lit(None).alias("stars"))]
    joined += [told.select("id", "row").join(frame, on="row") for frame in (known.named, known.areas)]
    ids = {n for n, (_, row) in enumerate(said) if row >= POOL}
    return Voices(*(frame.drop("row") for frame in joined)), ids, begin


def outcome(voices: Voices, ids: set[int], begin: int, words: list[str]) -> Outcome:
    """Raise the alarms of a house and judge them by the incident that was planted."""
    found, start = raised(voices), FIRST + timedelta(days=begin)
    own = voices.said.filter("negative", pl.col("id").is_in(list(ids)))
    heard = own.filter(pl.col("day") <= start + A_DAY)["customer"].n_unique()
    right = [one for one in found if _of(one, ids)]
    if not right:
        return Outcome(heard, None, None, False, len(found))
    first = right[0]
    told, said = cause(voices, first)
    named = any(word in text for word in words for text in (told, *said))
    return Outcome(
        heard, (first.day - start).days, (first.start - start).days, named, len(found) - len(right)
    )


def _of(one: Raised, ids: set[int]) -> bool:
    """Tell whether an alarm is of the incident: at least a third of its feedback, or half of the incident."""
    own = len(one.ids & ids)
    return 3 * own >= len(one.ids) or 2 * own >= len(ids)


def main() -> None:
    """Print how many were found by volume and size, first of what was looked at, then of what was not."""
    known, planted = pool()
    houses = 1 if "--quick" in sys.argv else HOUSES
    both = [*zip(INCIDENTS, planted, strict=True)]
    print("\n## Incidents and houses that were looked at\n")
    _table(known, [(one, ids) for one, ids in both if not one.get("held_out")], range(houses))
    if "--seen" not in sys.argv:
        print("\n## Incidents and houses that nobody looked at\n")
        _table(
            known, [(one, ids) for one, ids in both if one.get("held_out")], range(UNSEEN, UNSEEN + houses)
        )


def _table(known: Voices, incidents: list[tuple[dict[str, Any], list[int]]], seeds: range) -> None:
    print("| reviews a day | customers in three days | incidents | three were heard by the day after | found by "
          "the day after | found | start within a day | cause names it | other alarms a year |\n"
          "|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    kinds: dict[str, list[Outcome]] = {}
    for volume in VOLUMES:
        for size in SIZES:
            told = []
            for seed in seeds:
                for one, ids in incidents:
                    told.append(outcome(*house(known, ids, volume, size, seed), one["words"]))
                    kinds.setdefault(one["name"], []).append(told[-1])
            _print(volume, size, told)
    print()
    for name, outcomes in kinds.items():
        able = [one for one in outcomes if one.heard >= LEAST]
        soon = sum(one.soon for one in able)
        print(f"- {name}: {soon} of {len(able)} by the day after, where three were heard by then")


def _print(volume: int, size: int, told: list[Outcome]) -> None:
    found = [one for one in told if one.delay is not None]
    able = sum(one.heard >= LEAST for one in told)
    soon = sum(one.soon for one in told)
    dated = sum(one.off is not None and abs(one.off) <= 1 for one in found)
    named = sum(one.named for one in found)
    others = sum(one.others for one in told) / (len(told) * DAYS / DAYS_OF_A_YEAR)
    print(
        f"| {volume} | {size} | {len(told)} | {able} | {soon} | {len(found)} | {dated} | {named} | {others:.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
