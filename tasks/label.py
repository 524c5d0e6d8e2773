"""Label: draw feedback for people to label, write it to a sheet, and take a filled-in sheet back."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter
from sqlalchemy.orm import Session

from models.analysis import labelling
from models.analysis.labelling import Drawn
from models.engine import transaction
from sources.registry import open_source
from tasks.assets import taxonomy
from tasks.train import newest_model
from voc.errors import InputError
from voc.learning.apply import least_sure
from voc.learning.choose import Candidate, active, audit, reserved
from voc.learning.sheet import ISSUES, NUMBER, STRATUM_NAMES, TEXT, Sheet, Trouble, allowed, columns, read
from voc.reading.labels import Annotations, annotate
from voc.zone import CHINA

SEED = 20261122  # of the lots; the same for ever, so that all draws of the audit make one sample
WIDTHS = {NUMBER: 20, TEXT: 70}


def draw(rows: int, now: datetime, seed: int = SEED) -> dict[str, int]:
    """Draw feedback to label: half at random to measure on, half chosen to learn from; return how many of each."""
    with transaction() as session:
        ids = np.array(labelling.population(session), dtype=np.int64)
        drawn = labelling.drawn_ids(session)
        frame = int(ids.max(initial=0))
        lots = audit(ids, np.array(sorted(drawn), dtype=np.int64), rows - rows // 2, seed)
        measured = labelling.store_draw(session, "audit", {int(i): "随机抽取" for i in lots}, frame, now)
        chosen = _choose(session, set(map(int, lots)), rows - measured, seed)
        learnt = labelling.store_draw(session, "active", chosen, frame, now)
    return {"audit": measured, "active": learnt}


def _choose(session: Session, taken: set[int], count: int, seed: int) -> dict[int, str]:
    rows = [row for row in labelling.unsure(session) if row["id"] not in taken]
    kept = ~reserved(np.array([row["id"] for row in rows], dtype=np.int64), seed)
    pool = _candidates([row for row, free in zip(rows, kept, strict=True) if free])
    known = [one.text for one in labelling.labelled(session, "active")]
    return {one.id: one.reason for one in active(pool, known, count, seed)}


def _candidates(rows: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """Rows with how sure the newest model is of them: what a candidate has learnt need not be asked again."""
    newest = newest_model()
    texts, ratings = [row["text"] for row in rows], [row["rating"] for row in rows]
    said = annotate(texts, ratings, taxonomy(), newest)
    least = np.ones(len(rows))
    if newest.learned:
        shipped = annotate(texts, ratings, taxonomy(), replace(newest, learned=None))
        least = least_sure(shipped, texts, newest.learned)
    return [_candidate(n, row, said, float(least[n])) for n, row in enumerate(rows)]


def _candidate(n: int, row: Mapping[str, Any], said: Annotations, least: float) -> Candidate:
    sure = (float(said.type_confidence[n]), float(said.sentiment_confidence[n]), least)
    torn = said.type[n] == "praise" and any(m.polarity < 0 for m in said.mentions[n])
    return Candidate(row["id"], row["text"], row["channel"], said.type[n], sure, torn or bool(said.vague[n]))


def export(path: Path, rows: int, labeller: str, now: datetime, *, second: bool = False) -> int:
    """Write feedback to label to a sheet, drawing more where too little waits; return how many rows."""
    with transaction() as session:
        waiting = labelling.waiting(session, labeller, rows, second=second)
    if len(waiting) < rows and not second:
        draw(rows - len(waiting), now)
        with transaction() as session:
            waiting = labelling.waiting(session, labeller, rows)
    lines = [_line(one) for one in waiting]
    if path.suffix.lower() == ".xlsx":
        _write_workbook(path, lines)
    elif path.suffix.lower() == ".csv":
        _write_csv(path, lines)
    else:
        raise InputError(f"「{path.name}」的类型不能导出；请写成 .xlsx 或 .csv。")
    return len(lines)


def _line(one: Drawn) -> dict[str, str]:
    rating = "" if one.rating is None else f"{one.rating:g}"
    at = f"{one.occurred_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    aside = {"样本": STRATUM_NAMES[one.stratum], "渠道": one.channel, "时间": at, "评分": rating}
    return {NUMBER: one.number, TEXT: one.text, **aside}


def _write_csv(path: Path, lines: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns(taxonomy()))
        writer.writeheader()
        writer.writerows(lines)


def _write_workbook(path: Path, lines: Sequence[Mapping[str, str]]) -> None:
    """Write a workbook whose cells offer what may stand in them; texts are never taken for formulas."""
    names, choices = columns(taxonomy()), allowed(taxonomy())
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, lists = book.add_worksheet("标注"), book.add_worksheet("可选值")
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for column, name in enumerate(names):
            sheet.set_column(column, column, WIDTHS.get(name, 12))
            sheet.write_string(0, column, name, bold)
            for row, line in enumerate(lines, start=1):
                sheet.write_string(row, column, line.get(name, ""), wrapped)
        for place, (name, values) in enumerate((n, choices[n]) for n in names if n in choices):
            lists.write_column(0, place, [name, *values])
            source = _range(place, len(values))
            where = (1, names.index(name), max(1, len(lines)), names.index(name))
            told = {"error_title": "不在可选值中", "error_message": f"请从下拉列表中选择「{name}」。"}
            sheet.data_validation(*where, {"validate": "list", "source": source, **told})
        sheet.freeze_panes(1, 2)


def _range(column: int, values: int) -> str:
    letter = xlsxwriter.utility.xl_col_to_name(column, True)
    return f"=可选值!{letter}$2:{letter}${values + 1}"


def take_back(path: Path, labeller: str, now: datetime) -> tuple[int, list[Trouble]]:
    """Store the answers of a filled-in sheet; return how many rows, and every cell that could not be taken."""
    sheet = read(_cells(path), taxonomy())
    with transaction() as session:
        known = labelling.by_number(session, list(sheet.answers))
        for number, answers in sheet.answers.items():
            if number in known:
                labelling.answer(session, known[number].id, labeller, answers, now)
    troubles = sheet.troubles + _strangers(sheet, set(known))
    return len(known), sorted(troubles, key=lambda trouble: (trouble.row, trouble.column))


def _strangers(sheet: Sheet, known: set[str]) -> list[Trouble]:
    return [
        Trouble(sheet.rows[number], NUMBER, f"没有编号为「{number}」的待标注反馈；请从导出的文件复制编号。")
        for number in sheet.answers
        if number not in known
    ]


def _cells(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    chunks = list(open_source(path).chunks(10_000))
    missing = {NUMBER, *ISSUES[:1]} - set(chunks[0].columns)
    if missing:
        raise InputError(
            f"「{path.name}」缺少列：{'、'.join(sorted(missing))}。请用 voc label --export 导出的文件填写。"
        )
    return [(row.row, row.payload) for chunk in chunks for row in chunk.rows]
