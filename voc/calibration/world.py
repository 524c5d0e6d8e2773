"""A world in which complaints come by themselves: over-dispersed, remembering, with a season and weekdays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from voc.effect import regression
from voc.effect.its import harmonics
from voc.effect.season import USUAL

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

YEAR = 365.25 / 7  # weeks
WEEKDAYS = np.array([1.15, 1.1, 1.0, 1.0, 1.05, 0.9, 0.8]) / 7.0
LEAST_WEEKS = 26  # history from which habits are read; shorter ones are taken for usual
USUAL_LAG, USUAL_SEASON = 0.3, USUAL
MOST_LAG = 0.9
STEP_WEEKS = 3  # a level has to last so long to be one
HARDLY = 1.1  # φ below which there is nothing beyond chance that could remember


@dataclass(frozen=True)
class World:
    """Habits of one series of weekly complaints.

    `weekly` mean, `dispersion` variance over mean (season apart), `lag1` correlation of the rates from week to week,
    `season` amplitude of the yearly wave (0.17: ±17 %), `name` for people.
    """

    weekly: float = 30.0
    dispersion: float = 2.0
    lag1: float = USUAL_LAG
    season: float = USUAL_SEASON
    name: str = ""


def usual(weekly: float) -> World:
    """Habits that are common at a volume: chance, and rates that wander by 6 % at least and 32 % at most.

    Variance over mean of 1.5, 2, 3 and 11 at 10, 30, 100 and 1,000 a week.
    """
    known = np.log([10.0, 30.0, 100.0, 1000.0]), np.log([0.5, 1.0, 2.0, 10.0])
    extra = float(np.exp(np.interp(np.log(max(weekly, 1.0)), *known)))
    return World(weekly, 1 + extra, name=f"每周 {weekly:g} 条")


def simulate(world: World, loops: int, weeks: int, rng: np.random.Generator) -> Floats:
    """Daily counts (loops, weeks · 7): gamma rates with AR(1) normal scores, a season of random phase, Poisson days."""
    rates = np.full((loops, weeks), world.weekly, dtype=np.float64)
    if world.dispersion > 1:
        shape = world.weekly / (world.dispersion - 1)
        rates = special.gammaincinv(shape, special.ndtr(_wander(world.lag1, loops, weeks, rng)))
        rates *= world.weekly / shape
    phase = rng.uniform(0, 2 * np.pi, (loops, 1))
    wave = np.exp(world.season * np.sin(2 * np.pi * np.arange(weeks) / YEAR + phase))
    days = rng.poisson((rates * wave)[..., None] * WEEKDAYS)
    return days.reshape(loops, weeks * 7).astype(np.float64)


def _wander(lag1: float, loops: int, weeks: int, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal((loops, weeks))
    fresh = np.sqrt(1 - lag1**2)
    for week in range(1, weeks):
        noise[:, week] = lag1 * noise[:, week - 1] + fresh * noise[:, week]
    return noise


def habits(
    weekly: ArrayLike, exposure: ArrayLike | None = None, name: str = "", steps: Sequence[int] = ()
) -> World:
    """Read the habits of a series off its weekly counts (n,), per `exposure` if it is known.

    A trend, the levels from `steps` on (weeks in which a measure went live or a problem set in) and, from a year on,
    one yearly wave are fitted; what is left tells φ and the memory. Chance alone does not remember: the correlation of
    the counts is that of the rates thinned by (φ − 1)/φ.
    """
    y = np.asarray(weekly, dtype=np.float64)
    mean = float(y.mean()) if y.size else 0.0
    if y.size < LEAST_WEEKS or y.sum() < y.size / 2:
        known = usual(max(mean, 0.5))
        return World(known.weekly, known.dispersion, known.lag1, known.season, name or known.name)
    place = np.arange(y.size, dtype=np.float64)
    yearly = y.size >= YEAR
    waves = harmonics(y.size, YEAR, 1) if yearly else np.empty((y.size, 0))
    levels = [place >= step for step in _apart(steps, y.size)]
    columns = np.column_stack([np.ones(y.size), (place - place.mean()) / y.size, waves, *levels])
    fitted = regression.fit(y, columns, "counts", _offset(exposure, y))
    found = regression.noise(fitted)
    seen = max(_lag1(fitted.pearson) + 1 / y.size, 0.0)  # freed of most of the bias of having fitted
    phi = float((fitted.pearson**2).sum()) / max(y.size - columns.shape[1], 1)
    lag1 = seen * phi / (phi - 1) if phi > HARDLY else 0.0
    season = float(np.hypot(*fitted.coefficients[2:4])) if yearly else USUAL_SEASON
    return World(
        round(mean, 2), round(max(found.phi, 1.0), 3), round(min(lag1, MOST_LAG), 3), round(season, 3), name
    )


def _apart(steps: Sequence[int], n: int) -> list[int]:
    """The steps that have enough weeks on both sides to be told from what happens by itself."""
    kept: list[int] = []
    for step in sorted(set(steps)):
        if step - (kept[-1] if kept else 0) >= STEP_WEEKS and n - step >= STEP_WEEKS:
            kept.append(step)
    return kept


def _lag1(residuals: Floats) -> float:
    power = float((residuals**2).sum())
    return float((residuals[1:] * residuals[:-1]).sum()) / power if power > 0 else 0.0


def _offset(exposure: ArrayLike | None, y: Floats) -> Floats:
    if exposure is None:
        return np.zeros(y.size)
    e = np.asarray(exposure, dtype=np.float64)
    typical = float(e[e > 0].mean()) if (e > 0).any() else 1.0
    return np.log(np.where(e > 0, e, typical) / typical)
