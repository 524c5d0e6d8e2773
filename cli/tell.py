"""voc channel, voc resend, voc dispatch: the outbox in the hands of people."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.output import as_json, as_table, console
from cli.server import prepare
from models.engine import migrate, transaction
from models.post import dispatching, office
from notifications.names import EVENTS
from voc.errors import ConfigError, DeliveryError, InputError
from voc.telling.delivery import STATES

DAY = timedelta(days=1)
COUNTS = {"sent": "24 小时已发", "waiting": "待发", "retry": "待重试", "unknown": "结果不明", "dead": "失败"}
LETTERS = {
    "id": "编号", "event": "事件", "channel": "渠道", "state": "状态", "attempts": "尝试",
    "note": "原因", "receipt": "平台原话",
}  # fmt: skip
OUTCOMES = {
    "retry": "稍后自动重试。",
    "dead": "转入死信，列在 voc resend 里，更正后可重发。",
    "stop": "停用该渠道、暂存消息，并用另一渠道通知负责人。",
    "unknown": "不算送达；按渠道约定重发并标注为重复消息，或等待人工确认。",
}
channel = typer.Typer(no_args_is_help=True)


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(channel, name="channel")
    channel.command("list", help="列出渠道：已发、待发、失败，以及停用原因")(channels)
    channel.command("test", help="发一条测试消息，显示平台的原话和含义")(try_out)
    channel.command("start", help="恢复停用的渠道")(start)
    channel.command("resume", hidden=True)(start)
    app.command("resend")(resend)
    app.command("dispatch")(dispatch)


def channels(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the channels there are and what each has sent and holds; addresses and secrets are not shown."""
    from tasks.letters import configured

    migrate()
    kinds = {name: config.get("kind") or name for name, config in configured().items()}
    with transaction() as session:
        known = {row["channel"]: row for row in office.tallies(session, datetime.now(UTC) - DAY)}
    rows = [
        {
            "kind": kinds.get(name, "未配置"),
            **dict.fromkeys(COUNTS, 0),
            **known.get(name, {}),
            "channel": name,
        }
        for name in {**kinds, **known}
    ]
    for row in rows:
        row["standing"] = f"已停用：{row['reason']}" if row.get("reason") else "正常"
    columns = {"channel": "渠道", "kind": "类型", **COUNTS, "standing": "状态"}
    return as_json(rows) if json else as_table("消息渠道", rows, columns)


def try_out(
    name: Annotated[str, typer.Argument(help="渠道名（见 voc channel list）")],
    to: Annotated[str, typer.Option("--to", help="收件人：邮箱或手机号；群机器人不需要")] = "",
) -> None:
    """Send a test message and show what the platform says, word for word, and what that means."""
    from notifications.base import Message
    from notifications.registry import open_channel
    from tasks.letters import configured

    config = configured().get(name)
    if config is None:
        raise ConfigError(501, f"渠道「{name}」没有配置。")
    one = open_channel(name, config)
    if one.manner.reaches in ("email", "phone") and not to:
        raise InputError("这个渠道需要收件人，请加上 --to 邮箱或手机号。")
    words = "这是一条测试消息，收到即表示渠道可用。"
    letter = Message(
        0, to or f"channel:{name}", "渠道测试", words, None, f"T{secrets.randbelow(10**6):06d}", False, "test"
    )
    try:
        receipt = one.send(letter)
    except DeliveryError as error:
        console.print(f"平台原话：{error.answer or '（没有收到答复）'}", markup=False)
        console.print(f"含义：{error}", markup=False)
        console.print(f"系统会这样处理：{OUTCOMES[error.outcome]}")
        raise typer.Exit(1) from None
    console.print(f"平台原话：{receipt}", markup=False)
    console.print("含义：答复里有成功码，消息已交付。")


def start(name: Annotated[str, typer.Argument(help="渠道名")]) -> None:
    """Start a channel again."""
    migrate()
    with transaction() as session:
        done = dispatching.resume(session, name)
    console.print(
        f"渠道「{name}」已恢复，待发消息将在下次发送时送出。" if done else f"渠道「{name}」没有停用。"
    )


def resend(
    ids: Annotated[list[int] | None, typer.Argument(help="消息编号；不写则列出发送失败的消息")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部重新发送")] = False,
    by: Annotated[str | None, typer.Option("--channel", help="只看或只发这个渠道的")] = None,
    arrived: Annotated[bool, typer.Option("--arrived", help="人工确认这些消息其实已送达，不再重发")] = False,
) -> None:
    """List dead letters with their reasons, or put them back in line."""
    migrate()
    now = datetime.now(UTC)
    with transaction() as session:
        letters = office.dead_letters(session, by)
        chosen = [row["id"] for row in letters] if everything else ids or []
        if not chosen:
            rows = [
                {**row, "event": EVENTS.get(row["event"], row["event"]), "state": STATES[row["state"]]}
                for row in letters
            ]
            return as_table("发送失败或结果不明的消息", rows, LETTERS)
        if arrived:
            count = office.settle(session, chosen, True, now)
            return console.print(f"{count} 条消息已记为送达。")
        count = dispatching.replay(session, chosen, now)
    return console.print(f"{count} 条消息已重新排队。")


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
