"""Issues a text complains of without any cue: a linear model over hashed character n-grams of its windows.

It is asked only where the words are negative and no cue spoke; a window is a clause, two neighbours or a short text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.hashing import BITS, ORDERS, Floats, Ints, encode, hashed

SLOT_BITS = 16
WHOLE = 90  # characters up to which a text is also read as one window
CLAUSES = 24  # of a long text only the first clauses are read
MOST = 2
SHORT = 4  # characters a clause needs to stand by itself
SECOND = 0.12  # how much surer than the threshold a second issue must be


@dataclass(frozen=True)
class IssueModel:
    """Weights (2**SLOT_BITS, issues + 1), the last output being no issue; rarity weighs the n-grams."""

    codes: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: Floats
    rarity: NDArray[np.float32]
    knots: Floats
    threshold: float


@dataclass(frozen=True)
class Guess:
    """An issue read out of texts[row][start:end]; confidence is the calibrated share of right ones."""

    row: int
    code: str
    start: int
    end: int
    confidence: float


def features(texts: Sequence[str], rarity: NDArray[np.float32]) -> sparse.csr_matrix:
    """N-grams weighed by rarity and scaled to length one, shape (texts, 2**SLOT_BITS)."""
    codes, starts, lengths = encode(texts)
    row = np.repeat(np.arange(len(texts)), lengths)
    within = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    position, left = starts[row] + within, lengths[row] - within
    rows, slots = [], []
    for order in ORDERS:
        fits = left >= order
        rows.append(row[fits])
        slots.append(hashed(codes, order)[position[fits]] >> (BITS - SLOT_BITS))
    at, slot = np.concatenate(rows), np.concatenate(slots)
    value = rarity[slot]
    size = np.sqrt(np.bincount(at, value**2, minlength=len(texts))) + 1e-6
    shape = (len(texts), 2**SLOT_BITS)
    return sparse.csr_matrix(((value / size[at]).astype(np.float32), (at, slot)), shape=shape)


def shares(texts: Sequence[str], model: IssueModel) -> Floats:
    """Uncalibrated probability of every issue and of none, shape (texts, issues + 1)."""
    logits = features(texts, model.rarity) @ model.weights + model.bias
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Floats = raised / raised.sum(axis=1, keepdims=True)
    return found


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a text whose clauses are separated by line breaks: clauses, pairs, and the whole if short."""
    spans, start = [], 0
    for clause in text.split("\n")[:CLAUSES]:
        if clause.strip():
            spans.append((start, start + len(clause)))
        start += len(clause) + 1
    if len(spans) > 2 and len(text) <= WHOLE:
        yield spans[0][0], spans[-1][1]
    for left, right in pairwise(spans):
        yield left[0], right[1]
    yield from (span for span in spans if span[1] - span[0] >= SHORT)


def guess(texts: Sequence[str], rows: Ints, trouble: Floats, model: IssueModel) -> list[Guess]:
    """Read issues out of the chosen rows; `trouble` is the probability that each of them complains."""
    spans = [(int(row), start, end) for row in rows for start, end in windows(texts[row])]
    if not spans:
        return []
    read = shares([texts[row][start:end] for row, start, end in spans], model)[:, :-1]
    best = read.argmax(axis=1)
    sure = np.interp(read.max(axis=1), model.knots[0], model.knots[1])
    sure = sure * dict_of(rows, trouble, [row for row, _, _ in spans])
    return list(_chosen(spans, best, sure, model))


def dict_of(rows: Ints, values: Floats, wanted: Sequence[int]) -> Floats:
    """Values of the wanted rows, `rows` being in ascending order."""
    found: Floats = values[np.searchsorted(rows, np.array(wanted))]
    return found


def _chosen(
    spans: list[tuple[int, int, int]], best: NDArray[np.intp], sure: Floats, model: IssueModel
) -> Iterator[Guess]:
    """The surest windows, at most MOST issues per text, the second one in a place of its own."""
    taken: dict[int, list[Guess]] = {}
    for k in np.argsort(-sure, kind="stable"):
        row, start, end = spans[k]
        earlier = taken.setdefault(row, [])
        if sure[k] < model.threshold + SECOND * len(earlier):
            continue
        found = Guess(row, model.codes[best[k]], start, end, float(sure[k]))
        clash = any(e.code == found.code or (e.start < end and start < e.end) for e in earlier)
        if len(earlier) < MOST and not clash:
            earlier.append(found)
            yield found
