"""Compiled Viterbi over hashed features of characters, for `voc.privacy.names`; in whole numbers and hence exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

STATES = 7  # O, then begin, inside, end of a name, then of an address
FEATURES = 26
BITS = 22  # of the features that were told apart in training
UNIT = 32  # weights are stored in 1/32 of a natural logarithm
BEAM = 6 * UNIT  # a span this far behind is given up
_FAR = -(10**9)

Codes = NDArray[np.int32]
Ints = NDArray[np.int64]


@compiled
def insert(
    slots: NDArray[np.int32], rows: NDArray[np.int8], keys: NDArray[np.int32], weights: NDArray[np.int8]
) -> None:
    """Put the rows of the telling features into a hash table, in place; key 0 marks a free entry."""
    for row in range(len(slots)):
        at = slots[row] & (len(keys) - 1)
        while keys[at] != 0:
            at = (at + 1) & (len(keys) - 1)
        keys[at] = slots[row]
        for state in range(STATES - 1):
            weights[at, state] = rows[row, state]


@compiled
def mix(kind: int, a: int, b: int, c: int) -> np.uint64:
    state = np.uint64(kind) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ np.uint64(a)) * np.uint64(0xC2B2AE3D27D4EB4F)
    state ^= state >> np.uint64(29)
    state = (state ^ np.uint64(b)) * np.uint64(0x165667B19E3779F9)
    state ^= state >> np.uint64(29)
    state = (state ^ np.uint64(c)) * np.uint64(0xD6E8FEB86659FD93)
    return state ^ (state >> np.uint64(32))


@compiled
def features(c: Codes, k: NDArray[np.uint8], i: int, mask: np.uint64, out: Ints) -> None:
    """Slots of the features of position i: characters and their classes within three to either side."""
    out[0] = mix(1, c[i], 0, 0) & mask
    out[1] = mix(2, c[i - 1], 0, 0) & mask
    out[2] = mix(3, c[i + 1], 0, 0) & mask
    out[3] = mix(4, c[i - 2], 0, 0) & mask
    out[4] = mix(5, c[i + 2], 0, 0) & mask
    out[5] = mix(6, c[i - 1], c[i], 0) & mask
    out[6] = mix(7, c[i], c[i + 1], 0) & mask
    out[7] = mix(8, c[i - 2], c[i - 1], 0) & mask
    out[8] = mix(9, c[i + 1], c[i + 2], 0) & mask
    out[9] = mix(10, c[i - 1], c[i + 1], 0) & mask
    out[10] = mix(11, c[i - 1], c[i], c[i + 1]) & mask
    out[11] = mix(12, c[i], c[i + 1], c[i + 2]) & mask
    out[12] = mix(13, c[i - 2], c[i - 1], c[i]) & mask
    out[13] = mix(14, c[i - 2], c[i], 0) & mask
    out[14] = mix(15, c[i + 2], c[i + 3], 0) & mask
    out[15] = mix(16, c[i - 3], c[i - 2], 0) & mask
    near = (np.int64(k[i - 1]) * 64 + k[i]) * 64 + k[i + 1]
    out[16] = mix(17, near, k[i - 2], k[i + 2]) & mask
    out[17] = mix(18, c[i], c[i + 2], 0) & mask
    out[18] = mix(19, c[i], near, 0) & mask
    out[19] = mix(20, k[i], c[i + 1], c[i + 2]) & mask
    out[20] = mix(21, near, 0, 0) & mask
    out[21] = mix(22, k[i], k[i + 1], k[i + 2]) & mask
    out[22] = mix(23, k[i - 2], k[i - 1], k[i]) & mask
    out[23] = mix(24, c[i - 1], k[i], k[i + 1]) & mask
    out[24] = mix(25, k[i - 1], k[i], c[i + 1]) & mask
    out[25] = mix(26, k[i - 2] * 64 + np.int64(k[i - 1]), k[i], c[i + 1]) & mask


@compiled
def mean_registers(
    c: Codes, starts: Ints, lengths: Ints, register: NDArray[np.int8], out: NDArray[np.float64]
) -> None:
    """Mean over the Chinese characters of each text, in place; 0 where there is none."""
    for row in range(len(starts)):
        total, count = 0, 0
        for i in range(starts[row], starts[row] + lengths[row]):
            if 0x4E00 <= c[i] <= 0x9FA5:
                total += register[c[i]]
                count += 1
        out[row] = total / max(count, 1)


@compiled
def everyday(c: Codes, i: int, talk: NDArray[np.uint8]) -> bool:
    """Whether the pair of characters at i is known to begin neither a name nor an address."""
    slot = mix(31, c[i], c[i + 1], 0) & np.uint64(len(talk) * 8 - 1)
    return bool((talk[slot >> np.uint64(3)] >> (slot & np.uint64(7))) & 1)


@compiled
def decode(
    c: Codes,
    k: NDArray[np.uint8],
    starts: Ints,
    lengths: Ints,
    sieve: NDArray[np.uint8],
    keys: NDArray[np.int32],
    weights: NDArray[np.int8],
    t: NDArray[np.int32],
    talk: NDArray[np.uint8],
    more: NDArray[np.int32],
    longest: int,
    found: Ints,
) -> int:
    back, gap = np.zeros((longest, STATES), dtype=np.int8), np.zeros((longest, STATES), dtype=np.int64)
    score, here, fresh = np.zeros(STATES, np.int64), np.zeros(STATES, np.int64), np.zeros(STATES, np.int64)
    slots, count = np.empty(FEATURES, dtype=np.int64), 0
    for row in range(len(starts)):
        base, size = starts[row], lengths[row]
        score[:] = _FAR
        score[0] = 0
        alive, outside = False, True  # outside: nothing but O is left to come from
        for i in range(size):
            may_begin = not everyday(c, base + i, talk)
            if not (alive or may_begin):
                if outside:
                    back[i, 0] = 0
                    score[0] += t[0, 0]
                else:
                    _leave(score, t, back, i)
                    outside = True
                continue
            outside = False
            features(c, k, base + i, np.uint64(2**BITS - 1), slots)
            _emissions(slots, sieve, keys, weights, here)
            if len(more):  # what another reader says of a name here
                here[1:4] += more[base + i]
            alive = _step(score, fresh, here, t, back, i, may_begin)
            for last in range(3, STATES, 3):
                gap[i, last] = fresh[last] - fresh[0]
        count = _trace(back, gap, score, size, row, found, count)
    return count


@compiled
def _emissions(
    slots: Ints, sieve: NDArray[np.uint8], keys: NDArray[np.int32], weights: NDArray[np.int8], out: Ints
) -> None:
    last, most = len(keys) - 1, len(sieve) * 8 - 1
    out[:] = 0
    for slot in slots:
        sifted = slot & most
        if not (sieve[sifted >> 3] >> (sifted & 7)) & 1:
            continue
        at = slot & last
        while keys[at] != slot and keys[at] != 0:
            at = (at + 1) & last
        if keys[at] != 0:
            for state in range(STATES - 1):
                out[state + 1] += weights[at, state]


@compiled
def _step(
    score: Ints,
    fresh: Ints,
    here: Ints,
    t: NDArray[np.int32],
    back: NDArray[np.int8],
    i: int,
    may_begin: bool,
) -> bool:
    """One step of Viterbi in place; says whether a span is open that can still win."""
    outside = _leave_from(score, t)
    back[i, 0], fresh[0] = outside, score[outside] + t[outside, 0]
    for first in range(1, STATES, 3):
        fresh[first] = _FAR
        if may_begin:
            best = 0
            for state in range(0, STATES, 3):
                if score[state] + t[state, first] > score[best] + t[best, first]:
                    best = state
            back[i, first], fresh[first] = best, score[best] + t[best, first] + here[first]
        for state in range(first + 1, first + 3):
            best = first
            if score[first + 1] + t[first + 1, state] > score[first] + t[first, state]:
                best = first + 1
            back[i, state], fresh[state] = best, score[best] + t[best, state] + here[state]
    return _prune(score, fresh)


@compiled
def _leave_from(score: Ints, t: NDArray[np.int32]) -> int:
    best = 0
    for state in range(3, STATES, 3):
        if score[state] + t[state, 0] > score[best] + t[best, 0]:
            best = state
    return best


@compiled
def _leave(score: Ints, t: NDArray[np.int32], back: NDArray[np.int8], i: int) -> None:
    """Step into O where nothing can begin or go on."""
    best = _leave_from(score, t)
    kept = score[best] + t[best, 0]
    score[:] = _FAR
    back[i, 0], score[0] = best, kept


@compiled
def _prune(score: Ints, fresh: Ints) -> bool:
    alive = False
    for state in range(STATES):
        hopeless = fresh[state] < fresh[0] - BEAM
        score[state] = _FAR if hopeless else fresh[state]
        alive = alive or (state % 3 != 0 and not hopeless)
    return alive


@compiled
def _trace(
    back: NDArray[np.int8], gap: Ints, score: Ints, size: int, row: int, found: Ints, count: int
) -> int:
    """Read the best path from its end and note its spans, in order of the text."""
    first, state = count, 0
    for last in range(3, STATES, 3):
        if score[last] > score[state]:
            state = last
    end, margin = size, np.int64(0)
    for i in range(size - 1, -1, -1):
        if state > 0 and state % 3 == 0:
            end, margin = i + 1, gap[i, state]
        if state % 3 == 1:
            found[count, 0], found[count, 1], found[count, 2], found[count, 3] = row, state // 3, i, end
            found[count, 4] = margin
            count += 1
        state = back[i, state]
    found[first:count] = found[first:count][::-1].copy()
    return count
