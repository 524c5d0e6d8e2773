"""How soon anybody could find a rise: who knows the rate before, the rise, and how much days vary, and needs no margin.

Of all rules with as few false alarms the CUSUM of the likelihood ratio waits least (Moustakides 1986). Its run lengths
are those of a Markov chain over a grid of its states (Brook and Evans 1972).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

Floats = NDArray[np.float64]
STATES, LONGEST = 200, 400


@lru_cache(maxsize=64)
def soonest(volume: float, rise: float, unrest: float, days: float) -> tuple[int, int]:
    """Return the day by which half and nine tenths of the rises are found, one false alarm in so many days allowed.

    volume: complaints a day; unrest: standard deviation of a day's rate, as a share; days beyond LONGEST count as it.
    """
    low, high = 0.5, 60.0
    for _ in range(14):
        limit = (low + high) / 2
        often = (
            np.linalg.solve(np.eye(STATES) - _steps(volume, rise, unrest, limit, 1.0), np.ones(STATES))[0]
            < days
        )
        low, high = (limit, high) if often else (low, limit)
    left, waiting = np.eye(STATES)[0], []
    steps = _steps(volume, rise, unrest, high, rise)
    for _ in range(LONGEST):
        left = left @ steps
        waiting.append(left.sum())
    found = 1 - np.array(waiting)
    return _first(found >= 0.5), _first(found >= 0.9)


def _steps(volume: float, rise: float, unrest: float, limit: float, times: float) -> Floats:
    """Return the chances of going from state to state in a day whose rate is so many times the usual one."""
    counts = np.arange(
        int(volume * rise + 12 * np.sqrt(volume * rise * (1 + volume * rise * unrest**2)) + 20)
    )
    size = 1 / unrest**2
    chances = nbinom.pmf(counts, size, size / (size + volume * times))
    states = np.arange(STATES) * limit / STATES
    middle = states + limit / STATES / 2 * (states > 0)
    after = np.maximum(middle[:, None] + counts * np.log(rise) - volume * (rise - 1), 0.0)
    place = np.minimum(after / limit * STATES, STATES).astype(np.int64)
    whole = np.zeros((STATES, STATES + 1))
    np.add.at(whole, (np.arange(STATES)[:, None], place), np.broadcast_to(chances, after.shape))
    result: Floats = whole[:, :STATES]
    return result


def _first(reached: NDArray[np.bool_]) -> int:
    return int(np.argmax(reached)) + 1 if reached.any() else LONGEST
