"""Audit: draw the sample of a week, write sheets for two readers, take them back, and report."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from prefect.artifacts import create_markdown_artifact

from models.analysis import auditing
from models.engine import transaction
from settings import get_settings
from sources.registry import open_source
from tasks.assets import taxonomy
from tasks.common import stage
from voc.audit.drawing import draw, strata_of
from voc.audit.report import Item, Question, Strata, question
from voc.audit.sheet import (
    AREA,
    CHANNEL,
    COLUMNS,
    NO_AREA,
    NUMBER,
    TEXT,
    TYPE,
    Answers,
    monday_of,
    read_sheet,
    week_of,
)
from voc.errors import InputError, reason
from voc.intake.rows import CHANNELS
from voc.learning.sheet import TYPE_NAMES, Trouble

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def default_week(now: datetime) -> str:
    """Name the last week that is over, or that the feedback ends in if it ends earlier."""
    with transaction() as session:
        newest = auditing.newest_day(session, now)
    if newest is None:
        raise InputError("还没有反馈可以抽样：请先采集并分析反馈（voc run）。")
    return week_of(min(newest, now.date() - timedelta(days=7)))


@stage("抽取复核样本")
def draw_sample(week: str, rows: int, now: datetime) -> list[str]:
    """Draw the sample of a week and write the sheets into the home folder; nothing when there is no feedback yet."""
    with transaction() as session:
        if auditing.newest_day(session, now) is None:
            return []
    week = week_of(monday_of(week)) if week else default_week(now)
    try:
        draw_week(week, rows, now)
    except InputError:
        # A week without feedback is no fault of the schedule.
        return []
    return [str(path) for path in write_sheets(week, get_settings().folder("audit") / f"{week}.csv")]


@stage("展示复核样本")
def show_sheets(paths: Sequence[str]) -> None:
    """Link the sheets."""
    lines = [f"- [{Path(path).name}](file://{path})" for path in paths]
    told = "\n".join(lines) + "\n\n请两位读者各自填写一张，再用 voc audit import 导入。"
    text = f"# 复核样本\n\n{told if lines else '这一周没有可以抽样的反馈。'}"
    create_markdown_artifact(text, key="audit-sheets", description="每周复核的两张表")


def draw_week(week: str, rows: int, now: datetime) -> int:
    """Draw the sample of a week unless it is drawn; return how many rows it has. The lots follow from the week."""
    first = monday_of(week)
    week = week_of(first)
    with transaction() as session:
        if auditing.sample_of(session, week) is None:
            _draw(session, week, rows, now)
        return len(auditing.sheet_rows(session, week))


def _draw(session: Any, week: str, rows: int, now: datetime) -> None:
    said = auditing.population(session, monday_of(week))
    if not said:
        raise InputError(f"{week} 这一周（从 {monday_of(week)} 起）没有计入统计的反馈，请换一周（--week）。")
    kinds = [row["type"] for row in said]
    strata, names = strata_of(kinds, np.array([row["confidence"] for row in said], dtype=np.float64))
    order = [[row["area"] or "" for row in said], [row["channel"] for row in said]]
    seed = zlib.crc32(week.encode())
    lots = draw(strata, order, rows, seed)
    sample = {
        "week": week, "first_day": monday_of(week), "seed": seed, "population": len(said), "drawn_at": now,
        "strata": [{"name": name, "type": name.rstrip("?"), "size": int(size)}
                   for name, size in zip(names, lots.sizes, strict=True)],
        "areas": [{"area": area, "rows": count} for area, count in sorted(Counter(order[0]).items())],
    }  # fmt: skip
    items = [
        {"feedback_id": said[row]["id"], "stratum": int(stratum), "chance": float(chance),
         "type": said[row]["type"], "area": said[row]["area"], "model_version": said[row]["model_version"]}
        for row, stratum, chance in zip(lots.rows.tolist(), lots.strata, lots.chances, strict=True)
    ]  # fmt: skip
    auditing.store_sample(session, sample, items)


def write_sheets(week: str, out: Path, readers: int = 2) -> list[Path]:
    """Write one sheet for each reader, each in another order and none with the model's answer."""
    week = week_of(monday_of(week))
    with transaction() as session:
        rows = auditing.sheet_rows(session, week)
    paths = [out.with_name(f"{out.stem}-{n}{out.suffix or '.csv'}") for n in range(1, readers + 1)]
    for n, path in enumerate(paths):
        order = np.random.default_rng([zlib.crc32(week.encode()), n]).permutation(len(rows))
        _write(path, [rows[place] for place in order.tolist()])
    return paths


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for row in rows:
                channel = CHANNELS.get(row["channel"], row["channel"])
                # A spreadsheet would run what customers wrote.
                words = f"'{row['text']}" if row["text"].startswith(FORMULA) else row["text"]
                writer.writerow({NUMBER: row["number"], TEXT: words, CHANNEL: channel})
    except OSError as error:
        raise InputError(f"写不了「{path}」：{reason(error)}。请检查 --out。") from error


def take_in(path: Path, reader: str, now: datetime) -> tuple[int, list[Trouble]]:
    """Store what a reader says; return how many rows, and every cell that could not be taken."""
    areas = {name: code for code, name in taxonomy().areas.items()}
    answers = read_sheet(_cells(path), areas)
    with transaction() as session:
        items = auditing.items_by_number(session, [answer.number for answer in answers.found])
        auditing.store_readings(session, _rows(answers, items, reader, now))
    strangers = [answer.number for answer in answers.found if answer.number not in items]
    unknown = [
        Trouble(0, NUMBER, f"没有编号为「{number}」的抽样反馈；请从抽样文件复制编号。")
        for number in strangers
    ]
    return len({a.number for a in answers.found} & set(items)), [*answers.troubles, *unknown]


def _rows(answers: Answers, items: Mapping[str, int], reader: str, now: datetime) -> list[dict[str, Any]]:
    by_item = {
        items[answer.number]: {"item_id": items[answer.number], "reader": reader, "type": answer.type,
                               "area": answer.area, "note": answer.note, "read_at": now}
        for answer in answers.found if answer.number in items
    }  # fmt: skip
    return list(by_item.values())


def _cells(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    chunks = list(open_source(path).chunks(10_000))
    cells: list[tuple[int, Mapping[str, str]]] = [
        (row.row, row.payload) for chunk in chunks for row in chunk.rows
    ]
    if missing := [name for name in (NUMBER, TYPE) if cells and name not in cells[0][1]]:
        raise InputError(
            f"「{path.name}」里没有列「{missing[0]}」；请导入由 voc audit draw 写出、填好的文件。"
        )
    return cells


def report(weeks: Sequence[str] | None = None) -> tuple[list[str], list[Question]]:
    """Work out what was read of some weeks (all, when None): the weeks and the questions, type first."""
    named = None if weeks is None else [week_of(monday_of(week)) for week in weeks]
    with transaction() as session:
        samples = auditing.samples(session, named)
        rows = auditing.readings(session, [sample.id for sample in samples])
        kept = [
            (sample.id, sample.week, sample.strata, sample.areas, sample.population) for sample in samples
        ]
    if not rows:
        return [], []
    strata, offsets = _strata(kept)
    found = [
        question("类型", _items(rows, offsets, "type"), strata, list(TYPE_NAMES)),
        question(AREA, _items(rows, offsets, "area"), strata, _area_classes(rows), _area_shares(kept)),
    ]
    return [week for _, week, *_ in kept], [one for one in found if one is not None]


def weeks_read() -> set[str]:
    """Name the weeks whose sample somebody has read."""
    with transaction() as session:
        drawn = {sample.id: sample.week for sample in auditing.samples(session, None)}
        return {drawn[row["sample_id"]] for row in auditing.readings(session, list(drawn))}


def _strata(kept: Sequence[tuple[int, str, Any, Any, int]]) -> tuple[Strata, dict[int, int]]:
    """Lay the strata of the weeks end to end: a row keeps the chance it had in its own week."""
    offsets, classes, sizes = {}, list[str](), list[int]()
    for id_, _, strata, _, _ in kept:
        offsets[id_] = len(classes)
        classes += [one["type"] for one in strata]
        sizes += [one["size"] for one in strata]
    return Strata(classes, np.array(sizes, dtype=np.int64)), offsets


def _items(rows: Sequence[Mapping[str, Any]], offsets: Mapping[int, int], name: str) -> list[Item]:
    items: dict[int, Item] = {}
    for row in rows:
        if row[name] is None:
            continue
        known = items.get(row["item"])
        said = {**(known.said if known else {}), row["reader"]: row[name]}
        notes = (*(known.notes if known else ()), *([row["note"]] if row["note"] else []))
        stratum = offsets[row["sample_id"]] + row["stratum"]
        items[row["item"]] = Item(
            row["number"], row["text"], stratum, row[f"model_{name}"] or "", said, notes
        )
    return list(items.values())


def _area_classes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    met = {row["area"] for row in rows} | {row["model_area"] or "" for row in rows}
    return [code for code in [*taxonomy().areas, ""] if code in met]


def _area_shares(kept: Sequence[tuple[int, str, Any, Any, int]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for *_, areas, _ in kept:
        counts.update({one["area"]: one["rows"] for one in areas})
    whole = max(sum(counts.values()), 1)
    return {area: rows / whole for area, rows in counts.items()}


def class_names() -> dict[str, str]:
    """Return the Chinese names of all classes that questions have."""
    return {**TYPE_NAMES, **taxonomy().areas, "": NO_AREA}
