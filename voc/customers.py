"""Customers by how they behave: segments, whom to interview, and which groups are hardly heard. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from scipy.stats import binomtest

from voc.effect.verdict import benjamini_hochberg

# In order of precedence: a customer belongs to the first segment that fits.
SEGMENTS: Final[dict[str, str]] = {
    "frequent": "常投诉",
    "valuable": "高价值",
    "fresh": "新客户",
    "quiet": "久未发声",
    "ordinary": "一般",
}
INTERVIEWED: Final = ("valuable", "frequent", "fresh")
FEWEST, MOST = 5, 10


@dataclass(frozen=True)
class Habits:
    """When a customer counts as what."""

    frequent: int = 3  # complaints in `window`
    window: timedelta = timedelta(days=90)
    fresh: timedelta = timedelta(days=30)  # since the first word
    quiet: timedelta = timedelta(days=180)  # since the last word
    valuable: int = 2  # value from 0 to 3


@dataclass(frozen=True)
class Heard:
    """What is known of one customer: value, first and last word, complaints of late, feedback in all, mean rating."""

    customer: int
    value: int
    first: datetime
    last: datetime
    complaints: int
    feedback: int
    rating: float | None


def segment(one: Heard, now: datetime, habits: Habits = Habits()) -> str:
    """Return the segment a customer belongs to."""
    fits = {
        "frequent": one.complaints >= habits.frequent,
        "valuable": one.value >= habits.valuable,
        "fresh": now - one.first <= habits.fresh,
        "quiet": now - one.last >= habits.quiet,
    }
    return next((code for code in SEGMENTS if fits.get(code)), "ordinary")


@dataclass(frozen=True)
class Group:
    """A segment as a whole; `rating` is the mean over its customers who rated, None when none did."""

    code: str
    customers: int
    feedback: int
    complaints: int
    rating: float | None


def groups(heard: Sequence[Heard], now: datetime, habits: Habits = Habits()) -> list[Group]:
    """Sum up every segment, in the order of SEGMENTS."""
    members: dict[str, list[Heard]] = {code: [] for code in SEGMENTS}
    for one in heard:
        members[segment(one, now, habits)].append(one)
    return [_group(code, those) for code, those in members.items()]


def _group(code: str, those: Sequence[Heard]) -> Group:
    ratings = [one.rating for one in those if one.rating is not None]
    return Group(
        code,
        len(those),
        sum(one.feedback for one in those),
        sum(one.complaints for one in those),
        float(np.mean(ratings)) if ratings else None,
    )


def sample(heard: Sequence[Heard], count: int, seed: int, now: datetime) -> list[tuple[str, Heard]]:
    """Draw customers to interview from INTERVIEWED in turn: the same seed over the same customers draws the same.

    A segment with too few leaves its places to the others.
    """
    rng = np.random.default_rng(seed)
    waiting = {code: [one for one in sorted(heard, key=lambda o: o.customer) if segment(one, now) == code]
               for code in INTERVIEWED}  # fmt: skip
    order = {code: [those[i] for i in rng.permutation(len(those))] for code, those in waiting.items()}
    drawn: list[tuple[str, Heard]] = []
    while len(drawn) < count and any(order.values()):
        drawn += [(code, those.pop(0)) for code, those in order.items() if those][: count - len(drawn)]
    return drawn


@dataclass(frozen=True)
class Coverage:
    """How much one part of the customer base is heard: answers against its share of the base.

    `ratio` 1 is as everybody, with a 95 % interval; `q` adjusted over all parts; `missed` names the under-covered.
    """

    name: str
    answers: int
    base: float
    ratio: float
    low: float
    high: float
    q: float
    missed: bool


# Heard less than two thirds as often as its share of the base: worth a survey of its own.
UNDER: Final = 2 / 3


def coverage(answers: Mapping[str, int], base: Mapping[str, float]) -> list[Coverage]:
    """Set the answers of each part against its share of the base (exact binomial), the least heard first."""
    names = [name for name, amount in base.items() if amount > 0]
    total, size = sum(answers.get(name, 0) for name in names), sum(base[name] for name in names)
    if total == 0 or len(names) < 2:
        return []
    shares = {name: base[name] / size for name in names}
    tests = [binomtest(answers.get(name, 0), total, shares[name]) for name in names]
    adjusted = benjamini_hochberg([test.pvalue for test in tests])
    found = []
    for name, test, q in zip(names, tests, adjusted, strict=True):
        interval = test.proportion_ci(method="wilson")
        ratio, low, high = (part / shares[name] for part in (test.statistic, interval.low, interval.high))
        missed = bool(q < 0.05 and ratio < UNDER)
        found.append(
            Coverage(
                name,
                answers.get(name, 0),
                base[name],
                float(ratio),
                float(low),
                float(high),
                float(q),
                missed,
            )
        )
    return sorted(found, key=lambda one: one.ratio)
