"""Flag the points of a count series, each by its past alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from voc.alarms.expected import forecast
from voc.alarms.limits import tail, upper
from voc.alarms.rhythm import Rhythm, filled, profiles_of

LEAST = 2  # a single case is never a spike
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flags:
    """For each given point, what was expected of it, up to where it was ordinary, and whether it was not."""

    expected: Floats
    upper: Floats
    p_value: Floats
    flag: NDArray[np.bool_]
    rhythm: Rhythm
    filled: int  # steps that were missing and taken for zero


def detect(times: Sequence[datetime], values: Floats, rhythm: Rhythm, chinese_calendar: bool = True) -> Flags:
    """Judge each point of one series by the points before it; times ascend, values are not negative.

    Steps missing in a regular series are zeros where the series itself writes none, otherwise they are unknown.
    """
    grid, place = filled(times, rhythm)
    zeros = bool((values == 0).any())
    series = np.full(len(grid), np.nan if zeros else 0.0)
    series[place] = values
    counts = series[None] * _scale(values, rhythm.memory.warm)
    seen = forecast(counts, profiles_of(grid, rhythm, chinese_calendar), rhythm.memory)
    chances = np.where(np.isnan(counts), 1.0, tail(np.nan_to_num(counts), seen.mean[0], seen.variance[0]))
    chances[:, : rhythm.memory.warm] = 1.0
    ordinary = (chances >= 1) | (np.nan_to_num(counts) < LEAST)
    levels, flags = strictness(np.where(ordinary, 1.0, chances), rhythm)
    limit = upper(seen.mean[0], seen.variance[0], np.maximum(levels, 1e-300))
    scale = _scale(values, rhythm.memory.warm)
    return Flags(
        expected=seen.mean[0][0][place] / scale,
        upper=limit[0][place] / scale,
        p_value=chances[0][place],
        flag=flags[0][place],
        rhythm=rhythm,
        filled=0 if zeros else len(grid) - len(place),
    )


def _scale(values: Floats, warm: int) -> float:
    """Return what makes measurements vary like counts; counts are left as they are. Only the beginning is looked at."""
    if np.array_equal(values, np.round(values)):
        return 1.0
    first = values[: max(warm, 2)]
    return float(first.mean() / max(first.var(), 1e-12)) if first.mean() > 0 else 1.0


def strictness(chances: Floats, rhythm: Rhythm) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the level at each step and the flags, (S, T): a series that cries often has to cry louder.

    Each new episode lowers the level, each quiet step raises it back (Gibbs and Candès 2021, adaptive conformal
    inference, on a logarithmic scale), so that heavy tails cost sensitivity instead of false flags.
    """
    series, steps = chances.shape
    drawn, levels = np.zeros(series), np.zeros((series, steps))
    flags, quiet = np.zeros((series, steps), dtype=bool), np.full(series, steps)
    logs = np.log10(np.maximum(chances, 1e-300))
    for step in range(steps):
        limit = np.log10(rhythm.level) + drawn
        levels[:, step] = 10**limit
        flags[:, step] = logs[:, step] < limit
        fresh = flags[:, step] & (quiet > REST)
        quiet = np.where(flags[:, step], 0, quiet + 1)
        drawn = np.minimum(drawn - rhythm.stricter * fresh + rhythm.stricter * rhythm.starts, 0.0)
    return levels, flags


REST = 2  # quiet steps between two flags that still belong to one episode
