"""A symptom that several customers name within days and hardly anybody before, whatever label it has or has not.

Of all words and phrases of the last one to three days that at least three customers use, those are taken whose
number is improbable beside their share of the half year before (beta-binomial: more feedback alone raises nothing).
All phrases of a day are tested, so the chance is multiplied by their number; the scan has a share of the one budget.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

from voc.alarms.walk import DAYS_OF_A_YEAR, Episode, Policy
from voc.themes.phrases import shortened, terms

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WordPolicy:
    """When a phrase is a happening: days, customers, what came before, and its share of the budget."""

    budget: float = 0.15  # share of the false alarms a year that are put up with
    windows: tuple[int, ...] = (1, 2, 3)
    least: int = 3  # customers
    past: int = 180  # days it is compared with
    enough: int = 60  # feedback in them
    sayings: float = 0.5  # of a phrase never heard before, out of so many pieces of feedback:
    prior: float = 25.0
    same: float = 0.5  # share of a phrase's feedback with which it tells of the same as another
    quiet: int = 14  # days without it after which it is news again
    most: int = 6  # phrases named


@dataclass(frozen=True)
class Spoken:
    """Negative feedback in order of days: ids, days (places in the walk), customers, all (n,), and masked words."""

    ids: Ints
    days: Ints
    customers: Ints
    texts: Sequence[str]


@dataclass
class Saying:
    """What came up: its phrases, surest first, and its feedback as (id, day)."""

    phrases: tuple[str, ...]
    episode: Episode
    members: dict[int, int] = field(default_factory=dict)

    @property
    def series(self) -> str:
        """Name it as a series."""
        return f"words:{self.phrases[0]}"


@dataclass(frozen=True)
class _Phrase:
    text: str
    chance: float
    usual: float  # a day
    rows: frozenset[int]


def sayings(spoken: Spoken, series: int, policy: Policy, since: int = 0) -> list[Saying]:
    """Return what came up, in the order of days; episodes are numbered as series from `series` on.

    since: the first day that is judged; the days before it are only remembered.
    """
    own = WordPolicy()
    found = scanned(spoken, own, min(own.budget * policy.false_per_year / DAYS_OF_A_YEAR, 0.5), since)
    for place, one in enumerate(found):
        one.episode.series = series + place
    return found


def scanned(spoken: Spoken, policy: WordPolicy, level: float, since: int = 0) -> list[Saying]:
    """Go through the days and return what came up with a chance of at most `level`, all phrases of a day together."""
    scan = _Scan(spoken, policy, level)
    first, last = (int(spoken.days.min()), int(spoken.days.max())) if len(spoken.days) else (0, -1)
    for day in range(first, last + 1):
        scan.live(day, judged=day >= since)
    return scan.found


class _Scan:
    """What is known on each day: the words of the half year before, and what came up lately."""

    def __init__(self, spoken: Spoken, policy: WordPolicy, level: float) -> None:
        self.spoken, self.policy, self.level = spoken, policy, level
        self.terms = terms(spoken.texts)
        self.by_day: dict[int, list[int]] = {}
        for row, day in enumerate(spoken.days.tolist()):
            self.by_day.setdefault(day, []).append(row)
        self.before: Counter[str] = Counter()
        self.remembered: deque[tuple[int, list[int]]] = deque()
        self.heard: dict[str, tuple[int, Saying]] = {}
        self.found: list[Saying] = []

    def live(self, day: int, judged: bool) -> None:
        """Remember what a day leaves behind, and judge it beside that."""
        self._remember(day - max(self.policy.windows))
        if not judged or day not in self.by_day or self._past < self.policy.enough:
            return
        for group in self._grouped(self._improbable(day)):
            self._tell(group, day)

    @property
    def _past(self) -> int:
        return sum(len(rows) for _, rows in self.remembered)

    def _remember(self, day: int) -> None:
        rows = self.by_day.get(day, [])
        if rows:
            self.remembered.append((day, rows))
            self.before.update(term for row in rows for term in self.terms[row])
        while self.remembered and self.remembered[0][0] <= day - self.policy.past:
            self.before.subtract(term for row in self.remembered.popleft()[1] for term in self.terms[row])

    def _improbable(self, day: int) -> list[_Phrase]:
        best: dict[str, _Phrase] = {}
        for length in self.policy.windows:
            rows = [row for d in range(day - length + 1, day + 1) for row in self.by_day.get(d, ())]
            for one in self._judged(rows, length):
                if one.text not in best or one.chance < best[one.text].chance:
                    best[one.text] = one
        return sorted(best.values(), key=lambda one: (one.chance, -len(one.text), one.text))

    def _judged(self, rows: Sequence[int], length: int) -> Iterable[_Phrase]:
        """Yield the phrases of a window that are improbable; customers are counted, each once."""
        said: dict[str, dict[int, int]] = {}
        for row in rows:
            for term in self.terms[row]:
                said.setdefault(term, {})[int(self.spoken.customers[row])] = row
        often = [term for term, people in said.items() if len(people) >= self.policy.least]
        if not often:
            return
        whole, past = len({int(self.spoken.customers[row]) for row in rows}), self._past
        shape = np.array([self.before[term] for term in often]) + self.policy.sayings
        observed = np.array([len(said[term]) for term in often])
        chances = betabinom.sf(observed - 1, whole, shape, past + self.policy.prior - shape)
        chances = np.minimum(chances * len(said) * len(self.policy.windows), 1.0)
        for term, chance, held in zip(often, chances.tolist(), shape.tolist(), strict=True):
            if chance <= self.level:
                usual = held / (past + self.policy.prior) * whole / length
                yield _Phrase(term, chance, usual, frozenset(r for r in rows if term in self.terms[r]))

    def _grouped(self, phrases: Sequence[_Phrase]) -> list[list[_Phrase]]:
        """Put phrases together whose feedback is mostly the same, the surest first."""
        groups: list[tuple[set[int], list[_Phrase]]] = []
        for one in phrases:
            rows, group = next(
                ((rows, group) for rows, group in groups if self._overlaps(one.rows, rows)), (set(), [])
            )
            if not group:
                groups.append((rows, group))
            rows |= one.rows
            group.append(one)
        return [group for _, group in groups]

    def _overlaps(self, part: AbstractSet[int], whole: AbstractSet[int]) -> bool:
        return len(part & whole) >= self.policy.same * len(part)

    def _tell(self, group: Sequence[_Phrase], day: int) -> None:
        lately = [self.heard[one.text] for one in group if one.text in self.heard]
        known = next((saying for last, saying in lately if day - last <= self.policy.quiet), None)
        saying = known or self._begun(group, day)
        rows = sorted({row for one in group for row in one.rows})
        saying.members |= {int(self.spoken.ids[row]): int(self.spoken.days[row]) for row in rows}
        saying.episode.end = max(saying.members.values())
        saying.episode.observed = float(len(saying.members))
        days = saying.episode.end - saying.episode.start + 1
        saying.episode.expected = min(saying.episode.rate * days, saying.episode.observed)
        self.heard |= {one.text: (day, saying) for one in group}

    def _begun(self, group: Sequence[_Phrase], day: int) -> Saying:
        first = min(int(self.spoken.days[row]) for row in group[0].rows)
        told = shortened([one.text for one in group], {one.text: len(one.rows) for one in group})
        phrases = tuple(told[: self.policy.most]) or (group[0].text,)
        saying = Saying(phrases, Episode(0, day, first, day, group[0].usual, group[0].chance))
        self.found.append(saying)
        return saying
