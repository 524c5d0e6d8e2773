"""Class shares corrected for the model's mistakes, with intervals that hold.

Prediction-powered inference (Angelopoulos et al. 2023), tuned (PPI++): the share the model sees in all rows
plus what it is off by on a simple random sample that people labelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """Share of one class: as the model counts it, and corrected, with a two-sided interval."""

    counted: float
    value: float
    low: float
    high: float
    labelled: int


def corrected(counted: float, rows: int, said: Floats, told: Floats, level: float = 0.95) -> Share:
    """Correct a share that the model counted over `rows` rows.

    said, told: shape (n,), what the model and the labels say of the sampled rows: 1 the class, 0 not (or the
    share of labellers who say so). With fewer than two labelled rows nothing is known: the interval is 0 … 1.
    """
    n = len(told)
    if n < 2 or rows < 1:
        return Share(counted, counted, 0.0, 1.0, n)
    weight = _weight(said, told, n / rows)
    left = told - weight * said
    value = weight * counted + float(left.mean())
    # One imagined mistake each way: a sample without a mistake does not prove that there are none.
    spread = (float(((left - left.mean()) ** 2).sum()) + 2) / (n + 1)
    variance = spread / (n + 2) + weight**2 * counted * (1 - counted) / rows
    reach = float(student.ppf(0.5 + level / 2, n - 1)) * variance**0.5
    value = float(np.clip(value, 0, 1))
    return Share(counted, value, max(0.0, value - reach), min(1.0, value + reach), n)


def _weight(said: Floats, told: Floats, ratio: float) -> float:
    """How far the model is leant on, 0 … 1: all the way when it is right, not at all when it guesses."""
    spread = float(said.var())
    if spread == 0:
        return 1.0
    joint = float(((said - said.mean()) * (told - told.mean())).mean())
    return float(np.clip(joint / (spread * (1 + ratio)), 0, 1))
