"""voc score: everything the product understands of one file, without a database."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.output import as_json, progress_console
from cli.progress import follow
from cli.scoring import Plan, Scoring, Tally, Unread
from cli.table import (
    STANDARD_OUT,
    check_target,
    columns_of,
    count_lines,
    find_column,
    open_table,
    own_names,
    parse_scale,
    target,
)  # fmt: skip
from voc.errors import InputError
from voc.intake.rows import guess_mapping
from voc.reading.scoring import COLUMNS

LARGE = 50_000  # rows from which a second process is worth its start
NOTES = 5
HELP = """对一个文件逐行打标签：类型、情感、业务领域、问题、重复、隐私、优先级。不需要数据库。

输出 CSV（UTF-8）：原有各列在前、内容不变，其后是 type（表扬/建议/投诉/咨询）、sentiment（正面/中性/负面）等列；
每行输入对应一行输出，顺序不变，空白、被拒、重复的行也在。confidence 是「情感判断正确」的概率，
type_confidence 是「类型判断正确」的概率。各列说明见 docs/score.md。"""


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("score", help=HELP)(score)


def score(
    file: Annotated[Path, typer.Argument(help="CSV、Excel 或 JSON 行文件")],
    out: Annotated[str, typer.Option("--out", help="结果文件（CSV）；写 - 则输出到标准输出")],
    text: Annotated[
        str, typer.Option("--text", help="反馈内容所在的列；几列合在一起写 标题+内容；留空按列名猜")
    ] = "",
    rating: Annotated[str, typer.Option("--rating", help="评分所在的列")] = "",
    scale: Annotated[str, typer.Option("--scale", help="评分范围：最差-最好，如 1-5、0-10、5-1")] = "1-5",
    when: Annotated[str, typer.Option("--time", help="时间所在的列；给出后，频次按每行之前 28 天计算")] = "",
    customer: Annotated[
        str, typer.Option("--customer", help="客户所在的列；给出后，不同客户说同一句短话不算重复")
    ] = "",
    value: Annotated[str, typer.Option("--value", help="客户等级所在的列（普通、金卡……），用于优先级")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="Excel 工作表的名字或序号；留空读第一张")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="文件编码；留空自动识别")] = "",
    excel: Annotated[bool, typer.Option("--excel", help="在文件开头写 BOM，Excel 双击打开不乱码")] = False,
    processes: Annotated[int, typer.Option("--processes", min=0, max=16, help="进程数；0 为自动")] = 0,
    json: Annotated[bool, typer.Option("--json", help="汇总输出为一个 JSON 对象")] = False,
) -> None:
    """Label every row of a file and write the table beside the labels."""
    started = time.monotonic()
    source = open_table(file, encoding, sheet)
    check_target(file, out)
    columns, notes = columns_of(source)
    total = count_lines(file)
    named = {"rating": rating, "time": when, "customer": customer, "value": value}
    plan = Plan(
        source=source,
        columns=columns,
        text=_text(text, columns, file, notes),
        scale=parse_scale(scale),
        processes=processes or (2 if (total or 0) >= LARGE and (os.cpu_count() or 1) > 1 else 1),
        **{field: find_column(name, columns, f"--{field}") if name else "" for field, name in named.items()},
    )
    names = own_names(COLUMNS, columns)
    folder = None if out == STANDARD_OUT else Path(out).resolve().parent
    with TemporaryFile(dir=folder) as spool:
        run = Scoring(plan, spool)
        follow("识别", run.read(), total)
        with target(out, excel) as stream:
            follow("写出", run.write(stream, [*columns, *names.values()]), run.tally.rows)
    result = _summary(run.tally, out, time.monotonic() - started)
    renamed = [
        f"原文件已有列「{ours}」，新列改称「{name}」。" for ours, name in names.items() if ours != name
    ]
    for sentence in [*notes, *renamed, *_warnings(run.tally, plan), *_unused(plan, named)]:
        progress_console.print(sentence, highlight=False, markup=False)
    as_json(result) if json and out != STANDARD_OUT else _say(result)


def _text(wanted: str, columns: Sequence[str], file: Path, notes: Sequence[str]) -> tuple[str, ...]:
    if not wanted:
        guess = guess_mapping(columns).get("text", "")
        if not guess:
            raise InputError(
                f"「{file.name}」里认不出哪一列是反馈内容，请用 --text 指明；第一行应是列名，"
                f"读到的列名是：{'、'.join(columns)}。{''.join(notes)}"
            )
        progress_console.print(
            f"反馈内容：「{guess}」列（按列名猜的，不对请用 --text 指明）。", highlight=False, markup=False
        )
        return (guess,)
    parts = [wanted] if wanted in columns else [part for part in wanted.split("+") if part.strip()]
    return tuple(find_column(part, columns, "--text") for part in parts or [wanted])


def _warnings(tally: Tally, plan: Plan) -> list[str]:
    told = tally.notes[:NOTES]
    told += [f"……还有 {len(tally.notes) - NOTES} 行无法读取。"] if len(tally.notes) > NOTES else []
    if tally.ratings.count:
        worst, best = plan.scale
        told.append(
            f"{tally.ratings.count} 行的评分不在 {worst:g}-{best:g} 之内或看不懂（如{_quoted(tally.ratings)}），"
            "按没有评分处理；如果是十分制或百分制，请加 --scale 0-10 或 --scale 0-100。"
        )
    if tally.times.count:
        told.append(f"{tally.times.count} 行的时间看不懂（如{_quoted(tally.times)}），频次按单条计算。")
    return told


def _quoted(unread: Unread) -> str:
    return "、".join(f"「{cell[:20]}」" for cell in unread.cells)


USEFUL = {"rating": "rating", "occurred_at": "time", "customer": "customer"}


def _unused(plan: Plan, named: Mapping[str, str]) -> list[str]:
    """Tell of columns that would have made the labels better."""
    guessed = guess_mapping(plan.columns)
    spare = {
        option: guessed[field] for field, option in USEFUL.items() if field in guessed and not named[option]
    }
    options = " ".join(f"--{option} {column}" for option, column in spare.items() if column not in plan.text)
    return [f"还可以加上：{options}，判断会更准。"] if options else []


def _summary(tally: Tally, out: str, seconds: float) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {name: dict(getattr(tally, name).most_common()) for name in COUNTED}
    return {
        "out": out,
        "rows": tally.rows,
        **counts,
        "seconds": round(seconds, 2),
        "rows_per_second": round(tally.rows / seconds, 1),
        "peak_rss_mb": round(peak, 1),
    }


COUNTED = {
    "types": "类型", "sentiments": "情感", "priorities": "优先级", "areas": "业务领域", "reasons": "不计入分析"
}  # fmt: skip


def _say(result: dict[str, Any]) -> None:
    table = Table(title=f"共 {result['rows']:,} 行", title_justify="left", show_header=False)
    for name, title in COUNTED.items():
        shown = "　".join(f"{value} {count:,}" for value, count in result[name].items())
        table.add_row(title, shown or "—")
    progress_console.print(table, soft_wrap=False)
    where = "标准输出" if result["out"] == STANDARD_OUT else f"「{result['out']}」"
    progress_console.print(
        f"已写入{where}，用时 {result['seconds']} 秒，每秒 {result['rows_per_second']:,} 行，"
        f"内存峰值 {result['peak_rss_mb']} MB。",
        highlight=False,
    )
