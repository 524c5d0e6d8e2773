"""What complaints cost by configured unit costs: a range with its assumptions, never a fact."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from voc.errors import ConfigError

_NUMBER = 46
_ITEMS: Final = {
    "minutes",
    "wage",
    "compensation",
    "compensated",
    "return_cost",
    "returned",
    "visit_cost",
    "visited",
}
_SHARES: Final = {"compensated", "returned", "visited"}
Range = tuple[float, float]


@dataclass(frozen=True)
class Costs:
    """Unit costs: of each item a range from low to high; of issues and areas what differs from the rest."""

    version: str
    currency: str
    confirmed: bool
    rest: Mapping[str, Range]
    areas: Mapping[str, Mapping[str, Range]]
    issues: Mapping[str, Mapping[str, Range]]

    def of(self, issue: str, area: str) -> dict[str, Range]:
        """Return the unit costs of an issue: its own, otherwise those of its area, otherwise of everything."""
        return {**self.rest, **self.areas.get(area, {}), **self.issues.get(issue, {})}


@dataclass(frozen=True)
class Part:
    """One part of a case's cost in money, from low to high, and how it was reckoned."""

    name: str
    low: float
    high: float
    reckoned: str


@dataclass(frozen=True)
class Estimate:
    """What some cases cost together, from low to high, by which parts of a case; assumed until confirmed."""

    cases: int
    low: float
    high: float
    parts: tuple[Part, ...]
    currency: str
    assumed: bool


def parse_costs(text: str) -> Costs:
    """Read costs.toml; every mistake raises ConfigError with a Chinese sentence that says where."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _mistake(f"单位成本文件不是有效的 TOML：{error}") from error
    rest = _items("[all]", data.get("all"))
    if missing := sorted(_ITEMS - rest.keys()):
        raise _mistake(f"单位成本的 [all] 缺少 {'、'.join(missing)}")
    kinds = ("area", "issue")
    areas, issues = ({k: _items(f"[{kind}.{k}]", v) for k, v in data.get(kind, {}).items()} for kind in kinds)
    return Costs(str(data.get("version", "")), str(data.get("currency", "元")), data.get("confirmed") is True,
                 rest, areas, issues)  # fmt: skip


def _mistake(sentence: str) -> ConfigError:
    return ConfigError(_NUMBER, f"{sentence}。请改 costs.toml。")


def _items(where: str, table: Any) -> dict[str, Range]:
    if not isinstance(table, Mapping):
        raise _mistake(f"单位成本缺少 {where} 一节")
    return {name: _range(where, name, value) for name, value in table.items()}


def _range(where: str, name: str, value: Any) -> Range:
    if name not in _ITEMS:
        raise _mistake(f"{where} 有不认识的项 {name}，可用的有 {'、'.join(sorted(_ITEMS))}")
    ends = value if isinstance(value, list) else [value, value]
    if len(ends) != 2 or not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        raise _mistake(f"{where} 的 {name} 要写成一个数，或 [低, 高] 两个数")
    low, high = float(ends[0]), float(ends[1])
    if not 0 <= low <= high or (name in _SHARES and high > 1):
        raise _mistake(f"{where} 的 {name} 要从小到大、不为负{'、不超过 1' if name in _SHARES else ''}")
    return low, high


def estimate(cases: int, issue: str, area: str, costs: Costs) -> Estimate:
    """Estimate what some cases of an issue cost: handling, compensation, return and visit, from low to high."""
    unit = costs.of(issue, area)
    parts = (_labour(unit, costs.currency), _chance("赔付", "compensation", "compensated", unit, costs.currency),
             _chance("退换", "return_cost", "returned", unit, costs.currency),
             _chance("再次上门", "visit_cost", "visited", unit, costs.currency))  # fmt: skip
    kept = tuple(part for part in parts if part.high > 0)
    low, high = sum(part.low for part in kept), sum(part.high for part in kept)
    return Estimate(cases, cases * low, cases * high, kept, costs.currency, not costs.confirmed)


def _labour(unit: Mapping[str, Range], currency: str) -> Part:
    minutes, wage = unit["minutes"], unit["wage"]
    words = f"每件处理 {_span(minutes)} 分钟 × 每小时 {_span(wage)} {currency}"
    return Part("人工处理", minutes[0] * wage[0] / 60, minutes[1] * wage[1] / 60, words)


def _chance(name: str, amount: str, share: str, unit: Mapping[str, Range], currency: str) -> Part:
    sums, part = unit[amount], unit[share]
    words = f"{_span((part[0] * 100, part[1] * 100))}% 的个案，每件 {_span(sums)} {currency}"
    return Part(name, sums[0] * part[0], sums[1] * part[1], words)


def _span(ends: Range) -> str:
    low, high = (f"{end:g}" for end in ends)
    return low if low == high else f"{low}–{high}"


def money(amount: float) -> str:
    """Write an amount to two leading figures, from ten thousand on in 万: an estimate has no more."""
    if amount >= 10_000:
        return f"{_leading(amount / 10_000)} 万"
    return _leading(amount)


def _leading(amount: float) -> str:
    if amount < 10:
        return f"{amount:.1f}".removesuffix(".0")
    size = 10 ** (len(str(int(amount))) - 2)
    return f"{round(amount / size) * size:,}"


def money_span(low: float, high: float, currency: str) -> str:
    """Write a range of money: 1.2 万–3.4 万元."""
    ends = [money(low), money(high)]
    if ends[0] == ends[1]:
        return f"{ends[0]} {currency}".replace("万 ", "万")
    if "万" in ends[1] and "万" not in ends[0]:
        return f"{ends[0]} {currency}–{ends[1]}{currency}"
    return f"{ends[0]}–{ends[1]}{'' if '万' in ends[1] else ' '}{currency}"
