"""Who takes cases, how many each has in hand, and what each knows: new cases go to who knows the matter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models import trail
from models.cases import desk, queueing
from models.people.rights import Unseen, house, session_for
from portal.forms import back, by, said
from portal.naming import skill_names
from portal.rendering import page
from portal.rights import User, allow

router = APIRouter()
Reader = Annotated[User, Depends(allow("admin", "voc", "head", "auditor"))]
Teacher = Annotated[User, Depends(allow("admin", "voc", "head"))]


@router.get("/team")
def listed(request: Request, person: Reader) -> HTMLResponse:
    """List the people who take cases, of one's own departments or of all."""
    with session_for(person) as session:
        rows = _team(session, person)
        names = desk.departments(session)
    return page(
        request, "team.html", rows=rows, names=names, skills=skill_names(), most=queueing.CAPACITY,
        said=said(request), teaches=bool(person.roles & {"admin", "voc", "head"}),
    )  # fmt: skip


def _team(session: Session, person: User) -> list[queueing.Clerk]:
    everywhere = bool(person.roles & {"admin", "voc", "auditor"})
    return [
        one for one in queueing.clerks(session) if everywhere or person.departments & set(one.departments)
    ]


@router.post("/team/{user_id}")
def teach(
    person: Teacher,
    user_id: int,
    skills: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006
) -> RedirectResponse:
    """Set what somebody knows."""
    with house() as session:
        found = next((one for one in _team(session, person) if one.id == user_id), None)
        if found is None:
            raise Unseen("user", user_id)
        queueing.teach(session, user_id, skills, set(skill_names()))
        trail.note(session, by(person).at, person.who, "user.skills", f"user:{user_id}")
    return back("/team", "taught")
