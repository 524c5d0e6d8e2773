"""The root-cause report: five whys, a fishbone and a preventive measure, written by some and accepted by others."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from models import sla
from models.cases import desk
from models.cases.desk_work import masked
from models.measures import explaining, preventing
from models.people.rights import Unseen, acting, session_for
from portal.forms import back, by, now, said
from portal.pages.desk import Desk, Worker
from portal.rendering import page
from settings import asset_text
from voc.errors import InputError
from voc.reading.taxonomy import DIMENSIONS
from voc.rootcause import MOST_WHYS
from voc.routing import parse_organisation
from voc.wording import left
from voc.zone import CHINA

router = APIRouter()
SHOWN_WHYS = 5
Words = Annotated[str, Form(max_length=600)]
Many = Annotated[list[str], Form(max_length=MOST_WHYS)]


@router.get("/rootcauses/{report_id}")
def show(request: Request, person: Desk, report_id: int) -> HTMLResponse:
    """Show a report, and the form to those who write or review it."""
    with session_for(person) as session:
        found = _found(explaining.reports(session, everything=True), report_id)
        clock = sla.next_promise(session, "rootcause", [report_id], now()).get(report_id)
        log = desk.log(session, "rootcause", report_id)
        names = desk.departments(session)
    everything = bool(person.roles & {"admin", "voc"})
    whys = list(found["whys"] or [])
    return page(
        request, "rootcause.html", report=found, left=left(clock), log=log, names=names, said=said(request),
        dimensions=DIMENSIONS, whys=[*whys, *[""] * SHOWN_WHYS][: max(SHOWN_WHYS, len(whys))],
        writes=everything or found["department"] in person.departments,
        reviews=everything or found["reviewer"] in person.departments,
        tomorrow=f"{now().astimezone(CHINA):%Y-%m-%d}",
    )  # fmt: skip


def _found(rows: list[dict[str, Any]], report_id: int) -> dict[str, Any]:
    found = next((row for row in rows if row["id"] == report_id), None)
    if found is None:
        raise Unseen("rootcause", report_id)
    return found


@router.post("/rootcauses/{report_id}")
def submit(
    person: Worker,
    report_id: int,
    why: Many,
    root_cause: Words,
    preventive: Words,
    preventive_due: Annotated[date, Form()],
    process: Words = "",
    people: Words = "",
    technology: Words = "",
    product: Words = "",
    environment: Words = "",
) -> RedirectResponse:
    """Hand a report in for review."""
    bones = dict(zip(DIMENSIONS, (process, people, technology, product, environment), strict=True))
    fishbone = {
        name: [masked(line) for line in words.splitlines() if line.strip()] for name, words in bones.items()
    }
    until = datetime.combine(preventive_due, time(18), CHINA)
    with acting(person, "rootcause", report_id) as session:
        explaining.submit(session, report_id, [masked(words) for words in why], fishbone, masked(root_cause),
                          masked(preventive), until, by(person))  # fmt: skip
    return back(f"/rootcauses/{report_id}", "submitted")


@router.post("/rootcauses/{report_id}/review")
def review(
    person: Worker, report_id: int, answer: Annotated[str, Form(max_length=6)], reason: Words = ""
) -> RedirectResponse:
    """Accept a report, or send it back; those who wrote it cannot."""
    with acting(person, "rootcause_review", report_id) as session:
        if answer == "accept":
            explaining.accept(session, report_id, by(person))
        elif reason.strip():
            explaining.give_back(session, report_id, masked(reason), by(person))
        else:
            raise InputError("退回须写明要改什么。")
    return back(f"/rootcauses/{report_id}", "decided")


@router.post("/rootcauses/{report_id}/finish")
def finish(person: Worker, report_id: int, evidence: Words) -> RedirectResponse:
    """Report that the preventive measure is in place, and what shows it."""
    if not evidence.strip():
        raise InputError("请写明凭什么说预防措施已落实。")
    with acting(person, "rootcause", report_id) as session:
        explaining.finish(session, report_id, masked(evidence), by(person))
    return back(f"/rootcauses/{report_id}", "noted")


@router.post("/problems/{problem_id}/preventive")
def prevent(
    person: Worker,
    problem_id: int,
    measure: Annotated[str, Form(max_length=80)],
    detail: Words,
    department: Annotated[str, Form(max_length=40)],
    due_on: Annotated[date, Form()],
) -> RedirectResponse:
    """Propose a preventive measure; it waits for approval like any other."""
    asked_of = parse_organisation(asset_text("organisation.toml")).fallback
    with acting(person, "problem", problem_id) as session:
        if department not in desk.departments(session):
            raise InputError("请选择责任部门。")
        until = datetime.combine(due_on, time(18), CHINA)
        preventing.propose(session, problem_id, measure, detail, department, until, asked_of, by(person))
    return back(f"/problems/{problem_id}", "proposed")
