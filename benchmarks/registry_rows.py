"""Rows, events and scores that benchmarks/registry.py measures with."""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import corpora
from settings import asset_bytes
from voc.cleaning.duplicates import bare, copied
from voc.registry.anchors import hashed
from voc.registry.background import Background, load_background
from voc.registry.memory import Registry
from voc.registry.pairs import Facts, Rule
from voc.registry.signs import Signs, signs
from voc.registry.surges import SURGES, SurgeRule

READINGS = Path(__file__).parent / "readings"
CIVIC = ("f4_replies_2816_dev.csv", "f2_labeled_495_dev.csv", "type_dev.csv")
Pair = tuple[int, int]


@dataclass(frozen=True)
class History:
    """Feedback in order of time: its keys, words, moments and products."""

    keys: list[str]
    texts: list[str]
    facts: Facts
    signs: Signs


def background() -> Background:
    """The background shipped with the core."""
    return load_background(asset_bytes("background.npz"))


def history(rows: Sequence[tuple[str, str, str, str]]) -> History:
    """Read rows of key, text, moment and product."""
    ordered = sorted(rows, key=lambda row: (row[2], row[0]))
    moment = np.array(
        [int(datetime.fromisoformat(row[2][:19]).timestamp()) for row in ordered], dtype=np.int64
    )
    product = hashed([row[3] for row in ordered])
    texts = [row[1] for row in ordered]
    return History(
        [row[0] for row in ordered],
        texts,
        Facts(moment, product, np.zeros(len(ordered), dtype=np.int64)),
        signs(texts, background()),
    )


def civic() -> list[tuple[str, str, str, str]]:
    """Messages of citizens: title and words, each message once."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for name in CIVIC:
        for row in corpora.rows(f"taidi2020c_gov_messages/{name}"):
            words = f"{row['留言主题'].strip()}。{row['留言详情'].strip()}"
            found.setdefault(row["留言编号"], (row["留言编号"], words, row["留言时间"], ""))
    return list(found.values())


def reviews(name: str) -> list[tuple[str, str, str, str]]:
    """Reviews of at most three stars: an app's, or of air conditioners by product; each text once."""
    if name == "jd":
        rows = [(r["content"], r["reviewed_at"], r["product_id"], r["star"]) for r in
                corpora.rows("jd_aircon_reviews/jd_aircon_dev.csv")]  # fmt: skip
    else:
        rows = [(f"{r['title']}。{r['content']}", r["time"], name, r["star"]) for r in
                corpora.rows(f"appstore_zh_iot_and_mall/{name}.csv")]  # fmt: skip
    kept = {text: (text, at, product) for text, at, product, star in rows if star in {"1", "2", "3"}}
    return [
        (text_hash(text), text, at, product)
        for text, at, product in kept.values()
        if "未填写评价" not in text
    ]


def text_hash(text: str) -> str:
    """What a text is called in the readings."""
    return f"{zlib.crc32(text.encode()):08x}"


def events() -> tuple[dict[str, str], set[frozenset[str]]]:
    """Which messages tell of one event, and pairs of which a reader would not say, by readings/registry_events.csv."""
    same: dict[str, str] = {}
    unsure: dict[str, list[str]] = defaultdict(list)
    with (READINGS / "registry_events.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["verdict"] == "same":
                same[row["message"]] = row["event"]
            else:
                unsure[row["event"]].append(row["message"])
    return same, {frozenset(pair) for group in unsure.values() for pair in combinations(group, 2)}


def registered(
    rows: History,
    order: NDArray[np.int64],
    size: int,
    rule: Rule | None = None,
    surges: Sequence[SurgeRule] = SURGES,
) -> Registry:
    """Register a history in an order, `size` rows at a time."""
    registry = Registry(background(), rule, surges)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        facts = rows.facts.take(part)
        registry.add(part, rows.signs.take(part), facts, np.where(facts.product == 0, 1, facts.product))
    return registry


def pairings(groups: Iterable[Sequence[int]]) -> set[Pair]:
    """All pairs of rows that stand together."""
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def groups_of(labels: NDArray[np.int64]) -> list[list[int]]:
    """Clusters as lists of rows; -1 is no cluster."""
    found: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels.tolist()):
        found[label].append(row)
    return [group for label, group in found.items() if label >= 0]


@dataclass(frozen=True)
class Score:
    """Pairs found, of those right, and all there are."""

    found: int
    right: int
    all: int

    def __str__(self) -> str:
        precision, recall = self.right / max(self.found, 1), self.right / max(self.all, 1)
        both = 2 * self.right / max(self.found + self.all, 1)
        return f"{precision:.3f} | {recall:.3f} | {both:.3f} | {self.found} | {self.right} of {self.all}"

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(self.found + self.all, 1)


def scored(
    found: set[Pair], keys: Sequence[str], part: int | None = None, other_words: Sequence[str] = ()
) -> Score:
    """Hold pairs against the events; of one half of the events, or only pairs whose texts are no copies."""
    same, unsure = events()
    whole = pairings(_by_event(keys, same).values())
    if other_words:
        letters = [bare(text) for text in other_words]
        whole = {(a, b) for a, b in whole if not copied(letters[a], letters[b])}
    named = {frozenset((keys[a], keys[b])): (a, b) for a, b in found}
    sure = {pair for names, pair in named.items() if names not in unsure}

    def counts(pair: Pair) -> bool:
        return part is None or zlib.crc32(same.get(keys[pair[0]], keys[pair[0]]).encode()) % 2 == part

    sure, whole = {pair for pair in sure if counts(pair)}, {pair for pair in whole if counts(pair)}
    return Score(len(sure), len(sure & whole), len(whole))


def _by_event(keys: Sequence[str], same: dict[str, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key in same:
            found[same[key]].append(row)
    return found
