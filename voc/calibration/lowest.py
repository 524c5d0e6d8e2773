"""The lowest rung alone, before/after: all loops are judged at once, so that tens of thousands can be played."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from voc.calibration.loops import CREDITED, Terms, acted, alarmed, naive
from voc.calibration.world import Floats, Places, World
from voc.effect.before_after import rate_ratios
from voc.effect.verdict import CODES, classify

BASELINE = 8  # weeks


@dataclass(frozen=True)
class Outcome:
    """Shares of loops: our verdicts by code, what they credit, both usual rules, and the coverage of our interval."""

    verdicts: dict[str, float]
    ours: float
    drop: float
    poisson: float
    coverage: float


def play(world: World, terms: Terms, loops: int, seed: int) -> Outcome:
    """Play loops and judge them by counts before and after alone; the same seed gives the same outcome."""
    rng = np.random.default_rng(seed)
    days, alarm = alarmed(world, replace(terms, history=BASELINE + 1), loops, rng)
    live = alarm + 1 + terms.wait
    days = acted(days, live, terms.factor, rng)
    before = _taken(days, _baseline(terms, alarm, live))
    after = _taken(days, live[:, None] + terms.washout + np.arange(terms.followup))
    found = rate_ratios(before, np.ones_like(before), after, np.ones_like(after), terms.alpha)
    codes = classify(found.low - 1, found.high - 1, terms.smallest)
    usual = naive(days, live, terms.alpha)
    return Outcome(
        verdicts={str(code): float((codes == code).mean()) for code in CODES},
        ours=float(np.isin(codes, CREDITED).mean()),
        drop=usual.share("drop"),
        poisson=usual.share("poisson"),
        coverage=float(((found.low <= terms.factor) & (terms.factor <= found.high)).mean()),
    )


def _baseline(terms: Terms, alarm: Places, live: Places) -> Places:
    # As contracts do: the weeks since the alarm when there are two, else the weeks around it without it.
    if terms.wait >= 2:
        return live[:, None] - 1 - np.arange(min(terms.wait, BASELINE))[::-1]
    weeks = live[:, None] - 1 - np.arange(BASELINE + 1)
    apart = weeks - (weeks <= alarm[:, None])
    return np.asarray(apart[:, :BASELINE][:, ::-1])


def _taken(days: Floats, weeks: Places) -> Floats:
    weekly = days.reshape(len(days), -1, 7)
    return np.asarray(np.take_along_axis(weekly, weeks[..., None], axis=1).reshape(len(days), -1))
