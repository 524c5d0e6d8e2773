"""For leadership: how the loop stands now, and the same as a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from models.people.rights import Unseen, session_for
from models.views import leading, problem_list
from portal.forms import now
from portal.rendering import moment, page
from portal.rights import User, allow
from portal.sheets import Table, as_csv, as_xlsx
from voc.lifecycle import PROBLEM

router = APIRouter()
Leader = Annotated[User, Depends(allow("admin", "voc", "leader", "head", "auditor"))]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/dashboard")
def dashboard(request: Request, person: Leader) -> HTMLResponse:
    """Show the loop: what came in, how far it came, what is late, what had an effect, what rose."""
    moment_ = now()
    with session_for(person) as session:
        values: dict[str, Any] = {
            "figures": leading.figures(session, leading.since_last(moment_), moment_),
            "funnel": leading.funnel(session),
            "problems": leading.open_problems(session),
            "effects": leading.effects(session),
            "most": leading.EFFECTS,
            "alarms": leading.alarms(session),
            "departments": leading.by_department(session, moment_),
        }
    return page(request, "dashboard.html", **values, now=moment_)


@router.get("/dashboard/export.{kind}")
def export(person: Leader, kind: str) -> Response:
    """Give the tables of the dashboard as a file."""
    if kind not in ("csv", "xlsx"):
        raise Unseen("export", 0)
    with session_for(person) as session:
        tables = [
            Table("部门", ("部门", "未结个案", "超时个案", "进行中措施", "逾期措施", "已见效", "未见效"),
                  [tuple(row.values())[1:] for row in leading.by_department(session, now())]),
            Table("未解决的问题", ("编号", "问题", "状态", "轮次", "责任部门", "下一项措施", "期限"),
                  [(f"PRB-{r['id']}", r["name"], PROBLEM.states[r["state"]], r["round"], r["department_name"],
                    r["measure"] or "", moment(r["due_at"])) for r in leading.open_problems(session, 1_000)]),
            Table("问题与原话", ("编号", "问题", "反馈", "客户", "客户原话（已脱敏）"),
                  [(f"PRB-{r['id']}", r["name"], r["count"], r["customers"], "；".join(r["quotations"]))
                   for r in problem_list.problems(session)]),
        ]  # fmt: skip
    if kind == "csv":
        return _file(as_csv(tables), "text/csv; charset=utf-8", "dashboard.csv")
    return _file(as_xlsx(tables), XLSX, "dashboard.xlsx")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )
