"""Literals looked for in a whole batch: which cues can hold in which clause, without trying any.

Every cue is announced by branches, every branch by sets of literals of which one each must stand in the clause.
The literals are kept as a hashed trie, so that a clause is read once however many literals there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.kernels.hashing import MIX, SHIFT, Ints

LONGEST = 8  # characters of a literal that are looked for; a shorter one announces as safely
_EMPTY, _PREFIX = -2, -1
_MIX, _SHIFT, _TOP = np.uint64(MIX), np.uint64(SHIFT), np.uint64(64)
_MASK = 2**64 - 1

Small = NDArray[np.int32]


@dataclass(frozen=True)
class Announcer:
    """A trie (keys, values: literal, prefix or empty) and who needs what.

    The sets of literal k are sets[set_at[k]:set_at[k + 1]]; set s belongs to branch owner[s], which needs
    needs[branch] sets and then announces cue cue[branch].
    """

    keys: NDArray[np.uint64]
    values: Small
    set_at: Small
    sets: Small
    owner: Small
    needs: Small
    cue: Small

    def announced(self, codes: NDArray[np.uint32], starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Clause and cue of every pair in which the literals of the cue stand in the clause."""
        room = np.zeros((max(1024, 4 * len(starts)), 2), dtype=np.int64)
        found = 0
        first = 0
        while first < len(starts):
            first, found = _announce(
                codes, starts, ends, first, self.keys, self.values, self.set_at, self.sets, self.owner,
                self.needs, self.cue, room, found,
            )  # fmt: skip
            room = np.concatenate([room, np.zeros_like(room)]) if first < len(starts) else room
        return room[:found, 0], room[:found, 1]


def announcer(cues: Sequence[Iterable[Sequence[Iterable[str]]]]) -> Announcer:
    """Build it from the branches of every cue, each a sequence of sets of literals."""
    literals: dict[str, list[int]] = {}
    owner: list[int] = []
    needs: list[int] = []
    branch_cue: list[int] = []
    for number, branches in enumerate(cues):
        for branch in branches:
            for strings in branch:
                for text in {_folded(text)[:LONGEST] for text in strings}:
                    literals.setdefault(text, []).append(len(owner))
                owner.append(len(needs))
            needs.append(len(branch))
            branch_cue.append(number)
    set_at = np.cumsum([0, *(len(sets) for sets in literals.values())])
    flat = [place for sets in literals.values() for place in sets]
    keys, values = _trie(list(literals))
    return Announcer(
        keys, values, *(np.array(c, dtype=np.int32) for c in (set_at, flat, owner, needs, branch_cue))
    )


def _folded(text: str) -> str:
    """The literal as `voc.kernels.hashing.joined` folds the texts."""
    return "".join("0" if "0" <= c <= "9" else c.lower() if c.isascii() else c for c in text)


def _trie(literals: list[str]) -> tuple[NDArray[np.uint64], Small]:
    nodes: dict[int, int] = {}
    for number, text in enumerate(literals):
        state = 0
        for at, letter in enumerate(text):
            state = ((state ^ ord(letter)) * MIX) & _MASK
            state ^= state >> SHIFT
            last = at == len(text) - 1
            nodes[state] = number if last else nodes.get(state, _PREFIX)
    size = 1 << max(10, (4 * len(nodes)).bit_length())
    keys, values = np.zeros(size, dtype=np.uint64), np.full(size, _EMPTY, dtype=np.int32)
    for state, number in nodes.items():
        slot = ((state * MIX) & _MASK) >> (64 - size.bit_length() + 1)
        while values[slot] != _EMPTY:
            slot = (slot + 1) & (size - 1)
        keys[slot], values[slot] = state, number
    return keys, values


@compiled
def _announce(
    codes: NDArray[np.uint32], starts: Ints, ends: Ints, first: int, keys: NDArray[np.uint64], values: Small,
    set_at: Small, sets: Small, owner: Small, needs: Small, cue: Small, room: Ints, found: int,
) -> tuple[int, int]:  # fmt: skip
    """Fill `room` from row `found` on; returns the clause to go on with when it is full, and the rows filled."""
    size = keys.size
    bits = 0
    while (1 << bits) < size:
        bits += 1
    shift = _TOP - np.uint64(bits)
    seen = np.full(owner.size, -1, np.int64)  # the clause a set was last met in
    met = np.full(needs.size, -1, np.int64)
    count = np.zeros(needs.size, np.int32)
    told = np.full(cue.size, -1, np.int64)
    for clause in range(first, starts.size):
        if found + cue.size > room.shape[0]:
            return clause, found
        end = ends[clause]
        for begin in range(starts[clause], end):
            state = np.uint64(0)
            for at in range(begin, min(begin + LONGEST, end)):
                state = (state ^ np.uint64(codes[at])) * _MIX
                state ^= state >> _SHIFT
                slot = np.int64((state * _MIX) >> shift)
                while values[slot] != _EMPTY and keys[slot] != state:
                    slot = (slot + 1) & (size - 1)
                literal = values[slot]
                if literal == _EMPTY:
                    break
                if literal == _PREFIX:
                    continue
                for k in range(set_at[literal], set_at[literal + 1]):
                    one = sets[k]
                    if seen[one] == clause:
                        continue
                    seen[one] = clause
                    branch = owner[one]
                    if met[branch] != clause:
                        met[branch] = clause
                        count[branch] = 0
                    count[branch] += 1
                    if count[branch] == needs[branch] and told[cue[branch]] != clause:
                        told[cue[branch]] = clause
                        room[found, 0] = clause
                        room[found, 1] = cue[branch]
                        found += 1
    return starts.size, found
