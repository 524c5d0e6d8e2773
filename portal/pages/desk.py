"""The desk: what a department has to do, by deadline, and answers to many cases at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models import sla
from models.cases import desk
from models.cases.answering import answer_case
from models.people.rights import acting, session_for
from portal.forms import back, by, now, said
from portal.rendering import page
from portal.rights import User, allow
from voc.errors import InputError
from voc.wording import left, left_until

router = APIRouter()
KINDS = {
    "answer": "待答复",
    "solve": "待解决",
    "action": "改进措施",
    "review": "预警复核",
    "joint": "联动任务",
}
BULK = 50
Desk = Annotated[User, Depends(allow("admin", "voc", "agent", "handler", "head", "leader", "auditor"))]
Worker = Annotated[User, Depends(allow("admin", "voc", "agent", "handler", "head"))]


@router.get("/desk")
def todo(
    request: Request,
    person: Desk,
    kind: Annotated[str, Query(max_length=10)] = "",
    department: Annotated[str, Query(max_length=40)] = "",
    sheet: Annotated[int, Query(ge=1, le=200, alias="page")] = 1,
) -> HTMLResponse:
    """Show what is to be done, the most urgent first."""
    kind = kind if kind in KINDS else ""
    with session_for(person) as session:
        names = desk.departments(session)
        mine = sorted(person.departments & set(names)) or sorted(names)
        chosen = [department] if department in mine else mine
        rows = desk.todo(session, chosen, kind, (sheet - 1) * desk.PAGE, desk.PAGE + 1)
        shown = with_time_left(session, rows[: desk.PAGE])
        counted = desk.counts(session, chosen, now())
    return page(
        request, "desk.html", rows=shown, counts=counted, kinds=KINDS, kind=kind, names=names, mine=mine,
        department=department if department in mine else "", sheet=sheet, more=len(rows) > desk.PAGE,
        said=said(request), most=desk.COUNTED,
    )  # fmt: skip


def with_time_left(session: Session, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each row how its clock stands, read from its log; a department that was called in has one moment."""
    moment = now()
    joint = {
        row["id"]: left_until(row["due_at"], row["due_at"] - row["since"], moment)
        for row in rows
        if row["life"] == "joint"
    }
    clocks = {
        life: sla.next_promise(session, life, [row["id"] for row in rows if row["life"] == life], moment)
        for life in {row["life"] for row in rows} - {"joint"}
    }
    return [
        {
            **row,
            "left": joint[row["id"]] if row["life"] == "joint" else left(clocks[row["life"]].get(row["id"])),
        }
        for row in rows
    ]


@router.post("/desk/answers")
def answers(
    person: Worker,
    text: Annotated[str, Form(max_length=1000)],
    cases: Annotated[list[int], Form(max_length=BULK)] = [],  # noqa: B006
) -> RedirectResponse:
    """Give the same answer to the cases that were ticked."""
    if not cases:
        raise InputError("请先勾选要答复的个案。")
    # Each case by itself: what one of them does not allow leaves the others answered.
    for case in dict.fromkeys(cases):
        with acting(person, "case", case) as session:
            answer_case(session, case, "respond", text, None, by(person))
    return back("/desk", "bulk")
