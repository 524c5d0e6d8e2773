"""voc rootcause, sop, joint: why problems came back, standard procedures, and departments called in."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from cli.asking import Who, by_person, day_of
from cli.output import as_json, as_table, console
from models.cases import joint, sop
from models.engine import migrate, transaction
from models.measures import explaining
from settings import asset_text
from voc.errors import InputError
from voc.lifecycle import ROOTCAUSE
from voc.reading.taxonomy import DIMENSIONS
from voc.routing import parse_organisation
from voc.wording import left_in_words
from voc.zone import CHINA

rootcause = typer.Typer(no_args_is_help=True)
procedure = typer.Typer(no_args_is_help=True)
called = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Everything = Annotated[bool, typer.Option("--all", help="已结束的也列出")]
Report = Annotated[int, typer.Argument(metavar="编号", help="报告编号，见 voc rootcause list")]
Reason = Annotated[str, typer.Option("--reason", help="理由，写进记录")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(rootcause, name="rootcause")
    rootcause.command("list", help="列出报告")(listed)
    rootcause.command("ask", help="要求一个问题的责任部门提交报告")(ask)
    rootcause.command("submit", help="提交报告：逐层追问“为什么”、鱼骨图、根因、预防措施")(submit)
    rootcause.command("return", help="退回修改")(give_back)
    rootcause.command("accept", help="评审通过（不能评审自己写的）")(accept)
    rootcause.command("finish", help="预防措施已落实，写明凭据")(finish)
    app.add_typer(procedure, name="sop")
    procedure.command("list", help="列出流程模板和进行中的流程")(procedures)
    procedure.command("start", help="开始一个流程")(start)
    procedure.command("show", help="查看各节点用时")(show)
    procedure.command("note", help="记一步：done 完成、skip 跳过、pause 暂停、resume 恢复、note 备注")(note)
    app.add_typer(called, name="joint")
    called.command("list", help="列出联动任务")(joint_tasks)
    called.command("done", help="回复处理情况")(joint_done)


def listed(all_: Everything = False, json: AsJson = False) -> None:
    """List reports."""
    migrate()
    with transaction() as session:
        rows = explaining.reports(session, everything=all_)
    if json:
        return as_json(rows)
    shown = [{**row, "state": ROOTCAUSE.states[row["state"]]} for row in rows]
    columns = {"id": "编号", "problem_id": "问题", "problem": "名称", "department_name": "提交部门",
               "reviewer_name": "评审部门", "due_at": "期限", "state": "状态"}  # fmt: skip
    return as_table("根因分析报告", shown, columns)


def ask(problem: Annotated[int, typer.Argument(metavar="问题编号")], by: Who = "") -> None:
    """Ask for a report."""
    migrate()
    with transaction() as session:
        reviewer = parse_organisation(asset_text("organisation.toml")).fallback
        number = explaining.ask(session, problem, reviewer, by_person(by))
    console.print(f"已要求提交根因分析报告，编号 {number}。")


def submit(
    number: Report,
    why: Annotated[list[str], typer.Option("--why", help="一层“为什么”的回答，按顺序写 3 到 7 次")],
    root_cause: Annotated[str, typer.Option("--root-cause", help="根因")],
    preventive: Annotated[str, typer.Option("--preventive", help="预防措施")],
    due: Annotated[str, typer.Option("--due", help="预防措施的期限，如 2026-12-31")],
    bone: Annotated[
        list[str],
        typer.Option(
            "--bone", help=f"鱼骨图上的一条原因，写成 维度=原因；维度：{'、'.join(DIMENSIONS.values())}"
        ),
    ],
    by: Who = "",
) -> None:
    """Hand a report in."""
    migrate()
    codes = {name: code for code, name in DIMENSIONS.items()}
    bones: dict[str, list[str]] = {}
    for text in bone:
        name, mark, cause = text.partition("=")
        if not mark:
            raise InputError(f"--bone 里的「{text}」看不懂，请写成 流程=没有核对 的样子。")
        bones.setdefault(codes.get(name.strip(), name.strip()), []).append(cause)
    with transaction() as session:
        until = datetime.combine(day_of(due), time(18), CHINA)
        explaining.submit(session, number, why, bones, root_cause, preventive, until, by_person(by))
    console.print(f"报告 {number} 已提交，等待评审。")


def give_back(number: Report, reason: Reason, by: Who = "") -> None:
    """Send a report back."""
    migrate()
    with transaction() as session:
        explaining.give_back(session, number, reason, by_person(by))
    console.print(f"报告 {number} 已退回修改。")


def accept(number: Report, by: Who = "") -> None:
    """Accept a report."""
    migrate()
    with transaction() as session:
        explaining.accept(session, number, by_person(by))
    console.print(f"报告 {number} 已通过，问题可以继续改进。")


def finish(
    number: Report, evidence: Annotated[str, typer.Option("--evidence", help="凭据")], by: Who = ""
) -> None:
    """Report that the preventive measure is in place."""
    migrate()
    with transaction() as session:
        explaining.finish(session, number, evidence, by_person(by))
    console.print(f"报告 {number}：预防措施已落实。")


def procedures(all_: Everything = False, json: AsJson = False) -> None:
    """List procedures and their runs."""
    migrate()
    with transaction() as session:
        rows = sop.runs(session, everything=all_)
    found = [{"code": one.code, "name": one.name, "nodes": len(one.nodes)} for one in sop.templates()]
    if json:
        return as_json({"templates": found, "runs": rows})
    as_table("流程模板", found, {"code": "代码", "name": "名称", "nodes": "节点"})
    return as_table(
        "流程",
        rows,
        {"id": "编号", "title": "名称", "subject": "对象", "started_at": "开始", "ended_at": "结束"},
    )


def start(
    code: Annotated[str, typer.Argument(metavar="代码", help="流程代码，见 voc sop list")],
    subject: Annotated[str, typer.Option("--subject", help="对象，如 case:12")] = "",
    title: Annotated[str, typer.Option("--title", help="名称；留空用流程的名称")] = "",
    by: Who = "",
) -> None:
    """Start a run."""
    migrate()
    with transaction() as session:
        number = sop.start(session, code, subject, title, by_person(by))
    console.print(f"流程已开始，编号 {number}。用 voc sop show {number} 查看各节点。")


def show(number: Annotated[int, typer.Argument(metavar="编号")], json: AsJson = False) -> None:
    """Show the nodes of a run."""
    migrate()
    with transaction() as session:
        rows = sop.shown(session, number, datetime.now(UTC))
    if json:
        return as_json(rows)
    shown = [
        {
            **row,
            "left": ""
            if row["left_s"] is None or row["ended_at"]
            else left_in_words(row["left_s"], row["day_s"]),
        }
        for row in rows
    ]
    columns = {"key": "节点", "name": "名称", "owner": "负责", "standard": "标准", "due_at": "期限",
               "ended_at": "完成", "left": "剩余工作时间", "state_name": "状态"}  # fmt: skip
    return as_table(f"流程 {number}", shown, columns)


def note(
    number: Annotated[int, typer.Argument(metavar="编号")],
    step: Annotated[str, typer.Argument(metavar="操作", help="done、skip、pause、resume、note")],
    node: Annotated[str, typer.Argument(metavar="节点", help="节点代码；暂停和恢复不用写")] = "",
    reason: Reason = "",
    by: Who = "",
) -> None:
    """Note a step."""
    migrate()
    with transaction() as session:
        ready = sop.note(session, number, node, step, reason, by_person(by))
    console.print(f"流程 {number} 已记录。" + (f"接下来：{'、'.join(ready)}" if ready else "流程已结束。"))


def joint_tasks(
    department: Annotated[str, typer.Option("--department", help="只看一个部门")] = "",
    all_: Everything = False,
    json: AsJson = False,
) -> None:
    """List what departments were called in for."""
    migrate()
    with transaction() as session:
        rows = joint.tasks(session, department or None, everything=all_)
    if json:
        return as_json(rows)
    columns = {"id": "编号", "case_id": "个案", "category": "类别", "department_name": "联动部门", "task": "任务",
               "due_at": "期限", "result": "处理情况"}  # fmt: skip
    return as_table("联动任务", rows, columns)


def joint_done(
    number: Annotated[int, typer.Argument(metavar="编号")],
    result: Annotated[str, typer.Option("--result", help="做了什么、结论是什么")],
    by: Who = "",
) -> None:
    """Say what a department did."""
    migrate()
    with transaction() as session:
        joint.done(session, number, result, by_person(by))
    console.print(f"联动任务 {number} 已回复。")
