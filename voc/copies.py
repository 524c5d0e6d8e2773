"""Which feedback repeats the words of another: the same text again, or a copy with small edits.

Two customers who say the same short thing are two voices. A long text that comes back almost word for word,
or the same customer repeating a text within a day, is one voice copied. A later version of a record is no
copy of the earlier one: it takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.duplicates import NEAR, similarity

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
    for words in known:
        originals.add(words)
    copies = []
    for words in new:
        copy = originals.original_of(words)
        copies.append(copy)
        if copy is None:
            originals.add(words)
    return copies


class _Originals:
    """Feedback that may be copied, looked up by its whole text and by bands of it."""

    def __init__(self, within: timedelta) -> None:
        self._within = within
        self._by_hash: dict[int, list[Words]] = {}
        self._by_band: dict[int, list[Words]] = {}

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
            if self._comparable(words, other) and similarity(words.text, other.text) >= NEAR
        )
        return next(found, None)

    def _comparable(self, words: Words, other: Words) -> bool:
        versions = bool(words.record) and words.record == other.record
        return not versions and abs(words.at - other.at) <= self._within


def _said_again(words: Words, other: Words) -> bool:
    same_person = words.customer is not None and words.customer == other.customer
    return same_person and abs(words.at - other.at) <= REPEAT_WITHIN
