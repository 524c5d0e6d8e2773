"""Penalised regression on top of given logits: the shipped model is the prior, labels move away from it.

Minimises mean loss + (penalty / 2 n) * |W|^2 with logits = offset + offset*gain + bias + x W by L-BFGS.
With few labels little moves; where labels agree with the shipped model nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from voc.learning.residual import Floats, Link, Residual, shares

PENALTIES = (3.0, 0.3, 0.03)  # from stiff to loose: each fit starts where the stiffer one ended
STIFF = 2.0  # penalty of gain and bias, in the same unit
FOLDS = 3
MOST_FOLDED = 1_200  # more rows than that add nothing to the choice of a penalty
OPTIONS = {"maxiter": 60, "maxcor": 6, "ftol": 1e-6, "gtol": 1e-6}
SEED = 20261122


@dataclass(frozen=True)
class Fit:
    """A residual, the penalty it was chosen with, and the logits (k, classes) of `rows` (k,) by fits blind to them."""

    residual: Residual
    penalty: float
    held_out: Floats
    rows: NDArray[np.int64]


def losses(logits: Floats, truth: Floats, link: Link) -> Floats:
    """Negative log-likelihood of each row, in nats, shape (rows,)."""
    if link == "one":
        top = logits.max(axis=1, keepdims=True)
        whole: Floats = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1)) - (truth * logits).sum(axis=1)
        return whole
    apart: Floats = (np.logaddexp(0, logits) - truth * logits).sum(axis=1)
    return apart


def fit(
    x: sparse.csr_matrix,
    offset: Floats,
    truth: Floats,
    penalty: float,
    link: Link,
    start: Residual | None = None,
) -> Residual:
    """Fit a residual; x (n, slots), offset and truth (n, classes), truth holding shares of 0 … 1."""
    n, classes = truth.shape
    slots = x.shape[1]
    xt = x.T.tocsr()

    def value(parameters: Floats) -> tuple[float, Floats]:
        weights, gain, bias = _parted(parameters, slots, classes)
        logits = offset * (1 + gain) + bias + x @ weights
        error = (shares(logits, link) - truth) / n
        cost = float(losses(logits, truth, link).mean())
        cost += (penalty * np.sum(weights**2) + STIFF * (np.sum(gain**2) + np.sum(bias**2))) / (2 * n)
        slope = np.concatenate(
            [
                (xt @ error + penalty / n * weights).ravel(),
                (offset * error).sum(axis=0) + STIFF / n * gain,
                error.sum(axis=0) + STIFF / n * bias,
            ]
        )
        return cost, slope

    first = np.zeros((slots + 2) * classes) if start is None else _joined(start)
    found = minimize(value, first, jac=True, method="L-BFGS-B", options=OPTIONS)
    return Residual(*_parted(found.x, slots, classes))


def _joined(residual: Residual) -> Floats:
    return np.concatenate([residual.weights.ravel(), residual.gain, residual.bias])


def _parted(parameters: Floats, slots: int, classes: int) -> tuple[Floats, Floats, Floats]:
    weights = parameters[: slots * classes].reshape(slots, classes)
    gain, bias = parameters[slots * classes :].reshape(2, classes)
    return weights, gain, bias


def choose_fit(x: sparse.csr_matrix, offset: Floats, truth: Floats, link: Link) -> Fit | None:
    """Fit with the penalty that does best on rows left out; None when none beats the shipped model there.

    To beat is to gain more than one standard error.
    """
    rows = np.random.default_rng(SEED).permutation(len(truth))[:MOST_FOLDED]
    if len(rows) < 2 * FOLDS:
        return None
    fold = np.arange(len(rows)) % FOLDS
    tried = _folded(x[rows], offset[rows], truth[rows], fold, link)
    cost = [losses(logits, truth[rows], link) for logits in tried]
    best = int(np.argmin([one.mean() for one in cost]))
    gain = losses(offset[rows], truth[rows], link) - cost[best]
    if gain.mean() <= gain.std() / len(rows) ** 0.5:
        return None
    residual = None
    for penalty in PENALTIES[: best + 1]:
        residual = fit(x, offset, truth, penalty, link, residual)
    return Fit(residual, PENALTIES[best], tried[best], rows) if residual else None


def _folded(
    x: sparse.csr_matrix, offset: Floats, truth: Floats, fold: NDArray[np.int64], link: Link
) -> list[Floats]:
    """Logits of each row by fits that have not seen it, shape (n, classes) for each penalty."""
    logits = [np.empty_like(offset) for _ in PENALTIES]
    for k in range(FOLDS):
        kept, left = fold != k, fold == k
        residual = None
        for penalty, column in zip(PENALTIES, logits, strict=True):
            residual = fit(x[kept], offset[kept], truth[kept], penalty, link, residual)
            column[left] = residual.logits(x[left], offset[left])
    return logits


def calibration(logits: Floats, truth: Floats) -> tuple[float, float]:
    """Fit (slope, shift) so that expit(slope * logit(top share) + shift) is the share of right answers.

    Two parameters held towards (1, 0) by one pseudo-observation each: a few dozen labels must not overrule.
    """
    read = shares(logits, "one")
    top = np.clip(read.max(axis=1), 1e-6, 1 - 1e-6)
    right = truth[np.arange(len(truth)), read.argmax(axis=1)]
    odds = np.log(top / (1 - top))

    def value(parameters: Floats) -> float:
        z = parameters[0] * odds + parameters[1]
        return float(np.sum(np.logaddexp(0, z) - right * z) + (parameters[0] - 1) ** 2 + parameters[1] ** 2)

    found = minimize(value, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 3.0), (-3.0, 3.0)])
    return float(found.x[0]), float(found.x[1])
