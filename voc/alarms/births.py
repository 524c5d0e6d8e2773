"""When the history of a series begins: what has just come into the house must not look like a rise.

A slice begins with the first feedback of its value. A source that comes in addition to the others (a second shop, a
new channel) begins the history of every series it feeds anew; one that only takes the place of another does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from voc.alarms.expected import Floats
from voc.alarms.series import parts

Ints = NDArray[np.int64]
SETTLING = 14  # days in which it is seen what a new source adds
BEFORE = 28  # days of the others that it is compared with
ADDS = 0.2  # share of what the others gave before, from which a source adds something
STAYS = 0.5  # share of it that the others still have to give


def begins(names: Sequence[str], days: int, births: Mapping[tuple[str, str], int], sources: Floats) -> Ints:
    """Return, for each series and day, the day its history began as known on that day, shape (series, days).

    births: first day of each slice (kind, value); sources: all feedback by source and day, shape (sources, days).
    """
    own = np.array([births.get(parts(name)[1:], 0) for name in names], dtype=np.int64)
    whole: Ints = np.maximum(own[:, None], anew(sources, days)[None, :])
    return whole


def anew(sources: Floats, days: int) -> Ints:
    """Return for each day the last day on which a source had come in addition to the others, as known by then."""
    latest = np.zeros(days, dtype=np.int64)
    for own in sources:
        given = np.flatnonzero(own)
        if not len(given) or given[0] == 0:
            continue
        birth, others = int(given[0]), sources.sum(axis=0) - own
        before = others[max(0, birth - BEFORE) : birth].mean()
        added = False
        for day in range(birth, min(birth + SETTLING, days)):
            during = slice(birth, day + 1)
            added = own[during].mean() >= ADDS * before > 0 and others[during].mean() >= STAYS * before
            latest[day] = max(latest[day], birth * added)
        latest[birth + SETTLING :] = np.maximum(latest[birth + SETTLING :], birth * added)
    return latest
