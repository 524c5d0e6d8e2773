"""voc events: what Prefect is told of, and the process that tells it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import httpx
import typer

from cli.output import as_json, as_table, console
from cli.server import prepare
from models.engine import migrate, transaction
from models.events import NAMES, newest_events
from voc.errors import ConfigError

STATE_NAMES = {"waiting": "待通知", "posted": "已通知", "expired": "已过期"}
events = typer.Typer(no_args_is_help=True)


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(events, name="events")
    events.command("list", help="列出最近的事件")(listed)
    events.command("post", help="把待通知的事件交给 Prefect")(post)


def listed(
    limit: Annotated[int, typer.Option(min=1, help="条数")] = 50,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """List the newest events."""
    migrate()
    with transaction() as session:
        rows = newest_events(session, limit)
    if json:
        return as_json(rows)
    named = [
        {**row, "event": NAMES.get(row["event"], row["event"]), "state": STATE_NAMES[row["state"]]}
        for row in rows
    ]
    columns = {"id": "编号", "event": "事件", "resource": "对象", "occurred_at": "时间", "state": "状态"}
    return as_table("事件", named, columns)


def post(
    watch: Annotated[bool, typer.Option("--watch", help="持续运行")] = False,
    every: Annotated[float, typer.Option(min=0.2, help="两次之间的秒数")] = 0.5,
) -> None:
    """Post what waits, once or for ever; while Prefect is away the events wait."""
    prepare()
    migrate()
    # Imported here: listing needs no task.
    from tasks.api import address
    from tasks.post import post_waiting

    api = address()
    away = False
    while True:
        try:
            count = post_waiting(api, datetime.now(UTC))
            if count or not watch:
                console.print(f"已通知 Prefect：{count} 个事件")
            away = False
        except httpx.HTTPError as error:
            if not watch:
                raise ConfigError(4, f"没有连上 Prefect 服务（{api}），事件保留，稍后再试。") from error
            if not away:
                console.print("暂时连不上 Prefect 服务，事件保留，恢复后补发。")
            away = True
        if not watch:
            return
        time.sleep(every)
