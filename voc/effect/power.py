"""How many weeks a verification will need: the follow-up that tells the smallest effect from none with enough power.

Normal approximation of a log rate ratio. Weekly counts vary φ times more than chance and remember the week before
(lag-1 correlation); both are taken from the history. Power: Φ(|log(1 − e)|/se − z), for the interval beyond nought.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from voc.effect import foresight, its, regression
from voc.effect.its import Series

MOST_WEEKS = 104
POWER = 0.8


@dataclass(frozen=True)
class Volume:
    """Complaints a week, how much more than chance they vary, and how they hang together from week to week."""

    weekly: float
    phi: float = 1.0
    shared: float = 0.0


def volume_of(series: Series) -> Volume:
    """The volume of a series before its intervention, with trend and season taken out as far as they can be."""
    kept = its.kept_of(series) & (np.arange(len(series.values)) < series.after)
    weekly = float(series.values[kept].mean()) if kept.any() else 0.0
    found = foresight.noise_before(series)
    return Volume(weekly) if found is None else Volume(weekly, found.phi, found.shared)


def before_after_variance(volume: Volume, before: int, after: int, ratio: float = 1.0) -> float:
    """Variance of the log rate ratio of `after` weeks against `before` weeks, the rate after being `ratio` times."""
    longer = (1 + volume.shared) / (1 - volume.shared)
    return volume.phi * longer * (1 / (volume.weekly * before) + 1 / (volume.weekly * ratio * after))


def interrupted_variance(volume: Volume, series: Series, after: int, ratio: float = 1.0) -> float:
    """Variance of the step of an interrupted series as long before as `series`, with `after` weeks after."""
    weights = foresight.step_weights(series, after)
    error = regression.remembered(weights, volume.shared)
    # Weeks after hold fewer complaints when the action works, and chance weighs more there.
    own = (1 / ratio - 1) / after
    return volume.phi / volume.weekly * (error + max(own, 0.0))


def controlled_variance(own: Volume, other: Volume, before: int, after: int, ratio: float = 1.0) -> float:
    """Variance of the log ratio of rate ratios: treated units beside controls."""
    return before_after_variance(own, before, after, ratio) + before_after_variance(other, before, after)


def power_at(variance: float, effect: float, alpha: float = 0.05) -> float:
    """Chance that the interval of a true relative change `effect` excludes nought on its own side."""
    if variance <= 0 or not -1 < effect < math.inf:
        return 0.0
    return float(ndtr(abs(math.log1p(effect)) / math.sqrt(variance) - ndtri(1 - alpha / 2)))


def weeks_for(
    variance: Callable[[int], float], effect: float, alpha: float = 0.05, power: float = POWER
) -> int | None:
    """The fewest weeks of follow-up with this power; None when two years would not do.

    variance: of the log ratio as a function of the weeks after; it does not grow with them.
    """
    if power_at(variance(MOST_WEEKS), effect, alpha) < power:
        return None
    low, high = 1, MOST_WEEKS
    while low < high:
        middle = (low + high) // 2
        if power_at(variance(middle), effect, alpha) >= power:
            high = middle
        else:
            low = middle + 1
    return low
