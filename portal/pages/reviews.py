"""Alarms a department looks at: was it real, false, or of a known cause?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from models import sla
from models.cases import desk
from models.cases.desk_work import masked
from models.people.rights import Unseen, acting, session_for
from models.problems import upholding
from models.views import sentences as behind
from portal.forms import back, by, now, said
from portal.pages.desk import Desk, Worker
from portal.pages.problems import told
from portal.rendering import page
from voc.errors import InputError
from voc.wording import left

router = APIRouter()
STEPS = {"uphold": "属实", "refute": "误报", "explain": "原因已知"}


@router.get("/reviews/{review_id}")
def show(request: Request, person: Desk, review_id: int) -> HTMLResponse:
    """Show an alarm and how it was, or may be, concluded."""
    with session_for(person) as session:
        found = desk.review(session, review_id)
        if found is None:
            raise Unseen("review", review_id)
        clock = sla.next_promise(session, "review", [review_id], now()).get(review_id)
        log = desk.log(session, "review", review_id)
    return page(
        request, "review.html", review=found, left=left(clock), log=log, steps=STEPS, said=said(request)
    )


@router.get("/reviews/{review_id}/sentences")
def sentences(
    request: Request,
    person: Desk,
    review_id: int,
    sheet: Annotated[int, Query(ge=1, le=500, alias="page")] = 1,
) -> HTMLResponse:
    """Drill down to the sentences an alarm was raised for."""
    with session_for(person) as session:
        found = desk.review(session, review_id)
        if found is None:
            raise Unseen("review", review_id)
        rows = behind.of_alarm(session, review_id, (sheet - 1) * desk.PAGE, desk.PAGE + 1)
    above = [("/desk", "工作台"), (f"/reviews/{review_id}", found["label"])]
    return page(request, "sentences.html", **told(rows, sheet), above=above, count=found["told"])


@router.post("/reviews/{review_id}")
def conclude(
    person: Worker,
    review_id: int,
    step: Annotated[str, Form(max_length=10)],
    conclusion: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Conclude."""
    if step not in STEPS or not conclusion.strip():
        raise InputError("请选择结论，并写一句依据。")
    with acting(person, "review", review_id) as session:
        upholding.conclude(session, review_id, step, masked(conclusion), by(person))
    return back(f"/reviews/{review_id}", "concluded")
