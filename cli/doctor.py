"""voc doctor: is everything there, and does every row equal the replay of its log?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy import text

from cli.output import console
from models import showing
from models.change import audit
from models.engine import migrate, transaction
from settings import get_settings
from voc.errors import VocError
from voc.kpi import PARTS
from voc.lifecycle import LIVES


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("doctor", help="检查环境；--audit 逐条重放日志")(doctor)


def doctor(replay: Annotated[bool, typer.Option("--audit", help="重放全部日志并与数据核对")] = False) -> None:
    """Check the environment, and with --audit the data."""
    found = _trouble("数据库", _database) + _trouble("渠道", _channels)
    if replay and not found:
        found += _trouble("行数核对", _accounts) + _trouble("日志重放", _replay)
    for sentence in found:
        console.print(f"[red]✗[/red] {sentence}")
    if found:
        raise typer.Exit(1)


def _trouble(title: str, check: Callable[[], list[str]]) -> list[str]:
    try:
        found = check()
    except VocError as error:
        found = [str(error)]
    if not found:
        console.print(f"[green]✓[/green] {title}：正常")
    return found


def _database() -> list[str]:
    migrate()
    with transaction() as session:
        version = str(session.scalar(text("SHOW server_version_num")))
    return [] if int(version) >= 150000 else [f"PostgreSQL 版本过低（{version}），至少需要 15。"]


def _channels() -> list[str]:
    settings = get_settings()
    used = {
        settings.customer_channel,
        settings.department_channel,
        *settings.department_channels.values(),
        *settings.customer_channels.values(),
    }
    missing = sorted(used - set(settings.channels) - {"log"})
    return [f"渠道「{name}」没有配置。" for name in missing]


def _accounts() -> list[str]:
    with transaction() as session:
        rows = showing.deliveries(session)
    wrong = [row for row in rows if (row["read"] or 0) != sum(int(row[part] or 0) for part in PARTS)]
    return [f"采集 {row['id']}（{row['path']}）：读入与去向之和不等。" for row in wrong if not row["error"]]


def _replay() -> list[str]:
    with transaction() as session:
        return [sentence for life in LIVES for sentence in audit(session, life)]
