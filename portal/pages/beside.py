"""What can be done beside a case, a measure and a problem alike: remarks, files, handing over, taking in hand."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import RedirectResponse, Response

from models.cases import desk_work
from models.people.rights import Unseen, acting, session_for
from portal.forms import back, by
from portal.pages.desk import Desk, Worker
from voc.attachments import LARGEST, accept
from voc.errors import InputError

router = APIRouter()
PLACES = {"cases": "case", "actions": "action", "problems": "problem"}


def life_of(place: str) -> str:
    """Return the life a place of the portal shows."""
    if place not in PLACES:
        raise Unseen(place, 0)
    return PLACES[place]


@router.post("/{place}/{id_}/note")
def note(
    person: Worker,
    place: str,
    id_: int,
    text: Annotated[str, Form(max_length=2000)] = "",
    percent: Annotated[str, Form(max_length=3)] = "",
) -> RedirectResponse:
    """Add a remark, or progress."""
    share = min(int(percent), 100) if percent.isdigit() else None
    with acting(person, life_of(place), id_) as session:
        desk_work.add_note(session, life_of(place), id_, text, share, by(person))
    return back(f"/{place}/{id_}", "noted" if share is None else "progress")


@router.post("/{place}/{id_}/file")
def attach(person: Worker, place: str, id_: int, file: UploadFile) -> RedirectResponse:
    """Put a file beside it."""
    taken = accept(file.filename or "", file.file.read(LARGEST + 1))
    with acting(person, life_of(place), id_) as session:
        desk_work.attach(session, life_of(place), id_, taken, by(person))
    return back(f"/{place}/{id_}", "attached")


@router.get("/files/{id_}")
def download(person: Desk, id_: int) -> Response:
    """Hand a file out as a download, whatever it is."""
    with session_for(person) as session:
        found = desk_work.file(session, id_)
        if found is None:
            raise Unseen("file", id_)
        content, media_type, name = found.content, found.media_type, found.name
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)


@router.post("/{place}/{id_}/hand-over")
def hand_over(
    person: Worker,
    place: str,
    id_: int,
    to: Annotated[str, Form(max_length=60)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> RedirectResponse:
    """Give it to a colleague (person:7) or to another department (department:code)."""
    kind, _, value = to.partition(":")
    life = life_of(place)
    if life == "problem" or kind not in ("person", "department") or not value:
        raise InputError("请选择要转交给谁。")
    with acting(person, life, id_) as session:
        owner = desk_work.department_of(session, life, id_)
        colleague = int(value) if kind == "person" and value.isdigit() else None
        department = owner if kind == "person" else value
        desk_work.hand_over(session, life, id_, department, colleague, reason, by(person))
        visible = bool(person.roles & {"admin", "voc"}) or department in person.departments
    return back(f"/{place}/{id_}" if visible else "/desk", "handed")


@router.post("/{place}/{id_}/take")
def take(person: Worker, place: str, id_: int) -> RedirectResponse:
    """Take it in hand oneself."""
    with acting(person, life_of(place), id_) as session:
        desk_work.hold(session, life_of(place), [id_], person.id, by(person))
    return back(f"/{place}/{id_}", "taken")
