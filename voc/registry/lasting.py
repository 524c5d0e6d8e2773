"""Whether what began as one event has become what recurs: told month after month of one issue, and of no one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.registry.pairs import DAY
from voc.registry.signs import NONE, Signs

LONGEST = 56 * DAY  # between the early and the late members of an event
EARLY, LATE = 0.1, 0.9  # of the members: stragglers make no event last
# Of the members, and of those whose issue is known, that make an issue theirs.
OF_ALL, OF_KNOWN = 1 / 4, 1 / 2
PLACED = 1 / 2  # of the members that make a place, a unit or a code theirs

Ints = NDArray[np.int64]


def recurs_as(moments: Ints, issues: Sequence[Sequence[str]], signs: Signs) -> str | None:
    """Return the issue that an event has become part of, None as long as it is an event of its own.

    moments: when each member spoke, in seconds, shape (n,); issues: all that each complains of, as far as known.
    """
    early, late = np.quantile(moments, (EARLY, LATE))
    if late - early <= LONGEST or _at_one_place(signs):
        return None
    return _shared_issue(issues)


def _shared_issue(issues: Sequence[Sequence[str]]) -> str | None:
    known = Counter(issue for some in issues for issue in set(some))
    if not known:
        return None
    issue = min(known, key=lambda one: (-known[one], one))
    enough = max(OF_ALL * len(issues), OF_KNOWN * sum(bool(some) for some in issues))
    return issue if known[issue] >= enough else None


def _at_one_place(signs: Signs) -> bool:
    """Whether the members name the same place, unit or code; each names a key once."""
    keys = np.concatenate([signs.names, signs.units, signs.codes], axis=1)
    _, counts = np.unique(keys[keys != NONE], return_counts=True)
    return bool(len(counts)) and int(counts.max()) >= PLACED * len(signs)
