"""How common pairs of characters are in Chinese at large: what is common everywhere is no sign of one event.

A shipped table of hashed pairs (two rows, the larger rarity counts) made by benchmarks/registry_background.py.
It never changes with the feedback at hand, so whether two texts belong together never depends on other texts.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.hashing import MIX, SHIFT

STEPS = 20.0  # steps of rarity in one unit of the natural logarithm
MOST = 9.2  # rarity of what is hardly ever seen: once in ten thousand texts or less
ROWS, BITS = 2, 18

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Background:
    """Hashed rarities, shape (ROWS, 2**BITS), in STEPS per unit; 0 stands for never seen."""

    table: NDArray[np.uint8]
    version: str

    def rarity(self, keys: Ints) -> Floats:
        """Negative logarithm of the share of texts that hold each key, shape (n,), 0 to MOST."""
        steps = np.stack([self.table[row, places(keys, row)] for row in range(ROWS)])
        seen = np.where(steps == 0, MOST * STEPS, steps - 1.0).max(axis=0)
        rarity: Floats = (seen / STEPS).astype(np.float32)
        return rarity


def places(keys: Ints, row: int) -> Ints:
    """Slots of keys in one row of the table, shape (n,)."""
    state = keys.astype(np.uint64) * np.uint64(2 * row + 1)
    for _ in range(2):
        state = state * np.uint64(MIX)
        state ^= state >> np.uint64(SHIFT)
    return ((state * np.uint64(MIX)) >> np.uint64(64 - BITS)).astype(np.int64)


def pack(shares: dict[int, float], version: str) -> bytes:
    """Write the table of a dictionary from key to share of texts; for the benchmark that makes it."""
    keys = np.fromiter(shares, dtype=np.int64, count=len(shares))
    values = -np.log(np.fromiter(shares.values(), dtype=np.float64, count=len(shares)))
    steps = (np.clip(np.rint(values * STEPS), 0, MOST * STEPS) + 1).astype(np.uint8)
    table = np.zeros((ROWS, 1 << BITS), dtype=np.uint8)
    for row in range(ROWS):
        empty = np.full(1 << BITS, 255, dtype=np.uint8)
        np.minimum.at(empty, places(keys, row), steps)
        table[row] = np.where(empty == 255, 0, empty)
    file = io.BytesIO()
    np.savez_compressed(file, table=table, version=np.array(version))
    return file.getvalue()


def load_background(body: bytes) -> Background:
    """Read a shipped table."""
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        return Background(file["table"], str(file["version"]))
