"""Fit the sentiment of texts: a linear model of n-grams, then what the clauses say together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from benchmarks.fitting import counts
from voc.kernels.hashing import Floats, joined
from voc.reading.pooling import POOLED, cut, pooled

BITS = 20
CLAUSE_WEIGHT = 0.3  # of all clauses of a text together, over the root of their number, beside the text's 1
SEED = 20261121
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """One linear output: weights (2**BITS,) and bias."""

    weights: Floats
    bias: float

    def scaled(self, by: float, offset: float = 0.0) -> Line:
        """The same line in other units."""
        return Line(self.weights * by, self.bias * by + offset)


@dataclass(frozen=True)
class Batch:
    """Texts as n-grams, and their clauses likewise."""

    texts: sparse.csr_matrix
    clauses: sparse.csr_matrix
    parts: Any
    lengths: NDArray[np.int64]


def batch(texts: Sequence[str]) -> Batch:
    """Count the n-grams of texts and of their clauses."""
    codes, starts, ends = joined(texts)
    parts = cut(codes, starts, ends)
    first = starts[parts.rows]
    spans = zip(parts.rows, parts.starts - first, parts.ends - first, strict=True)
    return Batch(
        counts(texts, BITS), counts([texts[r][a:b] for r, a, b in spans], BITS), parts, ends - starts
    )


def chosen(data: Batch, rows: NDArray[np.bool_]) -> Batch:
    """Return some texts of a batch with their clauses."""
    kept = rows[data.parts.rows]
    renumbered = np.cumsum(rows) - 1
    parts = replace(
        data.parts,
        rows=renumbered[data.parts.rows[kept]],
        starts=data.parts.starts[kept],
        ends=data.parts.ends[kept],
        turns=data.parts.turns[kept],
    )
    return Batch(data.texts[rows], data.clauses[kept], parts, data.lengths[rows])


def contrasted(
    x: sparse.csr_matrix,
    y: NDArray[np.bool_],
    weight: Floats,
    strength: float,
    power: float = 1.0,
    least: int = 4,
) -> Line:
    """Support vectors on n-grams scaled by their log-count ratios (Wang & Manning 2012), folded into one line.

    Power 1 takes the ratios as they are, less evens them out; n-grams in fewer than `least` rows are dropped.
    """
    present = x.copy()
    present.data = np.ones_like(present.data)
    frequent = np.asarray(present.sum(axis=0)).ravel() >= least
    good, bad = (np.asarray(present.T @ (weight * side)).ravel() + 1 for side in (y, ~y))
    ratio = np.log((good / good.sum()) / (bad / bad.sum()))
    ratio = np.where(frequent, np.sign(ratio) * np.abs(ratio) ** power, 0)
    used = np.flatnonzero(ratio)
    scaled = (x[:, used] @ sparse.diags(ratio[used])).tocsr()
    machine = LinearSVC(C=strength, dual=True, tol=0.05, max_iter=80, random_state=SEED)
    with warnings.catch_warnings():  # questions stand on both sides on purpose; no fit can part them
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = machine.fit(scaled, y, sample_weight=weight)
    weights = np.zeros(x.shape[1])
    weights[used] = fitted.coef_[0] * ratio[used]
    return Line(weights, float(fitted.intercept_[0]))


def feeling(data: Batch, y: Labels, weight: Floats) -> Line:
    """Sentiment of texts, every clause standing in for its text at a small weight."""
    rows = data.parts.rows
    number = np.bincount(rows, minlength=len(y))[rows]
    small = CLAUSE_WEIGHT * weight[rows] / np.sqrt(number)
    x = sparse.vstack([data.texts, data.clauses]).tocsr()
    return contrasted(x, np.concatenate([y, y[rows]]) == 1, np.concatenate([weight, small]), 0.3)


def described(data: Batch, line: Line) -> Floats:
    """What `voc.reading.pooling` says of the texts when `line` scores them, shape (texts, POOLED)."""
    texts, clauses = ((x @ line.weights + line.bias).astype(np.float32) for x in (data.texts, data.clauses))
    return pooled(texts, clauses, data.parts, data.lengths)


def in_logits(scores: Floats, y: NDArray[np.bool_], weight: Floats | None = None) -> float:
    """The factor that makes scores the log-odds of y (Platt 1999, through the origin)."""
    fitted = LogisticRegression(C=1e6, fit_intercept=False).fit(scores[:, None], y, sample_weight=weight)
    return float(fitted.coef_[0, 0])


def pool(features: Floats, y: Labels, weight: Floats | None = None) -> tuple[Floats, float]:
    """Weights (POOLED,) and bias that turn descriptions into log-odds of praise."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=0.3, max_iter=1000).fit(
        (features - middle) / spread, y, sample_weight=weight
    )
    weights: Floats = fitted.coef_[0] / spread
    assert weights.shape == (POOLED,)
    return weights, float(fitted.intercept_[0] - middle @ weights)


def knots(scores: Floats, truth: NDArray[np.bool_], weight: Floats | None = None) -> Floats:
    """Isotonic fit thinned to 33 knots, never surer than 0.995."""
    fitted = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip").fit(scores, truth, weight)
    at = np.unique(np.quantile(scores, np.linspace(0, 1, 33)))
    return np.stack([at, fitted.predict(at)])
