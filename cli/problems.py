"""voc problem show, confirm, dismiss, rethink, merge, split: what people decide about one problem."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.asking import Who, by_person
from cli.output import as_json, as_table, console
from cli.show import PROBLEM_KIND_NAMES, told_watch
from models.engine import migrate, transaction
from models.measures import approving, deciding
from models.problems import regrouping
from models.views import problem_list
from voc.deadlines import working_days_due
from voc.errors import InputError
from voc.lifecycle import LINEAGE, PROBLEM
from voc.wording import who

problem = typer.Typer(no_args_is_help=True)
ProblemId = Annotated[int, typer.Argument(help="问题编号")]
Reason = Annotated[str, typer.Option("--reason", help="理由，写进记录")]
Ask = Annotated[bool, typer.Option("--ask", help="先提请审批，批准后才执行")]
APPROVER, DECIDE_DAYS = "voc", 2


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(problem, name="problem")
    problem.command("show", help="查看一个问题：经过、原话、反馈编号")(show)
    problem.command("confirm", help="确认问题属实")(confirm)
    problem.command("dismiss", help="决定不处理，并说明理由")(dismiss)
    problem.command("rethink", help="放弃本轮措施，另想办法")(rethink)
    problem.command("merge", help="把第二个问题并入第一个；编号保留，以后的反馈归第一个")(merge)
    problem.command("split", help="把一部分反馈拆成新问题；原编号保留")(split)


def show(number: ProblemId, json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """Show one problem."""
    migrate()
    with transaction() as session:
        regrouping.existing(session, number)
        row = problem_list.problems(session, [number])[0]
        log = problem_list.history(session, number)
        members = problem_list.members(session, [number]).get(number, [])
    if json:
        return as_json({**row, "history": log, "members": members})
    console.print(
        f"问题 {number}：{row['name']}（{PROBLEM_KIND_NAMES[row['kind']]}，{PROBLEM.states[row['state']]}）"
    )
    console.print(f"{row['count']} 条反馈，{row['customers']} 位客户，由{row['department']}负责。")
    if row["watch"]:
        console.print(f"复发监测：{told_watch(row['watch'])}")
    for quotation in row["quotations"]:
        console.print(f"  “{quotation}”", highlight=False, markup=False)
    as_table("经过", [{**entry, "what": _told(entry), "by": who(entry["by"])} for entry in log],
             {"at": "时间", "what": "事项", "reason": "理由", "by": "由谁"})  # fmt: skip
    return as_table(
        "反馈", members, {"feedback": "编号", "source": "来源", "record_key": "记录", "occurred_at": "时间"}
    )


def _told(entry: dict[str, object]) -> str:
    what = str(entry["what"])
    if what in LINEAGE:
        return f"{LINEAGE[what]}问题 {entry['other']}"
    return PROBLEM.steps[what].title


def confirm(number: ProblemId, by: Who = "") -> None:
    """Confirm a problem."""
    migrate()
    with transaction() as session:
        regrouping.existing(session, number)
        deciding.confirm(session, number, by_person(by))
    console.print(f"问题 {number} 已确认，下一轮将给出根因初判。")


def dismiss(number: ProblemId, reason: Reason = "", by: Who = "") -> None:
    """Decide not to work on a problem."""
    migrate()
    with transaction() as session:
        regrouping.existing(session, number)
        deciding.dismiss(session, number, _given(reason), by_person(by))
    console.print(f"问题 {number} 已记为不处理：{reason}")


def rethink(number: ProblemId, reason: Reason = "", by: Who = "") -> None:
    """Give up on the measures of this round."""
    migrate()
    with transaction() as session:
        regrouping.existing(session, number)
        deciding.rethink(session, number, _given(reason), by_person(by))
    console.print(f"问题 {number} 已退回诊断，下一轮运行时提出新的措施。")


def merge(
    survivor: Annotated[int, typer.Argument(help="留下的问题")],
    other: Annotated[int, typer.Argument(help="并入的问题")],
    reason: Reason = "",
    ask: Ask = False,
    by: Who = "",
) -> None:
    """Merge a problem into another."""
    migrate()
    if ask:
        return _ask_to_merge(survivor, other, _given(reason), by)
    with transaction() as session:
        regrouping.merge(session, survivor, other, by_person(by), _given(reason))
    return console.print(
        f"问题 {other} 已并入问题 {survivor}；编号 {other} 保留，以后的同类反馈归入 {survivor}。"
    )


def _ask_to_merge(survivor: int, other: int, reason: str, by: str) -> None:
    with transaction() as session:
        into, gone = regrouping.existing(session, survivor), regrouping.existing(session, other)
        facts = {"survivor": survivor, "gone": other, "reason": reason}
        body = (
            f"**留下**：{into.name}（{survivor}）\n\n**并入**：{gone.name}（{other}）\n\n**理由**：{reason}"
        )
        title = f"是否把问题 {other} 并入问题 {survivor}"
        number = _request(session, "problem_merge", f"problem:{other}", title, body, facts, by)
    console.print(f"已提请审批，编号 {number}；批准后自动合并。")


def _request(
    session: Session, kind: str, subject: str, title: str, body: str, facts: dict[str, object], by: str
) -> int:
    who = by_person(by)
    due = working_days_due(who.at, DECIDE_DAYS)
    return approving.request(session, kind, subject, title, body, None, APPROVER, due, who, facts)


def split(
    number: ProblemId,
    members: Annotated[str, typer.Option("--members", help="要拆出的反馈编号，用逗号分隔")] = "",
    where: Annotated[
        str, typer.Option("--where", help="按属性拆出，如 product=空调,region=杭州；以后的也归新问题")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="新问题的名称；留空自动取名")] = "",
    reason: Reason = "",
    ask: Ask = False,
    by: Who = "",
) -> None:
    """Split a part off a problem."""
    migrate()
    if ask:
        return _ask_to_split(number, _numbers(members), _properties(where), name, _given(reason), by)
    with transaction() as session:
        new = regrouping.split(
            session, number, _numbers(members), _properties(where), name, by_person(by), _given(reason)
        )
    return console.print(f"已从问题 {number} 拆出问题 {new}。用 voc problem show {new} 查看。")


def _ask_to_split(
    number: int, members: list[int], narrowed: dict[str, str], name: str, reason: str, by: str
) -> None:
    with transaction() as session:
        row = regrouping.existing(session, number)
        part = "、".join(narrowed.values()) or f"{len(members)} 条反馈"
        facts = {"problem": number, "members": members, "narrowed": narrowed, "name": name, "reason": reason}
        body = f"**问题**：{row.name}（{number}）\n\n**拆出**：{part}\n\n**理由**：{reason}"
        title = f"是否从问题 {number} 拆出{part}"
        asked = _request(session, "problem_split", f"problem:{number}", title, body, facts, by)
    console.print(f"已提请审批，编号 {asked}；批准后自动拆分。")


def _given(reason: str) -> str:
    if not reason.strip():
        raise InputError("请用 --reason 写明理由。")
    return reason.strip()


def _numbers(listed: str) -> list[int]:
    parts = [part.strip() for part in listed.replace("，", ",").split(",") if part.strip()]
    wrong = [part for part in parts if not part.isdecimal()]
    if wrong:
        raise InputError(f"--members 里的「{wrong[0]}」不是反馈编号。")
    return [int(part) for part in parts]


def _properties(listed: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in listed.replace("，", ",").split(",") if part.strip()]
    wrong = [
        name + sign + value for name, sign, value in pairs if not (name.strip() and sign and value.strip())
    ]
    if wrong:
        raise InputError(f"--where 里的「{wrong[0]}」看不懂，请写成 product=空调 的样子。")
    return {name.strip(): value.strip() for name, _, value in pairs}
