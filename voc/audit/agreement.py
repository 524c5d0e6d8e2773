"""How far two readers agree beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORDS = ((0.8, "很好"), (0.6, "较好"), (0.4, "一般"), (-1.0, "差"))


@dataclass(frozen=True)
class Agreement:
    """Cohen's kappa with its 95 % interval, Krippendorff's alpha, and the plain share of equal answers."""

    rows: int
    equal: float
    kappa: float
    low: float
    high: float
    alpha: float

    @property
    def word(self) -> str:
        """Say in Chinese how good this is (bounds of Landis and Koch 1977)."""
        return next(word for least, word in WORDS if self.kappa >= least - 1e-9 or least < 0)


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Compare the answers two readers gave to the same rows.

    Kappa as in Cohen (1960) with the error of Fleiss, Cohen and Everitt (1969); alpha for nominal answers as in
    Krippendorff (2004). Where both give one and the same answer to everything neither is defined, and 1 is told.
    """
    classes = sorted({*first, *second})
    if not first or len(classes) < 2:
        sure = 1.0 if first else float("nan")
        return Agreement(len(first), sure, sure, sure, sure, sure)
    place = {name: n for n, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)))
    for a, b in zip(first, second, strict=True):
        table[place[a], place[b]] += 1
    from statsmodels.stats.inter_rater import cohens_kappa  # takes a second to import; few commands need it

    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # of its test against no agreement, which is not used
        found = cohens_kappa(table)
    reach = 1.959964 * float(found.std_kappa)
    kappa = float(found.kappa)
    equal = float(np.trace(table) / table.sum())
    return Agreement(
        len(first), equal, kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach), _alpha(table)
    )


def _alpha(table: NDArray[np.float64]) -> float:
    both = table + table.T
    of, n = both.sum(axis=0), both.sum()
    return float(1 - (n - 1) * (n - np.trace(both)) / (n**2 - (of**2).sum()))
