"""Bursts of bought praise: far more top ratings than a source's past leads to expect, and in one hand.

A day is judged with its past and itself, never with what came later. Three things must come together: more top
ratings than chance gives, a larger share of them (a campaign that brings more of every kind brings more orders
and complaints too), and signs of one hand of at least two kinds (voc/suspects/signs.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voc.suspects.level import level, share_shift
from voc.suspects.signs import GROUPS, NAMES, SHORT, Praise, hollow, letters_of, likeness, signs_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """How much is a burst: lengths in days, chances per window, ratio to what was expected."""

    windows: tuple[int, ...] = (1, 3, 7)
    past: int = 56
    recent: int = 14
    least: int = 14  # days of past needed
    fewest: int = 5  # top ratings in a window
    factor: float = 2.0
    alpha: float = 1e-3
    share_alpha: float = 0.05
    sign_alpha: float = 0.01
    kinds: int = 2  # of signs; one more where nearly everything is a top rating anyway
    # Times what was expected, from which one kind of sign fewer is enough, but a surer one, the more so the fewer.
    floods: tuple[tuple[float, float], ...] = ((20.0, 1e-4), (8.0, 1e-8))
    crowded: float = 0.9  # share of top ratings above which a shift cannot show
    alike: float = 0.6
    bought: float = 0.5  # part of the surplus that must itself look bought
    surplus: float = (
        0.8  # part of the praise in a window above which any one of it is more likely bought than not
    )
    gap: int = 7  # days between hits of one burst
    longest: int = 28  # days; what lasts longer is a new level, not a burst


@dataclass(frozen=True)
class Rows:
    """Columns of feedback of one source or product, all of length n, ascending in time.

    days: since 1970, local; seconds: since 1970; top: whether a top rating; customers: -1 unknown; removed: known
    to be suspect from before.
    """

    days: Ints
    seconds: Ints
    top: Bools
    texts: Sequence[str]
    customers: Ints
    removed: Bools


@dataclass
class Burst:
    """One burst: days (inclusive, since 1970), the day it was first seen, and the rows that look bought."""

    start: int
    end: int
    seen: int
    observed: int
    expected: float
    chance: float
    daily: float = 0.0  # expected of a day, as the burst began
    signs: set[str] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)

    @property
    def reason(self) -> str:
        """Say in Chinese why this praise is doubted."""
        told = "、".join(NAMES[sign] for sign in NAMES if sign in self.signs)
        return f"好评 {self.observed} 条，按以往约 {self.expected:.1f} 条；{told}；中低分评价没有同步增加。"


def find_bursts(rows: Rows, policy: Policy = Policy(), since: int | None = None) -> list[Burst]:
    """Walk day by day, from the day `since` on, and return the bursts in the order they were seen."""
    if not len(rows.days):
        return []
    walk = _Walk(rows, policy)
    days = np.unique(rows.days[rows.top])
    for day in days[days >= (rows.days[0] if since is None else since)].tolist():
        walk.look(day)
    return walk.bursts


@dataclass(frozen=True)
class _Hit:
    since: int
    expected: float  # of a day
    chance: float
    signs: list[str]
    rows: Ints


class _Walk:
    """The state of a walk: counts by day, without the rows found suspect so far, and the bursts."""

    def __init__(self, rows: Rows, policy: Policy) -> None:
        self._rows, self._policy = rows, policy
        self._first = int(rows.days[0])
        size = int(rows.days[-1]) - self._first + 1
        self._place = rows.days - self._first
        self._top = np.bincount(self._place[rows.top], minlength=size).astype(np.int64)
        self._all = np.bincount(self._place, minlength=size).astype(np.int64)
        self._clean = np.bincount(self._place[rows.top & ~rows.removed], minlength=size).astype(np.int64)
        self._removed = rows.removed.copy()
        self._where = np.flatnonzero(rows.top)
        self._letters: dict[int, str] = {}
        self.bursts: list[Burst] = []

    def look(self, day: int) -> None:
        """Judge a day with its past and itself."""
        here = day - self._first
        hits = [hit for length in self._policy.windows if (hit := self._judge(here, length)) is not None]
        if hits:
            self._note(day, min(hits, key=lambda hit: hit.chance))

    def _judge(self, here: int, length: int) -> _Hit | None:
        policy, since = self._policy, here - length + 1
        begin = max(0, since - policy.past)
        # What is known to be suspect does not make the days beside it suspect.
        observed = int(self._clean[max(since, 0) : here + 1].sum())
        if since - begin < policy.least or observed < policy.fewest:
            return None
        past = self._clean[begin:since]
        usual = level(past, policy.recent)
        expected = usual.expected(length)
        if observed < policy.factor * expected or (chance := usual.chance(observed, length)) > policy.alpha:
            return None
        needed = self._kinds_needed(begin, since, here, observed)
        if needed is None:
            return None
        found = self._signed(begin, since, here, expected, chance, needed, policy.sign_alpha)
        for flood, alpha in policy.floods:
            if found is None and observed >= flood * expected:
                found = self._signed(begin, since, here, expected, chance, needed - 1, alpha)
        return found

    def _kinds_needed(self, begin: int, since: int, here: int, observed: int) -> int | None:
        top = self._clean[begin:since]
        # Rows found suspect before are out of the numerator, so out of the denominator too.
        known = self._all - self._top + self._clean
        every = known[begin:since]
        if every.sum() and top.sum() / every.sum() > self._policy.crowded:
            return self._policy.kinds + 1
        total = int(known[since : here + 1].sum())
        shifted = share_shift(top, every, observed, total) <= self._policy.share_alpha
        return self._policy.kinds if shifted else None

    def _signed(
        self, begin: int, since: int, here: int, expected: float, chance: float, needed: int, alpha: float
    ) -> _Hit | None:
        now, past = self._of(since, here + 1), self._of(begin, since)
        now, past = now[~self._removed[now]], past[~self._removed[past]]
        spoken = self._praise(now)
        signs = signs_of(spoken, self._praise(past), alpha)
        if len({GROUPS[sign] for sign in signs}) < needed:
            return None
        bought = now
        if expected > (1 - self._policy.surplus) * len(now):
            # Many of these are the usual ones: only those that look bought themselves are doubted.
            bought = now[_looks_bought(spoken.letters, self._policy.alike)]
            if len(bought) < self._policy.bought * (len(now) - expected):
                return None
        return _Hit(since, expected / (here - since + 1), chance, signs, bought)

    def _of(self, since: int, until: int) -> Ints:
        """Find the top ratings of some days."""
        low, high = np.searchsorted(self._place[self._where], [since, until])
        return self._where[low:high]

    def _praise(self, rows: Ints) -> Praise:
        new = [row for row in rows.tolist() if row not in self._letters]
        self._letters.update(zip(new, letters_of([self._rows.texts[row] for row in new]), strict=True))
        return Praise(
            [self._letters[row] for row in rows.tolist()],
            self._rows.seconds[rows],
            self._rows.customers[rows],
        )

    def _note(self, day: int, hit: _Hit) -> None:
        since = max(hit.since, 0)
        last = self.bursts[-1] if self.bursts else None
        if last and since + self._first <= last.end + self._policy.gap:
            burst = last
            burst.end, burst.chance = day, min(burst.chance, hit.chance)
        else:
            start = since + self._begun(since, day - self._first, hit.expected) + self._first
            burst = Burst(start, day, day, 0, 0.0, hit.chance, hit.expected)
            self.bursts.append(burst)
        burst.signs |= set(hit.signs)
        burst.rows |= set(hit.rows[self._rows.days[hit.rows] >= burst.start].tolist())
        first, until = burst.start - self._first, day - self._first + 1
        burst.observed = int(self._top[first:until].sum())
        burst.expected = burst.daily * (until - first)
        self._take_out(burst, hit.rows)

    def _begun(self, since: int, here: int, daily: float) -> int:
        """Find the first day of a window that itself is above what was expected."""
        above = np.flatnonzero(self._top[since : here + 1] > max(2 * daily, 1))
        return int(above[0]) if len(above) else int(np.flatnonzero(self._top[since : here + 1])[0])

    def _take_out(self, burst: Burst, rows: Ints) -> None:
        fresh = rows[~self._removed[rows]]
        self._removed[fresh] = True
        np.subtract.at(self._clean, self._place[fresh], 1)
        if burst.end - burst.start >= self._policy.longest:
            first, until = burst.start - self._first, burst.end - self._first + 1
            self._clean[first:until] = self._top[first:until]


def _looks_bought(letters: Sequence[str], alike: float) -> Bools:
    short = np.array([len(words) <= SHORT for words in letters], dtype=bool)
    same: Bools = likeness(letters).max(axis=1) >= alike
    return short | hollow(letters) | same
