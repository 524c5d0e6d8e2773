"""The registry without a database: the same steps on dictionaries, for tests and benchmarks.

A new row costs what its own index keys hold nearby in time, however long the history: of each key only the nearest
feedback before and after is compared. Two feedbacks that are near neighbours in the end were so at every earlier
time, so they are compared in whatever order they come.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.registry.anchors import of_any, of_product
from voc.registry.background import Background
from voc.registry.groups import join
from voc.registry.pairs import DAY, Facts, Rule, alike, compatible
from voc.registry.signs import NONE, Signs
from voc.registry.surges import SURGES, SurgeRule, spread, surging, windows

Ints = NDArray[np.int64]


class Registry:
    """Feedback by number, its index, its counts by day and its groups."""

    def __init__(
        self, background: Background, rule: Rule | None = None, surges: Sequence[SurgeRule] = SURGES
    ) -> None:
        """Begin with nothing known."""
        self.background = background
        self.rule, self.surges = rule or Rule(), surges
        self.parts: list[tuple[Signs, Facts]] = []
        self.where: dict[int, tuple[int, int]] = {}
        self.held: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.streams: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        self.days: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
        self.group: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        self.merged: dict[int, int] = {}
        self.next_group = 1

    def add(self, ids: Ints, signs: Signs, facts: Facts, stream: Ints) -> None:
        """Take in a batch: index it, find what it belongs to, join."""
        self._index(ids, signs, facts, stream)
        edges = self._alike(*self._candidates(ids, signs, facts)) + self._surges(signs, facts, stream)
        result = join(edges, self.group, self.next_group)
        self.next_group += len(result.opened)
        for group, heir in result.merged.items():
            for member in self.members.pop(group):
                self.group[member] = heir
                self.members[heir].append(member)
            self.merged[group] = heir
        for member, group in result.group.items():
            if member not in self.group:
                self.group[member] = group
                self.members.setdefault(group, []).append(member)

    def _index(self, ids: Ints, signs: Signs, facts: Facts, stream: Ints) -> None:
        self.parts.append((signs, facts))
        keys = of_product(signs.keys, facts.product[:, None])
        for row, (id_, at, flow) in enumerate(
            zip(ids.tolist(), facts.moment.tolist(), stream.tolist(), strict=True)
        ):
            self.where[id_] = (len(self.parts) - 1, row)
            day = at // DAY
            counts = self.days[flow, 0]
            counts[day] = counts.get(day, 0) + 1
            for key in keys[row].tolist():
                if key == NONE:
                    break
                insort(self.held[key], (at, id_))
                insort(self.streams[flow, key], (at, id_))
                counts = self.days[flow, key]
                counts[day] = counts.get(day, 0) + 1

    def _candidates(self, ids: Ints, signs: Signs, facts: Facts) -> tuple[list[int], list[int]]:
        found: set[tuple[int, int]] = set()
        far, nearest = int(self.rule.longest * DAY), self.rule.nearest
        keys = of_product(signs.keys, facts.product[:, None])
        rare = self.background.rarity(signs.keys) >= self.rule.rare
        for row, (id_, at) in enumerate(zip(ids.tolist(), facts.moment.tolist(), strict=True)):
            near: dict[int, int] = {}
            for key, telling in zip(keys[row].tolist(), rare[row].tolist(), strict=True):
                if key == NONE:
                    break
                held = self.held[key]
                place = bisect_left(held, (at, id_))
                for when, other in held[max(0, place - nearest) : place + nearest + 1]:
                    if other != id_ and abs(when - at) <= far:
                        near[other] = near.get(other, 0) + (2 if telling else 1)
            found.update((min(id_, other), max(id_, other)) for other, shared in near.items() if shared >= 2)
        pairs = sorted(found)
        return [a for a, _ in pairs], [b for _, b in pairs]

    def _alike(self, left: list[int], right: list[int], surge: bool = False) -> list[tuple[int, int]]:
        if not left:
            return []
        known = sorted(set(left) | set(right))
        place = {id_: row for row, id_ in enumerate(known)}
        signs, facts = self._gathered(known)
        a = np.array([place[id_] for id_ in left])
        b = np.array([place[id_] for id_ in right])
        together = compatible(signs, facts, a, b) if surge else alike(signs, facts, a, b, self.rule)
        same = np.flatnonzero(together).tolist()
        return [(left[row], right[row]) for row in same]

    def _gathered(self, ids: list[int]) -> tuple[Signs, Facts]:
        spots = np.array([self.where[id_] for id_ in ids])
        order = np.argsort(spots[:, 0], kind="stable")
        parts = [
            (self.parts[part][0].take(rows), self.parts[part][1].take(rows))
            for part in np.unique(spots[:, 0]).tolist()
            for rows in [spots[order][spots[order, 0] == part, 1]]
        ]
        back = np.argsort(order, kind="stable")
        signs = Signs.joined([part for part, _ in parts]).take(back)
        facts = Facts(
            *(
                np.concatenate([getattr(f, n) for _, f in parts])[back]
                for n in ("moment", "product", "region")
            )
        )
        return signs, facts

    def _surges(self, signs: Signs, facts: Facts, stream: Ints) -> list[tuple[int, int]]:
        touched: dict[tuple[int, int], set[int]] = defaultdict(set)
        keys = of_product(signs.keys, facts.product[:, None])
        longest = max(rule.window for rule in self.surges)
        for row, (at, flow) in enumerate(zip(facts.moment.tolist(), stream.tolist(), strict=True)):
            for key in keys[row].tolist():
                if key == NONE:
                    break
                touched[flow, key].update(range(at // DAY, at // DAY + longest))
        found: set[tuple[int, int]] = set()
        for (flow, key), at in touched.items():
            for rule in self.surges:
                if len(self.streams[flow, key]) >= rule.least:
                    found.update(self._surge(flow, key, np.array(sorted(at), dtype=np.int64), rule))
        pairs = sorted(found)
        return self._alike([a for a, _ in pairs], [b for _, b in pairs], surge=True)

    def _surge(self, flow: int, key: int, at: Ints, rule: SurgeRule) -> list[tuple[int, int]]:
        events, past = windows(*_columns(self.days[flow, key]), at, rule)
        if int(events.max()) < rule.least:
            return []
        whole, whole_past = windows(*_columns(self.days[flow, 0]), at, rule)
        usual = np.exp(-self.background.rarity(of_any(np.full(len(at), key)))).astype(np.float64)
        edges = []
        for day in at[surging(events, whole, past, whole_past, usual, rule)].tolist():
            held = self.streams[flow, key]
            first = bisect_left(held, ((day - rule.window + 1) * DAY, -1))
            last = bisect_right(held, ((day + 1) * DAY - 1, np.iinfo(np.int64).max))
            edges += spread([id_ for _, id_ in held[first:last]])
        return edges


def _columns(counts: dict[int, int]) -> tuple[Ints, Ints]:
    days = np.array(sorted(counts), dtype=np.int64)
    return days, np.array([counts[day] for day in days.tolist()], dtype=np.int64)
