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


@dataclass(frozen=True)
class Members:
    """A group in order of time; ids, customers and stream have shape (n,)."""

    ids: Ints
    customers: Sequence[int]
    stream: Ints
    signs: Signs
    facts: Facts


def earliest(customers: Sequence[int], least: int) -> int:
    """Return the place of the member with whom `least` customers had spoken, in order of time; else the last."""
    seen: set[int] = set()
    for place, customer in enumerate(customers):
        seen.add(customer)
        if len(seen) >= least:
            return place
    return len(customers) - 1


def known_from(
    members: Members, runs: Sequence[Ints], least: int, background: Background, rule: Rule, surge: SurgeRule
) -> int:
    """Return the place of the member with whom `least` customers had been put together.

    runs: what the index holds of the members' keys and streams; with none, only pairs put together. If that never
    happens (what linked them is gone), it is the last member.
    """
    parent = list(range(len(members.ids)))
    said = held(members) if runs else np.empty((0, 4), dtype=np.int64)
    for place in range(len(parent)):
        met = _alike(members, place, rule) + _surging(members, said, runs, place, background, surge)
        for one, other in met:
            _unite(parent, one, other)
        if _most(members.customers[: place + 1], parent) >= least:
            return place
    return len(parent) - 1


def held(members: Members) -> Ints:
    """Return the entries of the index by which a surge can put members together: of keys that two of them hold."""
    facts = members.facts
    said = entries(members.ids, facts.moment, members.stream, facts.product, members.signs.keys)
    found, count = np.unique(said[:, nearby.KEY], return_counts=True)
    shared: Ints = said[np.isin(said[:, nearby.KEY], found[count > 1])]
    return shared


def _alike(members: Members, place: int, rule: Rule) -> list[tuple[int, int]]:
    """Pair a member with those before it that the rule for two puts together with it."""
    others = np.arange(place)
    near = others[alike(members.signs, members.facts, others, np.full(place, place), rule)]
    return [(other, place) for other in near.tolist()]


def _surging(
    members: Members, said: Ints, runs: Sequence[Ints], place: int, background: Background, surge: SurgeRule
) -> list[tuple[int, int]]:
    """Pair the members who speak of something that surges at the moment one of them speaks."""
    now = int(members.facts.moment[place])
    days = now // DAY - said[:, nearby.MOMENT] // DAY
    new = said[(said[:, nearby.MOMENT] <= now) & (days < surge.window)]
    known = [run[run[:, nearby.MOMENT] <= now] for run in runs]
    pairs = nearby.surges(known, new, background, surge) if len(new) else np.empty((0, 2), dtype=np.int64)
    pairs = pairs[np.isin(pairs, members.ids).all(axis=1)]
    order = np.argsort(members.ids)
    left, right = order[np.searchsorted(members.ids, pairs, sorter=order)].T
    together = compatible(members.signs, members.facts, left, right)
    return list(zip(left[together].tolist(), right[together].tolist(), strict=True))


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _unite(parent: list[int], one: int, other: int) -> None:
    a, b = _root(parent, one), _root(parent, other)
    parent[max(a, b)] = min(a, b)


def _most(customers: Sequence[int], parent: list[int]) -> int:
    """Return how many customers the largest part holds."""
    parts: dict[int, set[int]] = {}
    for place, customer in enumerate(customers):
        parts.setdefault(_root(parent, place), set()).add(customer)
    return max(map(len, parts.values()))
