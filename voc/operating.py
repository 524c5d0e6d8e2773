"""Figures of the business that complaints are set against: read from rows of a file, long or wide. No I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from voc.amounts import amount
from voc.errors import InputError
from voc.intake.cells import parse_times
from voc.zone import CHINA

# Those with a unit are levels of a day, the others are counts that may be added up.
FIGURES: Final[dict[str, str]] = {
    "orders": "订单量",
    "contacts": "来访量",
    "returns": "退货量",
    "customers": "客户数",
    "waiting_seconds": "平均等待秒数",
    "handling_seconds": "平均处理秒数",
    "resolved_first": "一次解决量",
}
LEVELS: Final = frozenset({"customers", "waiting_seconds", "handling_seconds"})
_NAMES: Final[dict[str, str]] = {
    **{code: code for code in FIGURES},
    **{title: code for code, title in FIGURES.items()},
    "订单": "orders", "订单数": "orders", "销量": "orders", "来电量": "contacts", "来访": "contacts",
    "接待量": "contacts", "进线量": "contacts", "退货": "returns", "退货数": "returns", "客户": "customers",
    "用户数": "customers", "等待秒数": "waiting_seconds", "处理秒数": "handling_seconds",
}  # fmt: skip
_COLUMNS: Final = {
    "day": ("日期", "day", "date", "时间"),
    "name": ("指标", "name", "figure"),
    "value": ("数值", "value", "值", "数量"),
    "region": ("地区", "region", "区域", "城市"),
    "product": ("产品", "product", "商品", "品类"),
}


@dataclass(frozen=True)
class Figure:
    """What a figure was on one day, in one region and for one product; empty means all of them."""

    day: date
    name: str
    region: str
    product: str
    value: float


@dataclass(frozen=True)
class Layout:
    """Which column means what; `wide` holds figures that have a column of their own."""

    columns: Mapping[str, str]
    wide: Mapping[str, str]


def layout_of(header: Sequence[str]) -> Layout:
    """Find the columns of a file, or raise InputError saying which are missing and which there are."""
    plain = {name.strip().lower(): name for name in header if name.strip()}
    columns = {
        field: plain[word] for field, words in _COLUMNS.items() for word in reversed(words) if word in plain
    }
    wide = {_NAMES[word]: name for word, name in plain.items() if word in _NAMES}
    long = "name" in columns and "value" in columns
    if "day" in columns and (long or wide):
        return Layout(columns, {} if long else wide)
    raise InputError(
        f"经营数据文件要有「日期」列，以及「指标」「数值」两列，或指标各占一列（{'、'.join(FIGURES.values())}）；"
        f"现有的列：{'、'.join(header)}。"
    )


def read_figures(
    layout: Layout, rows: Sequence[Mapping[str, str]], numbers: Sequence[int]
) -> tuple[list[Figure], list[str]]:
    """Read rows, whose numbers people see; wrong cells are told of and the others go on."""
    figures: list[Figure] = []
    errors: list[str] = []
    days = parse_times([(row.get(layout.columns["day"]) or "").strip() or None for row in rows])
    for number, row, at in zip(numbers, rows, days, strict=True):
        if not any((cell or "").strip() for cell in row.values()):
            continue
        if at is None:
            errors.append(
                f"第 {number} 行：看不懂日期「{row.get(layout.columns['day'], '')}」，请写成 2026-06-18"
            )
            continue
        place = {field: _cell(row, layout.columns.get(field)) for field in ("region", "product")}
        for said, cell in _cells(layout, row):
            found = _value(said, cell)
            if isinstance(found, str):
                errors.append(f"第 {number} 行：{found}")
            else:
                figures.append(Figure(at.astimezone(CHINA).date(), _NAMES[said], **place, value=found))
    return figures, errors


def _cells(layout: Layout, row: Mapping[str, str]) -> list[tuple[str, str]]:
    if layout.wide:
        cells = [(code, _cell(row, column)) for code, column in layout.wide.items()]
        return [(code, cell) for code, cell in cells if cell]
    return [(_cell(row, layout.columns["name"]).lower(), _cell(row, layout.columns["value"]))]


def _cell(row: Mapping[str, str], column: str | None) -> str:
    return (row.get(column) or "").strip() if column else ""


def _value(said: str, cell: str) -> float | str:
    if said not in _NAMES:
        return f"不认识指标「{said}」，可用的有 {'、'.join(FIGURES.values())}"
    value = amount(cell)
    if value is None or math.isnan(value):
        return f"「{FIGURES[_NAMES[said]]}」的值「{cell}」不是数"
    return value if value >= 0 else f"「{FIGURES[_NAMES[said]]}」的值「{cell}」不能是负数"
