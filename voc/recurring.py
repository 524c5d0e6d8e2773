"""How often an issue came up in the days before, from counts by day and the first complaints of each day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled

DAY = 86_400  # seconds

Ints = NDArray[np.int64]


def before_and_on(days: Ints, events: Ints, moments: Ints, at: Ints, window: int) -> Ints:
    """Count complaints up to each moment of `at`: all of the `window` - 1 days before, and of its day the first.

    days: (n,), days since 1970, ascending, with `events` of each; moments: (k,), ascending seconds of the
    complaints known one by one; at: (m,), seconds. Returns shape (m,).
    """
    today = at // DAY
    total = np.concatenate(([0], np.cumsum(events)))
    earlier = total[np.searchsorted(days, today)] - total[np.searchsorted(days, today - window + 1)]
    counts: Ints = earlier + np.searchsorted(moments, at, "right") - np.searchsorted(moments, today * DAY)
    return counts


def customers_since(moments: Ints, customers: Ints, at: Ints, window: int) -> Ints:
    """Count distinct customers up to each moment of `at`, from the first of the `window` days that end with its own.

    moments: (k,), ascending seconds, with the customer of each; at: (m,). Returns shape (m,).
    """
    before = np.full(len(moments), np.iinfo(np.int64).min)
    order = np.lexsort((moments, customers))
    same = customers[order][1:] == customers[order][:-1]
    before[order[1:][same]] = moments[order[:-1][same]]
    since = (at // DAY - window + 1) * DAY
    first, last = np.searchsorted(moments, since), np.searchsorted(moments, at, "right")
    # A customer counts once: at the first of his complaints that lies inside.
    counts = np.zeros(len(at), dtype=np.int64)
    _count_earlier(before, first, last, since, counts)
    return counts


@compiled
def _count_earlier(before: Ints, first: Ints, last: Ints, since: Ints, counts: Ints) -> None:
    for asked in range(len(first)):
        for known in range(first[asked], last[asked]):
            counts[asked] += before[known] < since[asked]
