"""The times of a series in whatever way its file spells them: instants, weeks, months, or plain numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from voc.errors import InputError
from voc.intake_cells import parse_times
from voc.zone import CHINA

_WEEK = re.compile(r"(\d{4})\s*(?:-|/|年)?\s*(?:W|第)\s*(\d{1,2})\s*周?", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_PLACE = re.compile(r"\d{1,4}")
_BARE = re.compile(r"((?:19|20)\d\d)(\d\d)")  # 201752: a week where any is beyond 12, else a month
# What a cell without a number holds, in small letters.
MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", ".", "-", "--", "–", "—", "/", "无", "缺", "缺失")
)
MONTHS = 12
_FIRST = datetime(2001, 1, 1)  # noqa: DTZ001  (a made-up Monday; plain numbers have no time)


def instants(cells: Sequence[str]) -> tuple[list[datetime], bool]:
    """Return local times, and whether they are times at all: plain numbers 1, 2, 3 … only give an order.

    Raises InputError naming the first row (from 1) that cannot be read.
    """
    texts = [cell.strip() for cell in cells]
    if texts and all(_PLACE.fullmatch(cell) for cell in texts):
        return [_FIRST + timedelta(days=int(cell)) for cell in texts], False
    texts = _spelt(texts)
    read = parse_times(texts)
    times = [
        at.astimezone(CHINA).replace(tzinfo=None) if at else _other(cell)
        for at, cell in zip(read, texts, strict=True)
    ]
    for row, at in enumerate(times, 1):
        if at is None:
            raise InputError(
                f"第 {row} 行的时间「{cells[row - 1]}」看不懂，请写成 2026-05-01 或 2026-05-01 08:00。"
            )
    return [at for at in times if at], True


def _spelt(texts: list[str]) -> list[str]:
    """Spell out years and weeks, or years and months, that are written as one number."""
    found = [_BARE.fullmatch(cell) for cell in texts]
    if not texts or not all(found):
        return texts
    mark = "-W" if any(int(one[2]) > MONTHS for one in found if one) else "-"
    return [f"{one[1]}{mark}{one[2]}" for one in found if one]


def _other(cell: str) -> datetime | None:
    try:
        if week := _WEEK.fullmatch(cell):
            return datetime.fromisocalendar(int(week[1]), int(week[2]), 1)
        if month := _MONTH.fullmatch(cell):
            return datetime(int(month[1]), int(month[2]), 1)  # noqa: DTZ001  (local, like the others)
    except ValueError:
        return None
    return None


def amounts(cells: Sequence[str]) -> list[float]:
    """Return the values, NaN where a cell holds none; raises InputError naming the first row that is no count."""
    return [_amount(row, cell.strip()) for row, cell in enumerate(cells, 1)]


def _amount(row: int, cell: str) -> float:
    try:
        value = float("nan") if cell.casefold() in MISSING else float(cell.replace(",", ""))
    except ValueError:
        raise InputError(f"第 {row} 行的数值「{cell}」不是数。") from None
    if value < 0 or value == float("inf"):
        raise InputError(f"第 {row} 行的数值「{cell}」不是计数：计数不小于 0。")
    return value
