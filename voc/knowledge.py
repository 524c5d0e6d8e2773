"""Finding the answer that was already given: questions, answers and scenarios ranked for a question.

PostgreSQL cannot cut Chinese into words, so the words are cut here and kept beside the entry. An entry is scored
by the terms it shares with what is asked (BM25, Robertson & Zaragoza 2009; its best way of asking counts, what
only its answer says counts little), and the best are compared once more by meaning (voc/similarity/network.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voc.cleaning.duplicates import bare
from voc.similarity.network import PairModel, similarity
from voc.text.uniform import normalise, segment

LONGEST_TERM = 24
TERMS_ASKED = 24  # rarest terms of a question that candidates are looked up by
COMPARED = 24  # best by terms that are compared by meaning
ANSWER_SHARE = 0.25  # weight of a term that stands in the answer or the scenario only
MEANING_SHARE = 0.5  # weight of the meaning beside the terms
STEEPNESS, LENGTH = 1.2, 0.75  # k1 and b of BM25, the values usual in the literature


@dataclass(frozen=True)
class Entry:
    """What is looked through: a number, every way of asking it, and the words of answer and scenario."""

    id: int
    questions: tuple[str, ...]
    body: str


@dataclass(frozen=True)
class Found:
    """An entry, how well it fits (0–1, comparable within one search), and how alike the questions are (0–1)."""

    id: int
    score: float
    alike: float


@dataclass(frozen=True)
class _Cut:
    entry: Entry
    ways: tuple[frozenset[str], ...]
    body: frozenset[str]


def terms(texts: Sequence[str]) -> list[list[str]]:
    """Cut each text into its distinct words and pairs of neighbouring characters, in order."""
    uniform = [text.lower() for text in normalise(list(texts))]
    return [
        list(dict.fromkeys([*_words(words), *_pairs(bare(text))]))
        for text, words in zip(uniform, segment(uniform), strict=True)
    ]


def _words(words: Sequence[str]) -> list[str]:
    return [word[:LONGEST_TERM] for word in map(bare, words) if word]


def _pairs(letters: str) -> list[str]:
    return [x + y for x, y in pairwise(letters) if not (x + y).isascii()]


def rarest(asked: Sequence[str], known: Mapping[str, int], count: int = TERMS_ASKED) -> list[str]:
    """Choose the terms candidates are looked up by: those that some entry has, the rarest first."""
    return sorted((term for term in asked if known.get(term)), key=lambda term: (known[term], term))[:count]


def rank(
    question: str,
    entries: Sequence[Entry],
    known: Mapping[str, int],
    total: int,
    model: PairModel | None = None,
    count: int = 5,
) -> list[Found]:
    """Order entries by how well they answer a question.

    `known` holds in how many of all `total` entries each term of the question stands. Without a model only
    terms count. Entries that share no term are left out.
    """
    asked = terms([question])[0]
    cuts = _cut(entries)
    usual = sum(len(way) for cut in cuts for way in cut.ways) / max(sum(len(cut.ways) for cut in cuts), 1)
    weights = {term: _rarity(known.get(term, 0), total) for term in asked}
    scored = [(*_by_terms(weights, cut, usual), cut.entry) for cut in cuts]
    best = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], one[2].id))
    best = best[: max(COMPARED, count)]
    alike = _alike(question, [entry.questions[way] for _, way, entry in best], model)
    top = sum(weights.values()) * (STEEPNESS + 1) / (1 + STEEPNESS * (1 - LENGTH)) or 1.0
    found = [
        Found(entry.id, _together(min(points / top, 1.0), near, model), near)
        for (points, _, entry), near in zip(best, alike, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.score, one.id))[:count]


def _cut(entries: Sequence[Entry]) -> list[_Cut]:
    """Cut all entries at once: one call costs less than many."""
    texts = [text for entry in entries for text in (*entry.questions, entry.body)]
    cut = iter([frozenset(found) for found in terms(texts)])
    return [_Cut(entry, tuple(next(cut) for _ in entry.questions), next(cut)) for entry in entries]


def _together(by_terms: float, by_meaning: float, model: PairModel | None) -> float:
    return by_terms if model is None else (1 - MEANING_SHARE) * by_terms + MEANING_SHARE * by_meaning


def _alike(question: str, others: Sequence[str], model: PairModel | None) -> Sequence[float]:
    if model is None or not others:
        return [0.0] * len(others)
    found: list[float] = similarity([question] * len(others), others, model).tolist()
    return found


def _rarity(count: int, total: int) -> float:
    return math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


def _by_terms(weights: Mapping[str, float], cut: _Cut, usual: float) -> tuple[float, int]:
    """Return the points of an entry's best way of asking, and which way that is."""
    points = [_points(weights, way, cut.body, usual) for way in cut.ways]
    return max(points), points.index(max(points))


def _points(weights: Mapping[str, float], way: frozenset[str], body: frozenset[str], usual: float) -> float:
    long = STEEPNESS * (1 - LENGTH + LENGTH * len(way) / (usual or 1))
    points = 0.0
    for term, weight in weights.items():
        share = 1.0 if term in way else ANSWER_SHARE if term in body else 0.0
        points += weight * share * (STEEPNESS + 1) / (share + long)
    return points
