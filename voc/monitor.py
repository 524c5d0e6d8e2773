"""After closing: has a problem come back? Evidence week by week, with the chance of a false alarm bounded for ever.

Each week's count is held against the highest level that still counts as "not relapsed". The likelihood ratios of
several larger levels, beginning in any week, are multiplied and averaged: an e-process. Where nothing relapsed its
mean is at most 1, so it ever reaches 1/ε with a chance of at most ε (Ville 1939), however long one watches.
Sources: Shin, Ramdas & Rinaldo (2023) e-detectors; Grünwald, de Heide & Koolen (2024) safe testing. Counts are
negative binomial of fixed size, in which larger means order the likelihood ratio: every lower level is covered too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from voc.effect.dispersion import spread
from voc.effect.intervals import quantile, rate_score

Floats = NDArray[np.float64]

RISES = np.array([1.3, 1.7, 2.4, 4.0])  # levels of a relapse, times the highest level that is none
HALF_LIFE = 26  # weeks within which half of the weight of "it begins now" is spent
LEVEL_PART = 0.25  # part of ε spent on not knowing the level that was reached


@dataclass(frozen=True)
class Watching:
    """How a relapse is told: ε, and the rise above the reached level that is still none."""

    false_reopen: float = 0.05
    margin: float = 0.3

    @property
    def needed(self) -> float:
        """The evidence that re-opens a problem."""
        return 1 / (self.false_reopen * (1 - LEVEL_PART))


@dataclass(frozen=True)
class Level:
    """Rate reached, highest rate that is no relapse, and φ of weekly counts; arrays of one shape."""

    reached: Floats
    highest: Floats
    phi: Floats


def level(
    before_counts: ArrayLike, before_exposure: ArrayLike, after_counts: ArrayLike, after_exposure: ArrayLike,
    terms: Watching = Watching(),
) -> Level:  # fmt: skip
    """The level an effective measure has reached, from daily columns (last axis) before and after it.

    `highest` is the larger of the upper end of its interval and of the margin; φ holds what weeks share.
    """
    found = spread(before_counts, before_exposure, after_counts, after_exposure)
    y, e = (np.asarray(a, dtype=np.float64).sum(axis=-1) for a in (after_counts, after_exposure))
    safe = np.where(e > 0, e, 1.0)
    spent = 2 * terms.false_reopen * LEVEL_PART  # one side of a two-sided interval
    _, upper = rate_score(y / found.phi, safe / found.phi, spent, quantile(spent, found.df))
    reached = y / safe
    return Level(reached, np.maximum(upper, (1 + terms.margin) * reached), found.phi)


def begin(shape: tuple[int, ...] = ()) -> Floats:
    """The evidence before the first week: log weight of each rise, nothing yet; shape (*shape, rises)."""
    return np.full((*shape, RISES.size), -np.inf)


def weigh(logs: Floats, week: int, count: ArrayLike, exposure: ArrayLike, is_: Level) -> Floats:
    """Log weights after one more week (1, 2, 3 …) with `count` events; without exposure it says nothing."""
    mean = np.asarray(is_.highest * np.asarray(exposure, dtype=np.float64))[..., None]
    y = np.asarray(count, dtype=np.float64)[..., None]
    size = np.maximum(mean, 1e-12) / np.maximum(is_.phi[..., None] - 1, 1e-9)
    ratio = y * np.log(RISES) - (y + size) * np.log1p((RISES - 1) * mean / (size + mean))
    fresh = np.logaddexp(logs, math.log(starts(week)))
    return np.where(mean > 0, fresh + ratio, fresh)


def starts(week: int) -> float:
    """Weight of a relapse that begins in a week; over all weeks they sum to 1."""
    return HALF_LIFE / ((HALF_LIFE + week - 1) * (HALF_LIFE + week))


def evidence(logs: Floats, week: int) -> Floats:
    """The e-value after `week` weeks: mean over the rises, and 1 for each relapse that would begin later."""
    later = HALF_LIFE / (HALF_LIFE + week)
    return np.asarray(
        np.exp(np.minimum(special.logsumexp(logs, axis=-1) - math.log(RISES.size), 700.0)) + later
    )


@dataclass(frozen=True)
class Course:
    """What watching has come to: weeks judged, log weights of the rises, and the evidence."""

    weeks: int = 0
    logs: tuple[float, ...] = ()
    evidence: float = 1.0


def follow(
    course: Course, counts: ArrayLike, exposure: ArrayLike, is_: Level, terms: Watching = Watching()
) -> tuple[Course, bool]:
    """Go on with one problem over further weeks, each judged once; stops at the week that shows a relapse."""
    logs = np.array(course.logs) if course.logs else begin()
    columns = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    now = course
    for week, (count, size) in enumerate(zip(*columns, strict=True), start=course.weeks + 1):
        logs = weigh(logs, week, count, size, is_)
        now = Course(week, tuple(logs.tolist()), float(evidence(logs, week)))
        if now.evidence >= terms.needed:
            return now, True
    return now, False


def ready_weeks(exposure: ArrayLike) -> int:
    """How many weeks can be judged: up to the last one whose exposure has come in.

    A week in the middle that never gets one is passed over; at the end it may still come.
    """
    known = np.flatnonzero(np.asarray(exposure, dtype=np.float64) > 0)
    return int(known[-1]) + 1 if known.size else 0
