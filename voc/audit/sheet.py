"""The sheet an audit is read in: what readers see and fill, and reading it back cell by cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from voc.errors import InputError
from voc.learning.sheet import TYPE_NAMES, Trouble

NUMBER, TEXT, CHANNEL, TYPE, AREA, NOTE = "编号", "内容", "渠道", "类型", "领域", "备注"
COLUMNS = (NUMBER, TEXT, CHANNEL, TYPE, AREA, NOTE)
NO_AREA = "无"
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


def week_of(day: date) -> str:
    """Name the ISO week of a day."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(week: str) -> date:
    """Return the Monday of a week such as 2026-W21, or of the week a day such as 2026-05-20 lies in."""
    found = _WEEK.fullmatch(week.strip())
    try:
        if found:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        day = date.fromisoformat(week.strip())
    except ValueError:
        raise InputError(
            f"看不懂周次「{week}」：请写成 2026-W21，或该周任意一天的日期，如 2026-05-20。"
        ) from None
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Answer:
    """What a reader says of one row; area is a code, "" for none, None for not said."""

    number: str
    type: str
    area: str | None
    note: str


@dataclass(frozen=True)
class Answers:
    """What a filled-in sheet says, and every cell that could not be taken."""

    found: list[Answer] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_sheet(cells: Sequence[tuple[int, Mapping[str, str]]], areas: Mapping[str, str]) -> Answers:
    """Read rows of a sheet (row number, cells); areas maps Chinese names to codes. Rows without a type are unread."""
    answers, kinds = Answers(), {name: code for code, name in TYPE_NAMES.items()}
    for row, line in cells:
        kind, area = line.get(TYPE, "").strip(), line.get(AREA, "").strip()
        if not kind:
            continue
        if kind not in kinds:
            answers.troubles.append(Trouble(row, TYPE, f"没有「{kind}」这一类，可选：{'、'.join(kinds)}。"))
            continue
        if area and area != NO_AREA and area not in areas:
            answers.troubles.append(
                Trouble(row, AREA, f"没有「{area}」这一领域，可选：{'、'.join(areas)}、{NO_AREA}。")
            )
            continue
        code = None if not area else "" if area == NO_AREA else areas[area]
        answers.found.append(
            Answer(line.get(NUMBER, "").strip(), kinds[kind], code, line.get(NOTE, "").strip())
        )
    return answers
