"""Waves of copied text: one template from many customers within days, beyond what the source is used to.

Copies are found when feedback is stored (voc/cleaning/copies.py): long words that come back almost letter by letter.
Short praise such as 很好 has no copies: many people say it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.suspects.level import level

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WavePolicy:
    """How much is a wave: its days, customers, and the chance of so many copies by the source's own past."""

    window: int = 7
    past: int = 56
    recent: int = 14
    least: int = 14
    fewest: int = 5  # different customers with one template
    alpha: float = 1e-3


@dataclass(frozen=True)
class Copied:
    """Columns of the feedback of a source, all of length n, ascending in time.

    days: since 1970, local; originals: the feedback whose words it repeats, or itself; customers: -1 unknown.
    """

    days: Ints
    originals: Ints
    customers: Ints


@dataclass
class Wave:
    """One wave of one template: days (inclusive), the day it was first seen, what was expected, and its rows."""

    original: int
    start: int
    end: int
    seen: int
    observed: int
    expected: float
    chance: float
    rows: Ints

    @property
    def reason(self) -> str:
        """Say in Chinese why these words are doubted."""
        days = self.end - self.start + 1
        usual = f"按以往一周约 {self.expected:.1f} 条雷同"
        return f"{self.observed} 位客户在 {days} 天里说了几乎相同的一段话，{usual}。"


def find_waves(rows: Copied, policy: WavePolicy = WavePolicy()) -> list[Wave]:
    """Find the waves, in the order they were seen."""
    if not len(rows.days):
        return []
    _, group, size = np.unique(rows.originals, return_inverse=True, return_counts=True)
    copied = np.flatnonzero(size[group] >= policy.fewest)
    order = copied[np.argsort(group[copied], kind="stable")]
    bounds = np.flatnonzero(np.append(True, group[order][1:] != group[order][:-1])[: len(order)])
    daily = _copies(rows, size[group] > 1)
    parts = [members for members in np.split(order, bounds[1:]) if len(members)]
    found = [wave for members in parts if (wave := _wave(rows, members, daily, policy)) is not None]
    return sorted(found, key=lambda wave: (wave.seen, wave.original))


def _copies(rows: Copied, copied: Bools) -> Ints:
    size = int(rows.days[-1] - rows.days[0]) + 1
    return np.bincount(rows.days[copied] - rows.days[0], minlength=size).astype(np.int64)


def _wave(rows: Copied, members: Ints, daily: Ints, policy: WavePolicy) -> Wave | None:
    days, first = rows.days[members], int(rows.days[0])
    for last in range(len(members)):
        since = int(days[last]) - policy.window + 1
        inside = np.flatnonzero((days >= since) & (days <= days[last]))
        begin = max(0, since - policy.past - first)
        if _voices(rows.customers[members[inside]]) < policy.fewest or since - first - begin < policy.least:
            continue
        usual = level(daily[begin : since - first], policy.recent)
        observed = int(daily[since - first : int(days[last]) - first + 1].sum())
        chance = usual.chance(observed, policy.window)
        if chance <= policy.alpha:
            return _told(rows, members, int(days[last]), since, usual.expected(policy.window), chance, policy)
    return None


def _told(
    rows: Copied, members: Ints, seen: int, since: int, expected: float, chance: float, policy: WavePolicy
) -> Wave:
    """Follow a wave that was seen until it has been quiet for as long as it may take."""
    days = rows.days[members]
    kept = members[days >= since]
    pauses = np.flatnonzero(np.diff(rows.days[kept]) > policy.window)
    kept = kept[: pauses[0] + 1] if len(pauses) else kept
    start, end = int(rows.days[kept[0]]), int(rows.days[kept[-1]])
    original = int(rows.originals[members[0]])
    return Wave(original, start, end, seen, _voices(rows.customers[kept]), expected, chance, kept)


def _voices(customers: Ints) -> int:
    """Count different customers; each unknown one is one of his own."""
    return len(np.unique(customers[customers >= 0])) + int((customers < 0).sum())
