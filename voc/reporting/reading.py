"""The figures of a stored report as people read them: each with its unit, its interval, and the change to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Name and unit of each key figure, in the order they are read.
MEASURES: Mapping[str, tuple[str, str]] = {
    "feedback": ("反馈量", "count"),
    "complaints": ("投诉率", "percent"),
    "csat": ("满意度（1–5 分）", "score"),
    "satisfied": ("满意率", "percent"),
    "nps": ("净推荐值（NPS）", "points"),
    "fcr": ("一次解决率（FCR）", "percent"),
    "answered": ("首次答复及时率", "percent"),
    "kept": ("解决及时率", "percent"),
    "solved": ("个案解决率", "percent"),
    "cycle": ("解决用时（中位）", "hours"),
    "reopened": ("个案重开率", "percent"),
    "told": ("结果告知率", "percent"),
    "to_live": ("发现到措施上线", "days"),
    "to_verdict": ("上线到效果结论", "days"),
    "recurrence": ("问题复发率", "percent"),
}


@dataclass(frozen=True)
class Figure:
    """One key figure of a report."""

    key: str
    name: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    basis: str = ""

    @property
    def words(self) -> str:
        """The figure with its unit."""
        return "—" if self.value is None else written(self.value, self.unit)

    @property
    def interval(self) -> str:
        """Its interval; empty when there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{written(self.low, self.unit)} 至 {written(self.high, self.unit)}"


def figures(facts: Mapping[str, Any]) -> list[Figure]:
    """Read the key figures of a report; what it did not have is left out."""
    return list(_figures(facts))


def _figures(facts: Mapping[str, Any]) -> Iterator[Figure]:
    for key, (name, unit) in MEASURES.items():
        found = facts.get(key)
        if isinstance(found, Mapping) and "value" in found:
            basis = "；".join(filter(None, (str(found.get("basis") or ""), str(found.get("note") or ""))))
            yield Figure(key, name, unit, found["value"], found.get("low"), found.get("high"), basis)


def problems(facts: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return what a report said of each problem, by its number."""
    return {
        int(key[8:]): said for key, said in facts.items() if key.startswith("problem:") and key[8:].isdigit()
    }


def written(value: float, unit: str) -> str:
    """Write a figure with its unit."""
    match unit:
        case "percent":
            return f"{value:.1%}"
        case "points":
            return f"{value * 100:+.0f}"
        case "hours":
            return f"{value:,.1f} 小时"
        case "days":
            return f"{value:,.1f} 天"
        case "score":
            return f"{value:.2f}"
        case _:
            return f"{value:,.0f}"


def moved(before: Figure, after: Figure) -> str:
    """Write how a figure differs, shares in points, and whether the two intervals leave room for chance alone."""
    if before.value is None or after.value is None:
        return "—"
    change = after.value - before.value
    if before.unit in ("percent", "points"):
        amount = f"{change * 100:+.1f} 个百分点" if before.unit == "percent" else f"{change * 100:+.0f}"
    else:
        amount = f"{'+' if change >= 0 else '−'}{written(abs(change), before.unit)}"
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return amount
    apart = before.high < after.low or after.high < before.low
    return f"{amount}（{'区间不重叠' if apart else '区间重叠，可能只是波动'}）"
