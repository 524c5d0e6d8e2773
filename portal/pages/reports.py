"""Reports to read, to take away, and to set side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from models.people.rights import Unseen, session_for
from models.schema.proof import Report
from models.views import leading
from portal.papers import READING, paper
from portal.rendering import page
from portal.rights import User, allow
from voc.reporting.reading import figures, moved, problems

router = APIRouter()
READERS = frozenset({"admin", "voc", "leader", "head", "auditor"})
Reader = Annotated[User, Depends(allow(*sorted(READERS)))]
TYPES = {
    "html": ("path", "text/html; charset=utf-8"),
    "pdf": ("pdf_path", "application/pdf"),
    "xlsx": ("xlsx_path", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


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
    first, second = ({one.key: one for one in figures(report.facts)} for report in both if report)
    rows = [(first[key], second[key], moved(first[key], second[key])) for key in first if key in second]
    return page(request, "compare.html", rows=rows, both=both)


@router.get("/reports/{report_id}.{kind}")
def read(person: Reader, report_id: int, kind: str) -> Response:
    """Hand a report out: the page to read, the others to take away."""
    if kind not in TYPES:
        raise Unseen("report", report_id)
    column, media_type = TYPES[kind]
    with session_for(person) as session:
        row = session.get(Report, report_id)
    wanted = getattr(row, column, None) if row else None
    path = paper(wanted) if wanted else None
    if path is None:
        raise Unseen("report", report_id)
    headers = {"content-security-policy": READING} if kind == "html" else {
        "content-disposition": f'attachment; filename="report-{report_id}.{kind}"'
    }  # fmt: skip
    return Response(path.read_bytes(), media_type=media_type, headers=headers)


@router.get("/reports/{report_id}")
def show(request: Request, person: Reader, report_id: int) -> HTMLResponse:
    """Show the figures of a report with their intervals, and the way from its problems to the sentences."""
    with session_for(person) as session:
        row = session.get(Report, report_id)
        if row is None:
            raise Unseen("report", report_id)
        said = problems(row.facts)
        shown = [{**one, "said": said[one["id"]]} for one in leading.named_problems(session, list(said))]
        before = leading.report_before(session, row)
    return page(request, "report.html", report=row, figures=figures(row.facts), problems=shown, before=before)
