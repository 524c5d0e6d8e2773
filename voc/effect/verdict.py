"""From a measured effect to a verdict in one of five values, and the sentence that says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voc.effect import intervals, season
from voc.effect.before_after import MIN_DAYS, MIN_EVENTS, Effect
from voc.effect.contract import Contract
from voc.effect.names import METRIC_NAMES, NAMES

FAULTS = {
    "too_few_days": f"前后至少各需 {MIN_DAYS} 天数据",
    "too_few_events": f"前后合计不足 {MIN_EVENTS} 条",
    "no_exposure": "缺少订单量等分母数据",
    "events_without_exposure": "有的日子有投诉却没有分母数据",
    "too_few_points": "前后的数据点太少",
    "too_few_units": "实施单位和对照单位合计不足 6 个",
    "pre_trend": "上线前两组走势已经不同",
    "placebo_in_time": "上线前就有类似变化，不能归功于这次措施",
    "long_memory": "数据前后牵连太强，变化与自然漂移分不清",
    "poor_fit": "对照拼不出实施单位上线前的走势",
    "own_trend": "上线前就在变化，足以解释一半以上的差异",
    "misread": "复核显示这类反馈大多被判错",
    "new_channels": "新开渠道计入与否，结论不同",
    "no_base": "没有大于 0 的对照水平，算不出相对变化",
}
CODES = np.array(["effective", "partly_effective", "ineffective", "worse", "insufficient"])
CLAIMS = ("effective", "partly_effective", "worse")
MOST_WEEKS = 104
LEAST_RATE = 1e-300
ROUNDING = 1e-9  # a change below is one of arithmetic: a constant series has not improved
MANIFOLD = 100  # times; beyond, a number says nothing


@dataclass(frozen=True)
class Verdict:
    """One of the values of NAMES, the sentence for people, and the weeks that would decide it if any."""

    code: str
    sentence: str
    weeks_more: int | None = None

    @property
    def name(self) -> str:
        """The Chinese word of the verdict."""
        return NAMES[self.code]


def classify(
    low: ArrayLike, high: ArrayLike, smallest: float, direction: str = "decrease"
) -> NDArray[np.str_]:
    """Verdict codes for intervals of the relative change, vectorised; exactly one for each interval.

    Beyond zero but wholly short of the smallest effect is partly effective: it is real, and too small.
    """
    a, b = (
        np.where(np.abs(end) < ROUNDING, 0.0, end)
        for end in (np.asarray(low, float), np.asarray(high, float))
    )
    near, far = (-b, -a) if direction == "decrease" else (a, b)  # gain in the wanted direction
    order = [near > smallest, near > 0, far < 0, far < smallest]
    return np.asarray(np.select(order, [CODES[0], CODES[1], CODES[3], CODES[2]], CODES[4]))


def judge(effect: Effect, contract: Contract) -> Verdict:
    """The verdict that the interval and the contract allow; too little data is always 证据不足."""
    code = "insufficient"
    if not effect.diagnostics.get("faults"):
        _, low, high = effect.change
        code = str(classify(low, high, contract.smallest_effect, contract.direction))
    weeks = _weeks_more(effect, contract) if code == "insufficient" else None
    return Verdict(code, _sentence(code, effect, contract, weeks), weeks)


def surviving(verdict: Verdict, q_value: float, alpha: float) -> Verdict:
    """The verdict after correction over all that were judged together: a claim that does not survive is 证据不足."""
    if verdict.code not in CLAIMS or q_value <= alpha:
        return verdict
    because = f"；但与同期其他验证一并校正后不再显著（q={q_value:.3f}），记为证据不足"
    return replace(verdict, code="insufficient", sentence=verdict.sentence + because)


def invalid_contract(reason: str) -> Verdict:
    """The verdict when the contract was broken; `reason` is the sentence of ContractBroken."""
    return Verdict("invalid_contract", reason)


def not_identifiable(others: Sequence[str]) -> Verdict:
    """The verdict when other actions touched the same metric in the same windows."""
    names = "、".join(others)
    return Verdict("not_identifiable", f"不可识别：同期还有其他措施影响同一指标（{names}），不归功于任何一项")


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values (Benjamini & Hochberg 1995), in the order given; not-a-number counts as 1."""
    values = np.nan_to_num(np.asarray(p, dtype=np.float64), nan=1.0)
    order = np.argsort(values)
    scaled = values[order] * values.size / np.arange(1, values.size + 1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def describe_change(effect: Effect, metric: str, alpha: float = 0.05) -> str:
    """The change with its interval in words: 投诉率下降 58%（95% 区间 49%–66%）."""
    return change_words(METRIC_NAMES.get(metric, metric), *effect.change, alpha=alpha)


def change_words(name: str, change: float, low: float, high: float, alpha: float = 0.05) -> str:
    """A relative change of `name` and its interval, as people would say it."""
    if not math.isfinite(change):
        return f"{name}从无到有" if change > 0 else f"{name}的变化无法计算"
    level = f"{100 * (1 - alpha):g}% 区间"
    if low * high > 0 and math.isfinite(high):
        small, large = sorted((abs(low), abs(high)))
        return f"{name}{_move(change)}（{level} {small:,.0%}–{large:,.0%}）"
    upper = _move(high) if math.isfinite(high) else "没有上限"
    return f"{name}{_move(change)}（{level}：从{_move(low)} 到{upper}）"


def _move(change: float) -> str:
    if abs(change) < 0.005:
        return "持平"
    if change > MANIFOLD:
        return f"上升 {MANIFOLD:g} 倍以上"
    return f"{'上升' if change > 0 else '下降'} {abs(change):,.0%}"


def _sentence(code: str, effect: Effect, contract: Contract, weeks: int | None) -> str:
    faults = effect.diagnostics.get("faults", [])
    wait = _advice(effect, weeks)
    in_points = "wait" in effect.diagnostics and "wait_unit" not in effect.diagnostics
    if faults:
        return f"证据不足：{'；'.join(FAULTS[f] for f in faults)}{'' if in_points else wait}"
    target = f"{contract.smallest_effect:.0%}"
    meaning = {
        "effective": f"改善确定超过约定的最小幅度 {target}",
        "partly_effective": f"确有改善，但{_shortfall(effect, contract)}约定的最小幅度 {target}",
        "ineffective": f"可以排除达到约定的最小幅度 {target} 的改善",
        "worse": "确定变差，措施需要撤回或重做",
        "insufficient": f"还分不清是否有改善{wait}",
    }
    return f"{NAMES[code]}：{describe_change(effect, contract.metric, contract.alpha)}，{meaning[code]}"


def _shortfall(effect: Effect, contract: Contract) -> str:
    _, low, high = effect.change
    most = -low if contract.direction == "decrease" else high
    return "确定达不到" if most < contract.smallest_effect else "尚不能确认达到"


def _advice(effect: Effect, weeks: int | None) -> str:
    """What would decide; other designs than before/after know it in points of their own series (0: nothing does)."""
    if "wait" not in effect.diagnostics or effect.diagnostics.get("wait_unit") == "week":
        return _wait(weeks)
    points = effect.diagnostics["wait"]
    if points:
        return f"，若保持现状，大约再有 {points} 个数据点可以判断"
    return "，仅延长观察难以判断，需要更多对照组或更长的上线前数据"


def _wait(weeks: int | None) -> str:
    return (
        f"，预计再观察 {weeks} 周可以判断" if weeks else "，仅延长观察难以判断，需要更长的上线前数据或对照组"
    )


def _weeks_more(effect: Effect, contract: Contract) -> int | None:
    """Weeks of follow-up after which the present rates would decide; None when two years would not."""
    facts = effect.diagnostics
    hopeless = set(facts.get("faults", [])) - {"too_few_days", "too_few_events", "too_few_points"}
    if facts.get("wait_unit") == "week" and not hopeless:
        return facts.get("wait") or None
    if "events_before" not in facts or "wait" in facts:
        return None
    if hopeless or effect.days_after == 0 or effect.days_before < MIN_DAYS:
        return None
    weeks = np.arange(1, MOST_WEEKS + 1)
    days = effect.days_after + 7 * weeks
    phi, y0, e0 = effect.dispersion, facts["events_before"], facts["exposure_before"]
    y1, e1 = (facts[name] * days / effect.days_after for name in ("events_after", "exposure_after"))
    z = intervals.quantile(contract.alpha, facts["df"] + weeks)
    # Good for shares too: a problem is a small part of all feedback, and the answer is a round number of weeks.
    low, high = intervals.rate_ratio_score(y1 / phi, e1, y0 / phi, e0, contract.alpha, z)
    middle = y1 / e1 / max(y0 / e0, LEAST_RATE)
    low, high = _wider(low, high, middle, float(z[0]) * facts.get("extra_error", 0.0))
    low, high = _with_season(low, high, middle, facts.get("season_reach", 0.0), contract.alpha)
    codes = classify(low - 1, high - 1, contract.smallest_effect, contract.direction)
    decided = np.flatnonzero((codes != "insufficient") & (days >= MIN_DAYS) & (y0 + y1 >= MIN_EVENTS))
    return int(weeks[decided[0]]) if decided.size else None


def _wider(
    low: NDArray[np.float64], high: NDArray[np.float64], middle: ArrayLike, extra: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ratios with a doubt in their interval that more weeks do not lessen, on the log scale."""
    if not extra:
        return low, high
    with np.errstate(divide="ignore", invalid="ignore"):
        below, centre, above = (np.log(np.asarray(part, dtype=np.float64)) for part in (low, middle, high))
        return np.exp(centre - np.hypot(centre - below, extra)), np.exp(
            centre + np.hypot(above - centre, extra)
        )


def _with_season(
    low: NDArray[np.float64], high: NDArray[np.float64], middle: ArrayLike, most: float, alpha: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ratios with a season of reach `most` in their interval."""
    if not most:
        return low, high
    with np.errstate(divide="ignore", invalid="ignore"):
        below, centre, above = (np.log(np.asarray(part, dtype=np.float64)) for part in (low, middle, high))
        return (
            np.exp(centre - season.half_widths(centre - below, most, alpha)),
            np.exp(centre + season.half_widths(above - centre, most, alpha)),
        )
