"""Cells of a table for `voc effect`, as offices write them: amounts with units, yes and no, never."""

from __future__ import annotations

from voc import amounts
from voc.amounts import MISSING
from voc.errors import InputError

NEVER = MISSING | {"inf", "never", "从未", "未上线", "未实施", "未试点", "否", "对照", "对照组", "控制组"}
YES = frozenset(("true", "yes", "y", "t", "是", "有", "✓", "√", "已上线", "已实施", "实施", "实施组",
                 "实验组", "处理组", "试点", "试点组", "treated", "treatment", "intervention", "exposed"))  # fmt: skip
NO = frozenset(("false", "no", "n", "f", "否", "无", "✗", "×", "未上线", "未实施", "未试点", "对照", "对照组", "控制组",
                "非试点", "非试点组", "control", "controls", "comparison", "untreated", "unexposed"))  # fmt: skip


def amount(cell: str, option: str, row: str) -> float:
    """Read a number (`voc.amounts`); nothing known is NaN, nothing readable an InputError."""
    value = amounts.amount(cell)
    if value is None:
        raise InputError(f"第 {row} 行的「{cell}」不是数（{option}）；不知道的请留空或写 NA。")
    return value


def switch(cell: str, row: str) -> float:
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
