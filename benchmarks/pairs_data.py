"""Pairs of sentences with and without the same meaning, split so that no sentence stands on both sides."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.sparse.csgraph import connected_components

from benchmarks.corpora import DATA, rows, shopping
from voc.similarity.features import CHARS, PAIRS, WORDS, Rarity, Sentence, features, grams, sentences, slot
from voc.similarity.network import positions

SETS = {"atec": "atec_train_without_holdout", "bq": "bq_dev", "lcqmc": "lcqmc_dev"}
FOLDS = 5
UNLABELLED = 30_000  # shopping sentences the embeddings also see
MUCH_ALIKE, ALIKE = 3, 60  # other questions of the FAQ, by likeness, that one is set against


@dataclass(frozen=True)
class Pairs:
    """One set; `fold` keeps all pairs that share a sentence, directly or through others, together."""

    left: list[Sentence]
    right: list[Sentence]
    same: NDArray[np.float32]
    fold: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Pairs:
        """Some of the pairs."""
        return Pairs(
            [self.left[row] for row in rows],
            [self.right[row] for row in rows],
            self.same[rows],
            self.fold[rows],
        )


def load() -> dict[str, Pairs]:
    """The three sets with labels, by name."""
    return {name: _pairs(_cells(file)) for name, file in SETS.items()}


def _cells(file: str) -> list[tuple[str, str, int]]:
    with (DATA / f"near_duplicate_pairs/{file}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [(row["sentence1"], row["sentence2"], int(row["label"])) for row in csv.DictReader(stream)]


def _pairs(cells: Sequence[tuple[str, str, int]]) -> Pairs:
    left, right = sentences([a for a, _, _ in cells]), sentences([b for _, b, _ in cells])
    groups = _groups([a.text for a in left], [b.text for b in right])
    shuffled = np.random.default_rng(20261121).permutation(groups.max() + 1)
    return Pairs(
        left, right, np.array([label for _, _, label in cells], np.float32), shuffled[groups] % FOLDS
    )


def _groups(left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
    """Number the connected components of the graph whose edges are the pairs."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while parent.setdefault(text, text) != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for a, b in zip(left, right, strict=True):
        parent[root(a)] = root(b)
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(root(text), len(numbers)) for text in left])


def closed(pairs: Pairs) -> Pairs:
    """Add what follows from the labels: who means the same as the same means the same, and differs from whom it does.

    As many different pairs as equal ones are added, drawn by a seed; given pairs stay as they are.
    """
    named = {side.text: side for both in (pairs.left, pairs.right) for side in both}
    given = {frozenset((a.text, b.text)) for a, b in zip(pairs.left, pairs.right, strict=True)}
    meanings = _meanings(pairs)
    same = [two for group in set(meanings.values()) for two in combinations(group, 2)]
    apart = {
        (x, y)
        for a, b, label in zip(pairs.left, pairs.right, pairs.same, strict=True)
        if not label
        for x in meanings[a.text]
        for y in meanings[b.text]
    }
    same, different = (sorted(two for two in found if frozenset(two) not in given) for found in (same, apart))
    drawn = np.random.default_rng(0).permutation(len(different))[: len(same)]
    added = [*same, *(different[row] for row in drawn)]
    return Pairs(
        [*pairs.left, *(named[x] for x, _ in added)],
        [*pairs.right, *(named[y] for _, y in added)],
        np.concatenate([pairs.same, np.repeat(np.float32([1, 0]), [len(same), len(drawn)])]),
        np.concatenate([pairs.fold, np.full(len(added), -1)]),
    )


def _meanings(pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """The sentences that mean the same as each sentence, itself included."""
    texts = list(dict.fromkeys(side.text for both in (pairs.left, pairs.right) for side in both))
    kept = np.flatnonzero(pairs.same)
    number = {text: place for place, text in enumerate(texts)}
    ends = [[number[side[row].text] for row in kept] for side in (pairs.left, pairs.right)]
    edges = sp.coo_matrix((np.ones(len(kept)), ends), shape=(len(texts), len(texts)))
    _, groups = connected_components(edges, directed=False)
    members: dict[int, list[str]] = defaultdict(list)
    for text, group in zip(texts, groups, strict=True):
        members[int(group)].append(text)
    held = {group: tuple(found) for group, found in members.items()}
    return {text: held[int(group)] for text, group in zip(texts, groups, strict=True)}


def questions() -> Pairs:
    """UnionPay questions with their canonical question, and with two that are another: one much alike, one less so.

    With the two most alike overlap would speak against the same meaning (its AUC was 0.45), and what is learnt
    from that spoils every set but this.
    """
    found = {
        (row["question"].strip(), row["label"].strip())
        for row in rows("unionpay_faq/unionpay_faq.csv")
        if row["question"].strip() and row["label"].strip()
    }
    labels = sorted({label for _, label in found})
    draw = np.random.default_rng(0)
    cells = []
    for question, label in sorted(found):
        if question != label:
            cells.append((question, label, 1))
        near = process.extract(question, labels, scorer=fuzz.ratio, limit=ALIKE)
        others = [other for other, _, _ in near if other != label]
        for low, high in ((0, MUCH_ALIKE), (MUCH_ALIKE, len(others))):
            cells.append((question, others[draw.integers(low, high)], 0))
    return _pairs(cells)


def unlabelled() -> list[Sentence]:
    """Sentences without labels: answers of the FAQ and shopping reviews."""
    answers = [row["answer"] for row in rows("unionpay_faq/unionpay_faq.csv")]
    pieces = [piece for answer in dict.fromkeys(answers) for piece in re.split("[。！？\n]", answer) if piece]
    reviews = [row.text[:60] for row in shopping()]
    chosen = np.random.default_rng(0).permutation(len(reviews))[:UNLABELLED]
    return sentences([*pieces, *(reviews[row] for row in chosen)])


def rarity(texts: Sequence[Sentence]) -> Rarity:
    """Logarithm of the inverse share of sentences that hold a slot's grams."""
    counts = [np.zeros(size) for size in (CHARS, PAIRS, WORDS)]
    for sentence in texts:
        for count, found in zip(counts, grams(sentence), strict=True):
            count[list({slot(gram, len(count)) for gram in found})] += 1
    return Rarity(
        *(np.log((len(texts) + 1) / (count + 1)).astype(np.float16).astype(np.float32) for count in counts)
    )


@dataclass(frozen=True)
class Encoded:
    """Pairs as arrays: positions (n, 4, LONGEST) of both sides, plain features, labels."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    plain: NDArray[np.float32]
    same: NDArray[np.float32]


def encode(pairs: Pairs, known: Rarity) -> Encoded:
    """Turn pairs into what the network reads."""
    return Encoded(
        positions(pairs.left), positions(pairs.right), features(pairs.left, pairs.right, known), pairs.same
    )


def joined(parts: Sequence[Encoded]) -> Encoded:
    """Several sets as one."""
    return Encoded(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("left", "right", "plain", "same")
        )
    )


def texts_of(sets: Mapping[str, Pairs]) -> list[Sentence]:
    """All different sentences of some sets."""
    both = [sentence for pairs in sets.values() for side in (pairs.left, pairs.right) for sentence in side]
    found: dict[str, Sentence] = defaultdict()
    for sentence in both:
        found.setdefault(sentence.text, sentence)
    return list(found.values())
