"""The contract that the system suggests: which design the history allows, its windows, and how long it will take.

Everything here is decided before the go-live and locked with the contract. The reason of the design is written
into it in words that the report repeats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.effect import dispersion, its, power, season
from voc.effect.contract import LOOKS, WEEK, Contract, Span, suggest, windows
from voc.effect.its import Series
from voc.effect.verification import Unit, series_of
from voc.effect.weeks import Calendar, calendar

Floats = NDArray[np.float64]

VERSION = 3
LEAST_WEEKS = 52  # one season: with less, trend and season cannot be told from an effect
MOST_WEEKS = 156
UNIT_WEEKS = 26  # weeks before that units are compared over: longer, they drift apart
LEAST_UNITS = 6
LEAST_BESIDE = 8  # weeks before that any comparison beside controls needs
LEAST_POOL = 5
LEAST_EVENTS = 20.0
CALM = 20.0  # complaints a week of a control from which on a mix of controls can be fitted to one unit
SETTLING = 7
# p of a change of level at the alarm below which the level is learnt from the weeks since, and how many it takes.
# A laxer test mistakes the weeks that follow a chance alarm, still high by correlation, for a new level.
SHIFTED, LEAST_SINCE = 0.01, 4


@dataclass(frozen=True)
class History:
    """What is known when a contract is written: daily columns from `first` on, ending before the go-live.

    `alarm` the window that raised the problem, `earlier` the days on which other measures on it went live; `units`
    of population and control, those to be treated with the day they shall go live.
    """

    first: date
    numerator: Floats
    divisor: Floats
    alarm: Span | None = None
    earlier: tuple[date, ...] = ()
    kind: str = ""
    units: tuple[Unit, ...] = ()


def propose(problem: str, history: History, live_on: date, **terms: Any) -> Contract:
    """Suggest the contract of a measure that goes live on `live_on`; `terms` are fields a person has settled."""
    wanted, swing = terms.pop("design", "auto"), terms.pop("season_swing", season.USUAL)
    plain = _plain(problem, history, live_on, terms)
    weeks = plain.baseline_days // WEEK if "baseline_days" in terms else _weeks_known(history, live_on)
    chosen, reason = _choose(history, live_on, weeks, wanted)
    if chosen == "before_after":
        contract = plain
    elif chosen == "its":
        contract = _own_series(plain, history, live_on, weeks)
    else:
        contract = _beside(plain, history, live_on, weeks, chosen)
    contract = replace(contract, design=chosen, design_reason=reason, version=VERSION)
    if chosen == "before_after":
        contract = replace(contract, season_swing=swing)
    return replace(contract, weeks_needed=_needed(contract, history, live_on))


def _plain(problem: str, history: History, live_on: date, terms: dict[str, Any]) -> Contract:
    """Before/after: the weeks since the alarm, or since the last measure settled."""
    since = max((day + timedelta(days=SETTLING) for day in history.earlier), default=history.first)
    skipped = min(max(0, (since - history.first).days), history.numerator.size)
    ahead = max(0, (live_on - history.first).days - history.numerator.size)
    y, e = ([*column[skipped:].tolist(), *[0.0] * ahead] for column in (history.numerator, history.divisor))
    made = suggest(problem, y, e, history.alarm, live_on, **terms)
    if history.earlier:
        earlier = (min(history.first, since), since - timedelta(days=1))
        made = replace(made, excluded=(*made.excluded, earlier))
    return replace(made, **{k: v for k, v in terms.items() if k == "baseline_days"})


def _started(history: History) -> int:
    """The first day of anything: days before it are no baseline of nought."""
    found = np.flatnonzero((history.numerator > 0) | (history.divisor > 0))
    return int(found[0]) if found.size else history.numerator.size


def _weeks_known(history: History, live_on: date) -> int:
    """Whole weeks of days that may serve as a baseline: none of the alarm, none while a measure settled."""
    size = (live_on - history.first).days
    usable = np.ones(max(size, 0), dtype=bool)
    usable[: _started(history)] = False
    settled = [(day, day + timedelta(days=SETTLING - 1)) for day in history.earlier]
    for first, last in [*([history.alarm] if history.alarm else []), *settled]:
        usable[max(0, (first - history.first).days) : max(0, (last - history.first).days + 1)] = False
    return int(usable.sum()) // WEEK


def _choose(history: History, live_on: date, weeks: int, wanted: str) -> tuple[str, str]:
    if wanted != "auto":
        return wanted, "由立约人指定"
    treated = [u for u in history.units if u.went_live]
    controls = usable(history, live_on)
    if controls and treated:
        found = _of_units(treated, controls, weeks)
        if found:
            return found
    short = f"上线前不足 {LEAST_BESIDE} 周，不能与对照比较"
    lacking = "没有可用的对照" if not controls else short
    if weeks >= LEAST_WEEKS:
        return "its", f"{lacking}；上线前有 {weeks} 周数据，可以扣除趋势和季节"
    return "before_after", f"{lacking}，上线前只有 {weeks} 周数据（不足一年），不能扣除季节"


def usable(history: History, live_on: date) -> list[Unit]:
    """The units that may serve as controls: never treated, and with complaints enough to have a level."""
    since = max(0, (live_on - history.first).days - UNIT_WEEKS * WEEK)
    return [u for u in history.units if not u.went_live and u.numerator[since:].sum() >= LEAST_EVENTS]


def _of_units(treated: Sequence[Unit], controls: Sequence[Unit], weeks: int) -> tuple[str, str] | None:
    starts, total = {u.went_live for u in treated}, len(treated) + len(controls)
    numbers = f"{len(treated)} 个实施单位、{len(controls)} 个对照单位"
    if len(starts) > 1 and total >= LEAST_UNITS and len(controls) > 1:
        return "cohort", f"分 {len(starts)} 批上线，{numbers}"
    if len(starts) > 1:
        return None
    calm = min(float(u.numerator[-UNIT_WEEKS * WEEK :].sum()) / UNIT_WEEKS for u in controls) >= CALM
    if len(treated) == 1 and len(controls) >= LEAST_POOL and weeks >= LEAST_WEEKS and calm:
        return "sc", f"{numbers}，可以拼出与实施单位走势相同的对照"
    if len(treated) > 1 and len(controls) > 1 and total >= LEAST_UNITS and weeks >= LEAST_BESIDE:
        return "did", f"{numbers}，同时上线"
    return ("cits", f"{numbers}，用对照扣除共同的变化") if weeks >= LEAST_BESIDE else None


def _own_series(plain: Contract, history: History, live_on: date, weeks: int) -> Contract:
    settled = [(day, day + timedelta(days=SETTLING - 1)) for day in history.earlier]
    excluded = (*([history.alarm] if history.alarm else []), *settled)
    made = replace(
        plain, excluded=excluded, baseline_days=max(1, min(weeks, MOST_WEEKS)) * WEEK, design="its"
    )
    steps = history.earlier if not _shifted(made, history, live_on) else (*history.earlier, *_onset(history))
    return replace(made, steps=tuple(sorted(set(steps))))


def _onset(history: History) -> tuple[date, ...]:
    return (history.alarm[0],) if history.alarm else ()


def _shifted(contract: Contract, history: History, live_on: date) -> bool:
    """Whether the level since the alarm is another than before it: the problem began then, and is the baseline."""
    if not history.alarm:
        return False
    series, weeks = _series(contract, history, live_on)
    alarm = weeks.place(history.alarm[0])
    kept = its.kept_of(series)[: weeks.live]
    if kept[:alarm].sum() < 8 or kept[alarm:].sum() < LEAST_SINCE:
        return False
    early = Series(series.values[: weeks.live], alarm, "counts", None if series.exposure is None else
                   series.exposure[: weeks.live], series.season, None, kept, steps=series.steps)  # fmt: skip
    return its.interrupted(early, "level").p_value < SHIFTED


def _series(contract: Contract, history: History, live_on: date) -> tuple[Series, Calendar]:
    # Days until the go-live will be known by then; now they hold nothing and do not count.
    ahead = max(0, (live_on - history.first).days - history.numerator.size)
    y, e = (np.pad(column, (0, ahead)) for column in (history.numerator, history.divisor))
    weeks = calendar(history.first, y.size, live_on, windows(contract, live_on))
    return series_of(y, e, contract, weeks), weeks


def _beside(plain: Contract, history: History, live_on: date, weeks: int, design: str) -> Contract:
    treated = [u for u in history.units if u.went_live]
    controls = usable(history, live_on) or [u for u in history.units if not u.went_live]
    length = min(weeks, MOST_WEEKS if design in ("cits", "sc") else UNIT_WEEKS)
    starts = [u.went_live for u in treated if u.went_live]
    later = (max(starts) - min(starts)).days if starts else 0
    return replace(
        plain,
        excluded=(history.alarm,) if history.alarm else (),
        baseline_days=max(1, length) * WEEK,
        followup_days=plain.followup_days + later,
        population={history.kind: [u.name for u in treated]},
        control={history.kind: [u.name for u in controls]},
    )


def _needed(contract: Contract, history: History, live_on: date) -> int | None:
    """Weeks of follow-up for enough power to see the smallest effect that matters, at the volume of the history."""
    series, _ = _series(replace(contract, design="its"), history, live_on)
    own = power.volume_of(series)
    if own.weekly <= 0:
        return None
    effect = contract.smallest_effect * (-1 if contract.direction == "decrease" else 1)
    ratio, alpha = 1 + effect, contract.alpha / LOOKS
    before = max(1, contract.baseline_days // WEEK)
    if contract.design == "its":
        return power.weeks_for(lambda n: power.interrupted_variance(own, series, n, ratio), effect, alpha)
    if contract.design == "before_after":
        return _unseen_season(contract, _as_judged(own, series), before, effect, alpha)
    other = power.Volume(_controls_a_week(contract, history), own.phi, own.shared)
    return power.weeks_for(
        lambda n: power.controlled_variance(own, other, before, n, ratio), effect, alpha
    ) if other.weekly > 0 else None  # fmt: skip


def _as_judged(own: power.Volume, series: Series) -> power.Volume:
    """The volume with the noise that before/after will read off so few weeks: no trend and no season taken out."""
    kept = np.flatnonzero(its.kept_of(series)[: series.after])
    exposure = np.ones(len(series.values)) if series.exposure is None else series.exposure
    left = dispersion.pearson_residuals(series.values[kept], exposure[kept])
    phi = float((left**2).sum()) / max(kept.size - 1, 1)
    return power.Volume(own.weekly, max(phi, 1.0), float(dispersion.correlation([left])))


def _unseen_season(
    contract: Contract, own: power.Volume, before: int, effect: float, alpha: float
) -> int | None:
    """The same where a season nobody has seen may move the rate: the further apart the windows, the more it may."""
    weeks = np.arange(1, power.MOST_WEEKS + 1)
    variance = [power.before_after_variance(own, before, int(n), 1 + effect) for n in weeks]
    apart = contract.washout_days / WEEK + (before + weeks) / 2
    chance = season.power(math.log1p(effect), variance, season.reach(contract.season_swing, apart), alpha)
    enough = np.flatnonzero(chance >= power.POWER)
    return int(weeks[enough[0]]) if enough.size else None


def _controls_a_week(contract: Contract, history: History) -> float:
    names = {name for units in (contract.control or {}).values() for name in units}
    days = max(1, min(contract.baseline_days, history.numerator.size))
    return sum(float(u.numerator[-days:].sum()) for u in history.units if u.name in names) / days * WEEK


def of_columns(first: date, numerator: ArrayLike, divisor: ArrayLike, **known: Any) -> History:
    """A history from columns in any form."""
    y, e = (np.nan_to_num(np.asarray(column, dtype=np.float64)) for column in (numerator, divisor))
    return History(first, y, e, **known)
