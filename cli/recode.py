"""voc recode: read history again by the model and taxonomy in force."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

import typer

from cli.asking import day_of
from cli.output import as_table, console, progress_console
from cli.server import prefect_server
from models.analysis.recoding import breaks
from models.engine import migrate, transaction


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("recode")(recode)


def recode(since: Annotated[str, typer.Option(help="只重读这一天及以后的反馈，如 2026-01-01")] = "") -> None:
    """Read again what other versions had read; stopped half-way, the next call goes on."""
    migrate()
    with progress_console.status("正在重读历史反馈……"), prefect_server():
        counts = _run(day_of(since) if since else None)
    # Imported here: Prefect reads its settings when it is imported.
    from tasks.recode import COLUMNS, told

    console.print(
        f"重读 {counts['recoded']} 条，{counts['left_problems']} 条移出原问题，新增问题 {counts['problems']} 个。"
    )
    with transaction() as session:
        as_table("编码断点", [told(row) for row in breaks(session)], COLUMNS)


def _run(since: date | None) -> dict[str, int]:
    from flows.recode import recode as flow
    from tasks.parameters import Recode

    async def once() -> dict[str, int]:
        counts: dict[str, int] = await flow(Recode(since=since))
        return counts

    return asyncio.run(once())
