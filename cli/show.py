"""voc problems, actions, verifications, notices, sources: what is in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.accounting import as_accounting
from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.views import problem_list, showing
from models.views.reporting import department_names
from notifications.names import EVENTS
from settings import get_settings
from voc.effect.names import NAMES
from voc.lifecycle import ACTION, PROBLEM
from voc.monitor import Watching
from voc.telling.delivery import STATES
from voc.wording import receiver, subject

PROBLEM_KIND_NAMES = {"issue": "反复出现", "incident": "同一事件", "candidate": "新问题", "part": "拆分"}
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Query = Callable[..., list[dict[str, Any]]]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("problems")(problems)
    app.command("actions")(actions)
    app.command("verifications")(verifications)
    app.command("notices")(notices)
    app.command("deliveries")(deliveries)


def fetch(query: Query, **values: Any) -> list[dict[str, Any]]:
    """Run a query of models.views.showing."""
    migrate()
    with transaction() as session:
        return query(session, **values)


def problems(
    json: AsJson = False,
    members: Annotated[bool, typer.Option("--members", help="连同每个问题的反馈编号（JSON）")] = False,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="只列还不够成为问题的：两条以上说的是同一件事")
    ] = False,
) -> None:
    """List the problems, largest first, or what may become one."""
    if candidates:
        return _candidates(json)
    rows = [{**row, "page": _page(row["id"])} for row in fetch(problem_list.problems)]
    if json:
        return as_json(_with_members(rows) if members else rows)
    named = [{**row, "state": _standing(row), "kind": PROBLEM_KIND_NAMES[row["kind"]],
              "said": next(iter(row["quotations"]), None)} for row in rows]  # fmt: skip
    as_table("问题", named, {"id": "编号", "name": "问题", "kind": "类型", "count": "反馈", "customers": "客户",
                           "state": "状态", "department": "责任部门", "said": "客户原话"})  # fmt: skip
    return _say_pages([row["page"] for row in rows if row["page"]])


def _standing(row: dict[str, Any]) -> str:
    state = PROBLEM.states[row["state"]] + (f"（第 {row['round']} 轮）" if row["round"] > 1 else "")
    return f"{state}，监测第 {row['watch']['weeks']} 周" if row["watch"] else state


def told_watch(watch: dict[str, Any]) -> str:
    """How the watch for a relapse stands, in words."""
    needed = Watching(get_settings().relapse_false_reopen).needed
    return (
        f"已监测 {watch['weeks']} 周（截至 {watch['through']:%Y-%m-%d}），未见复发；"
        f"复发证据 {watch['evidence']:.2g}，达到 {needed:.0f} 才重新打开"
    )


def _say_pages(pages: list[str]) -> None:
    if pages:
        where = f"{Path(pages[0]).parent}/编号.html"
        console.print(f"根因页（{len(pages)} 个）：{where}", highlight=False)


def _page(problem: int) -> str | None:
    """Where the root-cause page of a problem is, if one was written."""
    path = get_settings().home.resolve() / "reports" / "problems" / f"{problem}.html"
    return str(path) if path.exists() else None


def _with_members(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with transaction() as session:
        found = problem_list.members(session, [row["id"] for row in rows])
    return [{**row, "members": found.get(row["id"], [])} for row in rows]


def _candidates(json: bool) -> None:
    rows = fetch(problem_list.groups)
    if json:
        return as_json(rows)
    return as_table("候选", rows, {"group": "组", "count": "反馈", "customers": "客户", "first_seen": "最早",
                                 "last_seen": "最近", "quotation": "原话"})  # fmt: skip


def actions(json: AsJson = False) -> None:
    """List the measures."""
    rows = fetch(showing.actions)
    if json:
        return as_json(rows)
    named = [
        {**row, "state": ACTION.states[row["state"]], "verdict": NAMES.get(row["verdict"] or "", "—")}
        for row in rows
    ]
    columns = {"id": "编号", "problem": "问题", "measure": "措施", "department": "责任部门", "state": "状态",
               "due_at": "期限", "went_live": "落地", "verdict": "结论"}  # fmt: skip
    return as_table("改进措施", named, columns)


def verifications(json: AsJson = False) -> None:
    """List the verdicts."""
    rows = fetch(showing.verifications)
    if json:
        return as_json(rows)
    named = [{**row, "verdict": NAMES[row["verdict"]]} for row in rows]
    return as_table("效果验证", named, {"id": "编号", "problem": "问题", "measure": "措施", "went_live": "落地",
                                    "verdict": "结论", "sentence": "说明"})  # fmt: skip


def notices(
    json: AsJson = False, limit: Annotated[int, typer.Option(min=1, help="最多列出多少条")] = 50
) -> None:
    """List the messages, newest first."""
    rows = fetch(showing.notices, limit=limit)
    if json:
        return as_json(rows)
    with transaction() as session:
        names = department_names(session)
    named = [
        {**row, "event": EVENTS.get(row["event"], row["event"]), "state": STATES[row["state"]],
         "subject": subject(row["subject"]), "recipient": receiver(row["recipient"], names)}
        for row in rows
    ]  # fmt: skip
    return as_table("消息", named, {"id": "编号", "subject": "对象", "event": "事项", "recipient": "收件人",
                                  "channel": "渠道", "state": "状态", "note": "备注"})  # fmt: skip


def deliveries(json: AsJson = False) -> None:
    """Account for the rows of every delivery."""
    rows = fetch(showing.deliveries)
    if json:
        return as_json(rows)
    return as_accounting("采集", rows, {"id": "编号", "title": "来源", "path": "文件"})
