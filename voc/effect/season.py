"""A season that nobody has seen yet: what a yearly wave of unknown phase may have done between two windows.

With less than a year of history nothing is known of the phase, and of the size only what other series teach. The
allowance is a wave as high as `swing`: between two windows it moves the log rate by a·cos(U), U uniform and
a = 2·swing·|sin(π·distance/year)|. Such a move is bounded, so that the interval is the exact one of chance plus a
bounded move and not that of a normal error, which would reach 40 % further than any such season can.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from voc.effect.before_after import Effect
from voc.effect.misreading import LEAST_CHANGE, MOST_LOG, with_ends
from voc.effect.weeks import YEAR

Floats = NDArray[np.float64]

# Yearly wave of the share of complaints in four public series of two to five years: 7, 17, 18 and 42 %; their median
# (`python -m benchmarks.seasons`). Rehearsals assume it where they cannot read a season, verdicts allow for it.
USUAL = 0.17
PHASES = np.cos(np.pi * (np.arange(48) + 0.5) / 48)
STEPS = 30  # halvings


def reach(swing: float, apart: ArrayLike) -> Floats:
    """The furthest that a wave of ±`swing` moves the log rate between windows whose middles are `apart` weeks apart."""
    distance = np.minimum(np.asarray(apart, dtype=np.float64), YEAR / 2)
    return np.asarray(2 * swing * np.abs(np.sin(np.pi * distance / YEAR)))


def half_widths(half: ArrayLike, most: ArrayLike, alpha: float) -> Floats:
    """Half widths (any shape) with a season of reach `most` in them, from those of chance alone; infinite ones stay.

    The width h solves P(|e + a·cos U| ≤ h) = 1 − alpha, e normal with the quantile `half`: `half` itself without a
    season, and a without chance.
    """
    own, a = np.broadcast_arrays(np.asarray(half, dtype=np.float64), np.asarray(most, dtype=np.float64))
    known = np.isfinite(own) & (own > 0) & (a > 0)
    sd = np.where(known, own, 1.0) / float(ndtri(1 - alpha / 2))
    far = np.where(known, a, 0.0)
    low, high = np.zeros_like(sd), np.where(known, own, 0.0) + far
    for _ in range(STEPS):
        middle = (low + high) / 2
        enough = _within(middle, far, sd) >= 1 - alpha / 2
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(known, high, np.where(own > 0, own, a))


def _within(width: Floats, most: Floats, sd: Floats) -> Floats:
    moves = most[..., None] * PHASES
    return np.asarray(ndtr((width[..., None] - moves) / sd[..., None]).mean(axis=-1))


def power(effect: float, variance: ArrayLike, most: ArrayLike, alpha: float) -> Floats:
    """Chance that the interval with a season in it excludes nought; `effect` is the true change of the log rate."""
    sd = np.sqrt(np.asarray(variance, dtype=np.float64))
    a = np.broadcast_to(np.asarray(most, dtype=np.float64), sd.shape)
    width = half_widths(float(ndtri(1 - alpha / 2)) * sd, a, alpha)
    return _within(abs(effect) - width, a, sd)


def allowed(effect: Effect, most: float, alpha: float) -> Effect:
    """The same effect with a season of reach `most` in its interval and its p."""
    one, low, high = effect.change
    if most <= 0 or not -1 < one < math.inf:
        return effect
    centre = math.log1p(one)
    below, above = centre - math.log1p(max(low, LEAST_CHANGE)), math.log1p(high) - centre
    down, up = half_widths([below, above], most, alpha)
    top = math.expm1(centre + up) if centre + up < MOST_LOG else math.inf
    made = with_ends(effect, math.expm1(centre - float(down)), float(top))
    p = max(effect.p_value, _p_value(effect, centre, (below, above), most, alpha))
    return replace(made, p_value=p, diagnostics=effect.diagnostics | {"season_reach": most})


def _p_value(effect: Effect, centre: float, halves: tuple[float, float], most: float, alpha: float) -> float:
    """Two-sided p of no change; below alpha exactly where the interval excludes nought."""
    toward = halves[1] if centre < 0 else halves[0]
    if not math.isfinite(toward) or toward <= 0:
        return 1.0 if toward > 0 else effect.p_value
    sd = np.array(toward / float(ndtri(1 - alpha / 2)))
    return float(2 * (1 - _within(np.array(abs(centre)), np.array(most), sd)))
