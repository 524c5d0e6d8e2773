"""One case: what the customer said, what is known, what was answered before, and the answer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models import sla
from models.cases import desk, desk_work, joint, knowing
from models.cases import sop as procedures
from models.cases.answering import answer_case
from models.customers import tracking
from models.people.rights import Unseen, acting, session_for
from portal.forms import back, by, now, said
from portal.pages.desk import Desk, Worker
from portal.rendering import page
from portal.rights import User
from portal.texts import marked
from voc.wording import left

router = APIRouter()
DONE = {
    "respond": "answered", "reply": "answered", "resolve": "resolved", "confirm": "confirmed",
    "reopen": "reopened", "pause": "paused", "resume": "resumed",
}  # fmt: skip
EVERYWHERE = frozenset({"admin", "voc"})
# Which steps a page offers in which state; the table of the life says in the end what is allowed.
OFFERED = {
    "assigned": ("respond", "resolve"),
    "responded": ("resolve", "reply"),
    "resolved": ("confirm", "reopen"),
    "confirmed": ("reopen",),
}


@router.get("/cases/{case_id}")
def show(request: Request, person: Desk, case_id: int) -> HTMLResponse:
    """Show a case."""
    with session_for(person) as session:
        found = desk.case(session, case_id)
        if found is None:
            raise Unseen("case", case_id)
        called = joint.tasks(session, case=case_id, everything=True)
        return page(
            request,
            "case.html",
            **_all(session, found),
            said=said(request),
            steps=OFFERED.get(found["state"], ()) if _theirs(person, found["department"]) else (),
            answering={row["id"] for row in called if _theirs(person, row["department"])},
            called=called,
            now=now(),
        )


def _theirs(person: User, department: str | None) -> bool:
    """Tell whether somebody may act for a department; whoever was called in looks at what the others do."""
    return bool(person.roles & EVERYWHERE) or department in person.departments


def _all(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    case_id = int(found["id"])
    clock = sla.next_promise(session, "case", [case_id], now()).get(case_id)
    places = desk.mentions(session, found["annotation_id"])
    return {
        "case": found,
        "left": left(clock),
        "clock": clock,
        "words": marked(found["text"], [(p["span_start"], p["span_end"], p["polarity"]) for p in places]),
        "issues": list(dict.fromkeys(p["issue"] for p in places)),
        "problems": desk.problems_of(session, found["feedback_id"]),
        "before": desk.said_before(session, found["customer_id"], found["feedback_id"]),
        "log": desk.log(session, "case", case_id),
        "added": tracking.remarks(session, found["feedback_id"]),
        "suggested": knowing.suggest(session, found["text"], found["issue"]),
        **beside(session, "case", case_id, found["department"]),
    }


def beside(session: Session, life: str, id_: int, department: str | None) -> dict[str, Any]:
    """Read what lies beside something: notes, files, who has it, and to whom it can go."""
    return {
        "life": life,
        "subject": id_,
        "notes": desk_work.notes(session, life, id_),
        "files": desk_work.files(session, life, id_),
        "holder": desk_work.holder(session, life, id_),
        "names": desk.departments(session),
        "colleagues": desk.colleagues(session, department) if department else [],
        "procedures": procedures.templates(),
        "runs": [
            {**run, "nodes": procedures.shown(session, run["id"], now())}
            for run in procedures.runs(session, f"{life}:{id_}", everything=True)
        ],
    }


@router.post("/cases/{case_id}/{step}")
def take(
    person: Worker,
    case_id: int,
    step: str,
    text: Annotated[str, Form(max_length=2000)] = "",
    used: Annotated[str, Form(max_length=20)] = "",
) -> RedirectResponse:
    """Answer, resolve, confirm, re-open, pause or resume a case."""
    if step not in DONE:
        raise Unseen("case", case_id)
    with acting(person, "case", case_id) as session:
        answer_case(session, case_id, step, text, int(used) if used.isdigit() else None, by(person))
    return back(f"/cases/{case_id}", DONE[step])


@router.post("/cases/{case_id}/joint/{task}")
def report(
    person: Worker, case_id: int, task: int, text: Annotated[str, Form(max_length=1000)] = ""
) -> RedirectResponse:
    """Say what a department that was called in did."""
    with acting(person, "case_task", task) as session:
        joint.done(session, task, text, by(person))
    return back(f"/cases/{case_id}", "joint")
