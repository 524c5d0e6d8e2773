"""The times of a series in whatever way its file spells them: instants, weeks, months, quarters, or plain numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from voc.alarms.spellings import counted, spelled
from voc.amounts import TOTALS, amount
from voc.errors import InputError
from voc.intake.cells import parse_times
from voc.zone import CHINA

_WEEK = re.compile(r"(\d{4})\s*(?:-|/|年)?\s*(?:W|第)\s*(\d{1,2})\s*周?", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_NO_YEAR = re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_TURNED = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_FIRST = datetime(2001, 1, 1)  # noqa: DTZ001  (a made-up Monday; plain numbers have no time)


def instants(cells: Sequence[str], places: Sequence[str] = ()) -> tuple[list[datetime], bool]:
    """Return local times, and whether they are times at all: plain numbers 1, 2, 3 … only give an order.

    Raises InputError naming the first that cannot be read by its place (第 3 行), counted from 1 if not given.
    """
    numbers = [number for cell in cells if (number := counted(cell)) is not None]
    if numbers and len(numbers) == len(cells):
        return [_FIRST + timedelta(days=number) for number in numbers], False
    texts = spelled(cells)
    read = parse_times(texts)
    times = [
        at.astimezone(CHINA).replace(tzinfo=None) if at else _other(cell)
        for at, cell in zip(read, texts, strict=True)
    ]
    for row, at in enumerate(times):
        if at is None:
            raise InputError(f"{_place(row, places)}的时间「{cells[row]}」{_what(cells[row], texts[row])}")
    return [at for at in times if at], True


def _place(row: int, places: Sequence[str]) -> str:
    return places[row] if places else f"第 {row + 1} 行"


def _what(written: str, cell: str) -> str:
    if written.strip().casefold() in TOTALS:
        return "不是时点；请先从表里删去汇总行。"
    if _NO_YEAR.fullmatch(cell):
        return "没有年份，请写成 2026-05-01。"
    if _TURNED.fullmatch(cell):
        return "分不清哪个是月、哪个是日，请写成 2026-05-01。"
    return "看不懂，请写成 2026-05-01 或 2026-05-01 08:00。"


def _other(cell: str) -> datetime | None:
    try:
        if week := _WEEK.fullmatch(cell):
            return datetime.fromisocalendar(int(week[1]), int(week[2]), 1)
        if month := _MONTH.fullmatch(cell):
            return datetime(int(month[1]), int(month[2]), 1)  # noqa: DTZ001  (local, like the others)
    except ValueError:
        return None
    return None


def amounts(cells: Sequence[str], places: Sequence[str] = ()) -> list[float]:
    """Return the values, NaN where a cell holds none; raises InputError naming the first that is no count."""
    return [_amount(_place(row, places), cell.strip()) for row, cell in enumerate(cells)]


def _amount(place: str, cell: str) -> float:
    value = amount(cell)
    if value is None:
        raise InputError(f"{place}的数值「{cell}」不是数；不知道的请留空或写 NA。")
    if value < 0 or math.isinf(value):
        raise InputError(f"{place}的数值「{cell}」不是计数：计数不小于 0。")
    return value
