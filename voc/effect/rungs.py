"""The rungs that follow one series.

As those of `rungs_units`, each takes a panel and the terms and gives an answer with its checks and its picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.effect import before_after, dispersion, foresight, its, significance
from voc.effect import diagnostics as checks
from voc.effect.before_after import Effect
from voc.effect.contract import Contract
from voc.effect.its import Change, Series
from voc.effect.panel import Answer, Check, Floats, Panel, Path, Terms, mean_known
from voc.effect.verdict import FAULTS, judge
from voc.errors import InputError

MOST_LOG = 700.0  # beyond it a ratio is no number any more
MOST_STEPS = 104  # further points after which more waiting is no advice


def answer(effect: Effect, terms: Terms, found: Sequence[Check], path: Path, **more: Any) -> Answer:
    """Judge an effect; every fault of a check counts."""
    faults = [c.fault for c in found if c.fault]
    if effect.scale == "difference" and not effect.before > 0:
        faults.append("no_base")
    told = replace(effect, diagnostics=effect.diagnostics | {"faults": faults})
    verdict = judge(
        told, Contract("", terms.name, terms.direction, smallest_effect=terms.smallest, alpha=terms.alpha)
    )
    return Answer(told, verdict, "", list(found), path, **more)


def effect_of(design: str, scale: str, estimate: float, low: float, high: float, p: float, level: float, seen: float,
            phi: float, sides: tuple[int, int], **facts: Any) -> Effect:  # fmt: skip
    """An effect with its facts."""
    return Effect(design, scale, estimate, low, high, p, level, seen, phi, *sides, facts)


def own_series(panel: Panel, terms: Terms) -> Series:
    """The treated units as one series: counts added up, numbers averaged."""
    values, exposure = _together(panel, panel.treated)
    return _series(panel, terms, values, exposure)


def _together(panel: Panel, who: NDArray[np.bool_]) -> tuple[Floats, Floats | None]:
    if panel.counts:
        return _sum(panel.values[who]), None if panel.exposure is None else _sum(panel.exposure[who])
    return mean_known(panel.rates[who]), None


def _sum(rows: Floats) -> Floats:
    return np.asarray(rows.sum(axis=0))


def _series(panel: Panel, terms: Terms, values: Floats, exposure: Floats | None, family: str = "") -> Series:
    kept = _kept(panel, terms, values, exposure)
    filled = np.where(np.isfinite(values), values, 0.0)
    divisor = None if exposure is None else np.where(exposure > 0, exposure, 1.0)
    columns = panel.columns
    if columns is not None:
        columns = np.where(np.isfinite(columns), columns, np.nanmean(columns))
    family = family or ("counts" if panel.counts else "numbers")
    return Series(filled, panel.after, family, divisor, panel.season, columns, kept)


def _kept(panel: Panel, terms: Terms, values: Floats, exposure: Floats | None) -> NDArray[np.bool_]:
    """Points that are known and not washed out; an input error when one side has none."""
    kept = np.isfinite(values)
    if exposure is not None:
        kept &= np.isfinite(exposure) & (exposure > 0)
    if panel.columns is not None:
        kept &= np.isfinite(panel.columns).all(axis=1)
    kept[panel.after : panel.after + terms.washout] = False
    if not kept[: panel.after].any() or not kept[panel.after :].any():
        raise InputError("上线前或上线后没有可用的数值（缺失、没有暴露量，或都在 --washout 之内）。")
    return kept


def interrupted(panel: Panel, terms: Terms) -> Answer:
    """ITS on the treated units together."""
    series = replace(own_series(panel, terms), controls=None)
    if terms.scale == "difference" and series.family == "counts":
        series = replace(series, family="numbers")
    change = its.interrupted(series, terms.shape, terms.trend, terms.pairs, terms.errors)
    return answer_series("its", series, change, terms, others_of(series, terms, change))


def others_of(series: Series, terms: Terms, change: Change) -> list[dict[str, Any]]:
    """The same series under the assumptions that other analysts choose."""
    waves = change.facts["season_pairs"]
    asked = [("仅水平变化", "level", waves, "auto"), ("水平与斜率变化", "slope", waves, "auto"),
             ("仅水平变化，Newey–West", "level", waves, "newey-west"),
             ("仅水平变化，不含季节", "level", 0, "quasi")]  # fmt: skip
    if series.family == "counts":
        asked.append(("仅水平变化，不含季节，普通 Poisson", "level", 0, "poisson"))
    return [
        {"model": name} | ends_of(its.interrupted(series, shape, terms.trend, pairs, errors), terms.alpha)
        for name, shape, pairs, errors in asked
    ]


def _ratio(log: float) -> float:
    return float(np.exp(min(log, MOST_LOG)))


def ends_of(change: Change, alpha: float) -> dict[str, float]:
    """Estimate, interval and p on the scale that people read: ratios for counts, differences for numbers."""
    low, high = change.interval(alpha)
    turn = _ratio if change.scale.startswith("log") else float
    return {
        "estimate": float(turn(change.estimate)),
        "low": float(turn(low)),
        "high": float(turn(high)),
        "p": change.p_value,
    }


def controlled(panel: Panel, terms: Terms) -> Answer:
    """ITS beside control columns, or beside control units as the treated share of all."""
    if panel.columns is not None:
        series = own_series(panel, terms)
        change = its.projected(series, False, terms.pairs, terms.errors)
        asked = (("不计自相关", False, "quasi"), ("加上线性趋势", True, "auto"))
        others = [
            {"model": name} | ends_of(its.projected(series, line, terms.pairs, how), terms.alpha)
            for name, line, how in asked
        ]
        return answer_series("cits", series, change, terms, others)
    own, divisor = _together(panel, panel.treated)
    other, other_divisor = _together(panel, ~panel.treated)
    if panel.counts:
        offset = None if divisor is None or other_divisor is None else np.log(divisor / other_divisor)
        series = replace(_series(panel, terms, own, own + other, "shares"), controls=None)
        change = _shares(series, offset, terms)
    else:
        series = _series(panel, terms, own - other, None, "numbers")
        change = its.interrupted(series, terms.shape, terms.trend, terms.pairs, terms.errors)
    made = answer_series("cits", series, change, terms, [])
    return made if panel.counts else _shifted(made, own, other, panel.after, terms)


def _shares(series: Series, offset: Floats | None, terms: Terms) -> Change:
    if offset is None:
        return its.interrupted(series, terms.shape, terms.trend, terms.pairs, terms.errors)
    # Exposures that run apart shift the share by their log ratio; its columns take that as known.
    return its.interrupted(
        replace(series, offset=offset), terms.shape, terms.trend, terms.pairs, terms.errors
    )


def _shifted(made: Answer, own: Floats, other: Floats, after: int, terms: Terms) -> Answer:
    """Put the difference back onto the level of the treated units."""
    path = made.path
    level = float(mean_known(own[after:])) - made.effect.estimate
    effect = replace(made.effect, before=level, after=float(mean_known(own[after:])))
    moved = replace(
        path, seen=own, expected=path.expected + other, low=path.low + other, high=path.high + other
    )
    return answer(effect, terms, made.checks, moved, others=made.others, details=made.details)


def answer_series(
    design: str, series: Series, change: Change, terms: Terms, others: list[dict[str, Any]]
) -> Answer:
    """Judge a change of a series, with its checks and its picture."""
    kept = np.ones(len(series.values), bool) if series.kept is None else series.kept
    later = kept & (np.arange(len(kept)) >= series.after)
    sides = int((kept & ~later).sum()), int(later.sum())
    divisor = np.ones(len(kept)) if series.exposure is None or series.family == "shares" else series.exposure
    seen = float(series.values[later].sum() / divisor[later].sum())
    ends = ends_of(change, terms.alpha)
    ratio = change.scale.startswith("log")
    level = seen / ends["estimate"] if ratio else seen - ends["estimate"]
    trend, pairs = bool(change.facts["trend"]), int(change.facts["season_pairs"])
    found = [checks.points(*sides), checks.memory(change)]
    found += [checks.dispersion(change)] if ratio else []
    found.append(checks.season(series, pairs))
    found.append(checks.placebo_in_series(series, change, trend, pairs))
    wait = _wait(series, change, ends, level, terms)
    scale = "ratio" if ratio else "difference"
    values = ends["estimate"], ends["low"], ends["high"], ends["p"]
    effect = effect_of(design, scale, *values, level, seen, change.noise.phi, sides, df=change.df, wait=wait)
    rate = np.where(kept, series.values, np.nan) / divisor
    low, high = change.expected_low / divisor, change.expected_high / divisor
    path = Path(np.arange(len(kept), dtype=np.float64), rate, change.expected / divisor, low, high)
    return answer(effect, terms, found, path, others=others, details=dict(change.facts))


def _wait(series: Series, change: Change, ends: dict[str, float], level: float, terms: Terms) -> int:
    """Further points that would decide if things stay as they are; 0 when a hundred would not."""
    for extra in (2, 4, 8, 13, 26, 52, MOST_STEPS):
        error = change.error * foresight.error_ratio(series, change, extra)
        half = error * 1.96
        low, high = change.estimate - half, change.estimate + half
        if change.scale.startswith("log"):
            relative = np.expm1(np.minimum([low, high], MOST_LOG))
        else:
            relative = np.array([low, high]) / level if level > 0 else np.array([-1.0, 1.0])
        gain = sorted(-relative if terms.direction == "decrease" else relative)
        if gain[0] > 0 or gain[1] < terms.smallest:
            return extra
    return 0


def group_path(own: Floats, expected: Floats, half: float, after: int) -> Path:
    """A picture of two courses; `half` is the half width of the band after."""
    place = np.arange(len(own), dtype=np.float64)
    reach = np.where(place >= after, half if np.isfinite(half) else np.nan, np.nan)
    return Path(place, own, expected, expected - reach, expected + reach)


def before_and_after(panel: Panel, terms: Terms) -> Answer:
    """The lowest rung: quasi-Poisson for counts, Welch on blocks for numbers."""
    series = own_series(panel, terms)
    kept = np.ones(len(series.values), bool) if series.kept is None else series.kept
    later = np.arange(len(kept)) >= series.after
    sides = kept & ~later, kept & later
    if panel.counts:
        effect = _counted(series, sides, panel.block, terms)
    else:
        effect = _measured(series, sides, panel.block, terms)
    rate = series.values if series.exposure is None else series.values / series.exposure
    reach = (effect.high - effect.low) * (1.0 if effect.scale == "difference" else effect.before)
    half = reach / 2 if np.isfinite(reach) else np.inf
    path = group_path(
        np.where(kept, rate, np.nan), np.full(len(kept), effect.before), float(half), series.after
    )
    codes = [Check(code, None, FAULTS[code], code) for code in effect.diagnostics.get("faults", [])]
    shown = int(sides[0].sum()), int(sides[1].sum())
    told = [
        Check("points", list(shown), f"上线前 {shown[0]} 个点，上线后 {shown[1]} 个点"),
        Check("season", None, "前后对比不能扣除趋势和季节：同期的自然变化会被算作效果"),
    ]
    return answer(effect, terms, [*told, *codes], path)


def _counted(series: Series, sides: Sequence[Any], block: int, terms: Terms) -> Effect:
    exposure = np.ones(len(series.values)) if series.exposure is None else series.exposure
    (y0, e0), (y1, e1) = ((series.values[side], exposure[side]) for side in sides)
    found = before_after.compare_rates(y0, e0, y1, e1, alpha=terms.alpha, block=block)
    if block != 1:
        return found
    # Points that are weeks or months already: the rule of fourteen days does not apply, that of few points does.
    few = min(int(side.sum()) for side in sides) < checks.FEWEST_AFTER
    faults = [f for f in found.diagnostics["faults"] if f != "too_few_days"] + (
        ["too_few_points"] if few else []
    )
    return replace(found, diagnostics=found.diagnostics | {"faults": faults, "wait": 0})


def _measured(series: Series, sides: Sequence[Any], block: int, terms: Terms) -> Effect:
    first, second = (dispersion.blocks(series.values[side], block) / block for side in (sides[1], sides[0]))
    if min(first.size, second.size) < 2:
        raise InputError("上线前后都至少要有两个（按天的数据：两周）数值，才能比较。")
    shift = significance.welch(first, second, terms.alpha)
    shared = float(dispersion.correlation([part - part.mean() for part in (first, second)]))
    wider = float(np.sqrt((1 + shared) / (1 - shared)))
    half = (shift.high - shift.estimate) * wider
    p = significance.student_p(shift.test.statistic / wider, shift.test.df)
    few = ["too_few_points"] if min(first.size, second.size) < checks.FEWEST_AFTER else []
    return effect_of("before_after", "difference", shift.estimate, shift.estimate - half, shift.estimate + half, p,
                   float(second.mean()), float(first.mean()), 1.0, (second.size, first.size), shared=shared, wait=0,
                   faults=few)  # fmt: skip
