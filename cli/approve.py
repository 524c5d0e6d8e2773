"""voc approvals, approve: what waits for a person's yes or no, and the answer."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import Who, by_person
from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.measures import approving
from voc.errors import InputError
from voc.lifecycle import APPROVAL


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("approvals")(approvals)
    app.command("approve")(approve)


def approvals(
    all_: Annotated[bool, typer.Option("--all", help="已答复的也列出")] = False,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """List the questions that wait for an answer."""
    migrate()
    with transaction() as session:
        rows = approving.approvals(session, all_)
    if json:
        return as_json(rows)
    shown = [
        {
            **row,
            "kind": approving.KIND_NAMES[row["kind"]],
            "state": APPROVAL.states[row["state"]],
            "who": str(row["decided_by"] or "").partition(":")[2],
        }
        for row in rows
    ]
    columns = {"id": "编号", "kind": "类别", "title": "事项", "asked_of_name": "由谁审批", "due_at": "期限",
               "state": "状态", **({"who": "答复人", "reason": "理由"} if all_ else {})}  # fmt: skip
    as_table("审批", shown, columns)
    return console.print("答复：voc approve 编号 --yes（批准）或 --no --reason 理由（驳回）")


def approve(
    asked: Annotated[
        str, typer.Argument(metavar="编号", help="审批编号（见 voc approvals），或 action:措施编号")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="批准")] = False,
    no: Annotated[bool, typer.Option("--no", help="驳回，须写明理由")] = False,
    reason: Annotated[str, typer.Option("--reason", help="理由，写进记录")] = "",
    by: Who = "",
) -> None:
    """Answer a question; only the first answer counts."""
    if yes == no:
        raise InputError("请写明 --yes（批准）或 --no（驳回）；编号是审批编号，见 voc approvals。")
    migrate()
    with transaction() as session:
        number = _number(asked, approving.approvals(session))
        first = approving.decide(session, number, yes, reason, by_person(by))
        row = approving.approval(session, number)
    if not first:
        raise InputError(f"审批 {number} 已经答复过了：{APPROVAL.states[row['state']]}。本次答复没有采用。")
    console.print(f"审批 {number}：{APPROVAL.states[row['state']]}。{row['title']}", highlight=False)
    if row["state"] == "approved" and row["kind"] == "action":
        action = row["subject"].partition(":")[2]
        console.print(f"任务消息已进入发件箱。下一步：voc accept {action} --live-on 日期", highlight=False)


def _number(asked: str, open_: list[dict[str, object]]) -> int:
    if asked.isdecimal():
        return int(asked)
    found = [row["id"] for row in open_ if row["subject"] == asked]
    if not found:
        raise InputError(f"没有找到待审批的「{asked}」，用 voc approvals 查看。")
    return int(str(found[0]))
