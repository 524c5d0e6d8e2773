"""Issues a text complains of without any cue: a linear model over hashed character n-grams.

It is asked only where the words are negative; a short text is read as one window, a long one clause by clause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc.kernels.hashing import Floats, Ints, joined
from voc.reading.areas import spoken_of
from voc.reading.taxonomy import Taxonomy
from voc.reading.topics import AreaModel, IssueModel, Topics

WHOLE = 120  # characters up to which a text is read as one window
CLAUSES = 24  # of a long text only the first clauses are read
MOST = 2
SHORT = 4  # characters a clause needs to stand by itself
SECOND = 0.1  # how much surer than the threshold a second issue must be
WORLDS = ("app", "site")  # areas that are where something happens: their issues need the area to be heard
HEARD, UNHEARD = 0.5, 0.5  # part of the threshold of such an area that is enough, and what less is worth


class Guess(NamedTuple):
    """An issue read out of texts[row][start:end]; confidence is the calibrated share of right ones."""

    row: int
    code: str
    start: int
    end: int
    confidence: float


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
    texts: Sequence[str],
    rows: Ints,
    trouble: Floats,
    spoken: Sequence[Set[str]],
    taxonomy: Taxonomy,
    model: Topics,
) -> list[Guess]:
    """Read issues out of the chosen rows, each with its probability of trouble and the issues cues found."""
    issues = model.issues
    if issues is None or not len(rows):
        return []
    chosen = [texts[row] for row in rows]
    codes, first, _ = joined(chosen)
    spans = [(k, start, end) for k, text in enumerate(chosen) for start, end in windows(text)]
    if not spans:
        return []
    places = np.array(spans, dtype=np.int64)
    at = first[places[:, 0]]
    sure = shares(codes, at + places[:, 1], at + places[:, 2], issues)
    sure *= np.array([code in taxonomy for code in issues.codes]) * trouble[places[:, 0], None]
    if model.areas is not None:
        _doubt(sure, places[:, 0], chosen, issues, model.areas)
    found = list(_chosen(spans, sure, spoken, issues))
    pointed = _pointed(found, chosen, codes, first, issues)
    return [one._replace(row=int(rows[one.row])) for one in pointed]


def shares(codes: NDArray[np.uint32], starts: Ints, ends: Ints, model: IssueModel) -> Floats:
    """Calibrated probability of every issue in every span, shape (spans, issues)."""
    logits = model.table.read(codes, starts, ends).astype(np.float64)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    share = np.clip(raised / raised.sum(axis=1, keepdims=True), 1e-6, 1 - 1e-6)[:, :-1]
    found: Floats = 1 / (1 + np.exp(-(model.odds[0] * np.log(share / (1 - share)) + model.odds[1])))
    return found


def _doubt(
    sure: Floats, rows: NDArray[np.int64], texts: Sequence[str], issues: IssueModel, areas: AreaModel
) -> None:
    """Lessen the shares of issues that belong to a world not heard in the text; asked only where it matters."""
    for world in set(WORLDS) & set(areas.areas):
        inside = np.array([_area(code) == world for code in issues.codes])
        asked = np.unique(rows[(sure[:, inside] >= issues.thresholds[inside]).any(axis=1)])
        heard = spoken_of([texts[row] for row in asked], areas)[:, areas.areas.index(world)]
        silent = asked[heard < HEARD * areas.thresholds[areas.areas.index(world)]]
        sure[np.ix_(np.isin(rows, silent), inside)] *= UNHEARD


def _area(code: str) -> str:
    return code.partition(".")[0]


def _pointed(
    found: list[Guess], texts: Sequence[str], codes: NDArray[np.uint32], first: Ints, model: IssueModel
) -> list[Guess]:
    """The same guesses, each pointing at the clause that speaks most of its issue."""
    if not found:
        return []
    inside = [[span for span in clauses_of(texts[g.row]) if g.start <= span[0] < g.end] for g in found]
    flat = np.array([(first[g.row] + a, first[g.row] + b) for g, spans in zip(found, inside, strict=True)
                     for a, b in spans], dtype=np.int64)  # fmt: skip
    read = shares(codes, flat[:, 0], flat[:, 1], model)
    pointed, at = [], 0
    for one, spans in zip(found, inside, strict=True):
        column = read[at : at + len(spans), model.codes.index(one.code)]
        start, end = spans[int(column.argmax())]
        pointed.append(one._replace(start=start, end=end))
        at += len(spans)
    return pointed


def _chosen(
    spans: list[tuple[int, int, int]], sure: Floats, spoken: Sequence[Set[str]], model: IssueModel
) -> Iterator[Guess]:
    """The surest windows, at most MOST issues per text; what comes after another issue must be surer."""
    best = (sure - model.thresholds).argmax(axis=1)
    top = sure[np.arange(len(sure)), best]
    taken: dict[int, list[Guess]] = {}
    counted = Counter(row for row, _, _ in spans)
    hopeful = np.flatnonzero(top >= model.thresholds[best])
    for k in hopeful[np.argsort(-top[hopeful], kind="stable")].tolist():
        (row, start, end), code = spans[k], model.codes[best[k]]
        earlier, cues = taken.setdefault(row, []), spoken[row]
        # A clause torn out of a long text misleads more often than a short text read as a whole.
        doubts = len(earlier) + bool(cues) + (counted[row] > 1)
        if top[k] < model.thresholds[best[k]] + SECOND * doubts:
            continue
        clash = code in cues or any(e.code == code or (e.start < end and start < e.end) for e in earlier)
        if len(earlier) < MOST and not clash:
            earlier.append(Guess(row, code, start, end, float(top[k])))
            yield earlier[-1]
