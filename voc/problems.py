"""When feedback becomes a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special

from voc.effect.intervals import wilson
from voc.recurring import DAY

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """How much recurrence makes a problem: customers and their share of all feedback within a window.

    A part of the share, `risen_part`, is enough where the share surely rose to `rise` times what it was over `past`;
    surely, that is by chance at most `chance`. Nothing is known to have risen before `past` holds `least_past`
    times as much feedback as the window.
    """

    window: timedelta = timedelta(days=28)
    min_customers: int = 8
    min_share: float = 0.01
    risen_part: float = 1 / 3
    rise: float = 1.5
    chance: float = 0.001
    past: timedelta = timedelta(days=182)
    least_past: float = 2.0

    @property
    def reach(self) -> timedelta:
        """How far back from a moment is looked."""
        return self.window + self.past


@dataclass(frozen=True)
class Daily:
    """Counts by day (UTC) from `first` (days since 1970) on: complaints about an issue, all feedback; both (days,)."""

    first: int
    own: Ints
    whole: Ints

    def before(self, at: NDArray[np.float64], policy: Policy) -> tuple[Ints, Ints]:
        """Complaints and all feedback of the days before the window that ends at each of `at`, seconds."""
        end = (at // DAY).astype(np.int64) - self.first - policy.window // timedelta(days=1)
        begin = end - policy.past // timedelta(days=1)
        own, whole = (np.concatenate(([0], np.cumsum(counts))) for counts in (self.own, self.whole))
        first, last = (np.clip(place, 0, len(self.own)) for place in (begin, end))
        return own[last] - own[first], whole[last] - whole[first]


@dataclass(frozen=True)
class Window:
    """The first window in which an issue recurred often enough."""

    start: datetime
    end: datetime
    customers: int
    feedback: int


def seconds(moments: Sequence[datetime]) -> NDArray[np.float64]:
    """Turn aware instants into seconds since the epoch."""
    return np.array([moment.timestamp() for moment in moments], dtype=np.float64)


def recurrence(
    times: NDArray[np.float64], customers: NDArray[np.int64], at: NDArray[np.float64], window: timedelta
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count events and distinct customers in the window that ends at each of `at`.

    times: shape (n,), ascending seconds; customers: shape (n,), ids; at: shape (m,). Returns two (m,) arrays.
    """
    before = _previous_time(times, customers)
    last = np.searchsorted(times, at, side="right")
    first = np.searchsorted(times, at - window.total_seconds(), side="left")
    # A customer counts once: at the first of his events that lies inside the window.
    distinct = [
        int(np.count_nonzero(before[a:b] < moment - window.total_seconds()))
        for a, b, moment in zip(first, last, at, strict=True)
    ]
    return (last - first).astype(np.int64), np.array(distinct, dtype=np.int64)


def _previous_time(times: NDArray[np.float64], customers: NDArray[np.int64]) -> NDArray[np.float64]:
    order = np.lexsort((times, customers))
    previous = np.full(len(times), -np.inf)
    same = customers[order][1:] == customers[order][:-1]
    previous[order[1:][same]] = times[order[:-1][same]]
    return previous


def first_recurrence(
    times: NDArray[np.float64],
    customers: NDArray[np.int64],
    all_times: NDArray[np.float64],
    policy: Policy,
    zone: datetime,
    since: float = -np.inf,
    daily: Daily | None = None,
) -> Window | None:
    """Find the earliest moment, not before `since`, at which an issue is a problem, or None.

    The share is judged by the lower end of its 95 % Wilson interval, so that a handful of complaints in the
    first quiet days does not raise one. times, all_times: ascending seconds of the issue and of all feedback;
    `zone` lends its time zone to the result. What rose is seen only where the counts before are given.
    """
    _, distinct = recurrence(times, customers, times, policy.window)
    total = np.searchsorted(all_times, times, side="right") - np.searchsorted(
        all_times, times - policy.window.total_seconds(), side="left"
    )
    low, _ = wilson(np.minimum(distinct, total), np.maximum(total, 1))
    much = low >= policy.min_share
    if daily is not None:
        grown = _risen(distinct, total, *daily.before(times, policy), policy)
        much |= grown & (low >= policy.risen_part * policy.min_share)
    enough = np.flatnonzero(much & (distinct >= policy.min_customers) & (times >= since))
    if not len(enough):
        return None
    at = int(enough[0])
    end = datetime.fromtimestamp(float(times[at]), zone.tzinfo)
    return Window(end - policy.window, end, int(distinct[at]), int(total[at]))


def _risen(own: Ints, whole: Ints, own_before: Ints, whole_before: Ints, policy: Policy) -> NDArray[np.bool_]:
    """Whether shares surely rose: given all complaints, those of now are binomial had the rate grown by `rise`.

    Customers of now stand beside complaints of before, which are no fewer: that errs on the side of no rise.
    """
    known = whole_before >= policy.least_past * np.maximum(whole, 1)
    expected = policy.rise * whole / np.maximum(policy.rise * whole + whole_before, 1)
    chance = special.betainc(np.maximum(own, 1), own_before + 1, expected)
    sure: NDArray[np.bool_] = known & (chance <= policy.chance)
    return sure


def may_recur(daily: Daily, policy: Policy) -> bool:
    """Whether counts by day leave it possible that an issue is a problem; `first_recurrence` then looks closely.

    No window has more customers than the days it touches have complaints, nor less feedback than its whole days.
    """
    window = policy.window // timedelta(days=1)
    most = _moving(daily.own, window + 1)
    whole = _moving(np.append(0, daily.whole[:-1]), window - 1)
    least = policy.risen_part * policy.min_share
    return bool(((most >= policy.min_customers) & (most >= least * whole)).any())


def _moving(values: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Sum the `width` values that end with each, fewer at the beginning."""
    total = np.concatenate(([0], np.cumsum(values)))
    ends = np.arange(1, len(total))
    sums: NDArray[np.int64] = total[ends] - total[np.maximum(ends - width, 0)]
    return sums
