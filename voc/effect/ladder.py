"""The ladder: the highest design that the data allow, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from voc.effect import foretelling, rungs, rungs_named, rungs_units
from voc.effect.diagnostics import FEWEST_AFTER, FEWEST_BEFORE
from voc.effect.panel import Answer, Panel, Terms
from voc.errors import InputError

RUNGS: dict[str, Callable[[Panel, Terms], Answer]] = {
    "cohort": rungs_units.cohorts,
    "did": rungs_units.differences,
    "sc": rungs_units.synthetic_controls,
    "cits": rungs.controlled,
    "its": rungs.interrupted,
    "before-after": rungs.before_and_after,
    # Asked for by name; of these only bsts is ever chosen, and only where it foretold better.
    "sdid": rungs_named.synthetic_differences,
    "its-nb": rungs_named.negative_binomial_series,
    "bsts": rungs_named.structural_series,
}
NAMES = {
    "cohort": "分批上线的双重差分（Callaway–Sant'Anna）",
    "did": "双重差分（按单位聚类）",
    "sc": "合成对照",
    "cits": "带对照的中断时间序列",
    "its": "中断时间序列",
    "before-after": "前后对比",
    "sdid": "合成双重差分",
    "its-nb": "中断时间序列（负二项）",
    "bsts": "贝叶斯结构时间序列（CausalImpact）",
}
FEWEST_POOL = 5  # controls from which on a mix of them is worth more than their mean
FEWEST_GROUP = 6  # units of both groups together that a comparison of groups needs
LEAST_BEFORE = 3  # points without which a series has no course at all
DAYS_BEFORE = 28  # days that tell a weekday from a trend


def choose(panel: Panel) -> tuple[str, str]:
    """The highest rung and the Chinese sentence that says why."""
    if panel.treated.all() and len(set(panel.began.tolist())) < 2:
        return _without_controls(panel)
    treated, controls = int(panel.treated.sum()), int((~panel.treated).sum())
    before, times = panel.after, panel.values.shape[1]
    starts = len(set(panel.began[panel.treated].tolist()))
    if starts > 1:
        return "cohort", f"各单位分 {starts} 批上线，可以用尚未上线的单位作对照"
    long = before >= FEWEST_BEFORE and times - before >= FEWEST_AFTER
    if treated == 1 and controls >= FEWEST_POOL and long:
        return "sc", f"一个实施单位、{controls} 个对照单位，上线前有 {before} 个时点可以拟合"
    if treated + controls >= FEWEST_GROUP and controls >= 2:
        return "did", f"{treated} 个实施单位对 {controls} 个对照单位，同时上线"
    if long:
        return "cits", f"对照单位只有 {controls} 个，但上线前后时点足够，用对照序列扣除共同变化"
    if controls >= 2:
        return "did", "时点太少，不能用时间序列，只能比较两组的变化"
    if before >= LEAST_BEFORE and times - before > 1:
        return "cits", f"对照单位只有 {controls} 个，时点也少，只能粗略扣除共同变化"
    return "did", "单位和时点都太少，只能算出差异，给不出可靠的区间"


def _without_controls(panel: Panel) -> tuple[str, str]:
    kept = np.asarray(np.isfinite(panel.values).any(axis=0))
    before, after = int(kept[: panel.after].sum()), int(kept[panel.after :].sum())
    silent = _silent(panel)
    if silent:
        return "before-after", f"上线{silent}一条也没有，回归算不出比值，只能由前后对比给出界限"
    if panel.columns is not None and before >= FEWEST_BEFORE and after >= 1:
        return "cits", f"有 {panel.columns.shape[1]} 列对照序列，上线前 {before} 个时点"
    enough = before >= (DAYS_BEFORE if panel.block > 1 else FEWEST_BEFORE) and after >= FEWEST_AFTER
    if enough:
        return "its", f"没有对照，上线前 {before} 个、上线后 {after} 个时点，足以估计趋势"
    return "before-after", f"没有对照，上线前 {before} 个、上线后 {after} 个时点，不足以估计趋势"


def _silent(panel: Panel) -> str:
    """The side of the go-live on which counts are all nought, if only one is."""
    if not panel.counts:
        return ""
    some = [bool((np.nan_to_num(side) > 0).any()) for side in np.split(panel.values, [panel.after], axis=1)]
    return "" if some[0] == some[1] else "前" if some[1] else "后"


def measure(panel: Panel, terms: Terms, design: str = "auto") -> Answer:
    """Measure an effect by one design; InputError when the data do not allow it."""
    chosen, why = _settled(panel, terms) if design == "auto" else (design, "由使用者指定")
    _refuse(panel, chosen)
    found = RUNGS[chosen](panel, terms)
    return replace(found, why=why)


def _settled(panel: Panel, terms: Terms) -> tuple[str, str]:
    """The choice, after a look at the time before: a mix that does not follow is no control."""
    chosen, why = choose(panel)
    _refuse(panel, chosen)
    if chosen == "sc" and not foretelling.mixes_well(panel, terms):
        others = int((~panel.treated).sum())
        return "cits", f"一个实施单位、{others} 个对照单位，但拼不出它上线前的走势，用对照序列扣除共同变化"
    if chosen == "cits" and panel.columns is not None and panel.treated.all():
        return foretelling.beside_columns(panel, terms) or (chosen, why)
    return chosen, why


def _refuse(panel: Panel, design: str) -> None:
    before, after = panel.after, panel.values.shape[1] - panel.after
    if design != "cohort" and (before < 1 or after < 1):
        raise InputError("上线日不在数据的时间范围之内：上线前后都要有数据。")
    if design in ("did", "sc", "sdid") and panel.treated.all():
        raise InputError(
            f"{NAMES[design]}需要未实施的对照单位；请用 --unit 和 --treated 指明，或改用 --design its。"
        )
    if design == "cits" and panel.treated.all() and panel.columns is None:
        raise InputError(
            "带对照的中断时间序列需要对照：用 --control 指明对照列，或用 --unit 和 --treated 指明单位。"
        )
    if design in ("its", "its-nb", "bsts") and (before < 3 or after < 1):
        raise InputError("中断时间序列至少要上线前 3 个、上线后 1 个时点。")
