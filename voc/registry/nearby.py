"""What the registry's index says of new feedback: its nearest in time by each key, and how many speak of something.

The index is a set of sorted runs (voc.kernels.runs) of entries (key, moment, feedback, stream); one run after the
other is looked at, and what is found is carried from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.kernels.runs import ordered, seek
from voc.registry.anchors import of_any, whole
from voc.registry.background import Background
from voc.registry.pairs import DAY
from voc.registry.surges import SurgeRule, spread, surging

KEY, MOMENT, FEEDBACK, STREAM = range(4)
ANY = np.iinfo(np.int64).min  # no stream in particular
_NO_END = 1 << 62
_NOBODY = -1

Ints = NDArray[np.int64]


def neighbours(runs: Sequence[Ints], new: Ints, far: int, nearest: int, rare: NDArray[np.bool_]) -> Ints:
    """Pair new feedback with the `nearest` before and after of each key, at most `far` seconds away, shape (m, 2).

    new: entries in the order of a run, all of them in one of `runs`; rare: keys of which one is reason enough to pair
    two, shape (n,); else they share two. The smaller number stands first, and each pair stands once.
    """
    shape = (len(new), nearest, 2)
    before, after = np.full(shape, _NOBODY, dtype=np.int64), np.full(shape, _NOBODY, dtype=np.int64)
    for run in runs:
        _look(run, new, far, before, after)
    order = np.argsort(new[:, FEEDBACK], kind="stable")
    found = np.concatenate([before[..., 1], after[..., 1]], axis=1)[order]
    pairs = np.empty((int((found != _NOBODY).sum()), 2), dtype=np.int64)
    many = _shared(np.ascontiguousarray(new[order, FEEDBACK]), found, rare[order], pairs)
    return _distinct(np.sort(pairs[:many], axis=1))


def counted(runs: Iterable[Ints], asked: Ints, enough: int = _NO_END) -> Ints:
    """Count entries for each row (key, stream or ANY, since, until) of `asked`, shape (n,), as far as `enough`."""
    counts = np.zeros(len(asked), dtype=np.int64)
    for run in runs:
        _count(run, asked, counts, enough)
    return counts


def holders(runs: Sequence[Ints], key: int, stream: int, since: int, until: int) -> list[int]:
    """List the feedback of a stream that holds a key, from one second until before another, in order of time."""
    found = []
    for run in runs:
        begin = seek(run, key, since, 0)
        own = run[begin : seek(run, key, until, begin)]
        found.append(own[own[:, STREAM] == stream][:, [MOMENT, FEEDBACK]])
    rows = np.concatenate(found)
    ids: list[int] = rows[np.lexsort((rows[:, 1], rows[:, 0])), 1].tolist()
    return ids


def surges(runs: Sequence[Ints], new: Ints, background: Background, rules: Sequence[SurgeRule]) -> Ints:
    """Pair what speaks of something that surges in its stream, shape (m, 2); `new` as in `neighbours`."""
    found = {pair for rule in rules for pair in _surge(runs, new, background, rule)}
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _surge(runs: Sequence[Ints], new: Ints, background: Background, rule: SurgeRule) -> set[tuple[int, int]]:
    asked = _busy(runs, new, rule)
    if not len(asked):
        return set()
    key, stream, day = asked.T
    anybody = np.full(len(asked), ANY)
    now, before = (
        (day - rule.window + 1, day + 1),
        (day - rule.window - rule.before + 1, day - rule.window + 1),
    )
    events, past = (_by_day(runs, key, stream, *days) for days in (now, before))
    all_now, all_past = (_by_day(runs, whole(stream), anybody, *days) for days in (now, before))
    usual = np.exp(-background.rarity(of_any(key))).astype(np.float64)
    hot = asked[surging(events, all_now, past, all_past, usual, rule)]
    found: set[tuple[int, int]] = set()
    for key_, stream_, last in hot.tolist():
        found.update(spread(holders(runs, key_, stream_, (last - rule.window + 1) * DAY, (last + 1) * DAY)))
    return found


def _busy(runs: Sequence[Ints], new: Ints, rule: SurgeRule) -> Ints:
    """The (key, stream, day) in whose window enough was said to look closer, shape (n, 3)."""
    said = _distinct(np.stack([new[:, KEY], new[:, STREAM], new[:, MOMENT] // DAY], axis=1))
    begins = np.append(True, (said[1:, :2] != said[:-1, :2]).any(axis=1))
    first, of = np.flatnonzero(begins), np.cumsum(begins) - 1
    what = said[first, :2]
    last = np.append(first[1:], len(said)) - 1
    begin, end = said[first, 2] - rule.window + 1, said[last, 2] + rule.window
    near = _by_day(runs, what[:, 0], what[:, 1], begin, end, rule.least) >= rule.least
    said = said[near[of]]
    days = [said + np.array([0, 0, later]) for later in range(rule.window)]
    asked = _distinct(np.concatenate(days))
    day = asked[:, 2]
    enough = _by_day(runs, asked[:, 0], asked[:, 1], day - rule.window + 1, day + 1, rule.least)
    busy: Ints = asked[enough >= rule.least]
    return busy


def _distinct(rows: Ints) -> Ints:
    run = ordered(rows)
    new = np.ones(len(run), dtype=np.bool_)
    new[1:] = (run[1:] != run[:-1]).any(axis=1)
    return run[new]


def _by_day(
    runs: Sequence[Ints], key: Ints, stream: Ints, first: Ints, until: Ints, enough: int = _NO_END
) -> Ints:
    return counted(runs, np.stack([key, stream, first * DAY, until * DAY], axis=1), enough)


@compiled
def _look(run: Ints, new: Ints, far: int, before: Ints, after: Ints) -> None:
    place = 0
    for n in range(len(new)):
        key, at, own = new[n, 0], new[n, 1], new[n, 2]
        place = seek(run, key, at, place)
        here = place
        while here < len(run) and run[here, 0] == key and run[here, 1] == at and run[here, 2] < own:
            here += 1
        left = here - 1
        while left >= 0 and run[left, 0] == key and run[left, 1] >= at - far:
            if not _put(before[n], run[left, 1], run[left, 2], -1):
                break
            left -= 1
        if here < len(run) and run[here, 0] == key and run[here, 1] == at and run[here, 2] == own:
            here += 1
        while here < len(run) and run[here, 0] == key and run[here, 1] <= at + far:
            if not _put(after[n], run[here, 1], run[here, 2], 1):
                break
            here += 1


@compiled
def _put(nearest: Ints, at: int, id_: int, sign: int) -> bool:
    """Put one among the nearest, which stand in order away from here; False when it is farther than all of them."""
    last = len(nearest) - 1
    if nearest[last, 1] != -1 and not _nearer(at, id_, nearest[last], sign):
        return False
    place = last
    while place > 0 and (nearest[place - 1, 1] == -1 or _nearer(at, id_, nearest[place - 1], sign)):
        nearest[place, 0], nearest[place, 1] = nearest[place - 1, 0], nearest[place - 1, 1]
        place -= 1
    nearest[place, 0], nearest[place, 1] = at, id_
    return True


@compiled
def _nearer(at: int, id_: int, other: Ints, sign: int) -> bool:
    if at != other[0]:
        return bool(sign * at < sign * other[0])
    return bool(sign * id_ < sign * other[1])


@compiled
def _shared(own: Ints, found: Ints, rare: NDArray[np.bool_], pairs: Ints) -> int:
    """Write the pairs that share two keys or a rare one; rows of one feedback stand together."""
    many = start = 0
    room, weight = np.empty(64 * found.shape[1], np.int64), np.empty(64 * found.shape[1], np.int64)
    while start < len(own):
        end, filled = start, 0
        while end < len(own) and own[end] == own[start] and end - start < 64:
            for column in range(found.shape[1]):
                if found[end, column] != -1:
                    room[filled] = found[end, column]
                    weight[filled] = 2 if rare[end] else 1
                    filled += 1
            end += 1
        order = np.argsort(room[:filled])
        n = 0
        while n < filled:
            other, total = room[order[n]], 0
            while n < filled and room[order[n]] == other:
                total += weight[order[n]]
                n += 1
            if total >= 2:
                pairs[many, 0], pairs[many, 1] = own[start], other
                many += 1
        start = end
    return many


@compiled
def _count(run: Ints, asked: Ints, counts: Ints, enough: int) -> None:
    for n in range(len(asked)):
        if counts[n] >= enough:
            continue
        key, stream, since, until = asked[n, 0], asked[n, 1], asked[n, 2], asked[n, 3]
        here = seek(run, key, since, 0)
        if stream == ANY:
            counts[n] += seek(run, key, until, here) - here
            continue
        while here < len(run) and run[here, 0] == key and run[here, 1] < until and counts[n] < enough:
            if run[here, 3] == stream:
                counts[n] += 1
            here += 1
