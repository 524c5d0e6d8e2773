"""voc channel, voc resend, voc dispatch: the outbox in the hands of people."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.output import as_json, as_table, console
from cli.server import prepare
from models import dispatching, showing
from models.engine import migrate, transaction
from voc.delivery import STATES

channel = typer.Typer(help="消息渠道：查看、恢复", no_args_is_help=True)


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(channel, name="channel")
    channel.command("list", help="列出停用的渠道")(stopped)
    channel.command("resume", help="恢复发送")(resume)
    app.command("resend", help="重新发送死信（标注为重复消息）")(resend)
    app.command("dispatch", help="发送发件箱中到期的消息")(dispatch)


def stopped(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the channels that were stopped."""
    migrate()
    with transaction() as session:
        rows = showing.stopped_channels(session)
    columns = {"channel": "渠道", "since": "停用时间", "reason": "原因", "waiting": "待发"}
    return as_json(rows) if json else as_table("停用的渠道", rows, columns)


def resume(name: Annotated[str, typer.Argument(help="渠道名")]) -> None:
    """Start a channel again."""
    migrate()
    with transaction() as session:
        done = dispatching.resume(session, name)
    console.print(
        f"渠道「{name}」已恢复，待发消息将在下次发送时送出。" if done else f"渠道「{name}」没有停用。"
    )


def resend(ids: Annotated[list[int], typer.Argument(help="消息编号（见 voc notices）")]) -> None:
    """Put dead messages back in line."""
    migrate()
    with transaction() as session:
        count = dispatching.replay(session, ids, datetime.now(UTC))
    console.print(f"{count} 条消息已重新排队。")


def dispatch(
    watch: Annotated[bool, typer.Option("--watch", help="持续运行")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="两次之间的秒数")] = 2.0,
) -> None:
    """Send what is due, once or for ever."""
    prepare()
    migrate()
    from tasks.tell import send_due

    while True:
        counts = send_due(datetime.now(UTC))
        if counts or not watch:
            said = "，".join(f"{STATES[state]} {count}" for state, count in counts.items())
            console.print(f"已处理：{said or '0 条'}")
        if not watch:
            return
        time.sleep(every)
