"""When a group would have been known, had its members been registered one by one as they spoke.

A history imported at once holds what makes a group from the beginning: a later member that shows two earlier ones to
be of one event, or a surge that was none yet on the day its first words were said. Here every member meets only what
had been said by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.registry import nearby
from voc.registry.anchors import entries
from voc.registry.background import Background
from voc.registry.pairs import DAY, Facts, Rule, alike, compatible
from voc.registry.signs import Signs
from voc.registry.surges import SurgeRule

Ints = NDArray[np.int64]
NEWEST = 64  # members before one with whom it is compared first


@dataclass(frozen=True)
class Members:
    """A group in order of time; ids, customers and stream have shape (n,)."""

    ids: Ints
    customers: Sequence[int]
    stream: Ints
    signs: Signs
    facts: Facts


class _Parts:
    """Who hangs together by now: of each member the part, of each part its members and their customers."""

    def __init__(self, customers: Sequence[int]) -> None:
        self.said_by = customers
        self.part: Ints = np.full(len(customers), -1, dtype=np.int64)
        self.members: dict[int, list[int]] = {}
        self.customers: dict[int, set[int]] = {}
        self.most = 0

    def begin(self, place: int) -> None:
        self.part[place], self.members[place] = place, [place]
        self.customers[place] = {self.said_by[place]}
        self.most = max(self.most, 1)

    def unite(self, one: int, other: int) -> None:
        both = {int(self.part[one]), int(self.part[other])}
        if len(both) > 1:
            # The smaller part is handed to the larger one, so that nobody changes his part often.
            small, large = sorted(both, key=lambda part: (len(self.members[part]), part))
            self.part[self.members[small]] = large
            self.members[large] += self.members.pop(small)
            self.customers[large] |= self.customers.pop(small)
            self.most = max(self.most, len(self.customers[large]))


def earliest(customers: Sequence[int], least: int) -> int:
    """Return the place of the member with whom `least` customers had spoken, in order of time; else the last."""
    seen: set[int] = set()
    for place, customer in enumerate(customers):
        seen.add(customer)
        if len(seen) >= least:
            return place
    return len(customers) - 1


def known_from(
    members: Members,
    runs: Sequence[Ints],
    least: int,
    background: Background,
    rule: Rule,
    surges: Sequence[SurgeRule],
) -> int:
    """Return the place of the member with whom `least` customers had been put together.

    runs: what the index holds of the members' keys and streams; with none, only pairs put together. If that never
    happens (what linked them is gone), it is the last member.
    """
    parts = _Parts(members.customers)
    said = held(members) if runs else np.empty((0, 4), dtype=np.int64)
    for place in range(len(members.ids)):
        parts.begin(place)
        _unite_alike(parts, members, place, rule)
        # Where all hang together already, nothing that surges can put more together.
        if len(parts.members) > 1 and len(said):
            for one, other in _surging(members, said, runs, place, background, surges):
                parts.unite(one, other)
        if parts.most >= least:
            return place
    return len(members.ids) - 1


def held(members: Members) -> Ints:
    """Return the entries of the index by which a surge can put members together: of keys that two of them hold."""
    facts = members.facts
    said = entries(members.ids, facts.moment, members.stream, facts.product, members.signs.keys)
    found, count = np.unique(said[:, nearby.KEY], return_counts=True)
    shared: Ints = said[np.isin(said[:, nearby.KEY], found[count > 1])]
    return shared


def _unite_alike(parts: _Parts, members: Members, place: int, rule: Rule) -> None:
    """Put a member together with those before it whom the rule for two joins to it.

    The latest are compared first: of who hangs together with one of them already nobody has to be asked, so that a
    large group costs little more for each member than a small one.
    """
    others = np.arange(place)
    for near in (others[-NEWEST:], others[:-NEWEST]):
        apart = near[parts.part[near] != parts.part[place]]
        same = alike(members.signs, members.facts, apart, np.full(len(apart), place), rule)
        for other in apart[same].tolist():
            parts.unite(other, place)


def _surging(
    members: Members,
    said: Ints,
    runs: Sequence[Ints],
    place: int,
    background: Background,
    rules: Sequence[SurgeRule],
) -> list[tuple[int, int]]:
    """Pair the members who speak of something that surges at the moment one of them speaks."""
    now = int(members.facts.moment[place])
    days = now // DAY - said[:, nearby.MOMENT] // DAY
    new = said[(said[:, nearby.MOMENT] <= now) & (days < max(rule.window for rule in rules))]
    known = [run[run[:, nearby.MOMENT] <= now] for run in runs]
    pairs = nearby.surges(known, new, background, rules) if len(new) else np.empty((0, 2), dtype=np.int64)
    pairs = pairs[np.isin(pairs, members.ids).all(axis=1)]
    order = np.argsort(members.ids)
    left, right = order[np.searchsorted(members.ids, pairs, sorter=order)].T
    together = compatible(members.signs, members.facts, left, right)
    return list(zip(left[together].tolist(), right[together].tolist(), strict=True))
