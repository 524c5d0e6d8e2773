"""Groups of feedback that belong together: joined by edges, named by the oldest of them, never taken apart by a rule.

Which feedback ends in one group does not depend on the order of the edges; which number survives is the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass
class Joined:
    """What some edges change: the group of each member touched, new groups, and groups taken over by older ones."""

    group: dict[int, int] = field(default_factory=dict)
    opened: list[int] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)


def join(
    edges: Iterable[tuple[int, int]],
    group_of: Mapping[int, int],
    next_group: int,
    apart: frozenset[tuple[int, int]] = frozenset(),
) -> Joined:
    """Put members joined by edges into one group.

    group_of: groups of the members known so far (those of no group are missing); new groups are numbered from
    `next_group` in the order of their first member. Groups that a person set apart (pairs, smaller number first)
    stay so: a member between the two goes to the one it has more edges to, the older one if equal.
    """
    wanted = sorted({(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]})
    if apart:
        wanted = _without_bridges(wanted, group_of, apart)
    parent: dict[int, int] = {}
    for a, b in wanted:
        x, y = _root(parent, a), _root(parent, b)
        parent[max(x, y)] = min(x, y)
    parts: dict[int, list[int]] = {}
    for member in sorted({member for edge in wanted for member in edge}):
        parts.setdefault(_root(parent, member), []).append(member)
    return _numbered(parts, group_of, next_group)


def _numbered(parts: Mapping[int, list[int]], group_of: Mapping[int, int], next_group: int) -> Joined:
    """Give each part its oldest group, or a new one; parts that share a group are one."""
    result = Joined()
    heir: dict[int, int] = {}
    waiting = []
    for members in parts.values():
        groups = sorted({group_of[m] for m in members if m in group_of})
        for group in groups[1:]:
            x, y = _root(heir, groups[0]), _root(heir, group)
            if x != y:
                heir[max(x, y)] = min(x, y)
        waiting.append((members, groups[0] if groups else None))
    for members, known in waiting:
        if known is None:
            result.opened.append(next_group + len(result.opened))
        group = result.opened[-1] if known is None else known
        result.group.update(dict.fromkeys(members, _root(heir, group)))
    result.merged = {group: _root(heir, group) for group in heir if _root(heir, group) != group}
    return result


def _without_bridges(
    edges: list[tuple[int, int]], group_of: Mapping[int, int], apart: frozenset[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Drop edges between groups set apart, and those of a new member to the weaker side."""
    kept = [edge for edge in edges if not _set_apart(edge, group_of, apart)]
    ties: dict[int, dict[int, int]] = {}
    for edge in kept:
        for member, other in (edge, edge[::-1]):
            if member not in group_of and other in group_of:
                count = ties.setdefault(member, {})
                count[group_of[other]] = count.get(group_of[other], 0) + 1
    lost = {
        (member, group)
        for member, count in ties.items()
        for group in count
        for rival in count
        if (min(group, rival), max(group, rival)) in apart and (-count[rival], rival) < (-count[group], group)
    }
    return [
        (a, b)
        for a, b in kept
        if (a, group_of.get(b, -1)) not in lost and (b, group_of.get(a, -1)) not in lost
    ]


def _set_apart(edge: tuple[int, int], group_of: Mapping[int, int], apart: frozenset[tuple[int, int]]) -> bool:
    a, b = (group_of.get(member, -1) for member in edge)
    return (min(a, b), max(a, b)) in apart


def _root(parent: dict[int, int], node: int) -> int:
    path = []
    while node in parent and parent[node] != node:
        path.append(node)
        node = parent[node]
    for step in path:
        parent[step] = node
    return node
