"""Reports to read, to take away, and to set side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from models import leading
from models.proof import Report
from models.rights import Unseen, session_for
from portal.rendering import page
from portal.rights import User, allow
from settings import get_settings

router = APIRouter()
Reader = Annotated[User, Depends(allow("admin", "voc", "leader", "head", "auditor"))]
TYPES = {
    "html": ("path", "text/html; charset=utf-8"),
    "pdf": ("pdf_path", "application/pdf"),
    "xlsx": ("xlsx_path", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
# A report carries its own style and pictures, and may do nothing else.
READING = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox allow-popups"
)
COMPARED = {
    "csat": "满意度（1–5 分）", "satisfied": "满意率", "nps": "净推荐值", "fcr": "一次解决率",
    "complaints": "投诉率", "feedback": "反馈量", "answered": "按时首次答复", "solved": "按时解决",
    "cycle": "改进周期（天）", "closed": "解决率", "recurrence": "复发率",
}  # fmt: skip


@router.get("/reports")
def listed(request: Request, person: Reader) -> HTMLResponse:
    """List the reports one may read, newest first."""
    with session_for(person) as session:
        rows = leading.reports(session)
    return page(request, "reports.html", rows=rows)


@router.get("/reports/compare")
def compare(
    request: Request, person: Reader, a: Annotated[int, Query(ge=1)], b: Annotated[int, Query(ge=1)]
) -> HTMLResponse:
    """Set the figures of two reports side by side."""
    with session_for(person) as session:
        both = [session.get(Report, id_) for id_ in (a, b)]
    if None in both:
        raise Unseen("report", a)
    first, second = (_figures(report.facts) for report in both if report)
    names = [key for key in first if key in second]
    rows = [(COMPARED.get(key, key), first[key], second[key]) for key in names]
    return page(request, "compare.html", rows=rows, both=both)


def _figures(facts: dict[str, Any]) -> dict[str, float]:
    found = facts.get("numbers", facts)
    if isinstance(found, list):
        found = {str(one.get("name") or one.get("key")): one.get("value") for one in found}
    return {key: float(value) for key, value in found.items() if isinstance(value, int | float)}


@router.get("/reports/{report_id}.{kind}")
def read(person: Reader, report_id: int, kind: str) -> Response:
    """Hand a report out: the page to read, the others to take away."""
    if kind not in TYPES:
        raise Unseen("report", report_id)
    column, media_type = TYPES[kind]
    with session_for(person) as session:
        row = session.get(Report, report_id)
    wanted = getattr(row, column, None) if row else None
    path = _inside(wanted) if wanted else None
    if path is None:
        raise Unseen("report", report_id)
    headers = {"content-security-policy": READING} if kind == "html" else {
        "content-disposition": f'attachment; filename="report-{report_id}.{kind}"'
    }  # fmt: skip
    return Response(path.read_bytes(), media_type=media_type, headers=headers)


def _inside(wanted: str) -> Path | None:
    """Return the file of a report; only what lies in the folder of reports is ever opened."""
    folder = (get_settings().home / "reports").resolve()
    path = (get_settings().home / wanted).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None
