"""Train the area model on the clauses of `area_rows`."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks.area_rows import AREAS, Labelled, cosmetics, goods, truths, weak, without_goods
from benchmarks.branch_rows import grammar, put_in
from benchmarks.fit_tone import Line, contrasted, in_logits
from benchmarks.fitting import counts, logistic, minimised
from voc.kernels.hashing import Floats, joined
from voc.kernels.weights import quantised
from voc.reading.areas import signs_of, units
from voc.reading.model import ToneModel, score
from voc.reading.topics import AreaModel

SEED = 20261121
GOODS, OFFICES = AREAS.index("product"), AREAS.index("handling")
UNTOLD = -3.0
# Labels of real clauses outweigh those of the grammar, which says what is meant better than what is not.
KEPT, ELSEWHERE, WIDENING_ROUNDS = 10.0, 0.1, 15
SITE, SITE_THRESHOLD = AREAS.index("site"), 0.35  # places have no labelled reviews to choose it by
CLAUSE_BITS, TEXT_BITS = 17, 15
AROUND = 0.5  # how much less the clause before and the whole text are trusted than the clause
PENALTY, ROUNDS = 1 / 30, 45
FOLDS = 3
FELT_STRENGTH = 0.3
FELT_SHARES = (
    1.0,
    1.0,
    1.0,
    0.3,
)  # of opinions on cosmetics, terms judged, reviews of one clause, the grammar of services


@dataclass(frozen=True)
class Matrix:
    """All clauses of some texts: features of clause, clause before and text side by side; truth, weight, tone."""

    x: sparse.csr_matrix
    rows: NDArray[np.int64]
    said: NDArray[np.int8]
    tone: NDArray[np.int64]
    weight: Floats


def matrix(texts: Sequence[Labelled]) -> Matrix:
    """Features as `voc.reading.areas.read` adds them up."""
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
    """Weights (slots of the three parts, areas) and bias.

    What is no goods is learnt from letters and questions as well, in a fit of its own: they say nothing of other
    areas, and in one fit with them these came out worse.
    """
    # The polarity of clauses is fitted along, and not used: rounds are few, and without it they would end elsewhere.
    judged = np.isin(data.tone, (-1, 1)) * data.weight
    y = np.column_stack([data.said[:, :OFFICES] == 1, data.tone == 1])
    known = np.column_stack([_known(data)[:, :OFFICES], judged])
    weights, bias = logistic(data.x, y, known, PENALTY, ROUNDS)
    both = joint(data, np.ones(len(data.rows), dtype=bool), offices)
    own, own_bias = logistic(both.x, both.said[:, [GOODS]] == 1, _known(both)[:, [GOODS]], PENALTY, ROUNDS)
    weights[:, GOODS], bias[GOODS] = own[:, 0], own_bias[0]
    weights[:, OFFICES], bias[OFFICES] = 0, UNTOLD  # no public clause is known to speak of it
    return weights, bias


def _known(data: Matrix) -> Floats:
    weight: Floats = (data.said >= 0) * data.weight[:, None]
    return weight


def widened(
    weights: NDArray[np.float32], bias: Floats, real: Matrix, branches: Matrix
) -> tuple[NDArray[np.float32], Floats]:
    """The same weights after reading clauses of services, whose own words alone count; what was said of the real
    clauses is to stay as it was (each stands with the share the weights give it as its label)."""
    many, size = len(AREAS), 2**CLAUSE_BITS
    apart = sparse.csr_matrix((branches.x.shape[0], branches.x.shape[1] - size), dtype=np.float32)
    x = sparse.vstack([real.x, sparse.hstack([branches.x[:, :size], apart])]).tocsr()
    before = (x @ weights[:, :many] + bias[:many]).astype(np.float32)
    truth = np.vstack([expit(before[: len(real.rows)]), branches.said == 1]).astype(np.float32)
    kept = np.tile(KEPT * real.weight[:, None], many)
    given = np.vstack([kept, _known(branches) * np.where(branches.said == 0, ELSEWHERE, 1.0)]).astype(
        np.float32
    )

    def losses(logits: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        logits = logits + before
        value = (given * (np.logaddexp(0, logits) - truth * logits)).sum()
        return float(value), given * (expit(logits) - truth)

    more, offset = minimised(x, many, losses, PENALTY, WIDENING_ROUNDS)
    weights, bias = weights.copy(), bias.copy()
    weights[:, :many] += more
    bias[:many] += offset
    return weights, bias


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
    found = np.zeros((len(data.rows), len(AREAS)))
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


@dataclass(frozen=True)
class Felt:
    """Clauses whose polarity is known: n-grams, whether they praise, weight, the group they come from."""

    x: sparse.csr_matrix
    good: NDArray[np.bool_]
    weight: Floats
    group: NDArray[np.int64]


def felt(groups: Sequence[Sequence[Labelled]], shares: Sequence[float]) -> Felt:
    """Judged clauses; in every group praise and blame weigh alike, since a domain's share of praise is none of ours."""
    judged = [(one, span, tone, k) for k, group in enumerate(groups) for one in group
              for span, tone in zip(one.spans, one.tone, strict=True) if tone in (-1, 1)]  # fmt: skip
    good = np.array([tone == 1 for _, _, tone, _ in judged])
    group = np.array([k for *_, k in judged])
    weight = np.array(shares)[group]
    for k in np.unique(group):
        praise = good[group == k].mean()
        weight[group == k] *= np.where(good[group == k], 0.5 / praise, 0.5 / (1 - praise))
    return Felt(counts([one.text[a:b] for one, (a, b), _, _ in judged], CLAUSE_BITS), good, weight, group)


def fit_felt(data: Felt, kept: NDArray[np.bool_]) -> Line:
    """Good against bad by the words of a clause: support vectors on log-count ratios, as the tone of whole texts."""
    return contrasted(data.x[kept], data.good[kept], data.weight[kept], FELT_STRENGTH, least=2)


def polarity(groups: Sequence[Sequence[Labelled]], tone: ToneModel) -> tuple[Line, Floats]:
    """The line of polarity in logits, and the weights of `voc.reading.areas.signs_of`, fitted out of fold."""
    data = felt(groups, FELT_SHARES)
    line = fit_felt(data, np.ones(len(data.good), dtype=np.bool_))
    fold = np.concatenate([[zlib.crc32(one.text.encode()) % FOLDS] * sum(t in (-1, 1) for t in one.tone)
                           for group in groups for one in group]).astype(np.int64)  # fmt: skip
    held = np.zeros(len(data.good))
    for k in range(FOLDS):
        other = fit_felt(data, fold != k)
        held[fold == k] = data.x[fold == k] @ other.weights + other.bias
    factor = in_logits(held, data.good, data.weight)
    return line.scaled(factor), _mix(groups, held * factor, data, tone)


def _mix(groups: Sequence[Sequence[Labelled]], said: Floats, data: Felt, tone: ToneModel) -> Floats:
    """Logistic regression of the polarity of an opinion; the sides weigh between as met and alike."""
    texts = [
        one for group in groups[:2] for one in group
    ]  # people judged these; the rest is words and grammar
    codes, first, last = joined([one.text for one in texts])
    parts = units([one.text for one in texts], codes, first, last)
    scores = score([one.text for one in texts], tone)
    row = np.array([k for k, one in enumerate(texts) for t in one.tone if t in (-1, 1)])
    start = np.array(
        [a for one in texts for (a, _), t in zip(one.spans, one.tone, strict=True) if t in (-1, 1)]
    )
    place = np.searchsorted(parts.starts, first[row] + start)
    signs = signs_of(np.zeros(len(parts.rows)), scores.spans(parts.starts, parts.ends)[:, 0],
                     scores.feelings(scores.rows()), parts)[place]  # fmt: skip
    signs[:, 1] = said[: len(row)]
    fitted = LogisticRegression(C=10.0).fit(
        signs[:, 1:], data.good[: len(row)], np.sqrt(data.weight[: len(row)])
    )
    return np.concatenate([fitted.intercept_, fitted.coef_[0]])


def train(tone: ToneModel, parts: tuple[str, ...] = ("train", "calibration")) -> tuple[AreaModel, str]:
    """Fit on labelled and weak clauses of these parts, calibrate and choose thresholds out of fold."""
    gold = [one for one in cosmetics() if one.part in parts and one.spans]
    rng = np.random.default_rng(SEED)
    judged = [one for one in goods() if one.part in parts]
    told = [one for one in weak(rng) if one.part in parts]
    other = matrix([*judged, *told])
    offices = matrix([one for one in without_goods(rng) if one.part in parts])
    logits = out_of_fold(gold, other, offices)
    data, truth = matrix(gold), truths(gold)
    odds = calibrate(logits, data.said == 1)
    shares = expit(odds[0] * logits + odds[1])
    best = reviews(shares, data.rows, len(gold))
    chosen = thresholds(best, truth)
    chosen[SITE] = SITE_THRESHOLD
    made = grammar(rng)
    real = joint(data, np.ones(len(data.rows), dtype=bool), other)
    weights, bias = fit(real, offices)
    everything = joint(real, np.ones(len(real.rows), dtype=bool), offices)
    weights, bias = widened(weights, bias, everything, matrix([*made, *put_in(told, rng)]))
    line, mix = polarity([gold, judged, told, made], tone)
    weights = np.column_stack([weights, _spread(line, len(weights))])
    model = model_of(weights, np.append(bias, line.bias))
    said = f"areas of reviews, out of fold: micro-F1 {micro(truth, best >= chosen):.3f} (n={len(gold)})"
    return AreaModel(AREAS, model.clause, model.text, odds, chosen, mix), said


def _spread(line: Line, slots: int) -> NDArray[np.float32]:
    """Weights of a line over the clause's own n-grams, nothing for those around it; shape (slots,)."""
    found = np.zeros(slots, dtype=np.float32)
    found[: 2**CLAUSE_BITS] = line.weights
    return found


def micro(truth: NDArray[np.bool_], named: NDArray[np.bool_]) -> float:
    return float(2 * (truth & named).sum() / (truth.sum() + named.sum()))
