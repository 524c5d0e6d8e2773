"""One verification from daily columns to a verdict: the single way both real measures and rehearsed ones are judged.

`judge_series` is called by the task that verifies and by the calibration. Everything that could be chosen
is in the contract, which was written before the go-live; nothing here looks at the outcome to choose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.effect import foresight, its, judging_units, rungs, season
from voc.effect import mix as mixing
from voc.effect.before_after import Effect, compare_rates, compare_shares
from voc.effect.contract import Contract, windows
from voc.effect.dispersion import in_words
from voc.effect.intervals import quantile
from voc.effect.its import Series
from voc.effect.misreading import Misread, propagated, widened
from voc.effect.mix import Mixed, Stratum
from voc.effect.names import METRIC_NAMES
from voc.effect.panel import Check, Terms
from voc.effect.pictures import flat, picture_of, rounded
from voc.effect.verdict import CLAIMS, FAULTS, Verdict, judge
from voc.effect.weeks import YEAR, Calendar, calendar

Floats = NDArray[np.float64]
UNITS = ("cohort", "did", "sc", "cits")
SINCE_BOUNDED = 3  # version of contracts from which on an unseen season is a bounded move
PRE_TREND = 2.0  # standard errors of a trend before that before/after should mention


@dataclass(frozen=True)
class Unit:
    """One region, product or agent: columns of one value per day, and the day it went live (None: never)."""

    name: str
    numerator: Floats
    divisor: Floats
    went_live: date | None = None


@dataclass(frozen=True)
class Judged:
    """The outcome of a verification.

    `picture` holds lists of one value per week, on the scale of `picture["unit"]`; `adjusted` what was done about the
    mix of channels and the errors of the classifier; `why` the reason of the design.
    """

    effect: Effect
    verdict: Verdict
    design: str
    why: str
    checks: list[Check]
    picture: dict[str, Any]
    adjusted: dict[str, Any] = field(default_factory=dict)

    def diagnostics(self) -> list[dict[str, Any]]:
        """The checks as rows: name, whether all is well, and a sentence."""
        return [
            {"name": c.code, "ok": not c.fault, "sentence": c.sentence or FAULTS.get(c.code, c.code)}
            for c in self.checks
        ]


def judge_series(
    first: date,
    numerator: ArrayLike,
    divisor: ArrayLike,
    contract: Contract,
    went_live: date,
    *,
    strata: Sequence[Stratum] = (),
    units: Sequence[Unit] = (),
    misread: Misread | None = None,
) -> Judged:
    """Judge one measure by the terms of its contract.

    numerator, divisor: (days,) complaints, and orders or feedback, of the population of the contract from the day
    `first` on; days outside the windows are not looked at, and the columns must reach to the end of the follow-up.
    strata: the same split by channel, if the mix of channels is to be held fixed. units: the regions, products or
    agents of population and control, for a design that compares units. misread: what the audit says of precision.
    """
    y, e = (np.nan_to_num(np.asarray(column, dtype=np.float64)) for column in (numerator, divisor))
    spans = windows(contract, went_live)
    weeks = calendar(first, y.size, went_live, spans)
    mixed = mixing.standardise(strata, weeks.before, weeks.after) if len(strata) > 1 else None
    found = _measure(first, y, e, contract, went_live, weeks, mixed, units)
    effect, outcome = propagated(found.effect, misread)
    judged = replace(
        found,
        effect=effect,
        verdict=judge(effect, contract),
        adjusted={"classifier": outcome, **found.adjusted},
    )
    return judged if mixed is None else _second_opinion(judged, mixed, contract, weeks, strata)


def _measure(
    first: date, y: Floats, e: Floats, contract: Contract, went_live: date, weeks: Calendar, mixed: Mixed | None,
    units: Sequence[Unit],
) -> Judged:  # fmt: skip
    if contract.design in UNITS and units:
        return _of_units(contract, weeks, went_live, units)
    plain = _crude(y, e, weeks)
    if mixed is not None:
        y, e = mixed.numerator, mixed.divisor
    if contract.design == "its":
        made = _interrupted(y, e, contract, went_live, weeks)
    else:
        made = _before_after(y, e, contract, went_live, weeks, binomial=mixed is None)
    return made if mixed is None else _mixed_back(made, mixed, plain, contract)


def _crude(y: Floats, e: Floats, weeks: Calendar) -> float:
    return float(y[weeks.before].sum() / max(e[weeks.before].sum(), 1e-12))


def terms_of(contract: Contract) -> Terms:
    """How the ladder is asked by a contract."""
    name = METRIC_NAMES.get(contract.metric, contract.metric)
    return Terms(contract.direction, contract.smallest_effect, contract.alpha, name=name)


def series_of(y: Floats, e: Floats, contract: Contract, weeks: Calendar) -> Series:
    """The weekly series of an interrupted design, with its season and the steps the contract knows of."""
    counts, exposure = weeks.gather(y), weeks.gather(e)
    kept = weeks.kept & (exposure > 0)
    steps = tuple(
        s for s in map(weeks.place, contract.steps) if kept[:s].any() and kept[s : weeks.live].any()
    )
    return Series(
        counts, weeks.live, "counts", np.where(exposure > 0, exposure, 1.0), YEAR, None, kept, steps=steps
    )


def _interrupted(y: Floats, e: Floats, contract: Contract, went_live: date, weeks: Calendar) -> Judged:
    series = series_of(y, e, contract, weeks)
    kept = weeks.kept if series.kept is None else series.kept
    # Where nothing at all was said on one side the ratio of a regression has no end: bounds need no regression.
    sides = np.split(np.where(kept, series.values, 0.0), [weeks.live])
    if not kept[: weeks.live].any() or not kept[weeks.live :].any() or not all(side.any() for side in sides):
        return _before_after(y, e, contract, went_live, weeks, binomial=False)
    change = its.interrupted(series)
    found = rungs.answer_series("its", series, change, terms_of(contract), [])
    effect = _with_facts(found.effect, contract, y, e, weeks)
    picture = picture_of(found.path, weeks, went_live, contract)
    return Judged(effect, found.verdict, "its", contract.design_reason, found.checks, picture)


def _with_facts(effect: Effect, contract: Contract, y: Floats, e: Floats, weeks: Calendar) -> Effect:
    df = effect.diagnostics.get("df", math.inf)
    facts = {
        "critical": float(quantile(contract.alpha, df)),
        "wait_unit": "week",
        "events_before": float(y[weeks.before].sum()),
        "events_after": float(y[weeks.after].sum()),
        "exposure_before": float(e[weeks.before].sum()),
        "exposure_after": float(e[weeks.after].sum()),
    }
    days = int(weeks.before.sum()), int(weeks.after.sum())
    return replace(effect, days_before=days[0], days_after=days[1], diagnostics=effect.diagnostics | facts)


def _before_after(
    y: Floats, e: Floats, contract: Contract, went_live: date, weeks: Calendar, binomial: bool
) -> Judged:
    columns = y[weeks.before], e[weeks.before], y[weeks.after], e[weeks.after]
    shares = binomial and contract.metric == "complaint_share"
    effect = (compare_shares if shares else compare_rates)(*columns, alpha=contract.alpha)
    checks = [*_days_checked(effect, contract), *_course_checked(y, e, contract, weeks, effect)]
    faults = list(dict.fromkeys([*effect.diagnostics["faults"], *(c.fault for c in checks if c.fault)]))
    critical = float(quantile(contract.alpha, max(effect.diagnostics["df"], 1)))
    effect = replace(effect, diagnostics=effect.diagnostics | {"faults": faults, "critical": critical})
    effect = _with_season(effect, contract, weeks)
    picture = picture_of(flat(y, e, weeks, effect, critical), weeks, went_live, contract)
    return Judged(effect, judge(effect, contract), "before_after", contract.design_reason, checks, picture)


def _with_season(effect: Effect, contract: Contract, weeks: Calendar) -> Effect:
    if not weeks.before.any() or not weeks.after.any():
        return effect
    apart = float(np.flatnonzero(weeks.after).mean() - np.flatnonzero(weeks.before).mean()) / 7
    most = float(season.reach(contract.season_swing, apart))
    if contract.version < SINCE_BOUNDED:
        # Contracts of before keep their meaning: the move was taken for a normal error of the same variance.
        return widened(effect, most / math.sqrt(2))
    return season.allowed(effect, most, contract.alpha)


def _days_checked(effect: Effect, contract: Contract) -> list[Check]:
    faults = [Check(code, None, FAULTS[code], code) for code in effect.diagnostics["faults"]]
    sides = f"上线前 {effect.days_before} 天，上线后 {effect.days_after} 天"
    shared = effect.diagnostics.get("shared", 0.0)
    return [
        Check("points", [effect.days_before, effect.days_after], sides),
        *faults,
        Check("dispersion", effect.dispersion, in_words(effect.dispersion, "周间波动")),
        Check("autocorrelation", shared, f"周间自相关 {shared:.2f}，已计入区间"),
        Check("season", contract.season_swing, _season_said(contract)),
    ]


def _season_said(contract: Contract) -> str:
    if contract.season_swing:
        return f"历史不足一年，不能扣除季节；区间已按全年上下 {contract.season_swing:.0%} 的季节放宽"
    return "前后对比不能扣除趋势和季节：同期的自然变化会被算作效果"


def _course_checked(y: Floats, e: Floats, contract: Contract, weeks: Calendar, effect: Effect) -> list[Check]:
    """Whether the weeks before already moved by enough to explain half of the effect."""
    series = replace(series_of(y, e, contract, weeks), season=0.0, steps=())
    trend = foresight.trend_before(series)
    if trend is None or not math.isfinite(effect.estimate) or effect.estimate <= 0:
        return [Check("pre_trend", None, "基线太短，没有检验上线前的走势")]
    slope, error, distance = trend
    moved = abs(slope) * distance
    bad = abs(slope) > PRE_TREND * error and moved > 0.5 * abs(math.log(effect.estimate))
    words = "已在变化，足以解释一半以上的差异" if bad else "没有发现足以改变结论的走势"
    return [Check("pre_trend", slope, f"上线前的走势：{words}", "own_trend" if bad else "")]


def _mixed_back(made: Judged, mixed: Mixed, crude: float, contract: Contract) -> Judged:
    """Widen by what the shifted mix is not known for, and put the levels back onto the scale of the metric."""
    error = math.sqrt(max(made.effect.dispersion, 1.0) * mixed.variance)
    effect = widened(made.effect, error)
    effect = replace(effect, before=effect.before * crude, after=effect.after * crude)
    parts = ("observed", "expected", "low", "high")
    picture = made.picture | {
        part: [None if v is None else rounded(v * crude) for v in made.picture[part]] for part in parts
    }
    words = (
        f"按基线期的渠道构成折算；{'、'.join(mixed.left_out)}在基线期没有数据，不计入"
        if mixed.left_out
        else ""
    )
    told = {**mixed.facts, "sentence": words or "按基线期的渠道构成折算", "variance": mixed.variance}
    return replace(made, effect=effect, picture=picture, adjusted={"mix": told},
                   verdict=judge(effect, contract))  # fmt: skip


def _second_opinion(
    judged: Judged, mixed: Mixed, contract: Contract, weeks: Calendar, strata: Sequence[Stratum]
) -> Judged:
    """A claim that holds only while new channels are left out is no claim."""
    new = [s for s in strata if s.name in mixed.left_out and not s.asked]
    outside = sum(float(s.numerator[weeks.after].sum()) for s in new)
    total = outside + float(mixed.numerator[weeks.after].sum())
    if judged.verdict.code not in CLAIMS or outside <= mixing.FEW_OUT * total:
        return judged
    known = [s for s in strata if s not in new and s.name not in mixed.left_out]
    whole = mixing.standardise([*known, *new], weeks.before, weeks.after, everything=True)
    y, e = whole.numerator, whole.divisor
    again = compare_rates(
        y[weeks.before], e[weeks.before], y[weeks.after], e[weeks.after], alpha=contract.alpha
    )
    same = again.change[0] * judged.effect.change[0] > 0 and again.change[1] * again.change[2] > 0
    share = f"新渠道占上线后投诉的 {outside / total:.0%}"
    check = Check("channel_mix", share, share + ("，计入后结论相同" if same else "，计入后结论不同"),
                  "" if same else "new_channels")  # fmt: skip
    faults = [*judged.effect.diagnostics.get("faults", []), *([] if same else ["new_channels"])]
    effect = replace(judged.effect, diagnostics=judged.effect.diagnostics | {"faults": faults})
    return replace(judged, effect=effect, verdict=judge(effect, contract), checks=[*judged.checks, check])


def _of_units(contract: Contract, weeks: Calendar, went_live: date, units: Sequence[Unit]) -> Judged:
    found, path, scale, design = judging_units.measure(units, contract, weeks, terms_of(contract))
    y, e = (
        np.sum([getattr(u, part) for u in units if u.went_live], axis=0) for part in ("numerator", "divisor")
    )
    effect = _with_facts(found.effect, contract, y, e, weeks)
    picture = picture_of(path, weeks, went_live, contract, scale)
    return Judged(effect, judge(effect, contract), design, contract.design_reason, found.checks, picture)
