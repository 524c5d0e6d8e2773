"""voc doctor: what is wrong, why, and what mends it; with --audit, does every row equal the replay of its log?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.output import as_json, console
from cli.server import prepare
from models.engine import migrate


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("doctor")(doctor)


def doctor(
    replay: Annotated[bool, typer.Option("--audit", help="重放全部日志并与数据核对")] = False,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Check the environment, and with --audit the data; fails when something serious is wrong."""
    prepare()
    migrate()
    # Imported here: what is examined reads its settings when it is imported.
    from tasks.examine import AUDITS, CHECKS, run_check

    now = datetime.now(UTC)
    checks = {**CHECKS, **(AUDITS if replay else {})}
    found = {title: run_check(title, check, now) for title, check in checks.items()}
    if json:
        as_json([vars(one) for findings in found.values() for one in findings])
    for title, findings in found.items() if not json else ():
        if not findings:
            console.print(f"[green]✓[/green] {title}：正常")
        for one in findings:
            mark = "[red]✗[/red]" if one.serious else "[yellow]！[/yellow]"
            console.print(f"{mark} {one.where}：{one.what}")
            console.print(f"   怎么办：{one.fix}", style="dim")
    if any(one.serious for findings in found.values() for one in findings):
        raise typer.Exit(1)
