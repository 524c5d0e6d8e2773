"""Emerging themes: words whose share among complaints and requests rises before they have a label.

Nothing later than the day asked for is looked at. All phrases that are frequent enough are tested and the false
discovery rate is held over all of them (Benjamini and Hochberg 1995); the past's own weekly variation widens
what counts as chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from voc.quotations import Passage, choose
from voc.themes.phrases import named, shortened, terms

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WEEK = 7
PART = 2_000  # texts cut into phrases at a time


@dataclass(frozen=True)
class Policy:
    """How much is a theme: days looked at and compared with, customers, ratio, false discovery rate."""

    recent: int = 28
    past: int = 182
    least_past: int = 28
    fewest: int = 4  # customers who say it in the recent days
    ratio: float = 1.5
    rate: float = 0.05
    shared: float = 0.5  # part of the rarer phrase's feedback from which two phrases are one theme
    labelled: float = 0.5  # part of a theme's feedback with an issue there, from which it has a label
    beside: float = 0.7  # the same of an issue anywhere in that feedback
    most: int = 20


@dataclass(frozen=True)
class Said:
    """Columns of complaints and requests, all of length n, in any order.

    days: since 1970, local; customers: who said it; issues: for each the spans (start, end, issue) that are labelled.
    """

    days: Ints
    texts: Sequence[str]
    customers: Ints
    issues: Sequence[Sequence[tuple[int, int, str]]]


@dataclass(frozen=True)
class Theme:
    """A rising theme: its phrases, how often now and before, since when, week by week, and in whose words."""

    phrases: tuple[str, ...]
    count: int
    customers: int
    share: float
    before: float
    chance: float
    first: int  # day it was said first, of the days looked at
    weeks: tuple[int, ...]
    label: str | None  # issue under which most of it is already counted
    quotations: tuple[str, ...]
    rows: Ints

    @property
    def ratio(self) -> float:
        """How many times the share before, one sighting added to it."""
        return self.share / self.before


POLICY = Policy()


def emerging(said: Said, day: int, policy: Policy = POLICY) -> list[Theme]:
    """Find the themes that rise up to a day, those without a label first, then the surest."""
    now = np.flatnonzero((said.days > day - policy.recent) & (said.days <= day))
    before = np.flatnonzero(
        (said.days > day - policy.recent - policy.past) & (said.days <= day - policy.recent)
    )
    if (
        not len(now)
        or not len(before)
        or day - policy.recent - int(said.days[before].min()) + 1 < policy.least_past
    ):
        return []
    found = terms([said.texts[row] for row in now.tolist()])
    held = _frequent(found, said.customers[now], policy.fewest)
    if not held:
        return []
    earlier, spoken = _earlier([said.texts[row] for row in before.tolist()], frozenset(held))
    weeks, count = (day - policy.recent - said.days[before]) // WEEK, _count(found, held)
    weekly = _weekly(earlier, held, weeks)
    chances = _chances(count, len(now), weekly, np.bincount(weeks).astype(np.float64))
    ratio = count / len(now) / ((weekly.sum(axis=0) + 0.5) / (len(before) + 1))
    rising = _rising(held, chances, ratio, _looked_at(found, spoken, policy.fewest), policy)
    both = _Both(now, found, before, earlier)
    made = [_theme(words, rising, said, both, day, policy) for words in _grouped(rising, found)]
    # What can be quoted once only is one text that came several times.
    made = [theme for theme in made if len(theme.quotations) > 1]
    return sorted(made, key=lambda theme: (theme.label is not None, theme.chance))[: policy.most]


def _frequent(found: Sequence[set[str]], customers: Ints, fewest: int) -> list[str]:
    """List the phrases that enough different customers say."""
    rough = Counter(word for words in found for word in words)
    often = {word for word, count in rough.items() if count >= fewest}
    people: dict[str, set[int]] = {}
    for words, customer in zip(found, customers.tolist(), strict=True):
        for word in words & often:
            people.setdefault(word, set()).add(customer)
    return sorted(word for word, own in people.items() if len(own) >= fewest)


def _earlier(texts: Sequence[str], held: frozenset[str]) -> tuple[list[set[str]], Ints]:
    """Return which of the held phrases each earlier text says, and a number for each phrase each time it is said.

    Part by part, and numbers instead of words: all phrases of a hundred thousand texts at once are a gigabyte.
    """
    kept: list[set[str]] = []
    said = [_numbers(())]
    for at in range(0, len(texts), PART):
        found = terms(texts[at : at + PART])
        kept += [words & held for words in found]
        said.append(_numbers(found))
    return kept, np.concatenate(said)


def _numbers(found: Iterable[set[str]]) -> Ints:
    return np.fromiter((hash(word) for words in found for word in words), dtype=np.int64)


def _weekly(found: Sequence[set[str]], held: Sequence[str], weeks: Ints) -> Floats:
    """Count each phrase week by week, shape (weeks, phrases)."""
    place = {word: n for n, word in enumerate(held)}
    at = [(week, place[word]) for week, words in zip(weeks.tolist(), found, strict=True) for word in words]
    counts = np.zeros((int(weeks.max()) + 1, len(held)))
    if at:
        np.add.at(counts, tuple(np.array(at).T), 1.0)
    return counts


def _count(found: Sequence[set[str]], held: Sequence[str]) -> Ints:
    counts = Counter(word for words in found for word in words)
    return np.array([counts[word] for word in held], dtype=np.int64)


def _chances(now: Ints, of: int, said: Floats, size: Floats) -> Floats:
    """Chance of so many, when each phrase has the share it had: negative binomial, wider by what weeks vary."""
    share = (said.sum(axis=0) + 0.5) / (size.sum() + 1)
    spoken = size > 0
    expected = size[spoken, None] * share[None, :]
    spread = ((said[spoken] - expected) ** 2 / (expected * (1 - share))).sum(axis=0) / max(
        int(spoken.sum()) - 1, 1
    )
    # Rare phrases tell little of their own variation: half of it is that of all.
    wide = np.maximum(1.0, (spread + max(1.0, float(np.mean(spread)))) / 2) * (1 + of / size.sum()) + 1e-4
    mean = of * share
    return np.asarray(nbinom.sf(now - 1, mean / (wide - 1), 1 / wide), dtype=np.float64)


@dataclass(frozen=True)
class _Rising:
    word: str
    chance: float


def _looked_at(found: Sequence[set[str]], earlier: Ints, fewest: int) -> int:
    """Count the phrases that could have been frequent now: those that are were not picked at random."""
    often = np.unique(np.concatenate([earlier, _numbers(found)]), return_counts=True)[1]
    return int((often >= fewest).sum())


def _rising(
    held: Sequence[str], chances: Floats, ratio: Floats, looked_at: int, policy: Policy
) -> list[_Rising]:
    order = np.argsort(chances, kind="stable")
    passed = chances[order] <= policy.rate * np.arange(1, len(order) + 1) / max(looked_at, 1)
    kept = order[: int(np.flatnonzero(passed)[-1]) + 1] if passed.any() else order[:0]
    return [
        _Rising(held[n], float(chances[n]))
        for n in kept.tolist()
        if ratio[n] >= policy.ratio and not named(held[n])
    ]


def _grouped(rising: Sequence[_Rising], found: Sequence[set[str]]) -> list[list[str]]:
    """Gather phrases of the same feedback around the surest of them."""
    rows = {one.word: {n for n, words in enumerate(found) if one.word in words} for one in rising}
    counts = {word: len(own) for word, own in rows.items()}
    kept = set(shortened(list(rows), counts))
    groups: list[list[str]] = []
    for one in rising:
        if one.word not in kept:
            continue
        own = rows[one.word]
        home = next(
            (g for g in groups if len(own & rows[g[0]]) >= POLICY.shared * min(len(own), counts[g[0]])), None
        )
        if home is None:
            groups.append([one.word])
        else:
            home.append(one.word)
    return groups


@dataclass(frozen=True)
class _Both:
    """The rows of the recent days and of the past, each with its words and phrases."""

    now: Ints
    found: Sequence[set[str]]
    before: Ints
    earlier: Sequence[set[str]]

    def holding(self, words: set[str]) -> tuple[Ints, Ints]:
        """Return the rows, recent and earlier, that hold one of some words."""
        return _holding(self.now, self.found, words), _holding(self.before, self.earlier, words)


def _holding(rows: Ints, found: Sequence[set[str]], words: set[str]) -> Ints:
    return np.array(
        [row for row, own in zip(rows.tolist(), found, strict=True) if own & words], dtype=np.int64
    )


def _theme(
    words: Sequence[str], rising: Sequence[_Rising], said: Said, both: _Both, day: int, policy: Policy
) -> Theme:
    told = list(words[:4])
    recent, earlier = both.holding(set(told))
    while len(told) > 1 and len(recent) * (len(both.before) + 1) < policy.ratio * len(both.now) * (
        len(earlier) + 1
    ):
        told = told[:-1]  # common words would hide that the rare one rises
        recent, earlier = both.holding(set(told))
    everything = np.concatenate([recent, earlier])
    weeks = np.bincount(
        (day - said.days[everything]) // WEEK, minlength=(policy.past + policy.recent) // WEEK
    )[::-1]
    return Theme(
        tuple(told), len(recent), len(set(said.customers[recent].tolist())), len(recent) / len(both.now),
        (len(earlier) + 1) / (len(both.before) + 1), next(one.chance for one in rising if one.word == words[0]),
        int(said.days[everything].min()), tuple(weeks.tolist()), _label(told, said, recent, policy),
        tuple(choose(_passages(told, said, recent))), recent,
    )  # fmt: skip


def _label(words: Sequence[str], said: Said, rows: Ints, policy: Policy) -> str | None:
    """Name the issue that most of a theme's phrases, or nearly all of its feedback, are already read as."""
    there, anywhere = Counter[str](), Counter[str]()
    for row in rows.tolist():
        text = said.texts[row].lower()
        spans = [(at, at + len(word)) for word in words if (at := text.find(word)) >= 0]
        there.update(
            {issue for a, b, issue in said.issues[row] if any(a < end and start < b for start, end in spans)}
        )
        anywhere.update({issue for _, _, issue in said.issues[row]})
    for counts, least in ((there, policy.labelled), (anywhere, policy.beside)):
        for issue, count in counts.most_common(1):
            if count >= least * len(rows):
                return issue
    return None


def _passages(words: Sequence[str], said: Said, rows: Ints) -> list[Passage]:
    """Find the phrases in the newest feedback, whose texts hold most of them first."""
    scored = sorted(rows.tolist(), key=lambda row: (-sum(word in said.texts[row].lower() for word in words),
                                                    abs(len(said.texts[row]) - 40), -said.days[row]))  # fmt: skip
    places = [(row, min((at, len(word)) for word in words if (at := said.texts[row].lower().find(word)) >= 0))
              for row in scored[:40] if any(word in said.texts[row].lower() for word in words)]  # fmt: skip
    return [Passage(said.texts[row], at, at + length) for row, (at, length) in places]
