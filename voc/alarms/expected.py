"""What a count series leads one to expect of its next step, from its past alone.

A level is remembered as a Gamma posterior that forgets (West and Harrison's discounting, for counts), multiplied by
profiles such as weekday or week of the year. A past spike enters only up to a limit, so it neither raises what is
expected nor hides the next one. How much more the series varies than chance is learnt from its own surprises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMITED = (
    0.954  # what is left of the variance of a normal when steps beyond 2.5 deviations are limited as below
)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Profile:
    """A cycle: the phase of each step, how many phases there are, and how carefully it is believed.

    A profile is learnt only from steps at least `lag` back, smoothed over `reach` neighbouring phases.
    """

    phase: Ints  # (T,)
    size: int
    prior: float  # expected counts that a phase must outweigh before it is believed
    steps: float = 0.0  # ordinary steps that it must outweigh as well
    lag: int = 0
    reach: int = 0
    unsure: float = 0.0  # how far a phase may lie from the others, as a share, before it was ever seen


@dataclass(frozen=True)
class Memory:
    """How the past is used; all in steps of the series."""

    steps: float  # how many steps the level remembers
    patience: int = 0  # steps above the limit in a row after which this is the new level; 0: never
    warm: int = 5  # steps at the beginning that are taken as they are, without a limit
    limit: float = 2.5  # standard deviations up to which a step enters the level
    prior_count: float = 0.5  # shape of the Gamma prior of the level
    prior_rate: float = 0.05  # steps that the prior is worth
    prior_spread: float = 1.3  # dispersion before anything was seen
    prior_weight: float = 8.0  # steps that this is worth
    blur: float = 0.02  # share of the level that nothing is known better than
    spread_steps: float = 3.0  # how much longer the dispersion is remembered than the level


@dataclass(frozen=True)
class Forecast:
    """For each window length, series and step: mean and variance of the window that ends with the step."""

    mean: Floats  # (W, S, T)
    variance: Floats  # (W, S, T)
    level: Floats  # (S, T + 1), as known before each step, without the profiles
    factor: Floats  # (S, T), what the profiles make of it
    taken: Floats  # (S, T), what of each step entered the level


def forecast(
    counts: Floats,
    profiles: Sequence[Profile],
    memory: Memory,
    windows: Sequence[int] = (1,),
    begins: Ints | None = None,
) -> Forecast:
    """Predict the sum of each window from the steps before that window; counts: (S, T), NaN: unknown.

    begins: (S, T), the step at which the history began that counts at each step; at first 0 for all.
    """
    age = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    walk = _Walk(counts, profiles, memory, windows, age if begins is None else age - begins)
    for step in range(counts.shape[1]):
        walk.look(step)
    return Forecast(walk.mean, walk.variance, walk.levels, walk.factor, walk.clipped)


class _Walk:
    """The state of all series while their steps are walked through, in columns."""

    def __init__(
        self,
        counts: Floats,
        profiles: Sequence[Profile],
        memory: Memory,
        windows: Sequence[int],
        age: Ints,
    ) -> None:
        series, steps = counts.shape
        self.counts, self.profiles, self.memory, self.windows = counts, profiles, memory, windows
        self.age = age
        self.keep = 1 - 1 / memory.steps
        self.slow = 1 - 1 / (memory.steps * memory.spread_steps)
        self.shape = np.full(series, memory.prior_count)
        self.rate = np.full(series, memory.prior_rate)
        self.visits = [np.zeros(p.size) for p in profiles]
        self.doubt = np.zeros(steps)
        self.seen = [np.zeros((series, p.size)) for p in profiles]
        self.due = [np.zeros((series, p.size)) for p in profiles]
        self.above = np.zeros(series)
        self.trust = np.ones((series, steps))
        self.factor = np.ones((series, steps))
        self.clipped = np.zeros((series, steps))
        self.base = np.zeros((series, steps))
        self.levels = np.ones((series, steps + 1))
        self.shapes = np.full((series, steps + 1), memory.prior_count)
        self.surprise = np.full((len(windows), series), memory.prior_weight * memory.prior_spread)
        self.weight = np.full((len(windows), series), memory.prior_weight)
        self.mean = np.zeros((len(windows), series, steps))
        self.variance = np.zeros((len(windows), series, steps))

    def look(self, step: int) -> None:
        """Predict every window that ends with this step, then learn from the step."""
        self._begin_anew(step)
        self.factor[:, step] = self._factor(step)
        seen = zip(self.profiles, self.visits, strict=True)
        self.doubt[step] = sum((p.unsure / (1 + visits[p.phase[step]])) ** 2 for p, visits in seen)
        for index, length in enumerate(self.windows):
            self._predict(index, min(length, step + 1), step)
        self._learn(step)

    def _begin_anew(self, step: int) -> None:
        if step == 0:
            return
        anew = self.age[:, step] != self.age[:, step - 1] + 1
        self.shape = np.where(anew, self.memory.prior_count, self.shape)
        self.rate = np.where(anew, self.memory.prior_rate, self.rate)

    def _factor(self, step: int) -> Floats:
        whole = np.ones(len(self.counts))
        for profile, seen, due in zip(self.profiles, self.seen, self.due, strict=True):
            whole *= self._share(profile, seen, due, step)[:, profile.phase[step]]
        return whole

    def _share(self, profile: Profile, seen: Floats, due: Floats, step: int) -> Floats:
        prior = (profile.prior + profile.steps * self.levels[:, step])[:, None]
        ratio = (seen + prior) / (due + prior)
        share: Floats = ratio / ratio.mean(axis=1, keepdims=True)
        return share

    def _predict(self, index: int, length: int, step: int) -> None:
        since = step + 1 - length
        mean = self.levels[:, since] * self.factor[:, since : step + 1].sum(axis=1)
        spread = np.maximum(self.surprise / self.weight / LIMITED, 1.0)[[0, index]].max(axis=0)
        # Windows overlap, so they tell of the spread less often; and what is little known may be more.
        cautious = spread * (1 + np.sqrt(2 * self.windows[index] / self.weight[index]))
        plain = mean + mean**2 / self.shapes[:, since]
        doubt = mean**2 * (self.doubt[since : step + 1].mean() / length + self.memory.blur**2)
        self.mean[index, :, step], self.variance[index, :, step] = mean, cautious * plain + doubt
        observed = self.counts[:, since : step + 1].sum(axis=1)
        settled = (self.age[:, step] + 1 - length >= self.memory.warm) & ~np.isnan(observed)
        observed = np.where(np.isnan(observed), mean, observed)
        squared = (observed - mean) ** 2 / (plain + doubt / spread)
        limit = self.memory.limit**2 * spread
        # Like the level: a surprise beyond the limit counts for no more than the limit, and is trusted less.
        trust = np.sqrt(limit / np.maximum(squared, limit)) * settled
        keep = self.slow ** (trust / self.windows[index])
        self.surprise[index] = keep * self.surprise[index] + trust * np.minimum(squared, limit)
        self.weight[index] = keep * self.weight[index] + trust

    def _learn(self, step: int) -> None:
        entering, trust = self._taken(step)
        floor = (1 - self.keep) * self.memory.prior_count
        # A forgetting that waits for evidence: what is not trusted does not push older steps out either.
        keep = self.keep**trust
        self.shape = keep * self.shape + trust * entering + floor
        self.rate = keep * self.rate + trust * self.factor[:, step]
        self.levels[:, step + 1], self.shapes[:, step + 1] = self.shape / self.rate, self.shape
        self.clipped[:, step], self.trust[:, step] = entering, trust
        self.base[:, step] = self.levels[:, step] * self.factor[:, step]
        for index in range(len(self.profiles)):
            self._learn_profile(index, step - self.profiles[index].lag)

    def _taken(self, step: int) -> tuple[Floats, Floats]:
        """Return what of a step enters the level, and how far it is trusted."""
        mean = self.mean[0, :, step]
        known = ~np.isnan(self.counts[:, step])
        observed = np.where(known, self.counts[:, step], mean)
        room = np.maximum(self.memory.limit * np.sqrt(self.variance[0, :, step]), 1.0)
        excess = np.maximum(observed - mean, room) / room
        self.above = np.where(excess > 1, self.above + 1, 0)
        lasting = (self.above >= self.memory.patience) & (self.memory.patience > 0)
        plain = lasting | (self.age[:, step] < self.memory.warm)
        trust = np.where(plain, 1.0, 1 / excess) * known
        return np.where(plain, observed, np.minimum(observed, mean + room)), trust

    def _learn_profile(self, index: int, step: int) -> None:
        profile, seen, due = self.profiles[index], self.seen[index], self.due[index]
        # Until then the level itself is not known, and a phase would be compared with nothing.
        if step < 0:
            return
        settled = self.age[:, step] >= (self.memory.steps if profile.lag else self.memory.warm)
        if not settled.any():
            return
        phase = profile.phase[step]
        without = self.base[:, step] / self._share(profile, seen, due, step)[:, phase]
        self.visits[index][phase] += 1
        for away in range(-profile.reach, profile.reach + 1):
            place = (phase + away) % profile.size
            seen[:, place] += settled * self.trust[:, step] * self.clipped[:, step]
            due[:, place] += settled * self.trust[:, step] * without
