"""voc key, voc webhook: keys of the API, and sources that push to us."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.asking import by_person
from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.intake.collecting import register_source
from models.people import keys
from models.schema.machines import SCOPES
from settings import get_settings
from voc.errors import InputError
from voc.intake.rows import CHANNELS, definition_from_dict, parse_mapping
from voc.intake.webhooks import KINDS, MAPPINGS

key = typer.Typer(no_args_is_help=True)
webhook = typer.Typer(no_args_is_help=True)
KeyName = Annotated[str, typer.Argument(help="密钥的名字，便于辨认")]
SourceName = Annotated[str, typer.Argument(help="来源的英文名")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(key, name="key")
    key.command("add", help="建立密钥；只显示一次")(add)
    key.command("revoke", help="停用密钥，立即生效")(revoke)
    key.command("list", help="列出密钥")(listed)
    app.add_typer(webhook, name="webhook")
    webhook.command("add", help="建立推送来源，给出地址和密钥")(add_webhook)
    webhook.command("secret", help="换新密钥；旧的一个继续有效，直到 --retire")(secret)


def add(
    name: KeyName,
    scopes: Annotated[list[str], typer.Option("--scope", help="权限，可多次：" + "、".join(SCOPES))] = [],  # noqa: B006
    source: Annotated[str, typer.Option(help="送入的反馈属于哪个来源")] = "",
    departments: Annotated[list[str], typer.Option("--department", help="只读取这些部门的；留空为全部")] = [],  # noqa: B006
    per_minute: Annotated[int, typer.Option(min=1, max=60_000, help="每分钟最多请求数")] = 600,
    days: Annotated[int, typer.Option(min=0, help="多少天后过期；0 为不过期")] = 365,
) -> None:
    """Make a key and show it once."""
    migrate()
    with transaction() as session:
        made = keys.add_key(
            session, name, scopes, by_person("").who, datetime.now(UTC),
            source=source, departments=departments, per_minute=per_minute, days=days,
        )  # fmt: skip
    console.print(f"密钥「{name}」已建立，只显示这一次，请立即保存：")
    typer.echo(made)


def revoke(name: KeyName) -> None:
    """Take a key back."""
    migrate()
    with transaction() as session:
        keys.revoke_key(session, name, by_person("").who, datetime.now(UTC))
    console.print(f"密钥「{name}」已停用。")


def listed(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the keys."""
    migrate()
    shown = ("name", "scopes", "departments", "per_minute", "used_at", "expires_at", "revoked_at")
    with transaction() as session:
        rows = [{field: getattr(one, field) for field in shown} for one in keys.keys(session)]
    columns = {
        "name": "名字", "scopes": "权限", "departments": "部门", "per_minute": "每分钟", "used_at": "最近使用",
        "expires_at": "过期", "revoked_at": "停用",
    }  # fmt: skip
    return as_json(rows) if json else as_table("接口密钥", rows, columns)


def add_webhook(
    name: SourceName,
    kind: Annotated[
        str, typer.Option(help="、".join(f"{code} {title}" for code, title in KINDS.items()))
    ] = "webhook",
    channel: Annotated[str, typer.Option(help="、".join(CHANNELS))] = "web",
    title: Annotated[str, typer.Option(help="中文名")] = "",
    mapping: Annotated[str, typer.Option("--map", help="列对应，如 text=q2+q5,rating=q1")] = "",
    given: Annotated[str, typer.Option("--secret", help="对方给的密钥（问卷星）；留空则生成")] = "",
) -> None:
    """Register a source that pushes, and show its address and secret."""
    if kind not in KINDS:
        raise InputError(f"不认识类型「{kind}」；可用的有 {'、'.join(KINDS)}。")
    definition = {
        "name": name, "kind": kind, "channel": channel, "title": title,
        "map": {**MAPPINGS[kind], **parse_mapping(mapping)},
    }  # fmt: skip
    definition_from_dict(definition)
    migrate()
    with transaction() as session:
        register_source(session, name, definition)
        made = "" if kind == "api" else _secret(session, name, given)
    console.print(f"来源「{name}」已登记。")
    _say_where(name, kind, made)


def _secret(session: Session, name: str, given: str) -> str:
    return keys.new_secret(session, name, by_person("").who, datetime.now(UTC), given)


def _say_where(name: str, kind: str, made: str) -> None:
    site = get_settings().public_url.rstrip("/") or "https://您的门户地址"
    if kind == "api":
        console.print(f"下一步：voc key add 名字 --scope feedback:write --source {name}")
    elif kind == "wjqq":
        # The address holds the secret: typer.echo does not break the line.
        typer.echo(f"推送地址（含密钥，请勿外传）：{site}/api/hooks/{name}/{made}")
    else:
        typer.echo(f"推送地址：{site}/api/hooks/{name}")
        typer.echo(f"密钥（只显示这一次）：{made}")


def secret(
    name: SourceName,
    given: Annotated[str, typer.Option("--secret", help="对方给的密钥；留空则生成")] = "",
    retire: Annotated[bool, typer.Option("--retire", help="不再接受旧密钥")] = False,
) -> None:
    """Change the secret of a source, or stop accepting the old one."""
    migrate()
    now, who = datetime.now(UTC), by_person("").who
    with transaction() as session:
        if retire:
            console.print(f"已停用 {keys.retire_secrets(session, name, who, now)} 个旧密钥。")
            return
        made = keys.new_secret(session, name, who, now, given)
    typer.echo(f"新密钥（只显示这一次）：{made}")
    console.print(f"旧密钥继续有效；对方换好后运行 voc webhook secret {name} --retire。")
