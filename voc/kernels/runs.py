"""An index as a few sorted runs: new entries make a run of their own, and runs of one size become one of the next.

An entry is a row of whole numbers, ordered by its columns from the left; the first is the key it is found by. A run
never changes once it is written, so it can be kept at hand, and it is read in blocks, so little of it has to be.
Finding a key costs one search in each run, and there are no more than `FEW` of each size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

BLOCK = 256  # entries read together
FEW = 5  # runs of one size that become one of the next

Ints = NDArray[np.int64]


def ordered(entries: Ints) -> Ints:
    """Sort entries, shape (n, columns), by their columns from the left."""
    run: Ints = entries[np.lexsort(entries.T[::-1])]
    return np.ascontiguousarray(run)


def size_of(entries: int) -> int:
    """The size of a run: FEW runs of one size have at least the entries of the next."""
    size = 0
    while entries >= BLOCK * FEW ** (size + 1):
        size += 1
    return size


def due(entries: Sequence[int]) -> list[int]:
    """Which runs, by number of entries, are to become one: those of the smallest size of which there are too many."""
    sizes = [size_of(many) for many in entries]
    for size in sorted(set(sizes)):
        if sizes.count(size) >= FEW:
            return [n for n, own in enumerate(sizes) if own == size]
    return []


def merged(runs: Sequence[Ints]) -> Ints:
    """Make one run of several."""
    left = sorted(runs, key=len)
    while len(left) > 1:
        both = np.empty((len(left[0]) + len(left[1]), left[0].shape[1]), dtype=np.int64)
        _merge(left[0], left[1], both)
        left = sorted([both, *left[2:]], key=len)
    return left[0]


def heads(run: Ints) -> Ints:
    """The first two columns of the first entry of each block."""
    return np.ascontiguousarray(run[::BLOCK, :2])


def places(first: Ints, low: Ints, high: Ints) -> Ints:
    """The blocks that can hold an entry from `low` to `high`, both (n, 2) in any order; `first` as by `heads`."""
    wanted = np.zeros(len(first), dtype=np.bool_)
    _mark(first, low, high, wanted)
    return np.flatnonzero(wanted)


def matching(run: Ints, keys: Ints) -> Ints:
    """The entries of a run under some keys, which ascend, in the order of the run."""
    begin, end = np.empty(len(keys), dtype=np.int64), np.empty(len(keys), dtype=np.int64)
    _ranges(run, keys, begin, end)
    many = end - begin
    # 0, 1, 2 … within the entries of each key, after the place where they begin.
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    found: Ints = run[np.repeat(begin, many) + within]
    return found


@compiled
def _ranges(run: Ints, keys: Ints, begin: Ints, end: Ints) -> None:
    place = 0
    for n in range(len(keys)):
        place = seek(run, keys[n], 0, place)
        begin[n] = place
        while place < len(run) and run[place, 0] == keys[n]:
            place += 1
        end[n] = place


@compiled
def seek(run: Ints, key: int, then: int, start: int) -> int:
    """The first place from `start` on whose entry is not before (key, then)."""
    step, end = 1, start
    while end < len(run) and (run[end, 0] < key or (run[end, 0] == key and run[end, 1] < then)):
        start = end + 1
        end += step
        step *= 2
    end = min(end, len(run))
    while start < end:
        middle = (start + end) // 2
        if run[middle, 0] < key or (run[middle, 0] == key and run[middle, 1] < then):
            start = middle + 1
        else:
            end = middle
    return start


@compiled
def _mark(first: Ints, low: Ints, high: Ints, wanted: NDArray[np.bool_]) -> None:
    for n in range(len(low)):
        # What equals the head of a block may begin in the block before.
        begin = max(seek(first, low[n, 0], low[n, 1], 0) - 1, 0)
        end = seek(first, high[n, 0], high[n, 1] + 1, begin)
        wanted[begin:end] = True


@compiled
def _merge(a: Ints, b: Ints, out: Ints) -> None:
    i = j = 0
    for n in range(len(out)):
        if j == len(b) or (i < len(a) and not _before(b, j, a, i)):
            out[n] = a[i]
            i += 1
        else:
            out[n] = b[j]
            j += 1


@compiled
def _before(a: Ints, i: int, b: Ints, j: int) -> bool:
    for column in range(a.shape[1]):
        if a[i, column] != b[j, column]:
            return bool(a[i, column] < b[j, column])
    return False
