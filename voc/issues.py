"""Issues a text complains of without any cue: a linear model over hashed character n-grams.

It is asked only where the words are negative; a short text is read as one window, a long one clause by clause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from voc.hashing import BITS, ORDERS, Floats, Ints, encode, hashed

SLOT_BITS = 16
WHOLE = 120  # characters up to which a text is read as one window
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


def load_issues(card: Mapping[str, Any], file: Mapping[str, NDArray[np.generic]]) -> IssueModel | None:
    """Read what `benchmarks/train_issues.py` wrote, its stored rows spread over all slots."""
    if "issues" not in card:
        return None
    small = file["issue_weights"].astype(np.float32) * file["issue_scale"].astype(np.float32)
    weights = np.zeros((2**SLOT_BITS, small.shape[1]), dtype=np.float32)
    weights[file["issue_slots"]] = small
    rarity = file["issue_rarity"].astype(np.float32)
    bias, knots = file["issue_bias"].astype(np.float64), file["issue_knots"].astype(np.float64)
    codes, threshold = tuple(card["issues"]), float(card["issue_threshold"])
    if small.shape[1] != len(codes) + 1:
        raise ValueError("issue_weights")
    return IssueModel(codes, weights, bias, rarity, knots, threshold)


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


def clauses_of(text: str) -> list[tuple[int, int]]:
    """Spans of the first clauses of a text whose clauses are separated by line breaks."""
    spans, start = [], 0
    for clause in text.split("\n")[:CLAUSES]:
        if clause.strip():
            spans.append((start, start + len(clause)))
        start += len(clause) + 1
    return spans


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Where to read: a short text as one, since its clauses explain each other, a long one clause by clause."""
    spans = clauses_of(text)
    if spans and len(text) <= WHOLE:
        yield spans[0][0], spans[-1][1]
        return
    for left, right in pairwise(spans):
        yield left[0], right[1]
    yield from (span for span in spans if span[1] - span[0] >= SHORT)


def guess(
    texts: Sequence[str], rows: Ints, trouble: Floats, spoken: Sequence[Set[str]], model: IssueModel
) -> list[Guess]:
    """Read issues out of the chosen rows, each with its probability of trouble and the issues cues found."""
    spans = [(int(row), start, end) for row in rows for start, end in windows(texts[row])]
    if not spans:
        return []
    read = shares([texts[row][start:end] for row, start, end in spans], model)[:, :-1]
    best = read.argmax(axis=1)
    sure = np.interp(read.max(axis=1), model.knots[0], model.knots[1])
    sure = sure * trouble[np.searchsorted(rows, [row for row, _, _ in spans])]
    found = list(_chosen(spans, best, sure, dict(zip(rows.tolist(), spoken, strict=True)), model))
    return _pointed(found, texts, model) if found else []


def _pointed(found: list[Guess], texts: Sequence[str], model: IssueModel) -> list[Guess]:
    """The same guesses, each pointing at the clause that speaks most of its issue."""
    inside = [[span for span in clauses_of(texts[g.row]) if g.start <= span[0] < g.end] for g in found]
    read = shares(
        [texts[g.row][start:end] for g, spans in zip(found, inside, strict=True) for start, end in spans],
        model,
    )
    pointed, at = [], 0
    for one, spans in zip(found, inside, strict=True):
        column = read[at : at + len(spans), model.codes.index(one.code)]
        start, end = spans[int(column.argmax())]
        pointed.append(replace(one, start=start, end=end))
        at += len(spans)
    return pointed


def _chosen(
    spans: list[tuple[int, int, int]],
    best: NDArray[np.intp],
    sure: Floats,
    spoken: Mapping[int, Set[str]],
    model: IssueModel,
) -> Iterator[Guess]:
    """The surest windows, at most MOST issues per text; what comes after another issue must be surer."""
    taken: dict[int, list[Guess]] = {}
    counted = Counter(row for row, _, _ in spans)
    for k in np.argsort(-sure, kind="stable"):
        (row, start, end), code = spans[k], model.codes[best[k]]
        earlier, cues = taken.setdefault(row, []), spoken[row]
        # A clause torn out of a long text misleads more often than a short text read as a whole.
        doubts = len(earlier) + bool(cues) + (counted[row] > 1)
        if sure[k] < model.threshold + SECOND * doubts:
            continue
        clash = code in cues or any(e.code == code or (e.start < end and start < e.end) for e in earlier)
        if len(earlier) < MOST and not clash:
            earlier.append(Guess(row, code, start, end, float(sure[k])))
            yield earlier[-1]
