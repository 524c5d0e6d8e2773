"""Hashes by which equal and nearly equal texts find each other, in one compiled pass over a batch.

Two kinds of keys, because they miss different copies. The letters of a text are dealt into classes by their
hash and each class is summed up: an edit touches the classes of the letters it removes and adds and leaves the
others, and the order of clauses does not matter. MinHash bands over pairs of letters (Broder 1997) find short
texts and long ones with many edits.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

SHORTEST = 16  # letters; below this, two customers say the same words by chance
LEAST_CLASSES, MOST_CLASSES = 4, 64
PER_CLASS = 8  # letters a class is meant to hold at least, but for the shortest texts
KEPT = 5  # classes that are summed up, however many there are
MARGIN = 0.06  # texts this close to a change of the number of classes get keys of both sides
BANDS, ROWS_PER_BAND = 4, 4
WIDTH = 2 * KEPT + BANDS
FEWEST = 4  # letters a class needs to tell texts apart

Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]
_ONE, _TWO, _THREE = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
_SEPARATOR = 0x1E


@lru_cache(maxsize=1)
def letters() -> Codes:
    """For each code point the lower-case letter or digit it is, 0 for all that is neither."""
    table = np.zeros(0x110000, dtype=np.uint32)
    table[0x20000:0x32000] = np.arange(0x20000, 0x32000)
    for code in range(0x20000):
        character = chr(code)
        if character.isalnum():
            table[code] = ord(character.lower()[0])
    return table


def sign(texts: list[str]) -> tuple[Ints, Ints]:
    """Hash texts free of separators, shape (n,), and give the keys of their classes, shape (n, WIDTH), 0 for none."""
    codes = np.frombuffer("\x1e".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return (
        _sign(codes, letters(), len(texts))
        if texts
        else (np.zeros(0, np.int64), np.zeros((0, WIDTH), np.int64))
    )


@compiled
def _mix(value: np.uint64) -> np.uint64:
    """Spread bits (the finaliser of splitmix64)."""
    value = (value ^ (value >> np.uint64(30))) * _TWO
    value = (value ^ (value >> np.uint64(27))) * _THREE
    return value ^ (value >> np.uint64(31))


@compiled
def _classes(size: int) -> int:
    classes = LEAST_CLASSES
    while classes < MOST_CLASSES and classes * PER_CLASS <= size:
        classes *= 2
    return classes


@compiled
def _sum_up(plain: Codes, classes: int, keys: Ints) -> None:
    """Write the keys of the first classes of one text."""
    sums, counts = np.zeros(KEPT, dtype=np.uint64), np.zeros(KEPT, dtype=np.int64)
    for code in plain:
        spread = _mix(np.uint64(code) * _ONE)
        which = np.int64(spread >> np.uint64(32)) % classes
        if which < KEPT:
            sums[which] += _mix(spread ^ _THREE)
            counts[which] += 1
    for kept in range(min(KEPT, classes)):
        if counts[kept] >= FEWEST:
            key = _mix(sums[kept] ^ np.uint64(classes * 256 + kept + 1))
            keys[kept] = np.int64(key) if key != 0 else np.int64(1)


@compiled
def _band(plain: Codes, keys: Ints) -> None:
    """Write the MinHash keys of one text; the number of the band is part of its key."""
    minima = np.full(BANDS * ROWS_PER_BAND, np.uint64(0xFFFFFFFFFFFFFFFF))
    for at in range(len(plain) - 1):
        pair = _mix((np.uint64(plain[at]) << np.uint64(21)) | np.uint64(plain[at + 1]))
        for which in range(len(minima)):
            # An odd multiplier for each permutation; the high bits of the product are well spread.
            value = pair * (_mix(np.uint64(which + 1)) | np.uint64(1))
            minima[which] = min(minima[which], value)
    for band in range(BANDS):
        key = np.uint64(band + 1)
        for row in range(ROWS_PER_BAND):
            key = _mix(key ^ minima[band * ROWS_PER_BAND + row])
        keys[band] = np.int64(key) if key != 0 else 1


@compiled
def _sign(codes: Codes, table: Codes, texts: int) -> tuple[Ints, Ints]:
    hashes, keys = np.empty(texts, dtype=np.int64), np.zeros((texts, WIDTH), dtype=np.int64)
    plain = np.empty(len(codes), dtype=np.uint32)
    at = 0
    for text in range(texts):
        begin, size = at, 0
        while at < len(codes) and codes[at] != _SEPARATOR:
            letter = table[codes[at]]
            if letter != 0:
                plain[size] = letter
                size += 1
            at += 1
        seed = np.uint64(0)
        for place in range(size if size > 0 else at - begin):
            # A text of mere punctuation is hashed as it is.
            seed = _mix((seed ^ np.uint64(plain[place] if size > 0 else codes[begin + place])) + _ONE)
        hashes[text] = np.int64(seed)
        at += 1
        if size >= SHORTEST:
            few, many = _classes(int(size * (1 - MARGIN))), _classes(int(size * (1 + MARGIN)))
            _sum_up(plain[:size], few, keys[text, :KEPT])
            if many != few:
                _sum_up(plain[:size], many, keys[text, KEPT : 2 * KEPT])
            _band(plain[:size], keys[text, 2 * KEPT :])
    return hashes, keys
