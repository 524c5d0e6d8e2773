"""Hashed character n-grams of a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SEPARATOR = "\x00"
MIX, SHIFT = 0x9E3779B97F4A7C15, 29  # an odd multiplier spreads, the shift brings high bits down again

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def joined(texts: Sequence[str]) -> tuple[NDArray[np.uint32], Ints, Ints]:
    """Folded code points of a batch, a separator after each text; where each text starts and ends."""
    body = _SEPARATOR.join(texts) + _SEPARATOR
    codes = np.frombuffer(body.encode("utf-32-le", "surrogatepass"), dtype="<u4").copy()
    codes[(codes >= 65) & (codes <= 90)] += 32
    codes[(codes >= 48) & (codes <= 57)] = 48
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths + 1) - 1
    return codes, ends - lengths, ends


def slots(codes: NDArray[np.uint32], order: int, bits: int) -> Ints:
    """Slot of the n-gram that starts at each position but the last `order - 1`, as `voc.kernels.compiled` finds it."""
    size = max(len(codes) - order + 1, 0)
    state = np.zeros(size, dtype=np.uint64)
    for place in range(order):
        state = (state ^ codes[place : place + size].astype(np.uint64)) * np.uint64(MIX)
        state ^= state >> np.uint64(SHIFT)
    return ((state * np.uint64(MIX)) >> np.uint64(64 - bits)).astype(np.int64)
