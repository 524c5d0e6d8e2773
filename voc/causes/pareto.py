"""The vital few: things ordered by size with their running share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BY: Final = {"problem": "问题", "issue": "问题类别", "area": "业务领域", "department": "责任部门"}
MEASURES: Final = {"count": "反馈条数", "customers": "客户数", "cost": "估算成本"}
VITAL = 0.8


@dataclass(frozen=True)
class Counted:
    """One bar before ordering: feedback, customers, and the range of estimated cost."""

    key: str
    name: str
    count: int
    customers: int
    cost_low: float = 0.0
    cost_high: float = 0.0

    def value(self, measure: str) -> float:
        """Return the size by a measure; a cost is the middle of its range."""
        if measure == "cost":
            return (self.cost_low + self.cost_high) / 2
        return float(self.customers if measure == "customers" else self.count)


@dataclass(frozen=True)
class Bar:
    """One bar in its place: its size, its share of all, the running share, and whether it is one of the vital few."""

    item: Counted
    value: float
    share: float
    running: float
    vital: bool


def pareto(items: Sequence[Counted], measure: str = "count", vital: float = VITAL) -> list[Bar]:
    """Order by size; the vital few are those needed to reach the share `vital`, the one that crosses it included."""
    ordered = sorted(items, key=lambda item: (-item.value(measure), item.name))
    whole = sum(item.value(measure) for item in ordered)
    bars: list[Bar] = []
    before = 0.0
    for item in ordered:
        value = item.value(measure)
        share = value / whole if whole else 0.0
        bars.append(Bar(item, value, share, min(1.0, before + share), value > 0 and before < vital - 1e-12))
        before += share
    return bars


def said(running: float) -> str:
    """Write a running share in whole per cent; 100 % is the last bar only."""
    return "100%" if running > 1 - 1e-9 else f"{min(running, 0.99):.0%}"


def gathered(bars: Sequence[Bar], most: int) -> list[Bar]:
    """Keep the first bars and put the others together as 其余, so that a picture stays readable."""
    if len(bars) <= most:
        return list(bars)
    rest = bars[most - 1 :]
    item = Counted(
        "", f"其余 {len(rest)} 项", sum(b.item.count for b in rest), sum(b.item.customers for b in rest),
        sum(b.item.cost_low for b in rest), sum(b.item.cost_high for b in rest),
    )  # fmt: skip
    whole = Bar(item, sum(b.value for b in rest), sum(b.share for b in rest), 1.0, any(b.vital for b in rest))
    return [*bars[: most - 1], whole]


def sentence(bars: Sequence[Bar], by: str, measure: str) -> str:
    """Say how few make up most."""
    few = [bar for bar in bars if bar.vital]
    if not few:
        return "这段时间里没有可以排序的反馈。"
    names = "、".join(f"「{bar.item.name}」" for bar in few[:3])
    more = f"等 {len(few)} 项" if len(few) > 3 else f"这 {len(few)} 项" if len(few) > 1 else "这一项"
    return f"{len(bars)} 个{BY[by]}中，{names}{more}占了{MEASURES[measure]}的 {few[-1].running:.0%}。"
