"""Cells of a table for `voc effect`, as offices write them: amounts with units, yes and no, never."""

from __future__ import annotations

import math
import re

from voc.alarms.instants import MISSING
from voc.errors import InputError

NEVER = MISSING | {"inf", "never", "从未", "未上线", "未实施", "未试点", "否", "对照", "对照组", "控制组"}
YES = frozenset(("true", "yes", "y", "t", "是", "有", "✓", "√", "已上线", "已实施", "实施", "实施组",
                 "实验组", "处理组", "试点", "试点组"))  # fmt: skip
NO = frozenset(("false", "no", "n", "f", "否", "无", "✗", "×", "未上线", "未实施", "未试点", "对照", "对照组", "控制组",
                "非试点", "非试点组"))  # fmt: skip
TOTALS = frozenset(("合计", "总计", "小计", "总和", "平均", "均值", "total", "sum", "average"))
_AMOUNT = re.compile(
    r"[¥￥]?\s*([-+\d.,，e]+?)\s*([万亿]?)\s*(?:[条件单人次元个起户台例]|人次|[%％])?", re.IGNORECASE
)
_TIMES = {"": 1.0, "万": 1e4, "亿": 1e8}


def amount(cell: str, option: str, row: int) -> float:
    """Read a number: 1,234, 12.5%, 1.2万 or 30条; nothing known is NaN, nothing readable an InputError."""
    if cell.casefold() in MISSING:
        return math.nan
    found = _AMOUNT.fullmatch(cell)
    try:
        value = float(re.sub("[,，]", "", found[1]) if found else cell) * _TIMES[found[2] if found else ""]
    except ValueError:
        raise InputError(f"第 {row} 行的「{cell}」不是数（{option}）。") from None
    if math.isinf(value):
        raise InputError(f"第 {row} 行的「{cell}」不是有限的数（{option}）。")
    return value


def switch(cell: str, row: int) -> float:
    """Read a mark of who was treated: 1 or 0, in figures or in words."""
    known = cell.casefold()
    if known in YES or known in NO:
        return float(known in YES)
    return amount(cell, "--treated", row)


def is_never(mark: str) -> bool:
    """Tell whether a mark of when a unit went live says that it never did."""
    known = mark.casefold()
    if known in NEVER:
        return True
    try:
        return float(mark) == 0
    except ValueError:
        return False
