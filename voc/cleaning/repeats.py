"""Rows of one file that repeat the words of an earlier row, found while the file streams by.

The rule is that of `voc.cleaning.copies`: a long text that comes back (almost) word for word is one voice copied
whoever signs it; a short one only when the same customer says it again. Where nobody signs, a short text
counts as copied from COMMON characters on: 很好 is said by many.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.cleaning.duplicates import SHORTEST, bare, copied
from voc.kernels.keys import KeyTable

COMMON = 6
CROWDED = 16  # originals remembered under one band; a form letter must not slow the whole file down
EXACT, ALMOST = "duplicate", "near_duplicate"


class Repeats:
    """Remembers the originals of a file; memory grows by some four hundred bytes an original."""

    def __init__(self) -> None:
        self._exact = KeyTable(1)
        self._said: dict[tuple[int, str | None], int] = {}
        self._bands = KeyTable(CROWDED)
        self._kept = bytearray()  # bare words of long originals, one after the other
        self._ends = array("q", [0])
        self._rows = array("q")

    def find(
        self,
        first: int,
        words: Sequence[str],
        hashes: NDArray[np.int64],
        bands: NDArray[np.int64],
        customers: Sequence[str | None] | None,
    ) -> list[tuple[int, str] | None]:
        """Return for each row the number of the row it repeats and how, or None.

        `first` is the number of the first row given; empty words repeat nothing; customers is None where the
        file does not tell who spoke.
        """
        found: list[tuple[int, str] | None] = []
        rows = zip(words, hashes.reshape(-1, 1), bands, strict=True)
        for place, (text, key, keys) in enumerate(rows):
            customer = customers[place] if customers is not None else None
            found.append(self._one(first + place, bare(text), key, keys, customer, customers is not None))
        return found

    def _one(
        self,
        row: int,
        text: str,
        key: NDArray[np.int64],
        bands: NDArray[np.int64],
        customer: str | None,
        signed: bool,
    ) -> tuple[int, str] | None:
        if len(text) < SHORTEST:
            return self._short(row, text, key, customer, signed)
        same = self._exact.find(key)
        if same:
            return same[0], EXACT
        near = (self._rows[place] for place in self._bands.find(bands) if copied(text, self._words(place)))
        original = next(near, row)
        self._exact.add(key, original)  # a copy of a copy names the original
        if original != row:
            return original, ALMOST
        self._remember(row, text, bands)
        return None

    def _short(
        self, row: int, text: str, key: NDArray[np.int64], customer: str | None, signed: bool
    ) -> tuple[int, str] | None:
        if not text or (len(text) < COMMON if not signed else customer is None):
            return None
        original = self._said.setdefault((int(key[0]), customer), row)
        return None if original == row else (original, EXACT)

    def _words(self, place: int) -> str:
        return self._kept[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")

    def _remember(self, row: int, text: str, bands: NDArray[np.int64]) -> None:
        self._bands.add(bands, len(self._rows))
        self._rows.append(row)
        self._kept += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._kept))
