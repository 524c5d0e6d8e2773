"""voc figures: orders, contacts, waiting times … that complaints are set against."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.intake.operating import summary
from tasks.operating import take_in_figures
from voc.errors import InputError
from voc.operating import FIGURES

SHOWN = 5


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    figures = typer.Typer(no_args_is_help=True)
    figures.command("import", help="导入经营数据（CSV、Excel 或 JSON 行；指标各占一列或一行一个）")(
        import_figures
    )
    figures.command("list", help="列出已有的经营数据")(list_figures)
    app.add_typer(figures, name="figures")


def import_figures(
    file: Annotated[Path, typer.Argument(metavar="文件", help="列：日期、地区、产品，加 订单量、来访量……")],
) -> None:
    """Take in a file of figures."""
    migrate()
    taken = take_in_figures(file)
    console.print(f"新增 {taken.new:,} 个数，更新 {taken.replaced:,} 个。")
    for sentence in taken.errors[:SHOWN]:
        console.print(sentence, highlight=False, markup=False)
    if len(taken.errors) > SHOWN:
        console.print(f"……另有 {len(taken.errors) - SHOWN} 处。")
    if taken.errors and not taken.new and not taken.replaced:
        raise InputError("没有一个数可以采用，请按上面的提示修改文件。")
    if taken.errors:
        console.print("其余的没有收下，改好后再导入同一个文件即可，不会重复。")
        raise typer.Exit(1)


def list_figures(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the figures there are."""
    migrate()
    with transaction() as session:
        rows = summary(session)
    if json:
        return as_json(rows)
    named = [{**row, "name": FIGURES.get(row["name"], row["name"])} for row in rows]
    return as_table("经营数据", named, {"name": "指标", "first": "自", "last": "至", "days": "天数", "regions": "地区",
                                   "products": "产品", "total": "合计"})  # fmt: skip
