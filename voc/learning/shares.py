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


def corrected(
    counted: float, rows: int, said: Floats, told: Floats, weights: Floats | None = None, level: float = 0.95
) -> Share:
    """Correct a share that the model counted over `rows` rows.

    said, told: shape (n,), what the model and the labels say of the sampled rows: 1 the class, 0 not (or the
    share of labellers who say so). weights: shape (n,), how much each sampled row stands for (None: all alike).
    With fewer than two labelled rows nothing is known: the interval is 0 … 1.
    """
    n = len(told)
    if n < 2 or rows < 1:
        return Share(counted, counted, 0.0, 1.0, n)
    part = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    worth = 1 / float((part**2).sum())  # as many rows of equal weight would say as much
    lean = _lean(said, told, part, worth / rows)
    left = told - lean * said
    middle = float(part @ left)
    # One imagined mistake each way: a sample without a mistake does not prove that there are none.
    spread = (worth * float(part @ (left - middle) ** 2) + 2) / (worth + 1)
    variance = spread / (worth + 2) + lean**2 * counted * (1 - counted) / rows
    reach = float(student.ppf(0.5 + level / 2, max(1.0, worth - 1))) * variance**0.5
    value = float(np.clip(lean * counted + middle, 0, 1))
    return Share(counted, value, max(0.0, value - reach), min(1.0, value + reach), n)


def _lean(said: Floats, told: Floats, part: Floats, ratio: float) -> float:
    """How far the model is leant on, 0 … 1: all the way when it is right, not at all when it guesses."""
    apart = said - part @ said
    spread = float(part @ apart**2)
    if spread < 1e-12:
        return 1.0
    return float(np.clip(float(part @ (apart * (told - part @ told))) / (spread * (1 + ratio)), 0, 1))
