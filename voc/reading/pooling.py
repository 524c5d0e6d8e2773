"""Clauses of a text and what their scores say together: who complains after 但是 means the complaint.

Everything is read from the code points of a joined batch (`voc.kernels.hashing.joined`), compiled, without a string.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.kernels.hashing import Floats, Ints

# What describes a text: its own score; the highest, lowest, mean, length-weighted, last and first of its clauses;
# the means after and before the last turn; how many clauses are against and for. BENT: tanh of half a logit.
(
    OWN, OWN_BENT, HIGHEST, LOWEST, MEAN, MEAN_BENT, WEIGHED_BENT, LAST, FIRST, LAST_BENT, FIRST_BENT, HIGHEST_BENT,
    LOWEST_BENT, AFTER_BENT, BEFORE_BENT, TURNED, LENGTH, OWN_BY_LENGTH, AGAINST, FOR,
) = range(20)  # fmt: skip
POOLED = 20
LONG = 15  # characters from which on a clause weighs no more
LEANING = 0.3  # tanh of half a logit from which on a clause counts as for or against
# ，。！？；!?;…~～, tab, wide space, line break
_ENDING = (0xFF0C, 0x3002, 0xFF01, 0xFF1F, 0xFF1B, 0x21, 0x3F, 0x3B, 0x2026, 0x7E, 0xFF5E, 9, 0x3000, 10)
_WEAK, _STRONG = 1, 2  # how a clause turns: in its tone only, or as a clause of its own
_FAR = 0xFFFF  # no sign lies beyond
# At these something may end or turn; most characters are none of them and need no closer look.
_SIGNS = np.zeros(_FAR + 1, dtype=np.bool_)
_SIGNS[[*_ENDING, *map(ord, "., 但可不然就只除")]] = True


@dataclass(frozen=True)
class Cut:
    """Clauses of a batch: text each belongs to, its span in the batch, whether it starts with a turn."""

    rows: Ints
    starts: Ints
    ends: Ints
    turns: NDArray[np.bool_]


def cut(codes: NDArray[np.uint32], starts: Ints, ends: Ints) -> Cut:
    """Cut texts at punctuation and before words that turn them round."""
    size = len(codes)
    places = np.empty((3, size), dtype=np.int64)
    turns = np.empty(size, dtype=np.bool_)
    count = _cut(codes, starts, ends, _SIGNS, places, turns)
    rows, first, last = places[:, :count].copy()
    return Cut(rows, first, last, turns[:count].copy())


def pooled(rows: NDArray[np.float32], clauses: NDArray[np.float32], parts: Cut, lengths: Ints) -> Floats:
    """Describe texts by their own score and those of their clauses, in logits; shape (texts, POOLED)."""
    out = np.zeros((len(rows), POOLED))
    first = np.searchsorted(parts.rows, np.arange(len(rows) + 1))
    said = np.ascontiguousarray(rows), np.ascontiguousarray(clauses)
    _describe(*said, first, parts.ends - parts.starts, parts.turns, lengths, out)
    return out


@compiled
def _ends_clause(codes: NDArray[np.uint32], at: int, first: int, end: int) -> bool:
    code = codes[at]
    if code in _ENDING:
        return True
    if code == 0x2E or code == 0x2C:  # a point or comma between two digits belongs to a number
        return not (first < at < end - 1 and codes[at - 1] == 48 and codes[at + 1] == 48)
    if code == 0x20 and first < at < end - 1:
        return bool(0x4E00 <= codes[at - 1] <= 0x9FFF and 0x4E00 <= codes[at + 1] <= 0x9FFF)
    return False


@compiled
def _turns(codes: NDArray[np.uint32], at: int, end: int) -> int:
    code = codes[at]
    if code == 0x4F46:  # 但
        return _STRONG
    if at + 1 >= end:
        return 0
    follower = codes[at + 1]
    # 可是 不过 然而
    if (code, follower) in ((0x53EF, 0x662F), (0x4E0D, 0x8FC7), (0x7136, 0x800C)):
        return _STRONG
    if code == 0x5C31 and follower == 0x662F:  # 就是, but not 就是说
        return _WEAK if at + 2 < end and codes[at + 2] == 0x8BF4 else _STRONG
    # 只是 可惜 除了
    return _WEAK if (code, follower) in ((0x53EA, 0x662F), (0x53EF, 0x60DC), (0x9664, 0x4E86)) else 0


@compiled
def _cut(
    codes: NDArray[np.uint32],
    starts: Ints,
    ends: Ints,
    signs: NDArray[np.bool_],
    places: NDArray[np.int64],
    turns: NDArray[np.bool_],
) -> int:
    count = 0
    for row in range(len(starts)):
        begun = starts[row]
        for at in range(starts[row], ends[row] + 1):
            if at < ends[row] and not signs[min(codes[at], _FAR)]:
                continue
            closing = at == ends[row] or _ends_clause(codes, at, starts[row], ends[row])
            if closing or (at > begun and _turns(codes, at, ends[row]) == _STRONG):
                if at > begun:
                    places[0, count], places[1, count], places[2, count] = row, begun, at
                    turns[count] = _turns(codes, begun, at) > 0
                    count += 1
                begun = at + 1 if closing else at
    return count


@compiled
def _describe(
    rows: NDArray[np.float32],
    clauses: NDArray[np.float32],
    first: Ints,
    sizes: Ints,
    turns: NDArray[np.bool_],
    lengths: Ints,
    out: Floats,
) -> None:
    for row in range(len(rows)):
        one = out[row]
        one[OWN], one[OWN_BENT] = rows[row], np.tanh(rows[row] / 2)
        one[LENGTH] = np.log1p(lengths[row])
        one[OWN_BY_LENGTH] = one[OWN] * one[LENGTH]
        left, right = first[row], first[row + 1]
        if left < right:
            _ends(clauses, left, right, one)
            _means(clauses, left, right, sizes, one)
            _around(clauses, left, right, turns, one)


@compiled
def _ends(clauses: NDArray[np.float32], left: int, right: int, one: Floats) -> None:
    highest, lowest = clauses[left], clauses[left]
    for k in range(left, right):
        highest, lowest = max(highest, clauses[k]), min(lowest, clauses[k])
    one[HIGHEST], one[LOWEST], one[LAST], one[FIRST] = highest, lowest, clauses[right - 1], clauses[left]
    one[LAST_BENT], one[FIRST_BENT] = np.tanh(one[LAST] / 2), np.tanh(one[FIRST] / 2)
    one[HIGHEST_BENT], one[LOWEST_BENT] = np.tanh(highest / 2), np.tanh(lowest / 2)


@compiled
def _means(clauses: NDArray[np.float32], left: int, right: int, sizes: Ints, one: Floats) -> None:
    heavy = 0.0
    for k in range(left, right):
        bent, weight = np.tanh(clauses[k] / 2), min(sizes[k], LONG)
        one[MEAN] += clauses[k]
        one[MEAN_BENT] += bent
        one[WEIGHED_BENT] += bent * weight
        heavy += weight
        one[AGAINST] += bent < -LEANING
        one[FOR] += bent > LEANING
    one[MEAN] /= right - left
    one[MEAN_BENT] /= right - left
    one[WEIGHED_BENT] /= heavy
    one[AGAINST], one[FOR] = np.log1p(one[AGAINST]), np.log1p(one[FOR])


@compiled
def _around(
    clauses: NDArray[np.float32], left: int, right: int, turns: NDArray[np.bool_], one: Floats
) -> None:
    turn = -1
    for k in range(left, right):
        if turns[k]:
            turn = k
    if turn < 0:
        return
    for k in range(left, right):
        one[AFTER_BENT if k >= turn else BEFORE_BENT] += np.tanh(clauses[k] / 2)
    one[AFTER_BENT] /= right - turn
    one[BEFORE_BENT] /= max(turn - left, 1)
    one[TURNED] = 1
