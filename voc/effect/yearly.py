"""What the season makes of weeks to come, known from a year and more of weeks before.

A wave of one year (one pair of harmonics) is fitted to weekly counts beside their exposure. What is expected of a
later week is the level of the reference weeks times this factor, so that a solved problem does not seem to come back
each year in its high season (Serfling 1963 expects influenza so; Farrington et al. 1996 explain why history must).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.effect.its import harmonics
from voc.effect.regression import fit
from voc.effect.weeks import YEAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_WEEKS = 48  # that carry the counts: fewer tell a level from a wave badly
MOST = 3.0  # no season moves a rate further


def yearly(counts: ArrayLike, exposure: ArrayLike, reference: Ints, at: Ints, step: int = 0) -> Floats:
    """Factors of the season in the weeks `at` against the mean of the weeks `reference`; ones where nobody can tell.

    counts, exposure: (n,) weeks one after another, exposure 0 where nothing is known; `step`: the place from which on
    the level was another, 0 for none. Places count from the first week and may lie beyond the last one.
    """
    y, size = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    known = size > 0
    if carrying(y[known]) < LEAST_WEEKS:
        return np.ones(len(at))
    waves = harmonics(int(max(at.max(), reference.max(), len(y) - 1)) + 1, YEAR, 1)
    place = np.arange(len(y))
    columns = np.column_stack([np.ones(len(y)), waves[: len(y)], *([place >= step] if step else [])])[known]
    fitted = fit(y[known], columns, offset=np.log(size[known]))
    wave = np.exp(np.clip(waves @ fitted.coefficients[1:3], -np.log(MOST), np.log(MOST)))
    return np.asarray(wave[at] / wave[reference].mean())


def carrying(counts: Floats) -> float:
    """How many weeks the counts are spread over (Kish's effective number): those of a new problem are few."""
    squares = float((counts**2).sum())
    return float(counts.sum()) ** 2 / squares if squares > 0 else 0.0
