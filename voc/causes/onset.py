"""When a problem began: the day its daily rate rose, with an honest interval, from counts and exposure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

MOST_BINS = 1000
MAIN = 0.25
CREDIBLE = 0.9


@dataclass(frozen=True)
class Policy:
    """How much has to lie before a beginning, and how sure one must be that there was one."""

    days_before: int = 14
    days_during: int = 3
    days_after: int = 14
    least_evidence: float = 3.0  # natural logarithm of the Bayes factor: twenty to one
    least_ratio: float = 1.3


@dataclass(frozen=True)
class Onset:
    """The likeliest first day of the raised rate, the days between which it lies (90 %), and the last raised day.

    Rates are per unit of exposure; `evidence` is the natural logarithm of the Bayes factor against one constant
    rate; `dispersion` how many times the variance of a Poisson count was taken; `share` the part of all events that
    fell into the stretch.
    """

    day: date
    earliest: date
    latest: date
    until: date | None
    before: float
    during: float
    evidence: float
    dispersion: float
    share: float = 1.0

    @property
    def main(self) -> bool:
        """Whether the stretch is the problem itself and not one surge of many."""
        return self.share >= MAIN


def find_onset(
    first: date, counts: ArrayLike, exposure: ArrayLike, policy: Policy | None = None
) -> Onset | None:
    """Find the beginning of the most marked raised stretch of a series, or None when none stands out.

    counts, exposure: shape (days,), events and what they are set against (orders, or all feedback) on each day
    from `first` on. The rate is constant before, raised for a stretch, and fallen by half after it, unless the
    stretch lasts to the end; the stretch is weighed by the marginal likelihood of Poisson counts with gamma rates, all
    beginnings and ends being equally likely beforehand (Barry & Hartigan 1993 with at most two changes).
    Over-dispersion, the larger of that of days and of weeks about the best stretch, tempers the likelihood.
    """
    policy = policy or Policy()
    y, n = (np.asarray(column, dtype=np.float64) for column in (counts, exposure))
    if not len(y):
        return None
    width = -(-len(y) // MOST_BINS)
    y, n = _binned(y, width), _binned(n, width)
    spans = (policy.days_before, policy.days_during, policy.days_after)
    least = [-(-days // width) for days in spans]
    if len(y) < least[0] + least[1] or y.sum() < 2 or n.sum() <= 0:
        return None
    weights = _weights(y, n, least, 1.0)
    dispersion = _dispersion(y, n, *_best(weights))
    weights = _weights(y, n, least, dispersion)
    return _onset(first, width, y, n, weights, dispersion, policy)


def _binned(values: Floats, width: int) -> Floats:
    padded = np.concatenate([values, np.zeros(-len(values) % width)])
    return np.asarray(padded.reshape(-1, width).sum(axis=1))


def _weights(y: Floats, n: Floats, least: Sequence[int], dispersion: float) -> Floats:
    """Log marginal likelihood against a constant rate of each (begin, end), shape (days + 1, days + 1); end excluded.

    least: bins before, during and after. −inf where a stretch is not allowed: too short, or too near to an end,
    or not higher than what is before it, or not fallen by half after it.
    """
    cy, cn = (np.concatenate([[0.0], np.cumsum(column)]) for column in (y / dispersion, n / dispersion))
    rate = cy[-1] / cn[-1]
    total = _segment(cy[-1:], cn[-1:], rate)[0]
    before, after = _segment(cy, cn, rate), _segment(cy[-1] - cy, cn[-1] - cn, rate)
    dy, dn = cy[None, :] - cy[:, None], cn[None, :] - cn[:, None]
    begin, end = np.indices(dy.shape, sparse=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        higher = dy * cn[:, None] > cy[:, None] * dn
        # A stretch that does not lose half of what it gained has not ended: a first peak is not the whole of it.
        half = (dy / dn + (cy / cn)[:, None]) / 2
        higher &= (half > (cy[-1] - cy) / (cn[-1] - cn)) | (end == len(y))
    allowed = (begin >= least[0]) & (end - begin >= least[1]) & ((end == len(y)) | (len(y) - end >= least[2]))
    allowed &= (cn[:, None] > 0) & (dn > 0) & higher
    during = _segment(np.where(allowed, dy, 0.0), np.where(allowed, dn, 1.0), rate)
    return np.asarray(np.where(allowed, before[:, None] + during + after[None, :] - total, -np.inf))


def _segment(events: Floats, exposure: Floats, rate: float) -> Floats:
    """Log marginal likelihood of a stretch at one rate, less what all divisions share; gamma prior of shape ½."""
    a, b = 0.5, 0.5 / rate
    free = a * np.log(b) - special.gammaln(a)
    return np.asarray(free + special.gammaln(a + events) - (a + events) * np.log(b + exposure))


def _best(weights: Floats) -> tuple[int, int]:
    begin, end = np.unravel_index(int(np.argmax(weights)), weights.shape)
    return int(begin), int(end)


def _dispersion(y: Floats, n: Floats, begin: int, end: int) -> float:
    """Pearson's statistic a degree of freedom about the best stretch: by day, or by week when that is larger."""
    fitted = np.zeros_like(y)
    for part in (slice(0, begin), slice(begin, end), slice(end, None)):
        fitted[part] = n[part] * (y[part].sum() / max(n[part].sum(), 1e-300))
    return max(1.0, _pearson(y, fitted, 1), _pearson(y, fitted, 7))


def _pearson(y: Floats, fitted: Floats, width: int) -> float:
    seen, meant = _binned(y, width), _binned(fitted, width)
    kept = meant > 0
    free = int(kept.sum()) - 3
    return float(((seen - meant)[kept] ** 2 / meant[kept]).sum() / free) if free >= 5 else 1.0


def _onset(
    first: date, width: int, y: Floats, n: Floats, weights: Floats, dispersion: float, policy: Policy
) -> Onset | None:
    if not np.isfinite(weights.max()):
        return None
    evidence = float(special.logsumexp(weights) - np.log(np.isfinite(weights).sum()))
    begin, end = _best(weights)
    before, during = y[:begin].sum() / n[:begin].sum(), y[begin:end].sum() / n[begin:end].sum()
    if evidence < policy.least_evidence or during < policy.least_ratio * before:
        return None
    posterior = np.exp(special.logsumexp(weights, axis=1) - special.logsumexp(weights))
    low, high = _credible(posterior, begin)
    day = [first + timedelta(days=int(place) * width) for place in (begin, low, high, end)]
    until = day[3] - timedelta(days=1) if end < len(y) else None
    latest = day[2] + timedelta(days=width - 1)
    share = float(y[begin:end].sum() / y.sum())
    return Onset(day[0], day[1], latest, until, float(before), float(during), evidence, dispersion, share)


def _credible(posterior: Floats, begin: int) -> tuple[int, int]:
    """Ends of the central interval that holds CREDIBLE, widened to hold the likeliest day."""
    total = np.cumsum(posterior)
    tail = (1 - CREDIBLE) / 2
    low, high = int(np.searchsorted(total, tail)), int(np.searchsorted(total, 1 - tail))
    return min(low, begin), max(min(high, len(posterior) - 1), begin)


def weekly(first: date, values: Sequence[float] | Floats) -> tuple[list[date], Floats]:
    """Sum days into weeks that begin on Mondays; return the Mondays and the sums."""
    monday = first - timedelta(days=first.weekday())
    column = np.concatenate([np.zeros(first.weekday()), np.asarray(values, dtype=np.float64)])
    sums = _binned(column, 7)
    return [monday + timedelta(weeks=i) for i in range(len(sums))], sums


LEAST_IN_STRETCH = 20
MOST_DAYS = 180


def stretch(first: date, counts: ArrayLike, onset: Onset | None) -> tuple[date, date]:
    """Return first and last day over which a problem is compared: its raised stretch, or all days that have it.

    counts: shape (days,), events of each day from `first` on, at least one of them. Events from before a problem
    began would blur what is special about it; a stretch with too few events, or one surge of many, is not used.
    """
    y = np.asarray(counts, dtype=np.float64)
    there = np.flatnonzero(y)
    last = first + timedelta(days=int(there[-1]))
    if onset is not None and onset.main:
        until = min(onset.until or last, last)
        inside = y[(onset.day - first).days : (until - first).days + 1].sum()
        if inside >= LEAST_IN_STRETCH:
            return max(onset.day, _lately(until)), until
        # Too few to compare: what came after is added, but what rose stays in.
        last = min(last, max(onset.day + timedelta(days=MOST_DAYS - 1), until))
    return max(first + timedelta(days=int(there[0])), _lately(last)), last


def _lately(until: date) -> date:
    """The first of the last days that still are compared: where a problem was years ago does not help today."""
    return until - timedelta(days=MOST_DAYS - 1)
