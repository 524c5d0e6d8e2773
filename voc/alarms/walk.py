"""Walk through the days of many series as they were lived, and tell when each leaves what is usual of it.

Each day is judged by the days before it, over windows of one to fourteen days, and all series of a day share one
budget (Benjamini and Hochberg 1995), so that an alarm may be false as often as the budget of a year says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from voc.alarms.changes import beginning, gain
from voc.alarms.expected import Floats, Forecast, forecast
from voc.alarms.limits import at_least, tail
from voc.alarms.rhythm import BY_NAME, profiles_of
from voc.alarms.series import covers, is_slice, parts
from voc.alarms.slow import Slow, SlowPolicy

DAYS_OF_A_YEAR = 365.25
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """How much evidence an alarm needs."""

    false_per_year: float = 24.0
    nominal: float = 5.5  # level over budget: counts are discrete and windows overlap (benchmarks/quiet.py)
    windows: tuple[int, ...] = (1, 2, 3, 7, 14)  # days that are judged together
    least: int = 3  # fewer are no alarm, however unlikely
    quiet: int = 14  # days without excess after which an episode is over; no less than the longest window
    look_back: int = 28  # days within which the beginning of an episode is looked for
    warm: int = 14  # days of history before anything can be judged
    own_history: int = 20  # what a slice must have counted before it is judged by itself
    explains: float = 0.5  # share of an excess, or of feedback, with which one series tells of another
    gathers: float = 1.3  # times its usual share that a slice holds of an excess to be named
    fresh: int = (
        2  # days in which things are fresh: what ended earlier is no news, what was told later is news again
    )
    settled: int = 7  # days of an episode that are needed to tell whether it rises again
    slow: SlowPolicy = field(default_factory=SlowPolicy)


@dataclass
class Episode:
    """What happened in one series; days are places in the walk, `rate` what was usual on a day without profiles."""

    series: int
    raised: int
    start: int
    end: int
    rate: float
    p_value: float | None  # none where no chance is reckoned
    again: bool = False  # it rose once more within an episode that was known
    slow: bool = False  # only weeks together show it
    observed: float = 0.0
    expected: float = 0.0
    seen: list[int] = field(default_factory=list)  # later days on which it was still improbable

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.observed - self.expected

    @property
    def expected_then(self) -> float:
        """How many were expected from its first day to the day it was raised."""
        return self.expected_by(self.raised)

    def expected_by(self, day: int) -> float:
        """How many were expected from its first day to another."""
        return self.expected * (day - self.start + 1) / (self.end - self.start + 1)


def walk(
    counts: Floats, names: Sequence[str], first: date, policy: Policy, begins: Ints | None = None
) -> list[Episode]:
    """Return all episodes in the order they would have been raised; counts: (S, T), days from `first` on.

    begins: (S, T), the day the history began that counts on each day (`voc.alarms.births`); at first 0 for all.
    """
    if not counts.size:
        return []
    began = np.zeros(counts.shape, dtype=np.int64) if begins is None else begins
    midnight = datetime.combine(first, time())
    days = [midnight + timedelta(days=n) for n in range(counts.shape[1])]
    daily = BY_NAME["day"]
    known = np.where(np.arange(counts.shape[1]) < began, np.nan, counts)
    seen = forecast(known, profiles_of(days, daily), daily.memory, policy.windows, began)
    may = eligible(counts, names, policy, began)
    chances = np.where(may, _chances(counts, seen, policy), np.nan)
    journey = _Journey(counts, names, seen, policy, began)
    reach = _reach(seen, policy)
    for day in range(counts.shape[1]):
        journey.live(day, chances[:, day], reach[:, day])
        journey.weigh(day, may[:, day])
    return journey.episodes


def eligible(counts: Floats, names: Sequence[str], policy: Policy, began: Ints) -> Bools:
    """Tell of each series and day whether enough came before to judge it; slices need a history of their own."""
    days = counts.shape[1]
    before = np.cumsum(counts, axis=1) - counts
    needed = np.array([policy.own_history if is_slice(name) else 0 for name in names])[:, None]
    old = np.arange(days) - began >= policy.warm
    result: Bools = old & (before >= needed)
    return result


def _reach(seen: Forecast, policy: Policy) -> Floats:
    """Return the chance that any window of a day holds enough to be judged at all, shape (S, T)."""
    result: Floats = np.minimum(at_least(policy.least, seen.mean, seen.variance).sum(axis=0), 1.0)
    return result


def _chances(counts: Floats, seen: Forecast, policy: Policy) -> Floats:
    """Return the chance of each day's worst window, times the number of windows."""
    worst = np.ones(counts.shape)
    total = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)], axis=1)
    for index, length in enumerate(policy.windows):
        since = np.maximum(np.arange(counts.shape[1]) + 1 - length, 0)
        observed = total[:, 1:] - total[:, since]
        chance = tail(observed, seen.mean[index], seen.variance[index])
        worst = np.minimum(worst, np.where(observed < policy.least, 1.0, chance))
    result: Floats = np.minimum(worst * len(policy.windows), 1.0)
    return result


def rejected(chances: Floats, level: float, reach: Floats | None = None) -> Bools:
    """Tell which hypotheses Benjamini and Hochberg reject at this level; NaN is not tested.

    reach: the chance that each could be rejected at all. A series too thin to reach a threshold does not use up the
    budget of the others: counts are discrete (Heyse 2011; Döhler, Durand and Roquain 2018).
    """
    tested = ~np.isnan(chances)
    if not tested.any():
        return np.zeros(len(chances), dtype=bool)
    ordered = np.sort(chances[tested])
    thin = np.sort(np.ones(len(ordered)) if reach is None else reach[tested])
    below = np.searchsorted(thin, ordered)
    false = np.concatenate([[0.0], np.cumsum(thin)])[below] + ordered * (len(ordered) - below)
    passing = np.flatnonzero((false <= level * np.arange(1, len(ordered) + 1)) & (ordered <= level))
    if not len(passing):
        return np.zeros(len(chances), dtype=bool)
    with np.errstate(invalid="ignore"):
        result: Bools = tested & (chances <= ordered[passing[-1]])
    return result


class _Journey:
    """What is known on each day of the walk: open episodes, and how often each series has cried."""

    def __init__(
        self, counts: Floats, names: Sequence[str], seen: Forecast, policy: Policy, began: Ints
    ) -> None:
        self.began = began
        self.counts, self.names, self.seen, self.policy = counts, names, seen, policy
        self.level = min(policy.nominal * policy.false_per_year / DAYS_OF_A_YEAR, 0.5)
        self.penalty = np.zeros(len(names))  # powers of ten by which a series must be surer than others
        self.last: dict[int, Episode] = {}
        self.slow = Slow(counts, seen, names, policy.slow, policy.false_per_year / DAYS_OF_A_YEAR)
        self.usual = began[:, 0].copy()  # the day from which on each series is as it is now
        self.episodes: list[Episode] = []
        places = {name: place for place, name in enumerate(names)}
        self.whole = {s: places.get(parts(name)[0]) for s, name in enumerate(names) if is_slice(name)}
        self.wider = {
            part: [whole for whole, other in enumerate(names) if covers(other, name)]
            for part, name in enumerate(names)
        }

    def live(self, day: int, chances: Floats, reach: Floats) -> None:
        """Look at one day: go on with what is known, then judge what is new, the known being the usual by now."""
        surer = 10.0**self.penalty
        going = {series: one for series in self.last if (one := self._open(series, day)) is not None}
        for series in np.flatnonzero(rejected(np.minimum(chances * surer, 1.0), self.level, reach)).tolist():
            if series in going:
                self._measure(going[series], day)
                going[series].seen.append(day)
        news, rates = self._news(day, chances, going)
        found = np.flatnonzero(rejected(np.minimum(news * surer, 1.0), self.level, reach)).tolist()
        begun = [self._begin(series, day, float(news[series]), rates.get(series)) for series in found]
        # What is over is no news, and what explains the excess best may be less than an alarm.
        new = [
            one
            for one in begun
            if day - one.end <= self.policy.fresh
            and one.observed >= self.policy.least
            and self._gathers_in(one)
        ]
        daily = BY_NAME["day"]
        self.penalty = np.maximum(self.penalty - daily.stricter * daily.starts, 0.0)
        for episode in new:
            self.last[episode.series] = episode
            self.usual[episode.series] = episode.start
            self.penalty[episode.series] += daily.stricter
            self.episodes.append(episode)

    def weigh(self, day: int, may: Bools) -> None:
        """Look at the weeks that end with a day for what no day of them showed, with a budget of their own."""
        chances, rates = self.slow.look(day, np.maximum(self.usual, self.began[:, day]))
        for series in np.flatnonzero(rejected(np.where(may, chances, np.nan), self.slow.level)).tolist():
            if any(self._open(one, day) for one in (series, *self.wider[series])):
                continue
            episode = self._begin_slowly(series, day, float(chances[series]), float(rates[series]))
            if self._gathers_in(episode):
                self.usual[series] = episode.start
                self.episodes.append(episode)

    def _begin_slowly(self, series: int, day: int, chance: float, rate: float) -> Episode:
        earliest = day + 1 - max(self.policy.slow.windows)
        during = slice(earliest, day + 1)
        usual = rate * self.seen.factor[series, during]
        away = beginning(self.counts[series, during], usual)
        episode = Episode(series, day, earliest + away, day, rate, chance, slow=True)
        episode.observed = float(self.counts[series, episode.start : day + 1].sum())
        episode.expected = float(usual[away:].sum())
        return episode

    def _gathers_in(self, one: Episode) -> bool:
        """Tell of a slice whether it rose more than its whole did, which otherwise tells of it itself."""
        whole = self.whole.get(one.series)
        if whole is None:
            return True
        during = slice(one.start, one.end + 1)
        usual = self.seen.level[whole, one.start] * self.seen.factor[whole, during].sum()
        return bool(
            one.observed * usual >= self.policy.gathers * self.counts[whole, during].sum() * one.expected
        )

    def _open(self, series: int, day: int) -> Episode | None:
        episode = self.last.get(series)
        return episode if episode is not None and day - episode.end <= self.policy.quiet else None

    def _news(
        self, day: int, chances: Floats, going: dict[int, Episode]
    ) -> tuple[Floats, dict[int, tuple[float, int]]]:
        """Judge a series within an open episode, its own or a wider one's, by the days of that episode."""
        news, rates = chances.copy(), {}
        parts = [s for s in range(len(news)) if s in going or any(w in going for w in self.wider[s])]
        for series in parts:
            known = [going[s].start for s in (series, *self.wider[series]) if s in going]
            since = going[series].start if series in going else max(known)
            if news[series] <= self.level:
                news[series], rates[series] = self._risen_again(series, since, day)
        return news, rates

    def _risen_again(self, series: int, since: int, day: int) -> tuple[float, tuple[float, int]]:
        """Return how improbable the last days are beside the earlier days of an episode, and their rate."""
        best, rate, begin = 1.0, 0.0, day
        for length in self.policy.windows:
            until = day + 1 - length
            if until - since < self.policy.settled:
                continue
            counts, factor = self.counts[series, since:until], self.seen.factor[series, since : day + 1]
            own = (counts.sum() + 0.5) / factor[: len(counts)].sum()
            usual = own * factor[: len(counts)]
            spread = max(float(((counts - usual) ** 2 / usual).sum()) / (len(counts) - 1), 1.3)
            mean = own * factor[len(counts) :].sum()
            observed = self.counts[series, until : day + 1].sum()
            variance = spread * (mean + mean**2 / (counts.sum() + 0.5))
            chance = float(tail(np.array([observed]), np.array([mean]), np.array([variance]))[0])
            if observed >= self.policy.least and chance < best:
                best, rate, begin = chance, own, since
        return min(best * len(self.policy.windows), 1.0), (rate, begin)

    def _begin(self, series: int, day: int, chance: float, known: tuple[float, int] | None) -> Episode:
        settled = int(self.began[series, day]) + self.policy.warm
        base = min(max(day + 1 - self.policy.look_back, settled), day)
        rate, earliest = known or (float(self.seen.level[series, base]), base)
        previous = self.last.get(series)
        if previous and not known:
            earliest = max(base, previous.end + 1)
        start = earliest + beginning(
            self.counts[series, earliest : day + 1], rate * self.seen.factor[series, earliest : day + 1]
        )
        episode = Episode(series, day, start, day, rate, chance, again=known is not None)
        self._measure(episode, day)
        return episode

    def _measure(self, episode: Episode, day: int) -> None:
        """Find how far an episode goes: the last day up to which a higher rate explains the counts best."""
        during = slice(episode.start, day + 1)
        observed = np.cumsum(self.counts[episode.series, during])
        expected = np.cumsum(episode.rate * self.seen.factor[episode.series, during])
        length = int(np.argmax(gain(observed, expected)))
        episode.end = episode.start + length
        episode.observed, episode.expected = float(observed[length]), float(expected[length])
