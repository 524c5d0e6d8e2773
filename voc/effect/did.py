"""Difference-in-differences of a panel: units that were treated at one time against units that never were.

A panel is an array (units, times), NaN where nothing is known. Each unit is reduced to one number, its mean after
minus its mean before, so that what a unit shares over time cannot fake precision (Bertrand, Duflo & Mullainathan
2004); the two groups of numbers are compared without taking their spreads for equal. That is the regression with unit
and time effects and errors clustered by unit (CR2). Their degrees of freedom are those of Bell & McCaffrey (2002),
which hang on how many units there are and not on how much they happened to spread: Welch's estimated ones are most
generous just when few treated units agree by chance (Imbens & Kolesár 2016). Assumes parallel trends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from voc.effect.intervals import quantile

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Difference:
    """Effect in units of the values: treated units against what they would have been (`before`: that level)."""

    estimate: float
    error: float
    df: float
    before: float
    after: float
    treated: int
    controls: int
    facts: dict[str, Any] = field(default_factory=dict)

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Student's interval; without an error the whole line."""
        if not np.isfinite(self.error):
            return -np.inf, np.inf
        half = float(quantile(alpha, self.df)) * self.error
        return self.estimate - half, self.estimate + half

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        if not np.isfinite(self.error) or self.error <= 0:
            return 1.0
        return float(2 * special.stdtr(self.df, -abs(self.estimate) / self.error))


def changes(panel: Floats, after: int) -> tuple[Floats, Mask]:
    """Mean after minus mean before of each unit (NaN when it lacks a side), and which units have both."""
    known = np.isfinite(panel)
    both: Mask = np.asarray(known[:, :after].any(axis=1) & known[:, after:].any(axis=1))
    change = np.full(len(panel), np.nan)
    change[both] = np.nanmean(panel[both, after:], axis=1) - np.nanmean(panel[both, :after], axis=1)
    return change, both


def difference(panel: Floats, treated: Mask, after: int) -> Difference:
    """Mean change of the treated units minus that of the others, from places before and from `after` on."""
    change, both = changes(panel, after)
    first, second = change[both & treated], change[both & ~treated]
    estimate = float(first.mean() - second.mean())
    error, df = _error(first, second)
    rows = panel[both & treated]
    level = float(np.nanmean(rows[:, after:]))
    facts = {
        "dropped_units": int((~both).sum()), "pooled": pooled_difference(panel, treated, after),
        "errors": "bell_mccaffrey_on_unit_changes" if first.size > 1 else "spread_of_controls",
    }  # fmt: skip
    return Difference(estimate, error, df, level - estimate, level, first.size, second.size, facts)


def _error(first: Floats, second: Floats) -> tuple[float, float]:
    if second.size < 2:
        return np.inf, 1.0
    if first.size < 2:
        # One treated unit has no spread of its own: the controls tell how much units change by themselves.
        return float(second.std(ddof=1) * np.sqrt(1 / first.size + 1 / second.size)), second.size - 1.0
    parts = np.array([first.var(ddof=1) / first.size, second.var(ddof=1) / second.size])
    total = float(parts.sum())
    return (float(np.sqrt(total)) if total else np.inf), few_units_df(first.size, second.size)


def few_units_df(first: int, second: int) -> float:
    """Degrees of freedom of the difference of two means of so many units, were all alike (Bell & McCaffrey)."""
    shares = np.array([1 / first, 1 / second]) / (1 / first + 1 / second)
    return float(1 / (shares**2 / [first - 1, second - 1]).sum())


def pooled_difference(panel: Floats, treated: Mask, after: int) -> float:
    """The difference of the four means over all known cells, units that lack a side included."""
    cells = [
        panel[who][:, when] for who in (treated, ~treated) for when in (slice(after, None), slice(0, after))
    ]
    one, two, three, four = (float(cell[np.isfinite(cell)].mean()) for cell in cells)
    return (one - two) - (three - four)


def pre_trend(panel: Floats, treated: Mask, after: int) -> Difference | None:
    """Difference of the slopes before, per step; None with fewer than three places or without spread."""
    if after < 3:
        return None
    slopes = np.array([_slope(row) for row in panel[:, :after]])
    known = np.isfinite(slopes)
    first, second = slopes[known & treated], slopes[known & ~treated]
    if not first.size or second.size < 2:
        return None
    error, df = _error(first, second)
    gap = float(first.mean() - second.mean())
    return Difference(gap, error, df, float(second.mean()), float(first.mean()), first.size, second.size)


def _slope(row: Floats) -> float:
    known = np.flatnonzero(np.isfinite(row))
    if known.size < 3:
        return np.nan
    centred = known - known.mean()
    return float((centred * (row[known] - row[known].mean())).sum() / (centred**2).sum())


def placebo_in_time(panel: Floats, treated: Mask, after: int) -> Difference | None:
    """The same comparison inside the time before, cut in the middle; it should find nothing."""
    if after < 4:
        return None
    early = panel[:, :after]
    _, both = changes(early, after // 2)
    if not (both & treated).any() or (both & ~treated).sum() < 2:
        return None
    return difference(early, treated, after // 2)
