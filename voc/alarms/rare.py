"""Urgent words at low counts, and sources that fall silent: what is too rare or too regular for the walk of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from voc.alarms.expected import Floats, Profile, forecast
from voc.alarms.rhythm import BY_NAME
from voc.alarms.walk import Episode

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class UrgentPolicy:
    """When words of harm or outage by different customers are an alarm."""

    customers: int = 2
    days: int = 3
    chance: float = 0.01  # of as many, beside what the same series had before
    memory: int = 365  # days of the past that are looked at
    quiet: int = 7


@dataclass(frozen=True)
class SilencePolicy:
    """When a source that says nothing is taken to be broken."""

    chance: float = 1e-4  # of a gap as long, at the source's own rhythm
    longer: float = 2.0  # than its longest gap so far, times
    warm: int = 21  # days with which its rhythm can be known
    rows: int = 30  # that it has to have given


def urgent(days: Ints, customers: Ints, policy: UrgentPolicy | None = None) -> list[Episode]:
    """Return the episodes of one series of urgent feedback; days ascend, customers tell who spoke, both (n,)."""
    policy = policy or UrgentPolicy()
    found: list[Episode] = []
    for day in np.unique(days).tolist():
        since = day - policy.days + 1
        inside = (days >= since) & (days <= day)
        people = len(np.unique(customers[inside]))
        if people < policy.customers:
            continue
        if found and day - found[-1].end <= policy.quiet:
            found[-1].end = day
            found[-1].observed = float(((days >= found[-1].start) & (days <= day)).sum())
            continue
        chance, rate = _beside_the_past(days, since, people, policy)
        if chance < policy.chance:
            start = int(days[inside][0])
            observed, expected = float(inside.sum()), rate * (day - start + 1)
            found.append(Episode(0, day, start, day, rate, chance, observed=observed, expected=expected))
    return found


def _beside_the_past(days: Ints, since: int, people: int, policy: UrgentPolicy) -> tuple[float, float]:
    """Return the chance of so many under the posterior of the rate before, and that rate per day."""
    start = max(0, since - policy.memory)
    before = int(((days >= start) & (days < since)).sum())
    span = max(since - start, 14)  # a short history is no proof of a low rate
    shape, exposure = before + 0.5, span + 0.5
    chance = nbinom.sf(people - 1, shape, exposure / (exposure + policy.days))
    return float(chance), shape / exposure


def silences(
    counts: Floats, profiles: Sequence[Profile], policy: SilencePolicy | None = None
) -> list[Episode]:
    """Return the gaps of one source that its own rhythm makes improbable; counts: (T,), from its first day on."""
    policy = policy or SilencePolicy()
    seen = forecast(counts[None], profiles, BY_NAME["day"].memory)
    ratio = np.maximum(seen.variance[0, 0] / np.maximum(seen.mean[0, 0], 1e-9), 1.0 + 1e-6)
    total, found, longest = np.cumsum(counts), list[Episode](), 0
    for start, end in _gaps(counts):
        expected = np.cumsum(seen.level[0, start] * seen.factor[0, start : end + 1])
        # Days are taken as independent given the rate: log P(0) = -mean * ln(ratio) / (ratio - 1) a day.
        logs = -expected * np.log(ratio[start]) / (ratio[start] - 1)
        if start >= policy.warm and total[start - 1] >= policy.rows:
            enough = (logs < np.log(policy.chance)) & (np.arange(1, len(logs) + 1) > policy.longer * longest)
            if enough.any():
                raised = start + int(np.argmax(enough))
                level = float(seen.level[0, start])
                chance = float(np.exp(logs[raised - start]))
                found.append(Episode(0, raised, start, end, level, chance, expected=float(expected[-1])))
        longest = max(longest, end - start + 1)
    return found


def _gaps(counts: Floats) -> list[tuple[int, int]]:
    quiet = np.concatenate([[False], counts == 0, [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
