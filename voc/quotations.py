"""Quotations that show what a problem is: short, readable, and not three times the same sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voc.cleaning.duplicates import similarity
from voc.text.spoken import blanked

LONGEST = 60
SHORTEST = 6
TOO_ALIKE = 0.6
FEW_PAIRS = 8  # a cry of two words is in everybody's mouth and shows nothing
CLAUSE = 4  # characters of a clause that is heard as a repetition
_STOPS = re.compile(r"[。！？!?；;\n]")
_SAID = re.compile(r"\w")
_CLAUSES = re.compile(r"[，,。！？!?；;…\s]+")


@dataclass(frozen=True)
class Passage:
    """A masked text and the place in it that speaks of the matter."""

    text: str
    start: int
    end: int


def excerpt(passage: Passage, limit: int = LONGEST) -> str:
    """Cut the sentence around the place, or a piece of it with … where something was left out."""
    text, start, end = blanked(passage.text), passage.start, passage.end
    left = max((m.end() for m in _STOPS.finditer(text, 0, start)), default=0)
    stop = _STOPS.search(text, end)
    right = stop.start() if stop else len(text)
    while stop and right - left < SHORTEST and _SAID.search(text, stop.end()):
        # A title of a word or two says nothing without the sentence after it.
        stop = _STOPS.search(text, stop.end())
        right = stop.start() if stop else len(text)
    if right - left > limit:
        room = max(0, limit - (end - start)) // 2
        left, right = max(left, start - room), min(right, max(end, start) + room)
        right = min(right, left + limit)
    piece = " ".join(text[left:right].split()).strip("，,、 ")
    before = "…" if left > 0 and not _STOPS.match(text, left - 1) else ""
    after = "…" if right < len(text) and not _STOPS.match(text, right) else ""
    return f"{before}{piece}{after}"


def choose(passages: Sequence[Passage], count: int = 3) -> list[str]:
    """Choose quotations in the order given, skipping those too short or too much like one already chosen.

    One that repeats a clause of another is taken only where nothing else is left.
    """
    said = [quotation for quotation in map(excerpt, passages) if len(quotation) >= SHORTEST]
    chosen: list[str] = []
    for alike in (_repeats, _is_alike):
        for quotation in said:
            if len(chosen) == count:
                break
            if not any(alike(quotation, other) for other in chosen):
                chosen.append(quotation)
    return chosen


def _is_alike(one: str, other: str) -> bool:
    return similarity(one, other) > TOO_ALIKE


def _repeats(one: str, other: str) -> bool:
    clauses = {clause for clause in _CLAUSES.split(one) if len(clause) >= CLAUSE}
    return not clauses.isdisjoint(_CLAUSES.split(other)) or _is_alike(one, other)


def typical(passages: Sequence[Passage]) -> list[Passage]:
    """Order passages by how much of what they say others say, too: what was taken in by mistake comes last."""
    said = [_pairs(excerpt(passage)) for passage in passages]
    by = Counter(pair for pairs in said for pair in pairs)
    worth = [sum(by[pair] for pair in pairs) / max(len(pairs), FEW_PAIRS) for pairs in said]
    return [passages[place] for place in sorted(range(len(passages)), key=lambda place: -worth[place])]


def _pairs(words: str) -> set[str]:
    bare = "".join(filter(str.isalnum, words))
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def quoted(texts: Sequence[str], count: int = 3) -> list[str]:
    """Quote whole texts from their beginning; where all are too short or too much alike, the first as they are."""
    return choose([Passage(text, 0, min(len(text), SHORTEST)) for text in texts], count) or list(
        texts[:count]
    )
