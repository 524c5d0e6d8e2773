"""Hashed character n-grams of a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ORDERS = (1, 2, 3)
BITS = 19
_SEPARATOR = "\x00"
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)

MIX, SHIFT = 0x9E3779B97F4A7C15, 29  # an odd multiplier spreads, the shift brings high bits down again

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def grams(lengths: Ints) -> Floats:
    """How many n-grams of all orders texts of these lengths have, at least one."""
    return np.maximum(sum(np.maximum(lengths - order + 1, 0) for order in ORDERS), 1).astype(np.float64)


def encode(texts: Sequence[str]) -> tuple[NDArray[np.uint64], Ints, Ints]:
    """Join a batch into one array of code points; also where each text starts and how long it is."""
    joined = _SEPARATOR.join(texts) + _SEPARATOR * len(ORDERS)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    return _fold(codes), starts, lengths


def _fold(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Lower-case Latin letters and make all digits alike."""
    codes[(codes >= 65) & (codes <= 90)] += np.uint64(32)
    codes[(codes >= 48) & (codes <= 57)] = 48
    return codes


def hashed(codes: NDArray[np.uint64], order: int) -> Ints:
    """Slot of the n-gram that starts at each position; the last `order - 1` positions have none."""
    size = len(codes) - order + 1
    value = np.full(size, order, dtype=np.uint64)
    for place in range(order):
        value = (value ^ codes[place : place + size]) * _PRIMES[place]
        value ^= value >> np.uint64(29)
    return (value >> np.uint64(64 - BITS)).astype(np.int64)


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
    """Slot of the n-gram that starts at each position but the last `order - 1`, as `voc.kernel` finds it."""
    size = max(len(codes) - order + 1, 0)
    state = np.zeros(size, dtype=np.uint64)
    for place in range(order):
        state = (state ^ codes[place : place + size].astype(np.uint64)) * np.uint64(MIX)
        state ^= state >> np.uint64(SHIFT)
    return ((state * np.uint64(MIX)) >> np.uint64(64 - bits)).astype(np.int64)
