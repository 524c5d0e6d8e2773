"""A map from 64-bit keys to small numbers that stays small: twelve bytes a slot, several numbers a key.

A Python dict takes ten times as much, and a file of a million rows has ten million keys.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

Keys = NDArray[np.int64]
Numbers = NDArray[np.int32]
_FULL = 0.6  # share of slots in use at which the table grows
_NONE = -1


class KeyTable:
    """Numbers by key; key 0 means none; at most `most` numbers of one key are kept."""

    def __init__(self, most: int, slots: int = 1 << 16) -> None:
        self._most, self._used = most, 0
        self._keys, self._numbers = np.zeros(slots, np.int64), np.full(slots, _NONE, np.int32)

    def find(self, keys: Keys) -> list[int]:
        """Return the numbers of any of the keys, ascending, each once."""
        found = np.empty(len(keys) * self._most, np.int32)
        count = _find(self._keys, self._numbers, keys, found)
        return sorted(set(found[:count].tolist()))

    def add(self, keys: Keys, number: int) -> None:
        """Note a number under all of the keys."""
        if self._used + len(keys) > _FULL * len(self._keys):
            self._grow()
        self._used += _add(self._keys, self._numbers, keys, number, self._most)

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._keys, self._numbers = np.zeros(2 * len(keys), np.int64), np.full(2 * len(keys), _NONE, np.int32)
        _move(keys, numbers, self._keys, self._numbers)


@compiled
def _slot(key: np.int64, size: int) -> np.int64:
    value = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(value >> np.uint64(20)) & np.int64(size - 1)


@compiled
def _find(table: Keys, numbers: Numbers, keys: Keys, found: Numbers) -> int:
    count = 0
    for key in keys:
        if key == 0:
            continue
        at = _slot(key, len(table))
        while numbers[at] >= 0:
            if table[at] == key:
                found[count] = numbers[at]
                count += 1
            at = (at + 1) & (len(table) - 1)
    return count


@compiled
def _add(table: Keys, numbers: Numbers, keys: Keys, number: int, most: int) -> int:
    added = 0
    for key in keys:
        if key == 0:
            continue
        at, met = _slot(key, len(table)), 0
        while numbers[at] >= 0 and met < most:
            met += table[at] == key
            at = (at + 1) & (len(table) - 1)
        if met < most:
            table[at], numbers[at] = key, number
            added += 1
    return added


@compiled
def _move(keys: Keys, numbers: Numbers, table: Keys, places: Numbers) -> None:
    for row in range(len(keys)):
        if numbers[row] >= 0:
            at = _slot(keys[row], len(table))
            while places[at] >= 0:
                at = (at + 1) & (len(table) - 1)
            table[at], places[at] = keys[row], numbers[row]
