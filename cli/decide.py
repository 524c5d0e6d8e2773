"""voc accept, start, implement, return, cancel, case, quarantine: what people decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer

from cli.asking import ActionId, Day, Who, by_person, day_of
from cli.output import as_json, as_table, console
from cli.where import Where, rollout
from models.change import By
from models.engine import migrate, transaction
from models.intake.checking import decide, repair
from models.measures import deciding
from models.schema.loop import Action
from models.views import showing
from voc.effect.contract import Contract, windows
from voc.effect.names import METRIC_NAMES
from voc.errors import InputError
from voc.zone import CHINA

quarantine = typer.Typer(no_args_is_help=True)
case = typer.Typer(no_args_is_help=True)
CASE_STEPS = {
    "respond": "首次答复客户",
    "resolve": "问题已解决",
    "reply": "再次答复客户",
    "confirm": "客户确认已解决",
    "reopen": "客户表示没有解决",
    "pause": "暂停计时（等客户提供资料等，须说明理由）",
    "resume": "恢复计时",
    "note": "客户补充了情况",
}
NEEDS_REASON = frozenset({"pause"})


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("accept")(accept)
    app.command("start")(start)
    app.command("implement")(implement)
    app.command("return")(give_back)
    app.command("cancel")(cancel)
    app.add_typer(case, name="case")
    for step, words in CASE_STEPS.items():
        case.command(step, help=words)(_treating(step, words))
    app.add_typer(quarantine, name="quarantine")
    quarantine.command("list", help="列出待修复的行")(listed)
    quarantine.command("release", help="修复后放行：重新质检、入库")(release)
    quarantine.command("discard", help="放弃这些行")(discard)


def accept(action: ActionId, live_on: Day = "", by: Who = "", where: Where = None) -> None:
    """Take a measure on and lock its contract."""
    migrate()
    with transaction() as session:
        due = session.get(Action, action)
        if due is None:
            raise InputError(f"没有编号为 {action} 的措施，用 voc actions 查看。")
        day = day_of(live_on) if live_on else due.due_at.astimezone(CHINA).date()
        contract = deciding.accept(session, action, day, by_person(by), rollout(where, day))
    console.print(f"措施 {action} 已接单，承诺 {day} 上线；验证合同已锁定：{_said(contract, day)}")


def _said(contract: Contract, live_on: date) -> str:
    spans = windows(contract, live_on)
    return (
        f"比较{METRIC_NAMES[contract.metric]}，上线前 {contract.baseline_days} 天对"
        f"缓冲期后 {contract.followup_days} 天，至少下降 {contract.smallest_effect:.0%} 才算有效；"
        f"如期上线，{spans.followup_end} 之后给出结论。{contract.design_reason}。"
        "全文见 voc contract show。"
    )


def start(action: ActionId, by: Who = "") -> None:
    """Begin the work."""
    migrate()
    with transaction() as session:
        deciding.start(session, action, by_person(by))
    console.print(f"措施 {action} 已开始实施。")


def implement(action: ActionId, went_live: Day = "", by: Who = "") -> None:
    """Report that a measure took effect."""
    migrate()
    who = by_person(by)
    at = datetime.combine(day_of(went_live), time(9), CHINA) if went_live else who.at
    if at > who.at + timedelta(minutes=1):
        raise InputError("落地日期不能晚于今天；请在措施真正生效后再报告。")
    with transaction() as session:
        deciding.implement(session, action, at, who)
    console.print(f"措施 {action} 已落地，效果验证开始计时。")


def give_back(action: ActionId, reason: Annotated[str, typer.Option(help="理由")], by: Who = "") -> None:
    """Return a measure."""
    migrate()
    with transaction() as session:
        deciding.give_back(session, action, reason, by_person(by))
    console.print(f"措施 {action} 已退回。")


def cancel(action: ActionId, reason: Annotated[str, typer.Option(help="理由")], by: Who = "") -> None:
    """Give a measure up."""
    migrate()
    with transaction() as session:
        deciding.cancel(session, action, reason, by_person(by))
    console.print(f"措施 {action} 已取消。")


def _treating(step: str, words: str) -> Callable[..., None]:
    def treat(
        number: Annotated[int, typer.Argument(help="个案编号")],
        reason: Annotated[str, typer.Option(help="说明")] = "",
        by: Who = "",
        customer: Annotated[
            bool, typer.Option("--customer", help="由客户本人表示，而不是同事代为操作")
        ] = False,
    ) -> None:
        if step in NEEDS_REASON and not reason.strip():
            raise InputError("请用 --reason 写明理由。")
        migrate()
        who = by_person(by)
        with transaction() as session:
            said = By(f"customer:case-{number}", who.at) if customer else who
            deciding.treat(session, number, step, reason or words, said)
        console.print(f"个案 {number}：{words}。")

    return treat


def listed(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List what waits in quarantine."""
    migrate()
    with transaction() as session:
        rows = showing.quarantined(session)
    if json:
        return as_json(rows)
    rows = [{**row, "column": "整行" if row["column"] == "*" else row["column"]} for row in rows]
    return as_table(
        "隔离区", rows, {"id": "编号", "path": "文件", "row": "行", "column": "列", "reason": "原因"}
    )


def release(
    ids: Annotated[list[int], typer.Argument(help="隔离编号")],
    fix: Annotated[list[str], typer.Option("--set", help="修复：列名=新值，可多次")] = [],  # noqa: B006
    by: Who = "",
) -> None:
    """Send repaired rows through the check again."""
    migrate()
    fixes = dict(_fix(text) for text in fix)
    who = by_person(by)
    with transaction() as session:
        batches = [repair(session, id_, fixes, who.who, who.at) for id_ in ids]
    console.print(f"{len(batches)} 行已放行，下次运行（voc run 或定时任务）时重新质检。")


def _fix(text: str) -> tuple[str, str]:
    column, mark, value = text.partition("=")
    if not mark or not column:
        raise InputError(f"修复「{text}」看不懂，请写成 列名=新值。")
    return column, value


def discard(ids: Annotated[list[int], typer.Argument(help="隔离编号")], by: Who = "") -> None:
    """Give rows up."""
    migrate()
    who = by_person(by)
    with transaction() as session:
        decide(session, ids, "discarded", who.who, who.at)
    console.print(f"{len(ids)} 行已放弃，记录保留。")
