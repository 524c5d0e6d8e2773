"""The sheet people label in: its columns, the values each may hold, and reading it back cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from voc.reading.taxonomy import Taxonomy

NUMBER, TEXT = "编号", "内容"
ASIDE = ("样本", "渠道", "时间", "评分")
TYPE, TONE, NOTE = "类型", "情感", "备注"
ISSUES = ("问题1", "问题2", "问题3")
AREA = "领域："
NONE = "无"
TYPE_NAMES = {"praise": "表扬", "suggestion": "建议", "complaint": "投诉", "enquiry": "咨询"}
TONE_NAMES = {"positive": "正面", "neutral": "中性", "negative": "负面"}
POLARITIES = {"正面": 1, "中性": 0, "负面": -1}
STRATUM_NAMES = {"audit": "审计", "active": "训练"}


@dataclass(frozen=True)
class Trouble:
    """A cell that cannot be taken, and in Chinese how to mend it; row counts as Excel shows it."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return f"第 {self.row} 行「{self.column}」：{self.sentence}"


@dataclass(frozen=True)
class Sheet:
    """What a filled-in sheet says: answers by tracking number, and every cell that could not be taken."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def columns(taxonomy: Taxonomy) -> list[str]:
    """Name the columns of a sheet, in order."""
    areas = [f"{AREA}{name}" for name in taxonomy.areas.values()]
    return [NUMBER, TEXT, *ASIDE, TYPE, TONE, *ISSUES, *areas, NOTE]


def allowed(taxonomy: Taxonomy) -> dict[str, list[str]]:
    """List, for each column that has a choice, what may stand in it."""
    issues = [NONE, *issue_names(taxonomy)]
    areas = {f"{AREA}{name}": [*POLARITIES, NONE] for name in taxonomy.areas.values()}
    return {
        TYPE: list(TYPE_NAMES.values()),
        TONE: list(TONE_NAMES.values()),
        **dict.fromkeys(ISSUES, issues),
        **areas,
    }


def issue_names(taxonomy: Taxonomy) -> dict[str, str]:
    """Return issue codes by the words people choose them by; a name that several areas have is given its area."""
    names = [issue.name for issue in taxonomy.issues]
    return {
        (f"{i.area_name}：{i.name}" if names.count(i.name) > 1 else i.name): i.code for i in taxonomy.issues
    }


def read(cells: Sequence[tuple[int, Mapping[str, str]]], taxonomy: Taxonomy) -> Sheet:
    """Read rows of a sheet; a cell that is wrong is told and left out, a row without an answer is passed over."""
    sheet = Sheet()
    for row, line in cells:
        number = line.get(NUMBER, "").strip()
        found: list[Trouble] = []
        answers = _answers(row, line, taxonomy, found)
        sheet.troubles.extend(found)
        if not answers:
            continue
        if not number:
            sheet.troubles.append(
                Trouble(row, NUMBER, "缺少编号，无法知道标的是哪一条；请从导出的文件复制编号。")
            )
        elif number in sheet.answers:
            sheet.troubles.append(Trouble(row, NUMBER, f"与第 {sheet.rows[number]} 行重复，只采用前一行。"))
        else:
            sheet.answers[number], sheet.rows[number] = answers, row
    return sheet


def _answers(row: int, line: Mapping[str, str], taxonomy: Taxonomy, found: list[Trouble]) -> dict[str, Any]:
    kind = _one(row, line, TYPE, {name: code for code, name in TYPE_NAMES.items()}, found)
    tone = _one(row, line, TONE, {name: code for code, name in TONE_NAMES.items()}, found)
    answers: dict[str, Any] = {name: value for name, value in (("type", kind), ("tone", tone)) if value}
    issues = _issues(row, line, taxonomy, found)
    areas = _areas(row, line, taxonomy, found)
    if issues is not None:
        answers["issues"] = issues
    if areas is not None:
        answers["areas"] = areas
    if note := line.get(NOTE, "").strip():
        answers["note"] = note
    return answers


def _one(
    row: int, line: Mapping[str, str], column: str, choices: Mapping[str, Any], found: list[Trouble]
) -> Any | None:
    value = line.get(column, "").strip()
    if not value or value in choices:
        return choices.get(value)
    near = get_close_matches(value, choices, n=1, cutoff=0.5)
    hint = f"是不是「{near[0]}」？" if near else ""
    listed = f"可填：{'、'.join(choices)}" if len(choices) < 8 else "请从下拉列表中选择"
    found.append(Trouble(row, column, f"「{value}」不在可选值中。{hint}{listed}。"))
    return None


def _issues(
    row: int, line: Mapping[str, str], taxonomy: Taxonomy, found: list[Trouble]
) -> dict[str, int] | None:
    """Return the issues complained of; empty for 无, None when nothing was filled in or a cell is wrong."""
    choices: dict[str, Any] = {NONE: NONE, **issue_names(taxonomy)}
    before = len(found)
    named = [_one(row, line, column, choices, found) for column in ISSUES]
    codes = [code for code in named if code]
    if not codes or len(found) > before:
        return None
    if NONE in codes and len(set(codes)) > 1:
        found.append(Trouble(row, ISSUES[0], f"既填了「{NONE}」又填了问题，请留下一种。"))
        return None
    return {code: -1 for code in codes if code != NONE}


def _areas(
    row: int, line: Mapping[str, str], taxonomy: Taxonomy, found: list[Trouble]
) -> dict[str, int] | None:
    # Who leaves all areas empty has not judged them; that there is none is said by 无 in any of them.
    choices: dict[str, Any] = {**POLARITIES, NONE: NONE}
    before = len(found)
    named = {code: _one(row, line, f"{AREA}{name}", choices, found) for code, name in taxonomy.areas.items()}
    filled = {code: value for code, value in named.items() if value is not None}
    if not filled or len(found) > before:
        return None
    return {code: value for code, value in filled.items() if value != NONE}
