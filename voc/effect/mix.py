"""Channels weighed as they were before: more surveys, or another mix of channels, must not look like an effect.

Indirect standardisation. Each stratum has a rate of its own in the baseline; what they would bring at those rates
with the divisors of each day is the exposure that complaints are set against. With an unchanged mix that is the
plain comparison. What the rates of a shifted mix are not known well enough for goes into the interval.
Source: Breslow & Day (1987) ch. 2; the extra variance is the delta method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Channels on which customers speak because they are asked to (codes of voc.intake.rows.CHANNELS).
ASKED = frozenset({"sms", "paper", "interview", "shopper", "survey"})
LEAST_EVENTS = 1.0  # events of a prior at the common rate that steadies the rate of a rare stratum
NEW_DAYS = 14  # days with something said that a stratum needs in the baseline
FEW_OUT = 0.05  # share of the events that may lie in left-out strata without a second opinion


@dataclass(frozen=True)
class Stratum:
    """Columns of one value per day: events, and what they are divided by (responses, orders)."""

    name: str
    numerator: Floats
    divisor: Floats
    asked: bool = False  # customers speak here because they are asked to; more asking is no more trouble


@dataclass(frozen=True)
class Mixed:
    """The columns to compare, the variance that standardising adds to a log ratio, and what was done."""

    numerator: Floats
    divisor: Floats
    variance: float
    left_out: tuple[str, ...]
    facts: dict[str, Any]


def standardise(strata: Sequence[Stratum], before: Bools, after: Bools, everything: bool = False) -> Mixed:
    """Events of the strata that the baseline knows, and the events expected at its rates, per day.

    A stratum that is new has no baseline and is left out; `everything` takes it in at the common rate.
    """
    least = 0 if everything else min(NEW_DAYS, int(before.sum()))
    known = [s for s in strata if (s.divisor[before] > 0).sum() >= least]
    new = tuple(
        s.name for s in strata if s not in known and s.divisor[before | after].sum() + s.numerator.sum() > 0
    )
    y, n = (np.array([getattr(s, part) for s in known]).reshape(len(known), before.size) for part in
            ("numerator", "divisor"))  # fmt: skip
    y0, n0, n1 = y[:, before].sum(axis=1), n[:, before].sum(axis=1), n[:, after].sum(axis=1)
    rates = _rates(y0, n0)
    expected = rates @ n
    shares = _share(rates * n1)
    extra = float((shares**2 / np.maximum(y0, LEAST_EVENTS)).sum() - 1 / max(y0.sum(), LEAST_EVENTS))
    crude = (
        float(part.sum() / max(n[:, side].sum(), 1e-12))
        for part, side in ((y0, before), (y[:, after], after))
    )
    facts = {
        "strata": {s.name: [float(a), float(b)] for s, a, b in zip(known, _share(rates * n0), shares, strict=True)},
        "left_out": list(new),
        "crude": list(crude),
    }  # fmt: skip
    return Mixed(y.sum(axis=0), expected, max(extra, 0.0), new, facts)


def _rates(events: Floats, divisor: Floats) -> Floats:
    common = events.sum() / max(float(divisor.sum()), 1e-12)
    prior = np.where(events < LEAST_EVENTS, LEAST_EVENTS, 0.0)
    weight = prior / common if common > 0 else prior
    return np.asarray((events + prior) / np.maximum(divisor + weight, 1e-12))


def _share(parts: Floats) -> Floats:
    return np.asarray(parts / max(float(parts.sum()), 1e-12))
