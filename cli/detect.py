"""voc detect: which points of a count series stand out, each judged by its past alone; needs no database."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer

from cli.output import as_json, as_table, progress_console
from cli.table import check_target, columns_of, find_column, open_table, own_names, rows_of, target
from voc.alarms.detect import Flags, detect
from voc.alarms.instants import amounts, instants
from voc.alarms.rhythm import BY_NAME, rhythm_of
from voc.errors import InputError

COLUMNS = ("expected", "upper", "p_value", "flag")
SHOWN = 40  # episodes in the table on the screen
CHUNK = 10_000
HELP = """逐点判断一列计数（周、日、小时……）是否突增，每一点只依据它之前的数据。不需要数据库。

输出在原有各列之后加上 expected（预期）、upper（正常上限）、p_value（偶然性）、flag（1 为突增）。
说明见 docs/alarms.md。"""
Period = Literal["auto", "minute", "hour", "day", "week", "month", "none"]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("detect", help=HELP)(detect_file)


@dataclass(frozen=True)
class _Series:
    """The rows of a file, read: when (or only in what order, if not `real`) and how many."""

    times: list[datetime]
    real: bool
    values: list[float]


@dataclass(frozen=True)
class Judged:
    """What is said of the rows of one series."""

    rows: list[int]
    times: list[str]
    values: list[float]
    flags: Flags
    order: list[int]
    labels: list[str]  # the times as people read them

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        return all(value != value or value.is_integer() for value in self.values)


def detect_file(
    file: Annotated[Path, typer.Argument(help="CSV、Excel 或 JSON 行文件")],
    time: Annotated[str, typer.Option("--time", help="时间所在的列")],
    value: Annotated[str, typer.Option("--value", help="计数所在的列")],
    out: Annotated[str, typer.Option("--out", help="结果文件（CSV）；写 - 则输出到标准输出")] = "",
    by: Annotated[str, typer.Option("--by", help="文件里有多个序列时，区分它们的列")] = "",
    period: Annotated[Period, typer.Option("--period", help="时间间隔；auto 为按时间列推断")] = "auto",
    calendar: Annotated[bool, typer.Option(help="按中国节假日和调休看待日期")] = True,
    sheet: Annotated[str, typer.Option("--sheet", help="Excel 工作表的名字或序号；留空读第一张")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="文件编码；留空自动识别")] = "",
    excel: Annotated[bool, typer.Option("--excel", help="在文件开头写 BOM，Excel 双击打开不乱码")] = False,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Judge each point of each series in a file."""
    source = open_table(file, encoding, sheet)
    if out:
        check_target(file, out)
    columns, _ = columns_of(source)
    at, amount = find_column(time, columns, "--time"), find_column(value, columns, "--value")
    rows = [row for chunk in source.chunks(CHUNK) for row in rows_of(chunk, columns, at) if any(row.cells)]
    cells, places = [row.cells for row in rows], [f"第 {row.number} 行" for row in rows]
    if not cells:
        raise InputError(f"「{file.name}」里没有数据行。")
    table = {name: [row[n] for row in cells] for n, name in enumerate(columns)}
    series = _Series(*instants(table[at], places), amounts(table[amount], places))
    if np.isnan(series.values).all():
        raise InputError(f"「{amount}」这一列里没有一个数，请检查 --value。")
    groups = _groups(table[find_column(by, columns, "--by")] if by else [""] * len(cells))
    judged = {name: _judge(rows, table[at], series, period, calendar) for name, rows in groups.items()}
    told = _told(judged, len(cells))
    if out:
        with target(out, excel) as stream:
            writer = csv.writer(stream)
            writer.writerow([*columns, *own_names(COLUMNS, columns).values()])
            writer.writerows([*row, *map(_cell, told[n])] for n, row in enumerate(cells))
    if json:
        return as_json({"series": [_as_json(name, one) for name, one in judged.items()]})
    return None if out == "-" else _show(judged, bool(by))


def _groups(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        found.setdefault(name, []).append(row)
    return found


def _judge(rows: list[int], spelt: Sequence[str], all_: _Series, period: Period, calendar: bool) -> Judged:
    times, values = [all_.times[row] for row in rows], [all_.values[row] for row in rows]
    order = sorted(range(len(rows)), key=lambda n: times[n])
    ordered = [times[n] for n in order]
    for one, other in pairwise(order):
        if times[one] == times[other]:
            raise InputError(
                f"时间「{spelt[rows[other]]}」出现多次；文件里有多个序列时请用 --by 指明区分它们的列。"
            )
    inferred = rhythm_of(ordered) if all_.real else BY_NAME["none"]
    rhythm = inferred if period == "auto" else BY_NAME[period]
    if not all_.real and period != "auto":
        # Plain numbers are steps of whatever length was named.
        ordered = [ordered[0] + (time - ordered[0]) * (rhythm.seconds / 86_400) for time in ordered]
    flags = detect(ordered, np.array([values[n] for n in order]), rhythm, calendar and all_.real)
    spelt = [spelt[row] for row in rows]
    labels = [_label(cell, at) if all_.real else cell for cell, at in zip(spelt, times, strict=True)]
    return Judged(rows, spelt, values, flags, order, labels)


def _label(cell: str, at: datetime) -> str:
    """Write a time that a program numbered (seconds, days of Excel) as people write it."""
    if len(cell) < len("46298") or not re.fullmatch(r"[\d.]+", cell) or at.strftime("%Y%m") == cell[:6]:
        return cell
    return f"{at:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def _told(judged: dict[str, Judged], count: int) -> list[tuple[float, float, float, bool]]:
    told: list[tuple[float, float, float, bool]] = [(0.0, 0.0, 1.0, False)] * count
    for one in judged.values():
        parts = (one.flags.expected, one.flags.upper, one.flags.p_value, one.flags.flag)
        for n, values in zip(one.order, zip(*(part.tolist() for part in parts), strict=True), strict=True):
            told[one.rows[n]] = values
    return told


def _cell(value: float) -> str:
    return str(int(value)) if isinstance(value, bool) else f"{value:.6g}"


def _figure(value: float, whole: bool, digits: int) -> str:
    """Write a figure beside counts, or beside numbers that may be far below one."""
    return f"{value:,.{digits}f}" if whole else f"{value:,.3g}"


def _episodes(one: Judged) -> list[list[int]]:
    """List the flagged points in order of time, those of one episode together."""
    found: list[list[int]] = []
    for place in np.flatnonzero(one.flags.flag).tolist():
        if one.flags.begins[place]:
            found.append([])
        found[-1].append(place)
    return found


def _highest(one: Judged, places: Sequence[int]) -> int:
    """Return the point of an episode that lies furthest above what was expected."""
    return max(places, key=lambda place: one.values[one.order[place]] - float(one.flags.expected[place]))


def _as_json(name: str, one: Judged) -> dict[str, Any]:
    flags = one.flags
    points = [
        {
            "time": one.times[n], "value": one.values[n], "expected": float(f"{flags.expected[place]:.6g}"),
            "upper": float(f"{flags.upper[place]:.6g}"), "p_value": float(f"{flags.p_value[place]:.3g}"),
            "flag": bool(flags.flag[place]),
        }
        for place, n in enumerate(one.order)
    ]  # fmt: skip
    episodes = [
        {"start": points[places[0]]["time"], "end": points[places[-1]]["time"], "flags": len(places),
         "highest": points[_highest(one, places)]["time"]}
        for places in _episodes(one)
    ]  # fmt: skip
    return {"series": name, "period": flags.rhythm.name, "filled": flags.filled, "flags": int(flags.flag.sum()),
            "episodes": episodes, "points": points}  # fmt: skip


def _show(judged: dict[str, Judged], named: bool) -> None:
    rows = [_row(name, one, places) for name, one in judged.items() for places in _episodes(one)]
    columns = {
        "time": "时间",
        "value": "最高",
        "expected": "预期",
        "upper": "正常上限",
        "p": "偶然性",
        "flags": "点数",
    }
    as_table("突增", rows[:SHOWN], {"series": "序列", **columns} if named else columns)
    points = sum(len(one.rows) for one in judged.values())
    flagged = sum(int(one.flags.flag.sum()) for one in judged.values())
    periods = "、".join(dict.fromkeys(one.flags.rhythm.title for one in judged.values()))
    progress_console.print(
        f"共 {points:,} 个点，间隔：{periods}；突增 {flagged:,} 个"
        + (f"，合 {len(rows):,} 段。" if flagged > len(rows) else "。")
        + (f"这里只列前 {SHOWN} 段，全部请用 --out。" if len(rows) > SHOWN else ""),
        highlight=False,
    )


def _row(name: str, one: Judged, places: Sequence[int]) -> dict[str, Any]:
    """Tell of an episode by its highest point: what it was beside what was usual."""
    top = _highest(one, places)
    first, last = (one.labels[one.order[place]] for place in (places[0], places[-1]))
    return {
        "series": name, "time": first if first == last else f"{first} 至 {last}",
        "value": f"{one.values[one.order[top]]:,.15g}",
        "expected": _figure(one.flags.expected[top], one.whole, 1),
        "upper": _figure(one.flags.upper[top], one.whole, 0), "p": f"{one.flags.p_value[top]:.1g}",
        "flags": len(places),
    }  # fmt: skip
