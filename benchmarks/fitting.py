"""Fit the tables of `voc.kernels.weights`: hashed n-gram counts of texts, logistic regressions by L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from voc.kernels.hashing import Floats, joined, slots
from voc.kernels.weights import ORDERS

Singles = NDArray[np.float32]


def counts(texts: Sequence[str], bits: int) -> sparse.csr_matrix:
    """N-gram counts over the root of their number, shape (texts, 2**bits), as `Table.read` adds them up."""
    codes, starts, ends = joined(texts)
    lengths = ends - starts
    row = np.repeat(np.arange(len(texts)), lengths)
    position = np.arange(len(row)) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    left = ends[row] - position
    grams = sum(np.maximum(lengths - order + 1, 0) for order in range(1, ORDERS + 1))
    value = (1 / np.sqrt(np.maximum(grams, 1)))[row].astype(np.float32)
    rows, found, values = [], [], []
    for order in range(1, ORDERS + 1):
        fits = left >= order
        rows.append(row[fits])
        found.append(slots(codes, order, bits)[position[fits]])
        values.append(value[fits])
    parts = np.concatenate(values), (np.concatenate(rows), np.concatenate(found))
    return sparse.coo_matrix(parts, shape=(len(texts), 2**bits)).tocsr()


def logistic(
    x: sparse.csr_matrix, y: NDArray[np.bool_], weight: Floats, penalty: float, rounds: int = 60
) -> tuple[NDArray[np.float32], Floats]:
    """Independent logistic regressions of all columns of y; weight (rows, columns) is 0 where y is unknown."""
    truth, given = y.astype(np.float32), weight.astype(np.float32)

    def losses(logits: Singles) -> tuple[float, Singles]:
        value = (given * (np.logaddexp(0, logits) - truth * logits)).sum()
        return float(value), given * (expit(logits) - truth)

    return minimised(x, y.shape[1], losses, penalty, rounds)


def softmax(
    x: sparse.csr_matrix, y: NDArray[np.intp], outputs: int, weight: Floats, penalty: float, rounds: int = 60
) -> tuple[NDArray[np.float32], Floats]:
    """Multinomial logistic regression; weight (rows,)."""
    rows, given = np.arange(len(y)), weight.astype(np.float32)

    def losses(logits: Singles) -> tuple[float, Singles]:
        logs = logits - logsumexp(logits, axis=1, keepdims=True)
        pull = np.exp(logs)
        pull[rows, y] -= 1
        return float(-(given * logs[rows, y]).sum()), pull * given[:, None]

    return minimised(x, outputs, losses, penalty, rounds)


def minimised(
    x: sparse.csr_matrix,
    outputs: int,
    losses: Callable[[Singles], tuple[float, Singles]],
    penalty: float,
    rounds: int,
) -> tuple[NDArray[np.float32], Floats]:
    """L-BFGS over weights and bias with a squared penalty; n-grams of one row only are left out."""
    used = np.flatnonzero(np.asarray((x > 0).sum(axis=0)).ravel() >= 2)
    small = x[:, used].tocsr()
    turned, size = small.T.tocsr(), len(used) * outputs

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat[:size].reshape(-1, outputs).astype(np.float32)
        value, pull = losses(small @ table + flat[size:].astype(np.float32))
        slope = np.concatenate([(turned @ pull + penalty * table).ravel(), pull.sum(axis=0)])
        return value + float(0.5 * penalty * (table**2).sum()), slope.astype(np.float64)

    options = {"maxiter": rounds, "maxcor": 6}
    flat = minimize(loss, np.zeros(size + outputs), jac=True, method="L-BFGS-B", options=options).x
    weights = np.zeros((x.shape[1], outputs), dtype=np.float32)
    weights[used] = flat[:size].reshape(-1, outputs)
    return weights, flat[size:]
