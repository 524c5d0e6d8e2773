"""Complaints by staff member, fairly: against what the same mix of channels brings others, and shrunk where few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import gamma

Floats = NDArray[np.float64]
# A difference that matters: a fifth more complaints than expected, or a fifth fewer than that.
MATTERS = 1.2
# Of those named, so large a share may in truth differ by less.
FALSE_NAMED = 0.10
# Shape of the prior between "nobody is like another" and "all are alike".
_SHAPES = (np.log(0.05), np.log(1e4))


@dataclass(frozen=True)
class Served:
    """What one staff member was given in one channel: feedback, and complaints among it."""

    agent: str
    channel: str
    feedback: int
    complaints: int


@dataclass(frozen=True)
class Standing:
    """How one staff member stands: complaints against those expected of the same channels, shrunk to all.

    `ratio` 1 is as everybody; `low` and `high` are its 95 % posterior interval; `worse` is the probability of being
    worse than everybody together; `named` and `praised` say that the difference matters, with a bounded share of false
    names.
    """

    agent: str
    feedback: int
    complaints: int
    expected: float
    ratio: float
    low: float
    high: float
    worse: float
    named: bool
    praised: bool


def standings(rows: Sequence[Served]) -> list[Standing]:
    """Rank staff by the shrunk ratio, the worst first: Poisson counts with a gamma prior of mean 1 fitted to all.

    Source of the model: Clayton & Kaldor (1987), Biometrics 43:671, empirical Bayes for standardised ratios.
    """
    agents = sorted({row.agent for row in rows})
    expected, seen, given = _expected(rows, agents)
    if seen.sum() == 0:
        return []
    shape = prior_shape(seen, expected)
    posterior = gamma(seen + shape, scale=1 / (expected + shape))
    columns = zip(
        agents, given, seen, expected, posterior.mean(), *posterior.interval(0.95), posterior.sf(1.0),
        _named(posterior.cdf(MATTERS)), _named(posterior.sf(1 / MATTERS)), strict=True,
    )  # fmt: skip
    found = [
        Standing(
            agent, int(n), int(k), float(e), float(ratio), float(low), float(high), float(p), bool(b), bool(g)
        )
        for agent, n, k, e, ratio, low, high, p, b, g in columns
    ]
    return sorted(found, key=lambda one: -one.ratio)


def _expected(rows: Sequence[Served], agents: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    """Return complaints expected of each agent's channels, complaints seen, and feedback, in the order of `agents`."""
    given: dict[str, int] = {}
    seen: dict[str, int] = {}
    for row in rows:
        given[row.channel] = given.get(row.channel, 0) + row.feedback
        seen[row.channel] = seen.get(row.channel, 0) + row.complaints
    place = {agent: index for index, agent in enumerate(agents)}
    columns = np.zeros((3, len(agents)))
    for row in rows:
        rate = seen[row.channel] / given[row.channel]
        columns[:, place[row.agent]] += row.feedback * rate, row.complaints, row.feedback
    return columns[0], columns[1], columns[2]


def prior_shape(seen: Floats, expected: Floats) -> float:
    """Fit the shape of the gamma prior with mean 1 by marginal likelihood (negative binomial)."""

    def minus(log_shape: float) -> float:
        a = np.exp(log_shape)
        likelihood = gammaln(seen + a) - gammaln(a) + a * np.log(a) - (seen + a) * np.log(expected + a)
        return -float(likelihood.sum())

    return float(np.exp(minimize_scalar(minus, bounds=_SHAPES, method="bounded").x))


def _named(doubt: Floats) -> NDArray[np.bool_]:
    """Name as many as keep the mean doubt among the named below FALSE_NAMED."""
    order = np.argsort(doubt, kind="stable")
    mean = np.cumsum(doubt[order]) / np.arange(1, doubt.size + 1)
    named = np.zeros(doubt.size, dtype=bool)
    named[order[: int((mean <= FALSE_NAMED).sum())]] = True
    return named
