"""When feedback becomes a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from voc.effect.intervals import wilson


@dataclass(frozen=True)
class Policy:
    """How much recurrence makes a problem: customers and their share of all feedback within a window."""

    window: timedelta = timedelta(days=28)
    min_customers: int = 8
    min_share: float = 0.01


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
) -> Window | None:
    """Find the earliest moment, not before `since`, at which an issue is a problem, or None.

    The share is judged by the lower end of its 95 % Wilson interval, so that a handful of complaints in the
    first quiet days does not raise one. times, all_times: ascending seconds of the issue and of all feedback;
    `zone` lends its time zone to the result.
    """
    _, distinct = recurrence(times, customers, times, policy.window)
    total = np.searchsorted(all_times, times, side="right") - np.searchsorted(
        all_times, times - policy.window.total_seconds(), side="left"
    )
    low, _ = wilson(np.minimum(distinct, total), np.maximum(total, 1))
    recurs = (distinct >= policy.min_customers) & (low >= policy.min_share)
    enough = np.flatnonzero(recurs & (times >= since))
    if not len(enough):
        return None
    at = int(enough[0])
    end = datetime.fromtimestamp(float(times[at]), zone.tzinfo)
    return Window(end - policy.window, end, int(distinct[at]), int(total[at]))


def may_recur(events: NDArray[np.int64], everything: NDArray[np.int64], policy: Policy) -> bool:
    """Whether counts by day leave it possible that an issue is a problem; `first_recurrence` then looks closely.

    events, everything: shape (days,), complaints about the issue and all feedback of the same days. No window
    has more customers than the days it touches have complaints, nor less feedback than its whole days.
    """
    window = int(policy.window / timedelta(days=1))
    most, whole = _moving(events, window + 1), _moving(np.append(0, everything[:-1]), window - 1)
    return bool(((most >= policy.min_customers) & (most >= policy.min_share * whole)).any())


def _moving(values: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Sum the `width` values that end with each, fewer at the beginning."""
    total = np.concatenate(([0], np.cumsum(values)))
    ends = np.arange(1, len(total))
    sums: NDArray[np.int64] = total[ends] - total[np.maximum(ends - width, 0)]
    return sums
