"""The knowledge base: look something up, write it, review it, and see what it said before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from models.cases import knowing
from models.cases.knowing import Words
from models.people.rights import Unseen, session_for
from portal.forms import back, by, said
from portal.naming import issue_names
from portal.pages.desk import Desk, Worker
from portal.rendering import page
from portal.rights import User, allow

router = APIRouter()
PAGE = 30
# Whoever answers may write; what everybody is answered with is released by those who answer for it.
Editor = Annotated[User, Depends(allow("admin", "voc", "head"))]
Short = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=4000)]


@router.get("/knowledge")
def listed(
    request: Request,
    person: Desk,
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=10)] = "published",
    sheet: Annotated[int, Query(ge=1, le=500, alias="page")] = 1,
) -> HTMLResponse:
    """Search, or list what was changed last."""
    state = state if state in ("draft", "published", "retired") else "published"
    with session_for(person) as session:
        if q.strip():
            rows = knowing.search(session, q, 20)
        else:
            rows = knowing.entries(session, state, PAGE + 1, (sheet - 1) * PAGE)
    return page(
        request, "knowledge.html", rows=rows[:PAGE], more=len(rows) > PAGE, q=q, state=state, sheet=sheet
    )


@router.get("/knowledge/new")
def new(request: Request, person: Worker, q: Annotated[str, Query(max_length=300)] = "") -> HTMLResponse:
    """Show an empty form."""
    return page(request, "knowledge_edit.html", entry=None, question=q, issues=issue_names())


@router.post("/knowledge/new")
def add(
    person: Worker, question: Short, answer: Long, scenario: Short = "", phrasings: Long = "",
    issue: Annotated[str, Form(max_length=60)] = "", kind: Annotated[str, Form(max_length=10)] = "answer",
) -> RedirectResponse:  # fmt: skip
    """Write an entry, to be reviewed."""
    with session_for(person, write=True) as session:
        id_ = knowing.add(session, _words(question, answer, scenario, phrasings, issue, kind), by(person))
    return back(f"/knowledge/{id_}", "saved")


def _words(question: str, answer: str, scenario: str, phrasings: str, issue: str, kind: str) -> Words:
    others = tuple(line for line in phrasings.splitlines() if line.strip())
    return Words(
        question, answer, scenario, others[:20], issue if issue in issue_names() else None,
        kind if kind in ("answer", "case") else "answer",
    )  # fmt: skip


@router.get("/knowledge/{id_}")
def show(request: Request, person: Desk, id_: int) -> HTMLResponse:
    """Show an entry with its versions."""
    with session_for(person) as session:
        entry = knowing.entry(session, id_)
        if entry is None:
            raise Unseen("knowledge", id_)
        versions, used = knowing.versions(session, id_), knowing.used(session, id_)
    may_edit = bool(person.roles & {"admin", "voc", "head"})
    return page(request, "knowledge_entry.html", entry=entry, versions=versions, used=used, may_edit=may_edit,
                issues=issue_names(), said=said(request))  # fmt: skip


@router.post("/knowledge/{id_}")
def revise(
    person: Editor, id_: int, question: Short, answer: Long, scenario: Short = "", phrasings: Long = "",
    issue: Annotated[str, Form(max_length=60)] = "", kind: Annotated[str, Form(max_length=10)] = "answer",
    reason: Short = "",
) -> RedirectResponse:  # fmt: skip
    """Write a new version, which holds at once."""
    with session_for(person, write=True) as session:
        words = _words(question, answer, scenario, phrasings, issue, kind)
        knowing.revise(session, id_, words, "published", reason, by(person))
    return back(f"/knowledge/{id_}", "saved")


@router.post("/knowledge/{id_}/{state}")
def settle(person: Editor, id_: int, state: str, reason: Short = "") -> RedirectResponse:
    """Publish or retire."""
    if state not in ("published", "retired"):
        raise Unseen("knowledge", id_)
    with session_for(person, write=True) as session:
        knowing.settle(session, id_, state, reason or "审核", by(person))
    return back(f"/knowledge/{id_}", state)
