"""Customers who tell of one event within days: put together text by text, before a word or a label is said often.

The registry's groups say where to look. An alarm asks for more: as many customers within a week as make an alarm, or
two within two days where little is said, whom the rule for two feedbacks joins to one another by what had been said on
that day. Who uses the same sentence word for word is one voice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voc.alarms.expected import Floats
from voc.alarms.walk import Episode
from voc.registry.background import Background
from voc.registry.naming import name_of
from voc.registry.pairs import Facts, Rule, alike
from voc.registry.signs import Signs

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
RULE = Rule()
NAMED = 12  # characters of the first words where no clause names the event
_SPACE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class EventPolicy:
    """When a group is a happening."""

    window: int = 7  # days within which they speak
    least: int = 3  # customers
    soon: int = 2  # days within which fewer of them are enough
    few: int = 2  # customers
    busy: float = 20.0  # negative feedback a day from which on chance brings so few together too often
    lately: int = 28  # days of which that is the mean
    clear: float = -0.6  # sentiment up to which a voice surely complains; so few bear no misreading
    sentence: int = 20  # characters that two do not write alike by themselves
    warm: int = 60  # days of history before anything can be news
    past: int = 180  # days before in which nobody of the group spoke
    quiet: int = 14  # days without anybody after which an event is over
    most: int = 64  # of the newest that are compared with one another


@dataclass(frozen=True)
class Heard:
    """Negative feedback that stands in groups of the registry, in order of time; all of length n."""

    ids: Ints
    groups: Ints
    days: Ints  # places in the walk
    customers: Ints
    texts: Sequence[str]
    signs: Signs
    facts: Facts
    daily: Floats  # all negative feedback of each day of the walk


@dataclass
class Event:
    """What several customers tell of, and its feedback as (id, day)."""

    name: str
    episode: Episode
    members: dict[int, int] = field(default_factory=dict)

    @property
    def series(self) -> str:
        """Name it as a series."""
        return f"event:{self.name}"


def happenings(
    heard: Heard, series: int, background: Background, policy: EventPolicy | None = None
) -> list[Event]:
    """Return what several customers told of, in the order of days; episodes are numbered as series from `series` on."""
    order = np.argsort(heard.groups, kind="stable")
    starts = np.flatnonzero(np.diff(heard.groups[order])) + 1
    groups = np.split(order, starts) if len(order) else []
    found = [one for rows in groups for one in _of(heard, rows, background, policy or EventPolicy())]
    found.sort(key=lambda one: (one.episode.raised, min(one.members)))
    for place, one in enumerate(found):
        one.episode.series = series + place
    return found


def busy(daily: Floats, policy: EventPolicy) -> Bools:
    """Tell on which days so much is said that two alike may be chance; daily: negative feedback by day, (T,)."""
    total = np.concatenate([[0.0], np.cumsum(daily)])
    end = np.arange(1, len(daily) + 1)
    since = np.maximum(end - policy.lately, 0)
    result: Bools = (total[end] - total[since]) / (end - since) > policy.busy
    return result


def _of(heard: Heard, rows: Ints, background: Background, policy: EventPolicy) -> list[Event]:
    """Go through a group in order of time: what goes on is one event, what was never silent for long is no news."""
    found: list[Event] = []
    crowded = busy(heard.daily, policy)
    for place, row in enumerate(rows.tolist()):
        day = int(heard.days[row])
        if found and day - found[-1].episode.end <= policy.quiet:
            _go_on(found[-1], int(heard.ids[row]), day)
            continue
        if day < policy.warm:
            continue
        known = rows[: place + 1]
        together = _news(heard, known, day, policy.window, policy.least, policy)
        if not len(together) and not crowded[day]:
            together = _news(heard, known, day, policy.soon, policy.few, policy)
        if len(together):
            found.append(_begun(heard, together, day, background))
    return found


def _news(heard: Heard, known: Ints, day: int, window: int, least: int, policy: EventPolicy) -> Ints:
    """Return those of a group whom the last days bring together, if nobody of it spoke in the half year before."""
    days = heard.days[known]
    before = (days <= day - window) & (days > day - policy.window - policy.past)
    return known[:0] if before.any() else _together(heard, known[days > day - window], least, policy)


def _together(heard: Heard, rows: Ints, least: int, policy: EventPolicy) -> Ints:
    """Return the largest part of the newest feedback that is joined pair by pair, if enough voices are in it."""
    rows = rows[-policy.most :]
    if len(np.unique(heard.customers[rows])) < least:
        return rows[:0]
    left, right = np.triu_indices(len(rows), 1)
    same = alike(heard.signs, heard.facts, rows[left], rows[right], RULE)
    part, speaker = np.arange(len(rows)), _voices(heard, rows, policy)
    for a, b in zip(left[same].tolist(), right[same].tolist(), strict=True):
        part[part == max(part[a], part[b])] = min(part[a], part[b])
    voices = [len(np.unique(speaker[part == label])) for label in range(len(rows))]
    best = int(np.argmax(voices))
    return rows[part == best] if voices[best] >= least else rows[:0]


def _voices(heard: Heard, rows: Ints, policy: EventPolicy) -> Ints:
    """Number who speaks in some feedback: customers, and one voice for all who write the same sentence."""
    speaker: Ints = heard.customers[rows].copy()
    said: dict[str, int] = {}
    for place, row in enumerate(rows.tolist()):
        text = _SPACE.sub("", heard.texts[row])
        sentences = {text[at : at + policy.sentence] for at in range(len(text) - policy.sentence + 1)}
        first = min((said[one] for one in sentences if one in said), default=place)
        speaker[place] = speaker[first]
        said |= {one: first for one in sentences if one not in said}
    return speaker


def _begun(heard: Heard, rows: Ints, day: int, background: Background) -> Event:
    texts = [heard.texts[row] for row in rows.tolist()]
    name = name_of(texts, background, "") or texts[0][:NAMED].strip()
    days = heard.days[rows].tolist()
    event = Event(name, Episode(0, day, min(days), day, 0.0, None, observed=float(len(rows))))
    event.members |= dict(zip(heard.ids[rows].tolist(), days, strict=True))
    return event


def _go_on(event: Event, id_: int, day: int) -> None:
    event.members[id_] = day
    event.episode.end = max(event.episode.end, day)
    event.episode.observed = float(len(event.members))
