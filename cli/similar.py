"""voc similar: do the two sentences of each row mean the same?"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated

import typer

from cli.output import progress_console
from cli.progress import follow
from cli.table import (
    STANDARD_OUT,
    check_target,
    columns_of,
    count_lines,
    find_column,
    open_table,
    own_names,
    rows_of,
    target,
)  # fmt: skip
from settings import asset_bytes
from sources.base import Source
from voc.errors import InputError
from voc.similarity.network import PairModel, load_pairs, similarity

CHUNK = 5_000
COLUMNS = ("similarity", "same")
YES, NO = "是", "否"


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("similar")(similar)


def similar(
    file: Annotated[Path, typer.Argument(help="CSV、Excel 或 JSON 行文件，每行两句话")],
    a: Annotated[str, typer.Option("--a", help="第一句所在的列")],
    b: Annotated[str, typer.Option("--b", help="第二句所在的列")],
    out: Annotated[str, typer.Option("--out", help="结果文件（CSV）；写 - 则输出到标准输出")],
    threshold: Annotated[
        float, typer.Option("--threshold", min=0, max=1, help="相似度达到多少算「是」；0 为模型自带的界限")
    ] = 0,
    sheet: Annotated[str, typer.Option("--sheet", help="Excel 工作表的名字或序号")] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="文件编码；留空自动识别")] = "",
    excel: Annotated[bool, typer.Option("--excel", help="在文件开头写 BOM，Excel 双击打开不乱码")] = False,
) -> None:
    """Write the input's columns, then the probability that both mean the same, then 是 or 否."""
    started = time.monotonic()
    source = open_table(file, encoding, sheet)
    check_target(file, out)
    columns, notes = columns_of(source)
    both = find_column(a, columns, "--a"), find_column(b, columns, "--b")
    if both[0] == both[1]:
        raise InputError(f"--a 与 --b 是同一列「{both[0]}」，请各指一列。")
    model = load_pairs(asset_bytes("pairs.npz"))
    names = own_names(COLUMNS, columns)
    counts = {YES: 0, NO: 0}
    with target(out, excel) as stream:
        csv.writer(stream).writerow([*columns, *names.values()])
        follow(
            "比较",
            _write(stream, source, columns, both, model, threshold or model.threshold, counts),
            count_lines(file),
        )
    renamed = [
        f"原文件已有列「{ours}」，新列改称「{name}」。" for ours, name in names.items() if ours != name
    ]
    for sentence in [
        *notes,
        *renamed,
        _told(out, counts, threshold or model.threshold, time.monotonic() - started),
    ]:
        progress_console.print(sentence, highlight=False, markup=False)


def _write(
    stream: IO[str],
    source: Source,
    columns: tuple[str, ...],
    both: tuple[str, str],
    model: PairModel,
    threshold: float,
    counts: dict[str, int],
) -> Iterator[int]:
    writer = csv.writer(stream)
    left, right = (columns.index(name) for name in both)
    for chunk in source.chunks(CHUNK):
        rows = rows_of(chunk, columns, both[0])
        shares = similarity([row.cells[left] for row in rows], [row.cells[right] for row in rows], model)
        for row, share in zip(rows, shares.tolist(), strict=True):
            same = YES if share >= threshold else NO
            counts[same] += 1
            writer.writerow([*row.cells, f"{share:.4f}", same])
        yield sum(counts.values())


def _told(out: str, counts: dict[str, int], threshold: float, seconds: float) -> str:
    where = "标准输出" if out == STANDARD_OUT else f"「{out}」"
    total = sum(counts.values())
    return (
        f"已写入{where}：共 {total:,} 对，意思相同 {counts[YES]:,} 对（相似度达到 {threshold:g}），"
        f"用时 {seconds:.1f} 秒，每秒 {total / seconds:,.0f} 对。"
    )
