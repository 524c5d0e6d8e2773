"""Tell one happening once: of the series that rise together, the one that names it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.alarms.series import PRECISE, covers, is_slice, is_words, parts, precision
from voc.alarms.walk import Episode, Policy

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Members:
    """The feedback of an episode from its first day to its last, by id, with the day (place in the walk) of each."""

    ids: Ints
    days: Ints

    def until(self, day: int) -> set[int]:
        """Return what was there at the end of a day."""
        return set(self.ids[self.days <= day].tolist())


def worth_telling(
    episodes: Sequence[Episode], members: Sequence[Members], names: Sequence[str], policy: Policy
) -> list[int]:
    """Return the places of the episodes that become alarms, in the order they are raised.

    On a day, series that hold the same feedback are one happening; on later days it is told again only by a series
    that says more precisely what is wrong, or when it rises once more.
    """
    told: list[int] = []
    by_day: dict[tuple[int, bool], list[int]] = {}
    for place, episode in enumerate(episodes):
        by_day.setdefault((episode.raised, episode.slow), []).append(place)
    for day in sorted(by_day):
        for place in _chosen(by_day[day], episodes, members, names, policy):
            said = any(_says(other, place, episodes, members, names, policy) for other in told)
            if not said and not _is_symptom(place, told, episodes, members, names, policy):
                told.append(place)
    return told


def _chosen(
    new: list[int],
    episodes: Sequence[Episode],
    members: Sequence[Members],
    names: Sequence[str],
    policy: Policy,
) -> list[int]:
    """Of the episodes of one day, take for each heap of feedback the most precise series that explains it."""
    waiting = sorted(new, key=lambda place: (-episodes[place].excess, names[episodes[place].series]))
    chosen = []
    while waiting:
        top = waiting[0]
        held, name = members[top].until(episodes[top].raised), names[episodes[top].series]
        same = [
            place
            for place in waiting
            if place == top
            or covers(name, names[episodes[place].series])
            or _within(place, held, episodes, members, policy)
        ]
        able = [p for p in same if episodes[p].excess >= policy.explains * episodes[top].excess]
        group = [episodes[place] for place in same]
        chosen.append(max(able, key=lambda place: _rank(episodes[place], group, names, policy)))
        waiting = [place for place in waiting if place not in same]
    return chosen


def _within(
    place: int, held: set[int], episodes: Sequence[Episode], members: Sequence[Members], policy: Policy
) -> bool:
    own = members[place].until(episodes[place].raised)
    return len(own & held) >= policy.explains * len(own)


def _rank(
    episode: Episode, group: Sequence[Episode], names: Sequence[str], policy: Policy
) -> tuple[int, bool, int, float]:
    """Prefer what says most precisely what is wrong, labels before words, then where it gathers, then how much."""
    name = names[episode.series]
    what = parts(name)[0]
    whole = next((one for one in group if names[one.series] == what), None)
    gathered = 1 if whole is None or not is_slice(name) else 2 * _gathers(episode, whole, policy)
    return precision(name), not is_words(name), gathered, episode.excess


def _gathers(part: Episode, whole: Episode, policy: Policy) -> bool:
    """Tell whether a slice holds more of the excess than it usually holds of the counts."""
    usual = part.expected / max(whole.expected, 1e-9)
    return part.excess >= policy.gathers * usual * whole.excess


def _says(
    other: int,
    place: int,
    episodes: Sequence[Episode],
    members: Sequence[Members],
    names: Sequence[str],
    policy: Policy,
) -> bool:
    """Tell whether an alarm raised before says what this episode would."""
    earlier, later = episodes[other], episodes[place]
    if not _lasts(earlier, later, policy) or (earlier.slow and not later.slow):
        return False
    spoken = is_words(names[later.series])
    if precision(names[later.series]) > precision(names[earlier.series]) and not spoken:
        return False
    if not later.again and not spoken and covers(names[earlier.series], names[later.series]):
        return True
    known = earlier.raised + policy.fresh if later.again else later.raised
    return _within(place, members[other].until(known), episodes, members, policy)


def _lasts(earlier: Episode, later: Episode, policy: Policy) -> bool:
    return later.raised - min(earlier.end, later.raised) <= policy.quiet or (
        later.slow and earlier.end >= later.start
    )


def _is_symptom(
    place: int,
    told: Sequence[int],
    episodes: Sequence[Episode],
    members: Sequence[Members],
    names: Sequence[str],
    policy: Policy,
) -> bool:
    """Tell whether an area rose by what open alarms tell already: their feedback makes up half of its excess.

    One backlog is complained of as late, unfriendly and faulty. Issues and words are told nonetheless: they say what.
    """
    later, name = episodes[place], names[episodes[place].series]
    if precision(name) == PRECISE:
        return False
    others = [
        members[other].until(later.raised)
        for other in told
        if _lasts(episodes[other], later, policy)
        and not episodes[other].slow
        and names[episodes[other].series] != name
        and not covers(names[episodes[other].series], name)
    ]
    own = members[place].until(later.raised)
    return len(own & set().union(*others)) >= policy.explains * max(len(own) - later.expected_then, 1.0)
