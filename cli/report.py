"""voc report, voc replay: write, list and release reports, and compute a filed one again."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console
from cli.server import prepare
from models.engine import migrate, transaction
from models.schema.proof import REPORT_KINDS, Report
from models.views import reports
from settings import get_settings
from voc.errors import InputError
from voc.reporting import kinds
from voc.reporting.ledger import Comparison

SHOWN = 40
Number = Annotated[int, typer.Argument(help="报告编号，见 voc report list")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    report = typer.Typer(no_args_is_help=True)
    report.command("write", help="撰写报告（网页、PDF 和 Excel）")(write)
    report.command("list", help="列出报告")(listed)
    report.command("ask", help="提请审批；批准后领导会收到链接")(ask)
    report.command("release", help="把已批准的报告通知领导")(release)
    app.add_typer(report, name="report")
    app.command("replay")(replay)


def write(
    kind: Annotated[str, typer.Option(help="、".join(f"{k} {n}" for k, n in kinds.NAMES.items()))] = "weekly",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="起始日")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截止日")] = None,
    department: Annotated[str | None, typer.Option(help="部门代码")] = None,
    action: Annotated[int | None, typer.Option(help="措施编号")] = None,
    now: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="当作今天的日期；留空为今天")
    ] = None,
    paper: Annotated[bool, typer.Option("--paper/--no-paper", help="是否同时写 PDF 和 Excel")] = True,
) -> None:
    """Write a report now."""
    _check(kind, department, action)
    _prepared()
    from tasks.report import Wanted
    from tasks.report import write as write_now

    wanted = Wanted(kind, _day(since), _day(until), department, action, paper)
    with transaction() as session:
        row = write_now(session, wanted, now.replace(tzinfo=UTC) if now else datetime.now(UTC))
        console.print(
            f"报告 {row.id}：{row.title}（{row.period_start} 至 {row.period_end}）", highlight=False
        )
        for path in (row.path, row.pdf_path, row.xlsx_path):
            if path:
                console.print(f"  {get_settings().home.resolve() / path}", highlight=False)


def _check(kind: str, department: str | None, action: int | None) -> None:
    if kind not in REPORT_KINDS:
        raise InputError(f"没有「{kind}」这种报告，可用：{'、'.join(REPORT_KINDS)}。")
    if kind == "action" and action is None:
        raise InputError("措施报告要用 --action 指明措施编号，用 voc actions 查看。")
    if kind == "department" and department is None:
        raise InputError("部门报告要用 --department 指明部门代码。")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _prepared() -> None:
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    prepare()
    migrate()


def listed(json: AsJson = False) -> None:
    """List the reports, newest first."""
    migrate()
    with transaction() as session:
        rows = [_row(report) for report in reports.reports(session)]
    if json:
        as_json(rows)
        return
    named = [
        {**row, "kind": kinds.NAMES[row["kind"]], "state": kinds.STATES[row["state"]],
         "days": [row["since"], row["until"]], "file": Path(row["path"]).stem}
        for row in rows
    ]  # fmt: skip
    as_table("报告", named, {"id": "编号", "kind": "类型", "title": "标题", "days": "起止", "state": "状态",
                           "file": "文件"})  # fmt: skip
    if rows:
        console.print(f"网页、PDF 和 Excel 在 {get_settings().home / 'reports'}。", highlight=False)


def _row(report: Report) -> dict[str, Any]:
    return {
        "id": report.id, "kind": report.kind, "title": report.title, "since": report.period_start,
        "until": report.period_end, "state": report.state, "path": report.path, "pdf": report.pdf_path,
        "xlsx": report.xlsx_path, "sha256": report.sha256, "created_at": report.created_at,
    }  # fmt: skip


def ask(number: Number) -> None:
    """Ask whether a report may go to leadership."""
    from models.change import By

    migrate()
    with transaction() as session:
        report = _found(session, str(number))
        if report.state in ("released", "refused"):
            raise InputError(
                f"报告 {number} {kinds.STATES[report.state]}，请先重新撰写（voc report write）。"
            )
        approval = reports.ask(session, report, By("person:cli", datetime.now(UTC)))
    console.print(f"已提请审批，审批编号 {approval}：voc approvals 查看。", highlight=False)


def release() -> None:
    """Tell leadership of what was approved."""
    from models.change import By

    migrate()
    with transaction() as session:
        done = reports.settle(session, By("person:cli", datetime.now(UTC)))
    console.print(f"{len(done)} 份已批准的报告已通知领导。" if done else "没有新批准的报告。")


def replay(
    report: Annotated[str, typer.Argument(help="报告编号，或报告网页的路径")],
    json: AsJson = False,
) -> None:
    """Compute a report again from the data as they are, and say what moved; exit with 1 when something did."""
    _prepared()
    from tasks.reporting.replay import replay as again

    with transaction() as session:
        row = _found(session, report)
        session.expunge(row)
    done = again(row, datetime.now(UTC))
    if json:
        as_json({"same": done.comparison.same, "same_bytes": done.same_bytes, "late": done.late,
                 "raw": [vars(one) for one in done.raw],
                 **{name: [_plain(one) for one in getattr(done.comparison, name)]
                    for name in ("moved", "quiet", "versions")}})  # fmt: skip
    else:
        for one in done.raw[:SHOWN]:
            said = f"原始记录被改动：{one.file} 第 {one.row} 行（{'、'.join(one.parts)}）"
            console.print(said, highlight=False)
        _say(done.comparison, done.same_bytes, done.late)
    if not done.comparison.same:
        raise typer.Exit(1)


def _plain(one: Any) -> Any:
    return vars(one) if hasattr(one, "__dict__") else one


def _found(session: Any, which: str) -> Report:
    if which.isdigit():
        found = reports.get(session, int(which))
    else:
        path = Path(which).resolve()
        home = get_settings().home.resolve()
        found = reports.by_path(session, str(path.relative_to(home))) if path.is_relative_to(home) else None
    if found is None:
        raise InputError(f"找不到报告「{which}」，用 voc report list 查看编号。")
    if not found.scope:
        raise InputError(f"报告 {found.id} 由旧版本写成，没有登记重算所需的信息；请重新撰写。")
    return found


def _say(found: Comparison, same_bytes: bool, late: int) -> None:
    if found.same:
        tail = "，网页逐字节一致。" if same_bytes else "；网页版式因程序更新而不同，数字没有变。"
        console.print(f"{found.compared} 个数字全部重算一致{tail}", highlight=False)
    if found.moved:
        rows = [{"name": one.name, "part": one.part, "was": _shown(one.was), "now": _shown(one.now),
                 "why": "数据行变了" if one.rows_changed else "口径或程序变了"} for one in found.moved]  # fmt: skip
        as_table(f"变动的数字（{len(rows)} 个，其余 {found.compared - len(rows)} 个没有变）", rows[:SHOWN],
                 {"name": "指标", "part": "项目", "was": "报告中", "now": "现在", "why": "原因"})  # fmt: skip
    if found.quiet:
        console.print(f"数据行有改动而数字没有变：{'、'.join(found.quiet)}", highlight=False)
    for _, which, was, now in found.versions:
        console.print(f"{which}已更换：{was or '—'} → {now or '—'}", highlight=False)
    if late:
        console.print(f"报告写成之后又到了 {late:,} 条属于本期的反馈，没有计入比较。", highlight=False)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_shown(one) for one in value)
    return "—" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
