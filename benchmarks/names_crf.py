"""A linear-chain CRF over hashed character n-grams, fitted by AdaGrad on the likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks import names_data as data
from voc.kernels.compiled import compiled
from voc.privacy.chain import BITS, FEATURES, STATES, features, mix
from voc.privacy.names import fold, join

TALK_BITS = 21
DROPPED = 0.4  # share of n-gram features left out at random, so that general ones learn too


def classes() -> NDArray[np.uint8]:
    """What kind of character each of the first 65,536 is; Chinese ones by how they are used in names."""
    table = np.full(65536, 1, dtype=np.uint8)
    table[0] = 0
    table[0x4E00:0x9FA6] = 16
    heads, given = data.levels()
    for c in set(heads) | set(given) | data.transliterating():
        table[ord(c)] = 16 + heads.get(c, 0) * 6 + given.get(c, 0) * 2 + (c in data.transliterating())
    table[48:58], table[65:91], table[97:123] = 2, 3, 4
    groups = ("·•", "，。！？；,.!?; \n", '“”"《》（）()「」【】', "、", "：:", "-#_/")
    for code, group in enumerate(groups, start=5):
        for c in group:
            table[ord(c)] = code
    for c in "号栋幢座室单楼层弄组":
        table[ord(c)] = 14
    for c in "路街巷道村镇乡区市县省苑园":
        table[ord(c)] = 15
    return table


def transitions() -> NDArray[np.bool_]:
    """Which state may follow which."""
    allowed = np.zeros((STATES, STATES), dtype=np.bool_)
    for first in range(1, STATES, 3):
        for before in range(0, STATES, 3):
            allowed[before, first] = True
        allowed[first : first + 2, first + 1 : first + 3] = True
        allowed[first + 2, 0] = True
    allowed[0, 0] = True
    return allowed


@compiled
def _seed(value):  # type: ignore[no-untyped-def]
    # Compiled code draws from a generator of its own, which a seed given outside does not reach.
    np.random.seed(value)


@compiled
def _potentials(c, k, start, size, weights, slots, psi, dropped):  # type: ignore[no-untyped-def]
    mask = np.uint64(weights.shape[0] - 1)
    for i in range(size):
        features(c, k, start + i, mask, slots[i])
        psi[i] = 0.0
        for f in range(FEATURES):
            slot, more = slots[i, f], 1.0
            if dropped > 0.0 and 5 <= f < 20:
                more = 1.0 / (1.0 - dropped)
                if np.random.random() < dropped:
                    slots[i, f] = -1
                    continue
            for state in range(1, STATES):
                psi[i, state] += weights[slot, state - 1] * more
        top = psi[i].max()
        for state in range(STATES):
            psi[i, state] = np.exp(psi[i, state] - top)


@compiled
def _forward_backward(psi, link, size, a, b):  # type: ignore[no-untyped-def]
    for state in range(STATES):
        a[0, state] = psi[0, state] if state == 0 or state % 3 == 1 else 0.0
    for i in range(size):
        if i > 0:
            for q in range(STATES):
                total = 0.0
                for p in range(STATES):
                    total += a[i - 1, p] * link[p, q]
                a[i, q] = total * psi[i, q]
        a[i] /= a[i].sum()
    for state in range(STATES):
        b[size - 1, state] = 1.0 if state % 3 == 0 else 0.0
    for i in range(size - 2, -1, -1):
        for p in range(STATES):
            total = 0.0
            for q in range(STATES):
                total += link[p, q] * psi[i + 1, q] * b[i + 1, q]
            b[i, p] = total
        b[i] /= b[i].sum()


@compiled
def epoch(
    c, k, y, starts, lengths, order, share, weights, squares, t, t_squares, allowed, rate, decay, dropped
):  # type: ignore[no-untyped-def]
    """One pass over the samples in the order given; weights, squares and transitions change in place."""
    longest = 400
    psi, a, b = np.zeros((longest, STATES)), np.zeros((longest, STATES)), np.zeros((longest, STATES))
    slots = np.zeros((longest, FEATURES), np.int64)
    link, flow, gradient = np.zeros((STATES, STATES)), np.zeros((STATES, STATES)), np.zeros((STATES, STATES))
    for o in order:
        size, start = min(lengths[o], longest), starts[o]
        if size < 2 or y[start + size - 1] % 3 != 0:
            continue
        _potentials(c, k, start, size, weights, slots, psi, dropped)
        for p in range(STATES):
            for q in range(STATES):
                link[p, q] = np.exp(t[p, q]) if allowed[p, q] else 0.0
        _forward_backward(psi, link, size, a, b)
        gradient[:] = 0.0
        for i in range(1, size):
            total = 0.0
            for p in range(STATES):
                for q in range(STATES):
                    flow[p, q] = a[i - 1, p] * link[p, q] * psi[i, q] * b[i, q]
                    total += flow[p, q]
            gradient += flow / total
            gradient[y[start + i - 1], y[start + i]] -= 1.0
        for i in range(size):
            total = (a[i] * b[i]).sum()
            for state in range(1, STATES):
                g = a[i, state] * b[i, state] / total - (1.0 if y[start + i] == state else 0.0)
                g *= share[o]
                if abs(g) < 1e-4:
                    continue
                for slot in slots[i]:
                    if slot < 0:
                        continue
                    step = g + decay * weights[slot, state - 1]
                    squares[slot, state - 1] += step * step
                    weights[slot, state - 1] -= rate * step / np.sqrt(squares[slot, state - 1])
        for p in range(STATES):
            for q in range(STATES):
                if allowed[p, q]:
                    step = gradient[p, q] * share[o]
                    t_squares[p, q] += step * step
                    t[p, q] -= 0.5 * rate * step / np.sqrt(t_squares[p, q])


@compiled
def _mark(c, starts, lengths, table):  # type: ignore[no-untyped-def]
    """Count, in place, how often the pair of characters at each position was met."""
    for row in range(len(starts)):
        for i in range(starts[row], starts[row] + lengths[row]):
            slot = mix(31, c[i], c[i + 1], 0) & np.uint64(len(table) - 1)
            table[slot] = min(table[slot] + 1, 255)


@compiled
def _clear(c, k, starts, lengths, weights, t, allowed, table, floor):  # type: ignore[no-untyped-def]
    """Clear the pairs that ever begin something with a probability above the floor."""
    longest = 400
    psi, a, b = np.zeros((longest, STATES)), np.zeros((longest, STATES)), np.zeros((longest, STATES))
    slots, link = np.zeros((longest, FEATURES), np.int64), np.exp(t) * allowed
    for row in range(len(starts)):
        size, start = min(lengths[row], longest), starts[row]
        if size < 2:
            continue
        _potentials(c, k, start, size, weights, slots, psi, 0.0)
        _forward_backward(psi, link, size, a, b)
        for i in range(size):
            total = (a[i] * b[i]).sum()
            if (a[i, 1] * b[i, 1] + a[i, 4] * b[i, 4]) / total > floor:
                slot = mix(31, c[start + i], c[start + i + 1], 0) & np.uint64(len(table) - 1)
                table[slot] = 0


def encode(samples: Sequence[data.Sample], kinds: NDArray[np.uint8]):  # type: ignore[no-untyped-def]
    """Codes, classes and states of the joined samples; where each starts and how long it is."""
    codes, starts, lengths = join([text for text, _ in samples])
    states = np.zeros(len(codes), dtype=np.int64)
    for (_, spans), base in zip(samples, starts, strict=True):
        for kind, a, b in spans:
            states[base + a : base + b] = 2 + 3 * kind
            states[base + a], states[base + b - 1] = 1 + 3 * kind, 3 + 3 * kind
    return (*fold(codes, kinds), states, starts, lengths)


def fit(samples, share, passes, rate=0.2, decay=1e-6):  # type: ignore[no-untyped-def]
    """Fit weights (slots, 6) and transitions (7, 7)."""
    c, k, y, starts, lengths = encode(samples, classes())
    weights = np.zeros((2**BITS, STATES - 1), dtype=np.float32)
    squares, t, t_squares = np.ones_like(weights), np.zeros((STATES, STATES)), np.ones((STATES, STATES))
    order = np.random.default_rng(20261121)
    _seed(20261121)
    for at in range(passes):
        shuffled = order.permutation(len(samples))
        epoch(c, k, y, starts, lengths, shuffled, share, weights, squares, t, t_squares, transitions(),
              rate * (1 - at / (passes + 1)), decay, DROPPED)  # fmt: skip
    return weights, t


def talk(weights, t, quiet, loud):  # type: ignore[no-untyped-def]
    """Bits of the pairs met at least twice in reviews that begin nothing there and elsewhere."""
    kinds, table = classes(), np.zeros(2**TALK_BITS, dtype=np.uint8)
    c, _, _, starts, lengths = encode([(text, []) for text in quiet], kinds)
    _mark(c, starts, lengths, table)
    table[:] = table >= 2
    for texts in (quiet, loud):
        c, k, _, starts, lengths = encode([(text, []) for text in texts], kinds)
        _clear(c, k, starts, lengths, weights, t, transitions(), table, 0.01)
    return np.packbits(table, bitorder="little")
