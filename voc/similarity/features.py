"""What two sentences share and what only one of them says, as numbers (all symmetric in the two).

Overlaps of characters, character pairs and words, plain and weighted by rarity; edit distances; numbers,
negations and kinds of question that agree or differ.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import distance, fuzz

from voc.cleaning.duplicates import bare
from voc.text.uniform import normalise, segment

CHARS, PAIRS, WORDS = 1 << 13, 1 << 15, 1 << 14  # slots of the three tables; slot 0 is nothing
# Columns of `features`, each 0 to 1: characters that both have, the same by rarity, and in the same order.
SHARED = (4, 5, 35)
LONGEST = 40  # characters of a sentence that are looked at one by one
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATION = re.compile(r"[不没无未别非莫]")
_QUESTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        "怎么|如何|咋|怎样|办法|步骤|流程",
        "为什么|为何|为啥|怎么回事|原因",
        "可以|能|可否",
        "什么时候|多久|几天|何时|时间|几号|哪天|多长",
        "多少|几|多大|多高",
        "哪",
        "谁|什么人",
        "吗|么|嘛|是不是|有没有|会不会",
        "什么|啥|意思",
        "要|需要|必须",
        "取消|关闭|注销|关",
        "开通|打开|开启|申请|办理",
        "还",
        "借|贷",
    )
)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sentence:
    """A sentence made uniform, its letters without punctuation, and its words."""

    text: str
    letters: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Rarity:
    """Rarity (logarithm of the inverse share of sentences) of characters, pairs and words by slot."""

    chars: Floats
    pairs: Floats
    words: Floats


def sentences(texts: Sequence[str]) -> list[Sentence]:
    """Prepare a batch of sentences; each distinct one once."""
    distinct = dict.fromkeys(texts)
    uniform = normalise(list(distinct))
    made = {
        text: Sentence(plain, bare(plain), tuple(filter(None, map(bare, words))))
        for text, plain, words in zip(distinct, uniform, segment(uniform), strict=True)
    }
    return [made[text] for text in texts]


def slot(gram: str, size: int) -> int:
    """The place of a character, pair or word in a table; the same on every machine."""
    return 1 + zlib.crc32(gram.encode("utf-8", "replace")) % (size - 1)


def grams(sentence: Sentence) -> tuple[Sequence[str], list[str], tuple[str, ...]]:
    """Characters, pairs of neighbours, words."""
    letters = sentence.letters
    return letters, [letters[i : i + 2] for i in range(len(letters) - 1)], sentence.words


def features(left: Sequence[Sentence], right: Sequence[Sentence], rarity: Rarity) -> Floats:
    """Compare row by row, shape (n, features)."""
    known: tuple[dict[str, float], ...] = ({}, {}, {})
    return np.array(
        [_compare(a, b, rarity, known) for a, b in zip(left, right, strict=True)], dtype=np.float32
    )


def _compare(a: Sentence, b: Sentence, rarity: Rarity, known: tuple[dict[str, float], ...]) -> list[float]:
    lengths = sorted((len(a.letters), len(b.letters)))
    row: list[float] = [*lengths, lengths[1] - lengths[0], lengths[0] / (lengths[1] or 1)]
    tables = (rarity.chars, rarity.pairs, rarity.words)
    for x, y, table, cache in zip(grams(a), grams(b), tables, known, strict=True):
        row += _overlap(Counter(x), Counter(y), table, cache)
    return row + _edits(a, b) + _agreement(a.text, b.text)


def _weights(counts: Counter[str], table: Floats, cache: dict[str, float]) -> float:
    total = 0.0
    for gram, count in counts.items():
        weight = cache.get(gram)
        if weight is None:
            weight = cache[gram] = float(table[slot(gram, len(table))])
        total += weight * count
    return total


def _overlap(x: Counter[str], y: Counter[str], table: Floats, cache: dict[str, float]) -> list[float]:
    shared = x & y
    both, sizes = shared.total(), sorted((x.total(), y.total()))
    weight, weights = _weights(shared, table, cache), sorted(_weights(side, table, cache) for side in (x, y))
    # The rarest gram only one side has: a different product or verb makes a different question.
    rarest = sorted(max((cache[gram] for gram in side), default=0.0) for side in (x - y, y - x))
    return [
        both / ((sum(sizes) - both) or 1),
        weight / ((sum(weights) - weight) or 1),
        weight / (weights[0] or 1),
        weight / (weights[1] or 1),
        *rarest,
        *sorted(total - weight for total in weights),
        weight,
    ]


def _edits(a: Sentence, b: Sentence) -> list[float]:
    x, y = a.letters, b.letters
    v, w = " ".join(a.words), " ".join(b.words)
    return [
        fuzz.ratio(x, y) / 100,
        fuzz.partial_ratio(x, y) / 100,
        distance.Levenshtein.normalized_similarity(x, y),
        distance.JaroWinkler.similarity(x, y),
        distance.LCSseq.normalized_similarity(x, y),
        distance.Prefix.normalized_similarity(x, y),
        distance.Postfix.normalized_similarity(x, y),
        fuzz.token_sort_ratio(v, w) / 100,
        fuzz.token_set_ratio(v, w) / 100,
    ]


def _agreement(x: str, y: str) -> list[float]:
    numbers = set(_NUMBER.findall(x)), set(_NUMBER.findall(y))
    negations = len(_NEGATION.findall(x)), len(_NEGATION.findall(y))
    asked = [(bool(question.search(x)), bool(question.search(y))) for question in _QUESTIONS]
    return [
        len(numbers[0] ^ numbers[1]),
        len(numbers[0] & numbers[1]),
        sum(negations) % 2,
        abs(negations[0] - negations[1]),
        *(p + q for p, q in asked),
        sum(p != q for p, q in asked),
        sum(p and q for p, q in asked),
    ]
