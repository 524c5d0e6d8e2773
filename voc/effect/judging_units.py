"""The designs that compare units, for a verification: treated regions, products or agents beside untouched ones.

Rates of units differ in level and share a season, which acts on each in proportion. Each unit is therefore set
against its own baseline (index 1), and a difference of indices is a relative change. With few controls and a long
series the treated part of all complaints is followed instead, from which a common season cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voc.effect import cohort, its, rungs, rungs_units
from voc.effect import diagnostics as checks
from voc.effect.before_after import Effect
from voc.effect.contract import Contract
from voc.effect.its import Series
from voc.effect.panel import Answer, Check, Panel, Path, Terms
from voc.effect.weeks import YEAR, Calendar
from voc.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BASE = 26  # weeks before a unit's go-live that it is compared with: one week of counts is mostly chance
LEAST_EVENTS = 20.0  # complaints of a unit before: with fewer its own baseline is mostly chance


class Columns(Protocol):
    """What is needed of a unit."""

    @property
    def name(self) -> str: ...
    @property
    def numerator(self) -> Floats: ...
    @property
    def divisor(self) -> Floats: ...
    @property
    def went_live(self) -> date | None: ...


@dataclass(frozen=True)
class Weekly:
    """Units by counted week: complaints, divisors, the first treated place (`cohort.NEVER`), and who is left out."""

    names: list[str]
    counts: Floats
    divisors: Floats
    began: Ints
    kept: Ints  # place of each counted week among all weeks
    dropped: list[str]

    @property
    def treated(self) -> Bools:
        """Which units went live."""
        return np.asarray(self.began != cohort.NEVER)

    @property
    def after(self) -> int:
        """The first counted week in which any unit was treated."""
        return int(self.began.min())

    @property
    def base(self) -> Floats:
        """The rate of each unit before any of them went live."""
        y, e = (part[:, : self.after].sum(axis=1) for part in (self.counts, self.divisors))
        return np.asarray(y / np.maximum(e, 1e-12))

    def index(self) -> Floats:
        """Rates over the unit's own baseline."""
        rates = np.where(self.divisors > 0, self.counts / np.maximum(self.divisors, 1e-12), np.nan)
        return np.asarray(rates / self.base[:, None])


def weekly(units: Sequence[Columns], contract: Contract, weeks: Calendar) -> Weekly:
    """Gather units into counted weeks; a control that went live, or with too few complaints before, is left out."""
    kept = np.flatnonzero(weeks.kept)
    counts, divisors = (np.array([weeks.gather(getattr(u, part)) for u in units])[:, kept]
                        for part in ("numerator", "divisor"))  # fmt: skip
    began = np.array([_began(u, weeks, kept) for u in units], dtype=np.int64)
    before = kept < weeks.live
    enough = counts[:, before].sum(axis=1) >= LEAST_EVENTS
    promised = {name for names in (contract.control or {}).values() for name in names}
    touched = np.array([u.name in promised and u.went_live is not None for u in units])
    good = enough & (divisors[:, before].sum(axis=1) > 0) & ~(touched & (contract.design != "cohort"))
    names = [u.name for u in units]
    return Weekly(
        [n for n, g in zip(names, good, strict=True) if g], counts[good], divisors[good], began[good], kept,
        [n for n, g in zip(names, good, strict=True) if not g],
    )  # fmt: skip


def _began(unit: Columns, weeks: Calendar, kept: Ints) -> int:
    if unit.went_live is None:
        return int(cohort.NEVER)
    # The week in which it went live counts as treated: a smaller effect is the safer error.
    week = (unit.went_live - weeks.starts[0]).days // 7
    place = int(np.searchsorted(kept, week))
    return place if place < kept.size else int(cohort.NEVER)


def measure(
    units: Sequence[Columns], contract: Contract, weeks: Calendar, terms: Terms
) -> tuple[Answer, Path, float, str]:
    """The answer, its course week by week, what to multiply that with for a rate, and the design used."""
    found = weekly(units, contract, weeks)
    if not found.treated.any() or (found.treated.all() and contract.design != "cohort"):
        raise InputError("实施单位或对照单位的投诉太少，无法比较；请在合同里换一种对照。")
    base = float(
        found.counts[found.treated, : found.after].sum() / found.divisors[found.treated, : found.after].sum()
    )
    if contract.design == "cits":
        answer, path = _share(found, weeks, terms)
        scale = 1.0
    else:
        answer, path = _indexed(found, contract.design, weeks, terms)
        scale = base
        answer = replace(answer, effect=_scaled(answer, base))
    return replace(answer, checks=[*answer.checks, *_dropped(found)]), path, scale, contract.design


def _scaled(answer: Answer, base: float) -> Effect:
    one = answer.effect
    values = {name: getattr(one, name) * base for name in ("estimate", "low", "high", "before", "after")}
    # Nothing falls by more than all of it.
    return replace(one, **values | {"low": max(values["low"], -values["before"])})


def _dropped(found: Weekly) -> list[Check]:
    if not found.dropped:
        return []
    names = "、".join(found.dropped[:5]) + ("等" if len(found.dropped) > 5 else "")
    return [Check("dropped_units", found.dropped, f"{names} 投诉太少或中途也上线，没有计入")]


def _indexed(found: Weekly, design: str, weeks: Calendar, terms: Terms) -> tuple[Answer, Path]:
    index = np.nan_to_num(found.index(), nan=0.0) if design in ("sc", "cohort") else found.index()
    panel = Panel(index, found.began, units=tuple(found.names))
    if design == "cohort":
        controls = "not-yet" if found.treated.all() else "never"
        answer = rungs_units.cohorts(panel, replace(terms, controls=controls, base=BASE))
        return answer, _spread_out(_calendar(index, found, controls), found, weeks)
    rung = rungs_units.synthetic_controls if design == "sc" else rungs_units.differences
    answer = rung(panel, terms)
    return answer, _spread_out(answer.path, found, weeks)


def _spread_out(path: Path, found: Weekly, weeks: Calendar) -> Path:
    """Put the counted weeks back among all weeks."""
    size = len(weeks.starts)

    def whole(values: Floats) -> Floats:
        made = np.full(size, np.nan)
        made[found.kept] = values
        return made

    seen, expected, low, high = map(whole, (path.seen, path.expected, path.low, path.high))
    return Path(np.arange(size, dtype=float), seen, expected, low, high)


def _calendar(index: Floats, found: Weekly, controls: str) -> Path:
    """The course of the treated units by week, beside what it would have been: the cohorts' effects taken off."""
    cells = cohort.cells(index, found.began, controls, base=BASE)
    seen = index[found.treated].mean(axis=0)
    effect, error = np.zeros_like(seen), np.zeros_like(seen)
    for place in range(seen.size):
        now = [c for c in cells if c.time == place and c.time >= c.cohort]
        weights = np.array([c.units for c in now], dtype=float) / found.treated.sum()
        if now:
            effect[place] = weights @ [c.estimate for c in now]
            error[place] = float(np.sqrt(weights**2 @ np.array([c.error for c in now]) ** 2))
    half = 1.96 * error
    expected = seen - effect
    return Path(np.arange(seen.size, dtype=float), seen, expected, expected - half, expected + half)


def _share(found: Weekly, weeks: Calendar, terms: Terms) -> tuple[Answer, Path]:
    own, other, mine, theirs = (
        _full(part[who].sum(axis=0), found, weeks)
        for part in (found.counts, found.divisors)
        for who in (found.treated, ~found.treated)
    )
    kept = weeks.kept & (own + other > 0) & (mine > 0) & (theirs > 0)
    safe = np.where(kept, own + other, 1.0)
    offset = np.log(np.where(kept, mine, 1.0) / np.where(kept, theirs, 1.0))
    series = Series(own, weeks.live, "shares", safe, YEAR, None, kept, offset)
    change = its.interrupted(series)
    answer = rungs.answer_series("cits", series, change, terms, [])
    rate = np.where(kept, own / np.where(kept, mine, 1.0), np.nan)
    expected, low, high = (
        _odds(part / safe) * other / np.where(kept, mine, 1.0)
        for part in (change.expected, change.expected_low, change.expected_high)
    )
    after = float(own[weeks.live :].sum() / max(mine[weeks.live :].sum(), 1e-12))
    effect = replace(answer.effect, after=after, before=after / max(answer.effect.estimate, 1e-12))
    few = checks.few_units(int(found.treated.sum()), int((~found.treated).sum()))
    kinds = [*answer.checks, replace(few, fault="")]
    return replace(answer, effect=effect, checks=kinds), Path(
        np.arange(len(own), dtype=float), rate, expected, low, high
    )


def _odds(share: Floats) -> Floats:
    return np.asarray(share / np.maximum(1 - share, 1e-12))


def _full(values: Floats, found: Weekly, weeks: Calendar) -> Floats:
    made = np.zeros(len(weeks.starts))
    made[found.kept] = values
    return made
