"""Checks that would change the answer; each may raise a fault, and a fault makes a verdict 证据不足."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voc.effect import cohort, did, its, synthetic
from voc.effect.cohort import Cell
from voc.effect.did import Difference
from voc.effect.dispersion import in_words
from voc.effect.its import Change, Series
from voc.effect.panel import Check, Floats, Ints
from voc.effect.significance import student_p
from voc.effect.synthetic import Synthetic

FEWEST_BEFORE = 8  # points before an interrupted series
FEWEST_AFTER = 3
FEWEST_DF = 5
SURE = 0.01  # a placebo counts when chance explains it this rarely
SUSPECT = 0.05
MUCH = 0.5  # share of the effect that a placebo or a trend may explain
LONG_MEMORY = 0.8
ROOMY = 20  # units for each cell that the joint test of all cells needs to be worth printing


def points(before: int, after: int) -> Check:
    """Whether there are enough points on both sides."""
    few = before < FEWEST_BEFORE or after < FEWEST_AFTER
    return Check(
        "points",
        [before, after],
        f"上线前 {before} 个点，上线后 {after} 个点",
        "too_few_points" if few else "",
    )


def season(series: Series, pairs: int) -> Check:
    """Whether a season could be taken out."""
    if series.season < 2:
        return Check("season", 0, "没有季节可扣除")
    if not pairs:
        return Check(
            "season", 0, f"不足一季（{series.season:.0f} 个点）或按要求不扣除：季节性变化可能被算作效果"
        )
    return Check("season", pairs, f"已扣除季节（{pairs} 对谐波）")


def memory(change: Change) -> Check:
    """Autocorrelation of what the model leaves."""
    shared = change.noise.shared
    fault = "long_memory" if shared >= LONG_MEMORY or change.noise.df < FEWEST_DF else ""
    return Check("autocorrelation", round(shared, 3), f"残差自相关 {shared:.2f}，已计入区间", fault)


def dispersion(change: Change) -> Check:
    """How much more the counts vary than chance alone."""
    phi = change.noise.phi
    return Check("dispersion", float(f"{phi:.4g}"), in_words(phi))


def placebo_in_series(series: Series, change: Change, trend: bool, pairs: int) -> Check:
    """A made-up intervention in the time before, cut in the proportion of the true one, should find nothing."""
    middle = max(series.after // 2, round(series.after**2 / len(series.values)))
    kept = np.ones(len(series.values), dtype=bool) if series.kept is None else series.kept
    if kept[:middle].sum() < FEWEST_BEFORE or kept[middle : series.after].sum() < FEWEST_AFTER:
        return Check("placebo_in_time", None, "上线前太短，没有做假上线检验")
    early = replace(
        series, values=series.values[: series.after], after=middle,
        exposure=None if series.exposure is None else series.exposure[: series.after],
        controls=None if series.controls is None else series.controls[: series.after],
        kept=None if series.kept is None else series.kept[: series.after],
        offset=None if series.offset is None else series.offset[: series.after],
        # A step at the made-up go-live cannot be told from what it is to find.
        steps=tuple(step for step in series.steps if step != middle),
    )  # fmt: skip
    waves = (
        min(pairs, 1)
        if series.season <= series.after < 2 * series.season
        else pairs * (series.after >= series.season)
    )
    found = (
        its.interrupted(early, "level", trend, waves)
        if series.controls is None
        else its.projected(early, trend, 0)
    )
    return _placebo(found.estimate, found.p_value, change.estimate)


def _placebo(estimate: float, p_value: float, effect: float) -> Check:
    bad = p_value < SURE and abs(estimate) > MUCH * abs(effect)
    words = "上线前就有类似变化" if bad else "没有发现问题"
    return Check(
        "placebo_in_time", {"estimate": _round(estimate), "p": _round(p_value)},
        f"把上线日假设在更早的时点：{words}（p={p_value:.3f}）", "placebo_in_time" if bad else "",
    )  # fmt: skip


def parallel(panel: Floats, mask: NDArray[np.bool_], after: int, effect: Difference) -> list[Check]:
    """Different trends before, and a made-up intervention before."""
    checks = []
    slopes = did.pre_trend(panel, mask, after)
    if slopes is None:
        checks.append(Check("pre_trend", None, "上线前不足三个时点或对照太少，无法检验平行趋势"))
    else:
        distance = panel.shape[1] / 2  # steps between the middles of the two periods
        bad = slopes.p_value < SUSPECT and abs(slopes.estimate) * distance > MUCH * abs(effect.estimate)
        words = "两组走势不同，可以解释一半以上的差异" if bad else "没有发现两组走势不同到足以改变结论"
        value = {"slope": _round(slopes.estimate), "p": _round(slopes.p_value)}
        checks.append(
            Check(
                "pre_trend",
                value,
                f"上线前的走势：{words}（p={slopes.p_value:.3f}）",
                "pre_trend" if bad else "",
            )
        )
    fake = did.placebo_in_time(panel, mask, after)
    if fake is not None:
        checks.append(_placebo(fake.estimate, fake.p_value, effect.estimate))
    return checks


def cohorts(cells: list[Cell], began: Ints, effect: float, df: float) -> Check:
    """Whether cohorts drifted away from their controls before treatment, by enough to explain the effect.

    The joint test that is printed beside it rejects too often when cohorts are small, and so decides nothing.
    """
    drift, tested = cohort.drift(cells, began), cohort.pre_test(cells)
    if drift is None or tested is None:
        return Check("pre_trend", None, "没有上线前的时点可以检验平行趋势")
    p = student_p(drift.estimate / drift.error, df) if drift.error > 0 else 1.0
    distance = float(np.mean([c.time - c.cohort + 1 for c in cells if c.time >= c.cohort]))
    bad = p < SUSPECT and abs(drift.estimate) * distance > MUCH * abs(effect)
    words = "各批次已在偏离对照，足以解释一半以上的效应" if bad else "没有发现足以改变结论的偏离"
    value = {"drift": _round(drift.estimate), "p": _round(p), "chi2": _round(tested[0]), "chi2_df": tested[1],
             "chi2_p": _round(tested[2])}  # fmt: skip
    joint = f"；逐格联合检验 p={tested[2]:.3f}" if ROOMY * tested[1] < len(began) else ""
    sentence = f"上线前的走势：{words}（p={p:.3f}{joint}）"
    return Check("pre_trend", value, sentence, "pre_trend" if bad else "")


def dropped(count: int) -> list[Check]:
    """Units that could not be used."""
    return [Check("dropped_units", count, f"有 {count} 个单位因缺少数据没有计入")] if count else []


def fit_before(found: Synthetic, treated: Floats, pool: Floats, after: int, smallest: float) -> list[Check]:
    """How well the mix ran with the treated unit before, and whether it would have gone on."""
    level = float(np.abs(found.expected[after:]).mean())
    bad = found.fit > smallest * level and found.fit > MUCH * abs(found.estimate)
    share = found.fit / max(level, 1e-12)
    checks = [
        Check("pre_rmspe", _round(found.fit), f"上线前拟合误差（RMSPE）{found.fit:.4g}，约为水平的 {share:.1%}",
              "poor_fit" if bad else ""),
        Check("placebo_p", _round(found.p_placebo),
              f"逐一把对照当作实施单位，排在前 {found.p_placebo:.1%}（最小可能 {1 / (1 + len(pool)):.1%}）"),
    ]  # fmt: skip
    gap = synthetic.placebo_in_time(treated, pool, after)
    if gap is not None:
        off = abs(gap) > MUCH * abs(found.estimate) and abs(gap) > 2 * found.error
        words = "上线前就已偏离" if off else "没有发现问题"
        sentence = f"只用前三分之二拟合，看后三分之一：{words}（偏离 {gap:.4g}）"
        checks.append(Check("placebo_in_time", _round(gap), sentence, "placebo_in_time" if off else ""))
    return checks


def few_units(treated: int, controls: int) -> Check:
    """How many units stand behind a comparison of groups."""
    few = treated + controls < 6
    return Check(
        "units",
        [treated, controls],
        f"实施单位 {treated} 个，对照 {controls} 个",
        "too_few_units" if few else "",
    )


def _round(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None
