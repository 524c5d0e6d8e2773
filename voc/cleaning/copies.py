"""Which feedback repeats the words of another: the same text again, or a copy with small edits.

Two customers who say the same short thing are two voices. A long text that comes back almost word for word,
or the same customer repeating a text within a day, is one voice copied. A later version of a record is no
copy of the earlier one: it takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from voc.cleaning.duplicates import bare, copied

REPEAT_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Words:
    """A feedback as far as copies are concerned.

    `bands` is empty when the text is too short to judge; versions of one record share their `record`.
    """

    id: int
    text: str
    content_hash: int
    bands: tuple[int, ...]
    customer: int | None
    at: datetime
    record: str = ""


def find_copies(new: Sequence[Words], known: Sequence[Words], within: timedelta) -> list[int | None]:
    """Return for each new feedback the id of the one it copies, or None; earlier rows come first.

    Feedback further apart than `within` is not compared, so that it does not matter what came in one batch.
    """
    originals = _Originals(within)
    met = _met([*known, *new])
    for words in known:
        if words.id in met:
            originals.add(words)
    copies: list[int | None] = []
    for words in new:
        copy = originals.original_of(words) if words.id in met else None
        copies.append(copy)
        if copy is None and words.id in met:
            originals.add(words)
    return copies


def _met(everything: Sequence[Words]) -> set[int]:
    """Name the feedback that shares a hash or a key with another one: most share none and need no look."""
    owners = [words.id for words in everything for _ in range(1 + len(words.bands))]
    keys = [key for words in everything for key in (words.content_hash, *words.bands)]
    if not keys:
        return set()
    _, which, often = np.unique(np.array(keys, dtype=np.int64), return_inverse=True, return_counts=True)
    return set(np.array(owners, dtype=np.int64)[often[which] > 1].tolist())


class _Originals:
    """Feedback that may be copied, looked up by its whole text and by bands of it."""

    def __init__(self, within: timedelta) -> None:
        self._within = within
        self._by_hash: dict[int, list[Words]] = {}
        self._by_band: dict[int, list[Words]] = {}
        self._bare: dict[int, str] = {}  # filled for what is compared

    def add(self, words: Words) -> None:
        self._by_hash.setdefault(words.content_hash, []).append(words)
        for band in words.bands:
            self._by_band.setdefault(band, []).append(words)

    def original_of(self, words: Words) -> int | None:
        for other in self._by_hash.get(words.content_hash, ()):
            if (words.bands or _said_again(words, other)) and self._comparable(words, other):
                return other.id
        near = {other.id: other for band in words.bands for other in self._by_band.get(band, ())}
        found = (
            id_
            for id_, other in sorted(near.items())
            if self._comparable(words, other) and copied(self._letters(words), self._letters(other))
        )
        return next(found, None)

    def _letters(self, words: Words) -> str:
        letters = self._bare.get(words.id)
        if letters is None:
            letters = self._bare[words.id] = bare(words.text)
        return letters

    def _comparable(self, words: Words, other: Words) -> bool:
        versions = bool(words.record) and words.record == other.record
        return not versions and abs(words.at - other.at) <= self._within


def _said_again(words: Words, other: Words) -> bool:
    same_person = words.customer is not None and words.customer == other.customer
    return same_person and abs(words.at - other.at) <= REPEAT_WITHIN
