"""Train the area model on the clauses of `area_rows`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks.area_rows import AREAS, Labelled, cosmetics, goods, truths, weak, without_goods
from benchmarks.fitting import counts, logistic
from voc.areas import CAP
from voc.hashing import Floats
from voc.model import Scores, ToneModel, score
from voc.tables import quantised
from voc.topics import AreaModel

SEED = 20261121
GOODS = AREAS.index("product")
CLAUSE_BITS, TEXT_BITS = 17, 15
AROUND = 0.5  # how much less the clause before and the whole text are trusted than the clause
PENALTY, ROUNDS = 1 / 30, 45
FOLDS = 3


@dataclass(frozen=True)
class Matrix:
    """All clauses of some texts: features of clause, clause before and text side by side; truth, weight, tone."""

    x: sparse.csr_matrix
    rows: NDArray[np.int64]
    said: NDArray[np.int8]
    tone: NDArray[np.int64]
    weight: Floats


def matrix(texts: Sequence[Labelled]) -> Matrix:
    """Features as `voc.areas.read` adds them up."""
    rows = np.array([k for k, one in enumerate(texts) for _ in one.spans])
    own = counts([one.text[a:b] for one in texts for a, b in one.spans], CLAUSE_BITS)
    follows = sparse.diags(np.concatenate([[0], rows[1:] == rows[:-1]]).astype(np.float32) * AROUND)
    before = follows @ own[np.maximum(np.arange(len(rows)) - 1, 0)]
    whole = counts([one.text for one in texts], TEXT_BITS)[rows] * AROUND
    said = np.concatenate([one.said for one in texts])
    tone = np.array([value for one in texts for value in one.tone])
    weight = np.array([one.weight for one in texts])[rows]
    return Matrix(sparse.hstack([own, before, whole]).tocsr(), rows, said, tone, weight)


def fit(data: Matrix, offices: Matrix) -> tuple[NDArray[np.float32], Floats]:
    """Weights (slots of the three parts, areas + 1) and bias; the last output is good against bad.

    What is no goods is learnt from letters and questions as well, in a fit of its own: they say nothing of other
    areas, and in one fit with them these came out worse.
    """
    judged = np.isin(data.tone, (-1, 1)) * data.weight
    y = np.column_stack([data.said == 1, data.tone == 1])
    weights, bias = logistic(data.x, y, np.column_stack([_known(data), judged]), PENALTY, ROUNDS)
    both = joint(data, np.ones(len(data.rows), dtype=bool), offices)
    own, own_bias = logistic(both.x, both.said[:, [GOODS]] == 1, _known(both)[:, [GOODS]], PENALTY, ROUNDS)
    weights[:, GOODS], bias[GOODS] = own[:, 0], own_bias[0]
    return weights, bias


def _known(data: Matrix) -> Floats:
    weight: Floats = (data.said >= 0) * data.weight[:, None]
    return weight


def model_of(weights: NDArray[np.float32], bias: Floats) -> AreaModel:
    """The tables of a fit, not yet calibrated."""
    many, size = len(AREAS), 2**CLAUSE_BITS
    own, before, whole = weights[:size], weights[size : 2 * size, :many], weights[2 * size :, :many]
    clause = np.hstack([own[:, :many], before * AROUND, own[:, many:]])
    biases = np.concatenate([bias[:many], np.zeros(many), bias[many:]])
    tables = quantised(clause, biases), quantised(whole * AROUND, np.zeros(many))
    odds = np.stack([np.ones(many), np.zeros(many)])
    return AreaModel(AREAS, *tables, odds, np.full(many, 0.5), np.array([0.0, 0.5, 0.5, 0.2]))


def out_of_fold(gold: list[Labelled], other: Matrix, offices: Matrix) -> NDArray[np.float64]:
    """Logits of the clauses of labelled reviews, each by a fit that never saw the review."""
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(gold))
    data = matrix(gold)
    found = np.zeros((len(data.rows), len(AREAS) + 1))
    for k in range(FOLDS):
        kept, held = fold[data.rows] != k, fold[data.rows] == k
        weights, bias = fit(joint(data, kept, other), offices)
        found[held] = data.x[held] @ weights + bias
    return found


def joint(data: Matrix, kept: NDArray[np.bool_], other: Matrix) -> Matrix:
    return Matrix(
        sparse.vstack([data.x[kept], other.x]).tocsr(),
        np.concatenate([data.rows[kept], other.rows]),
        np.concatenate([data.said[kept], other.said]),
        np.concatenate([data.tone[kept], other.tone]),
        np.concatenate([data.weight[kept], other.weight]),
    )


def calibrate(logits: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Slope and offset per area by logistic regression on logits; areas never labelled keep their logits."""
    odds = np.stack([np.ones(len(AREAS)), np.zeros(len(AREAS))])
    for place in range(len(AREAS)):
        if truth[:, place].sum() >= 20:
            fitted = LogisticRegression(C=100.0).fit(logits[:, place : place + 1], truth[:, place])
            odds[:, place] = fitted.coef_[0, 0], fitted.intercept_[0]
    return odds


def reviews(shares: Floats, rows: NDArray[np.int64], size: int) -> Floats:
    """The surest clause of each text, shape (texts, areas)."""
    found = np.zeros((size, shares.shape[1]))
    np.maximum.at(found, rows, shares)
    return found


def thresholds(best: Floats, truth: NDArray[np.bool_]) -> Floats:
    """Per area the calibrated share with the best F1 over texts; 0.5 where there are too few texts to choose."""
    chosen = np.full(best.shape[1], 0.5)
    for place in np.flatnonzero(truth.sum(axis=0) >= 20):
        grid = np.arange(0.2, 0.71, 0.02)
        named = best[:, place, None] >= grid
        hits = (named & truth[:, place, None]).sum(axis=0)
        f1 = 2 * hits / (named.sum(axis=0) + truth[:, place].sum())
        flat = np.convolve(f1, np.ones(5) / 5, mode="same")  # the middle of a plateau, not a lucky peak
        flat[[0, 1, -2, -1]] = 0
        chosen[place] = grid[int(flat.argmax())]
    return chosen


def mix(texts: list[Labelled], felt: Floats, tone: ToneModel) -> Floats:
    """Weights of 1, the sentiment read here, the tone of the clause and of the text, for the polarity of an opinion."""
    scores: Scores = score([one.text for one in texts], tone)
    rows = np.array([k for k, one in enumerate(texts) for _ in one.spans])
    spans = np.array([span for one in texts for span in one.spans])
    first = scores.starts[rows]
    clause = scores.spans(first + spans[:, 0], first + spans[:, 1])[:, 0]
    truth = np.array([value for one in texts for value in one.tone])
    judged = np.isin(truth, (-1, 1))
    signs = np.column_stack([felt, np.clip(clause, -CAP, CAP), np.clip(scores.rows()[:, 0], -CAP, CAP)[rows]])
    fitted = LogisticRegression(C=10.0).fit(signs[judged], truth[judged] == 1)
    return np.concatenate([fitted.intercept_, fitted.coef_[0]])


def train(tone: ToneModel, parts: tuple[str, ...] = ("train", "calibration")) -> tuple[AreaModel, str]:
    """Fit on labelled and weak clauses of these parts, calibrate and choose thresholds out of fold."""
    gold = [one for one in cosmetics() if one.part in parts and one.spans]
    rng = np.random.default_rng(SEED)
    other = matrix([one for one in [*goods(), *weak(rng)] if one.part in parts])
    offices = matrix([one for one in without_goods(rng) if one.part in parts])
    logits = out_of_fold(gold, other, offices)
    data, truth = matrix(gold), truths(gold)
    odds = calibrate(logits[:, :-1], data.said == 1)
    shares = expit(odds[0] * logits[:, :-1] + odds[1])
    best = reviews(shares, data.rows, len(gold))
    chosen = thresholds(best, truth)
    model = model_of(*fit(joint(data, np.ones(len(data.rows), dtype=bool), other), offices))
    named = best >= chosen
    line = f"areas of reviews, out of fold: micro-F1 {micro(truth, named):.3f} (n={len(gold)})"
    weights = mix(gold, logits[:, -1], tone)
    return AreaModel(AREAS, model.clause, model.text, odds, chosen, weights), line


def micro(truth: NDArray[np.bool_], named: NDArray[np.bool_]) -> float:
    return float(2 * (truth & named).sum() / (truth.sum() + named.sum()))
