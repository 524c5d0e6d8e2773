"""Names people recognise: what a run is called, and what it leaves behind in the Prefect UI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.runtime import flow_run
from sqlalchemy.exc import SQLAlchemyError

from models.engine import transaction
from models.views import reports, showing
from notifications.names import EVENTS
from settings import get_settings
from tasks.common import moment, stage
from voc.effect.names import NAMES
from voc.kpi import PART_NAMES, pending
from voc.lifecycle import ACTION, PROBLEM
from voc.telling.delivery import STATES
from voc.zone import CHINA


def titled(title: str) -> Callable[[], str]:
    """Make run names such as 采集·京东评论·2026-11-21 18:00."""

    def name() -> str:
        what = flow_run.parameters.get("what")
        sources = _titles(list(getattr(what, "sources", []) or [])[:3])
        at = moment(getattr(what, "now", None)).astimezone(CHINA)
        return "·".join([title, *(["、".join(sources)] if sources else []), f"{at:%Y-%m-%d %H:%M}"])

    return name


def _titles(sources: Sequence[str]) -> list[str]:
    """Call sources by the names people gave them; by their codes when the database is away."""
    if not sources:
        return []
    try:
        with transaction() as session:
            known = showing.source_titles(session, sources)
    except SQLAlchemyError:
        known = {}
    return [known.get(name, name) for name in sources]


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Write rows as a markdown table with Chinese headings."""
    lines = ["| " + " | ".join(columns.values()) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(key)) for key in columns) + " |" for row in rows]
    return "\n".join(lines)


def _column(name: str) -> str:
    return "整行" if name == "*" else name


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0")
    if isinstance(value, int):
        return f"{value:,}"
    return "—" if value is None else str(value).replace("|", "｜").replace("\n", " ")


@stage("展示采集结果")
def show_accounting(deliveries: Sequence[int]) -> None:
    """Show where every row of these deliveries has gone."""
    with transaction() as session:
        rows = [{**row, "pending": pending(row)} for row in showing.deliveries(session, deliveries)]
    columns = {"title": "来源", "path": "文件", "read": "读入", **PART_NAMES, "pending": "待处理",
               "error": "未能读取的原因"}  # fmt: skip
    markdown = table(rows, columns)
    create_markdown_artifact(
        f"# 行数核对\n\n{markdown}", key="accounting", description="读入的每一行去了哪里"
    )


@stage("展示隔离区")
def show_quarantine() -> None:
    """Show the rows that wait for repair."""
    with transaction() as session:
        rows = [{**row, "column": _column(row["column"])} for row in showing.quarantined(session)]
    columns = {"id": "编号", "title": "来源", "path": "文件", "row": "行", "column": "列", "reason": "原因"}
    text = f"# 隔离区：{len(rows)} 行待修复\n\n{table(rows[:200], columns)}"
    create_markdown_artifact(text, key="quarantine", description="待修复的行及原因")


@stage("展示问题排行")
def show_problems() -> None:
    """Show the problems, largest first."""
    with transaction() as session:
        rows = [{**row, "state": PROBLEM.states[row["state"]]} for row in showing.problems(session)]
    columns = {"id": "编号", "name": "问题", "count": "反馈", "customers": "客户", "state": "状态",
               "round": "轮次", "department": "责任部门", "first_seen": "首次出现"}  # fmt: skip
    create_markdown_artifact(
        f"# 问题排行\n\n{table(rows, columns)}", key="problems", description="按反馈条数排序"
    )


@stage("展示改进措施")
def show_actions() -> None:
    """Show the measures and where each stands."""
    with transaction() as session:
        rows = [{**row, "state": ACTION.states[row["state"]]} for row in showing.actions(session)]
    columns = {"id": "编号", "problem": "问题", "measure": "措施", "department": "责任部门", "state": "状态",
               "due_at": "期限"}  # fmt: skip
    text = f"# 改进措施\n\n{table(rows, columns)}"
    create_markdown_artifact(text, key="actions", description="待审批和进行中的措施")


@stage("展示验证结论")
def show_verifications() -> None:
    """Show the verdicts reached so far."""
    with transaction() as session:
        rows = [{**row, "verdict": NAMES[row["verdict"]]} for row in showing.verifications(session)]
    columns = {
        "id": "编号",
        "problem": "问题",
        "measure": "措施",
        "went_live": "落地时间",
        "verdict": "结论",
        "sentence": "说明",
    }
    create_markdown_artifact(
        f"# 效果验证\n\n{table(rows, columns)}", key="verifications", description="措施的效果结论"
    )


@stage("展示闭环漏斗")
def show_funnel() -> None:
    """Show how far complaints have come: into a problem, to a measure, to a verdict."""
    with transaction() as session:
        counts = showing.linked(session)
    names = {"complaints": "投诉", "in_problem": "归入问题", "acted": "已有措施", "judged": "已有结论"}
    whole = counts["complaints"] or 1
    rows = [
        {"step": names[key], "count": counts[key], "share": f"{counts[key] / whole:.0%}"} for key in names
    ]
    create_table_artifact(
        [{"环节": row["step"], "条数": row["count"], "占投诉": row["share"]} for row in rows],
        key="funnel",
        description="投诉在闭环里走到了哪一步",
    )


@stage("展示质量分")
def show_quality() -> None:
    """Show the quality score of the newest batches."""
    with transaction() as session:
        rows = showing.newest_batches(session)
    columns = {"id": "批次", "title": "来源", "path": "文件", "read": "读入", "quarantined": "隔离",
               "quality_score": "质量分", "refused_because": "整批拒收原因"}  # fmt: skip
    create_markdown_artifact(
        f"# 质量分\n\n{table(rows, columns)}", key="quality", description="最近各批的质量分"
    )


@stage("展示消息")
def show_notices() -> None:
    """Show what was told and what still waits."""
    with transaction() as session:
        rows = [
            {**row, "event": EVENTS.get(row["event"], row["event"]), "state": STATES[row["state"]]}
            for row in showing.notice_counts(session)
        ]
    markdown = table(rows, {"event": "事项", "state": "状态", "count": "条数"})
    create_markdown_artifact(f"# 消息\n\n{markdown}", key="notices", description="发件箱现状")


@stage("展示报告")
def show_report(path: str) -> None:
    """Link the report where people read it: a browser opens no file from a page."""
    with transaction() as session:
        report = reports.by_path(session, Path(path).relative_to(get_settings().home.resolve()).as_posix())
    if report:
        address = get_settings().portal_address()
        create_link_artifact(
            f"{address}/reports/{report.id}",
            link_text=report.title,
            key="report",
            description=f"文件：{path}",
        )
