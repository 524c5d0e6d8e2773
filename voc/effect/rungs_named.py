"""Rungs that are asked for by name: negative binomial, structural, synthetic DiD.

The structural one is also taken where it foretold known points better (`foretelling`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from voc.effect import diagnostics as checks
from voc.effect import its, negative_binomial, structural, synthetic_did
from voc.effect.before_after import Effect
from voc.effect.its import Series
from voc.effect.panel import Answer, Check, Floats, Panel, Path, Terms
from voc.effect.rungs import answer, answer_series, effect_of, ends_of, group_path, others_of, own_series
from voc.effect.rungs_units import from_difference, scaled, without_washout
from voc.effect.structural import Structural
from voc.effect.synthetic_did import SyntheticDid
from voc.errors import InputError

FAR = 2.0  # placebo errors beyond which a made-up start found too much
MUCH = 0.5


def negative_binomial_series(panel: Panel, terms: Terms) -> Answer:
    """ITS on the treated units together, the variance growing with the square of the mean."""
    series = replace(own_series(panel, terms), controls=None)
    if series.family != "counts" or terms.scale == "difference":
        raise InputError("负二项只适用于计数（非负整数），并按比值比较；其他数值请用 --design its。")
    change = negative_binomial.interrupted(series, terms.shape, terms.trend, terms.pairs, terms.errors)
    plain = {"model": "准泊松（方差随均值成比例）"} | ends_of(
        its.interrupted(series, terms.shape, terms.trend, terms.pairs, terms.errors),
        terms.alpha,
    )
    made = answer_series("its-nb", series, change, terms, [plain, *others_of(series, terms, change)])
    alpha = float(change.facts["alpha"])
    told = Check("alpha", float(f"{alpha:.4g}"), f"负二项的 α 为 {alpha:.3g}：方差 = 均值 + α·均值²")
    return replace(made, checks=[*made.checks, told])


def synthetic_differences(panel: Panel, terms: Terms) -> Answer:
    """Synthetic difference-in-differences of the treated units."""
    y, scale = scaled(panel, terms)
    y = without_washout(y, panel, terms) if terms.washout else y
    times = np.asarray(np.isfinite(y[panel.treated]).all(axis=0))
    y, after = y[:, times], int(times[: panel.after].sum())
    whole = np.isfinite(y).all(axis=1) & ~panel.treated
    if whole.sum() < 2 or after < 2 or after >= y.shape[1]:
        raise InputError("合成双重差分至少要两个各期都有值的对照单位，且上线前至少两个时点、上线后至少一个。")
    own, pool = y[panel.treated], y[whole]
    found = synthetic_did.synthetic_did(own, pool, after)
    seen = float(own[:, after:].mean())
    sides = (after, y.shape[1] - after)
    effect = from_difference("sdid", scale, found, found.interval(terms.alpha), seen - found.estimate, seen, sides,
                             standard_error=found.error, df=found.df, wait=0)  # fmt: skip
    half = found.interval(terms.alpha)[1] - found.estimate
    path = group_path(own.mean(axis=0), found.expected, half, after)
    units = [panel.units[i] for i in np.flatnonzero(whole)]
    details = _details(found, units, np.flatnonzero(times)[:after], int((~whole & ~panel.treated).sum()))
    tested = [checks.few_units(len(own), len(pool)), *_checked(found, own, pool, after)]
    return answer(effect, terms, tested, path, details=details)


def _details(found: SyntheticDid, units: list[str], places: Any, dropped: int) -> dict[str, Any]:
    return {
        "weights": {u: round(float(w), 4) for u, w in zip(units, found.units, strict=True) if w > 5e-4},
        "time_weights": {int(p): round(float(w), 4) for p, w in zip(places, found.times, strict=True) if w > 5e-4},
        "pre_rmspe": found.fit, "placebos": int(found.placebos.size), "dropped_units": dropped,
    }  # fmt: skip


def _checked(found: SyntheticDid, own: Floats, pool: Floats, after: int) -> list[Check]:
    tested = [
        Check("pre_rmspe", float(f"{found.fit:.4g}"), f"上线前拟合误差（RMSPE，扣除固定差距）{found.fit:.4g}")
    ]
    if not found.placebos.size:
        return [*tested, Check("placebos", 0, "对照不比实施单位多两个以上，没有安慰剂区间", "too_few_units")]
    gap = synthetic_did.placebo_in_time(own, pool, after)
    if gap is not None:
        off = abs(gap) > MUCH * abs(found.estimate) and abs(gap) > FAR * found.error
        words = "上线前就已偏离" if off else "没有发现问题"
        sentence = f"把上线日假设在三分之二处：{words}（{gap:.4g}）"
        tested.append(
            Check("placebo_in_time", float(f"{gap:.4g}"), sentence, "placebo_in_time" if off else "")
        )
    return tested


def structural_effect(panel: Panel, terms: Terms) -> Effect:
    """The effect of a structural model alone, without checks."""
    y, columns, after, _ = _structural_parts(own_series(panel, terms))
    return _structural_effect(structural.structural(y, columns, after, terms.alpha), y, after)


def _structural_parts(series: Series) -> tuple[Floats, Floats, int, Any]:
    kept = its.kept_of(series)
    y = (series.values if series.exposure is None else series.values / series.exposure)[kept]
    columns = np.empty((len(y), 0)) if series.controls is None else series.controls[kept]
    return y, columns, int(kept[: series.after].sum()), kept


def _structural_effect(found: Structural, y: Floats, after: int) -> Effect:
    seen = float(y[after:].mean())
    sides = after, len(y) - after
    ends = found.estimate, found.low, found.high, found.p_value
    return effect_of("bsts", "difference", *ends, seen - found.estimate, seen, 1.0, sides, wait=0)


def structural_series(panel: Panel, terms: Terms) -> Answer:
    """One series beside control columns, by a local level and regression with the priors of CausalImpact."""
    series = own_series(panel, terms)
    y, columns, after, kept = _structural_parts(series)
    found = structural.structural(y, columns, after, terms.alpha)
    path = _banded(found, y, kept)
    details = {"level_step": found.step, "noise": found.noise, "controls": columns.shape[1]}
    tested = [
        checks.points(after, len(y) - after),
        checks.season(series, 0),
        *_remembering(found, y, after),
        _fake(y, columns, after, found),
    ]
    return answer(_structural_effect(found, y, after), terms, tested, path, details=details)


def _banded(found: Structural, y: Floats, kept: Any) -> Path:
    half = 1.96 * found.spread
    seen, expected, low, high = (
        _placed(column, kept) for column in (y, found.expected, found.expected - half, found.expected + half)
    )
    return Path(np.arange(len(kept), dtype=np.float64), seen, expected, low, high)


def _placed(column: Floats, kept: Any) -> Floats:
    whole = np.full(len(kept), np.nan)
    whole[kept] = column
    return whole


def _remembering(found: Structural, y: Floats, after: int) -> list[Check]:
    left = (y - found.expected)[:after]
    shared = float((left[1:] * left[:-1]).sum() / max(float((left**2).sum()), 1e-12))
    words = "此模型没有计入，区间偏窄，请与 --design cits 对照" if shared > 2 / np.sqrt(after) else "不大"
    return [Check("autocorrelation", float(f"{shared:.3g}"), f"残差自相关 {shared:.2f}：{words}")]


def _fake(y: Floats, columns: Floats, after: int, found: Structural) -> Check:
    cut = after - after // 3
    if cut < checks.FEWEST_BEFORE:
        return Check("placebo_in_time", None, "上线前太短，没有做假上线检验")
    fake = structural.structural(y[:after], columns[:after], cut)
    bad = fake.p_value < checks.SURE and abs(fake.estimate) > MUCH * abs(found.estimate)
    words = "上线前就有类似变化" if bad else "没有发现问题"
    sentence = f"把上线日假设在更早的时点：{words}（p={fake.p_value:.3f}）"
    return Check("placebo_in_time", float(f"{fake.estimate:.4g}"), sentence, "placebo_in_time" if bad else "")
