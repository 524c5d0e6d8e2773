"""Numbers as offices and statistical tables write them: 1,234 · １２．５％ · 1.2万 · ¥30 · 30条 · (45) · 1 234.

The one reader of numbers that people put into tables or type: `amount` for the cell of a table, `share` where a
percentage means a part of one. What could mean two numbers (1,5) is none.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal

# What a cell without a number holds, in small letters.
MISSING = frozenset((
    "", ".", "..", "...", "......", "-", "--", "---", "–", "—", "——", "/", "\\", "*", ":", "?", "na", "n/a", "n.a.",
    "#n/a", "#value!", "#div/0!", "#ref!", "nan", "null", "none", "nil", "空", "空白", "(空)", "无", "缺",
    "缺失", "缺失值", "暂无", "无数据", "未知", "不详",
))  # fmt: skip
# What the name of a row holds that sums up the others, in small letters.
TOTALS = frozenset(("合计", "总计", "小计", "总和", "平均", "均值", "total", "sum", "average"))
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "'": ",", "’": ","})
_TENS = {
    "": 0,
    "百": 2,
    "千": 3,
    "k": 3,
    "万": 4,
    "w": 4,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "万亿": 12,
    "%": -2,
    "‰": -3,
}
_AMOUNT = re.compile(
    r"(?P<sign>[-+]?)(?:[¥$€£]|rmb|cny|usd)?\s*(?P<inner>[-+]?)"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?: \d{3})+(?:\.\d*)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)"
    r"\s*(?P<times>百万|千万|万亿|[百千万亿kw]?)\s*(?P<part>[%‰]?)"
    r"\s*(?:人次|小时|分钟|工单|个百分点|[条件单人次元个起户台例份家名位辆箱天周月秒分])?",
    re.IGNORECASE | re.ASCII,
)


def amount(cell: str) -> float | None:
    """Read the number of a cell: NaN where nothing is known, None where it is no number; 12.5% is 12.5."""
    return _read(cell, parts=False)


def share(cell: str) -> float | None:
    """Read a number in which 12.5% is 0.125."""
    return _read(cell, parts=True)


def _read(cell: str, *, parts: bool) -> float | None:
    text = " ".join(unicodedata.normalize("NFKC", cell).split())
    if text.casefold() in MISSING:
        return math.nan
    text = text.translate(_SIGNS)
    less = text.startswith("(") and text.endswith(")")  # accountants' minus
    found = _AMOUNT.fullmatch(text[1:-1].strip() if less else text)
    signs = found["sign"] + found["inner"] if found else ""
    if not found or len(signs) > (0 if less else 1):
        return None
    tens = _TENS[found["times"].casefold()] + (_TENS[found["part"]] if parts else 0)
    # Decimal: 1.13万 is 11,300 and not a hair less.
    value = float(Decimal(re.sub("[, ]", "", found["digits"])).scaleb(tens))
    return None if math.isinf(value) else -value if less or signs == "-" else value
