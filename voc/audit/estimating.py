"""Shares of classes as readers would count them: from a stratified sample, with an interval.

Strata lie within predicted types, so that the weighted mean of what readers say in each stratum (Horvitz–Thompson
1952) equals the model's share corrected by the differences found (the difference estimator; Särndal, Swensson
and Wretman 1992, chapter 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SHRUNK = 1.0  # rows' worth of its like that each stratum's share is drawn towards: four of four is not always


@dataclass(frozen=True)
class Share:
    """What share of all feedback is of a class: by the model, by the readers, and the interval of the latter."""

    model: float
    corrected: float
    low: float
    high: float


def corrected(sizes: Ints, predicted: Bools, strata: Ints, said: Floats, level: float = 0.95) -> Share:
    """Estimate the share of a class.

    sizes: rows of each stratum in the population; predicted: whether the model gives a stratum to the class;
    strata: that of each row read, shape (n,); said: the part of its readers who say it is of the class, 0 to 1.
    """
    count = np.bincount(strata, minlength=len(sizes)).astype(np.float64)
    total = np.bincount(strata, weights=said, minlength=len(sizes)).astype(np.float64)
    weight = np.where(count > 0, sizes, 0.0) / max(float(sizes[count > 0].sum()), 1.0)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    share = float((weight * mean).sum())
    variance = _variance(np.asarray(weight, dtype=np.float64), count, total, predicted, sizes)
    freedom = _freedom(variance, count)
    low, high = _interval(share, float(np.sqrt(variance.sum())), freedom, level)
    return Share(float(sizes[predicted].sum() / max(int(sizes.sum()), 1)), share, low, high)


def _variance(weight: Floats, count: Floats, total: Floats, predicted: Bools, sizes: Ints) -> Floats:
    """Variance that each stratum adds; its share is drawn towards that of the strata the model treats alike."""
    like = np.where(predicted, _pooled(total, count, predicted), _pooled(total, count, ~predicted))
    drawn = (total + like * SHRUNK) / (count + SHRUNK)
    left = 1 - count / np.maximum(sizes, 1)
    spread = drawn * (1 - drawn) * left / np.maximum(count - 1, 1)
    return np.where(count > 0, weight**2 * spread, 0.0)


def _pooled(total: Floats, count: Floats, chosen: Bools) -> float:
    return float((total[chosen].sum() + 0.5) / (count[chosen].sum() + 1))


def _freedom(variance: Floats, count: Floats) -> float:
    """Degrees of freedom after Satterthwaite (1946)."""
    parts = variance[variance > 0] ** 2 / np.maximum(count[variance > 0] - 1, 1)
    return float(variance.sum() ** 2 / parts.sum()) if parts.sum() > 0 else 1.0


def _interval(share: float, error: float, freedom: float, level: float) -> tuple[float, float]:
    """Interval on the logit scale, which stays between 0 and 1; of nothing found, the upper limit alone."""
    reach = float(t.ppf(0.5 + level / 2, max(freedom, 2.0))) * error
    if not 0 < share < 1:
        return (0.0, min(1.0, reach)) if share == 0 else (max(0.0, 1 - reach), 1.0)
    place, width = np.log(share / (1 - share)), reach / (share * (1 - share))
    return float(1 / (1 + np.exp(-(place - width)))), float(1 / (1 + np.exp(-(place + width))))


def confusion(sizes: Ints, strata: Ints, predicted: Ints, said: Floats) -> Floats:
    """Estimate the share of all feedback that the model calls i and readers call j, shape (classes, classes).

    predicted: class of each row read, shape (n,); said: part of the readers for each class, shape (n, classes).
    """
    count = np.bincount(strata, minlength=len(sizes))
    weight = sizes[strata] / np.maximum(count[strata], 1) / max(int(sizes[count > 0].sum()), 1)
    table = np.zeros((said.shape[1], said.shape[1]))
    np.add.at(table, predicted, said * weight[:, None])
    return table
