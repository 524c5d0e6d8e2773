"""One event told in many words: a rare pair of characters that many say at once, and hardly anybody before.

Such texts may share nothing else, so that pair by pair nobody would put them together. A pair of characters *surges*
in a stream (a product, or a source) when within a few days far more speak of it than the weeks before let expect.
Only the past of a day is looked at, so a day says the same whenever it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

FIRST = 40  # of the feedback of one surge, those each is compared with

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurgeRule:
    """When a pair of characters surges: days of the window, days before it, least feedback, ratio, chance."""

    window: int = 3
    before: int = 60
    least: int = 5
    lift: float = 5.0
    chance: float = 1e-6
    least_past: int = 30  # feedback before the window without which nothing is out of the ordinary
    prior: float = 50.0  # feedback the share in Chinese at large is worth as a past


# Many at once; or fewer over a week of work, who have to be the surer.
SURGES = (SurgeRule(), SurgeRule(window=5, least=4, chance=1e-8))


def surging(
    events: Ints, whole: Ints, past: Ints, whole_past: Ints, usual: Floats, rule: SurgeRule
) -> NDArray[np.bool_]:
    """Whether pairs of characters surge, shape (n,).

    events, whole: feedback with the pair, and all of the stream, within the window; past, whole_past: the same in
    the days before; usual: share of Chinese texts that hold the pair. One-sided binomial test against the past,
    in which the share in Chinese at large stands for what is not known yet.
    """
    share = np.minimum((past + rule.prior * usual) / (whole_past + rule.prior), 1.0)
    enough = (events >= rule.least) & (events >= rule.lift * share * whole) & (whole_past >= rule.least_past)
    result = np.zeros(len(events), dtype=np.bool_)
    rows = np.flatnonzero(enough)
    result[rows] = binom.sf(events[rows] - 1, whole[rows], share[rows]) < rule.chance
    return result


def windows(days: Ints, counts: Ints, at: Ints, rule: SurgeRule) -> tuple[Ints, Ints]:
    """Sum counts by day over the window that ends with each day of `at`, and over the days before it; (m,) each.

    days: ascending, shape (n,); counts: shape (n,); at: shape (m,).
    """
    total = np.concatenate([[0], np.cumsum(counts)])
    end = total[np.searchsorted(days, at, side="right")]
    start = total[np.searchsorted(days, at - rule.window, side="right")]
    far = total[np.searchsorted(days, at - rule.window - rule.before, side="right")]
    return (end - start).astype(np.int64), (start - far).astype(np.int64)


def spread(members: list[int]) -> list[tuple[int, int]]:
    """Pair each of the feedback of a surge, in order of time, with the first of them."""
    return [(min(a, b), max(a, b)) for at, b in enumerate(members) for a in members[: min(at, FIRST)]]
