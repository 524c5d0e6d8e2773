"""What waits for a yes or no; the same question may be answered in Prefect or on the command line, once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from models.cases.desk_work import masked
from models.measures import approving
from models.people.rights import Unseen, acting, session_for
from portal.forms import back, by, now, said
from portal.rendering import page
from portal.rights import User, allow

router = APIRouter()
Reader = Annotated[User, Depends(allow("admin", "voc", "head", "leader", "auditor"))]
Decider = Annotated[User, Depends(allow("admin", "voc", "head", "leader"))]


@router.get("/approvals")
def listed(
    request: Request, person: Reader, everything: Annotated[bool, Query(alias="all")] = False
) -> HTMLResponse:
    """List what waits, the most urgent first."""
    with session_for(person) as session:
        rows = approving.approvals(session, everything)
    shown = [{**row, "mine": may_decide(person, row["asked_of"])} for row in rows]
    return page(request, "approvals.html", rows=shown, kinds=approving.KIND_NAMES, everything=everything,
                said=said(request), now=now())  # fmt: skip


def may_decide(person: User, asked_of: str) -> bool:
    """Who is asked answers: leadership its own questions, a department its own; administrators all."""
    if person.roles & {"admin", "voc"}:
        return True
    return "leader" in person.roles if asked_of == approving.LEADERSHIP else asked_of in person.departments


@router.post("/approvals/{approval_id}")
def decide(
    person: Decider,
    approval_id: int,
    answer: Annotated[str, Form(max_length=3)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Say yes or no."""
    with acting(person, "approval", approval_id) as session:
        asked = approving.approval(session, approval_id)
        if not may_decide(person, asked["asked_of"]):
            raise Unseen("approval", approval_id)
        first = approving.decide(session, approval_id, answer == "yes", masked(reason), by(person))
    return back("/approvals", "decided" if first else "late")
