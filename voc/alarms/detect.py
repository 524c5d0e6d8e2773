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

MEDIAN_OF_CHI_SQUARE = 0.4549  # one degree of freedom
WILD = 20.0  # times the variance of counts
LEAST = 2  # a single case is never a spike; of what is no count, as much as varies like one
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flags:
    """For each given point, what was expected of it, up to where it was ordinary, and whether it was not."""

    expected: Floats
    upper: Floats
    p_value: Floats
    flag: NDArray[np.bool_]
    begins: NDArray[np.bool_]  # where an episode of flags begins
    rhythm: Rhythm
    filled: int  # steps that were missing and taken for zero


def detect(times: Sequence[datetime], values: Floats, rhythm: Rhythm, chinese_calendar: bool = True) -> Flags:
    """Judge each point of one series by the points before it; times ascend, values are not negative.

    Steps missing in a regular series are zeros as long as the series itself has written none, later they are unknown.
    """
    grid, place = filled(times, rhythm)
    zeros = place[values == 0]
    since = int(zeros[0]) if len(zeros) else len(grid)
    series = np.where(np.arange(len(grid)) > since, np.nan, 0.0)
    series[place] = values
    scale = _scale(values[(place < rhythm.memory.warm) & ~np.isnan(values)])
    counts = series[None] * scale
    seen = forecast(counts, profiles_of(grid, rhythm, chinese_calendar), rhythm.memory)
    chances = np.where(np.isnan(counts), 1.0, tail(np.nan_to_num(counts), seen.mean[0], seen.variance[0]))
    chances[:, : rhythm.memory.warm] = 1.0
    ordinary = (chances >= 1) | (np.nan_to_num(np.maximum(series[None], counts)) < LEAST)
    levels, flags, begins = strictness(np.where(ordinary, 1.0, chances), rhythm)
    limit = upper(seen.mean[0], seen.variance[0], np.maximum(levels, 1e-300))
    return Flags(
        expected=seen.mean[0][0][place] / scale,
        upper=limit[0][place] / scale,
        p_value=chances[0][place],
        flag=flags[0][place],
        begins=begins[0][place],
        rhythm=rhythm,
        filled=since - int((place < since).sum()),
    )


def _scale(first: Floats) -> float:
    """Return what makes values vary like counts where they do not, by those of the beginning.

    Counts are left as they are, unless their beginning varies so much more than chance that it could never be learnt
    from surprises that are limited: large amounts, or counts of thousands that stray by a tenth.
    """
    if len(first) < 2 or first.mean() <= 0:
        return 1.0
    if not np.array_equal(first, np.round(first)):
        return float(first.mean() / max(first.var(), 1e-12))
    # The median of squared steps, beside that of a chi-square: one spike among them does not widen it.
    varied = float(np.median(np.diff(first) ** 2)) / 2 / MEDIAN_OF_CHI_SQUARE
    ratio = varied / float(np.median(first)) if np.median(first) > 0 else 1.0
    return 1 / ratio if ratio > WILD else 1.0


def strictness(chances: Floats, rhythm: Rhythm) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the level at each step, the flags and where episodes of them begin, (S, T) each.

    A series that cries often has to cry louder.

    Each new episode lowers the level, each quiet step raises it back (Gibbs and Candès 2021, adaptive conformal
    inference, on a logarithmic scale), so that heavy tails cost sensitivity instead of false flags.
    """
    series, steps = chances.shape
    drawn, levels = np.zeros(series), np.zeros((series, steps))
    flags, begins = np.zeros((series, steps), dtype=bool), np.zeros((series, steps), dtype=bool)
    quiet = np.full(series, steps)
    logs = np.log10(np.maximum(chances, 1e-300))
    for step in range(steps):
        limit = np.log10(rhythm.level) + drawn
        levels[:, step] = 10**limit
        flags[:, step] = logs[:, step] < limit
        begins[:, step] = flags[:, step] & (quiet > REST)
        quiet = np.where(flags[:, step], 0, quiet + 1)
        drawn = np.minimum(drawn - rhythm.stricter * begins[:, step] + rhythm.stricter * rhythm.starts, 0.0)
    return levels, flags, begins


REST = 2  # quiet steps between two flags that still belong to one episode
