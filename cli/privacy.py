"""voc privacy: wishes to be erased, retention, and links that are taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import select

from cli.output import as_json, as_table, console
from models import trail
from models.customers import erasing, linking
from models.engine import migrate, transaction
from models.schema.feedback import Feedback
from voc.errors import InputError

privacy = typer.Typer(no_args_is_help=True)
WHO = "person:voc privacy"


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(privacy, name="privacy")
    privacy.command("requests", help="列出待处理的删除申请")(requests)
    privacy.command("erase", help="执行删除申请：覆盖原话和联系方式，留下墓碑")(erase)
    privacy.command("retain", help="按来源的保存期限覆盖过期的原话")(retain)
    privacy.command("revoke", help="收回一条反馈的所有链接")(revoke)


def requests(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List the wishes to be erased."""
    migrate()
    with transaction() as session:
        rows = erasing.asked(session)
    columns = {"id": "编号", "number": "受理编号", "asked_at": "申请时间", "feedback": "涉及反馈"}
    return as_json(rows) if json else as_table("待处理的删除申请", rows, columns)


def erase(
    ids: Annotated[list[int], typer.Argument(help="申请编号（见 voc privacy requests）")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """Carry wishes to be erased out."""
    migrate()
    if not yes:
        typer.confirm("原话和联系方式将被覆盖，无法恢复。继续？", abort=True)
    for id_ in ids:
        with transaction() as session:
            now = datetime.now(UTC)
            count = erasing.carry_out(session, id_, WHO, now)
            if count:
                trail.note(session, now, WHO, "privacy.erased", f"erasure:{id_}", rows=count)
        console.print(f"申请 {id_}：已覆盖 {count} 条反馈。" if count else f"申请 {id_}：不存在或已处理。")


def retain() -> None:
    """Overwrite what is older than its source may keep it."""
    migrate()
    with transaction() as session:
        done = erasing.retain(session, datetime.now(UTC))
    for source, count in done.items():
        console.print(f"来源「{source}」：覆盖 {count} 条过期反馈。")
    if not done:
        console.print("没有设置保存期限（VOC_RETENTION_DAYS）。")


def revoke(number: Annotated[str, typer.Argument(help="受理编号")]) -> None:
    """Take back the links of a feedback."""
    migrate()
    with transaction() as session:
        found = session.scalar(select(Feedback.id).where(Feedback.tracking_number == number))
        if found is None:
            raise InputError(f"没有受理编号为「{number}」的反馈。")
        count = linking.revoke(session, found, datetime.now(UTC))
        linking.sweep_links(session, datetime.now(UTC) - timedelta(days=30))
    console.print(f"已收回 {count} 个链接。")
