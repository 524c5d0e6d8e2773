"""Standard procedures beside a case or a measure: start one, and note each node as it is done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from models.cases import sop as procedures
from models.cases.desk_work import masked
from models.people.rights import acting
from models.schema.sop import SopRun
from portal.forms import back, by
from portal.pages.beside import life_of
from portal.pages.desk import Worker
from voc.errors import InputError

router = APIRouter()


@router.post("/{place}/{id_}/procedure")
def start(
    person: Worker, place: str, id_: int, code: Annotated[str, Form(max_length=40)]
) -> RedirectResponse:
    """Start a procedure; its nodes are timed from now on."""
    life = life_of(place)
    with acting(person, life, id_) as session:
        procedures.start(session, code, f"{life}:{id_}", "", by(person))
    return back(f"/{place}/{id_}", "node")


@router.post("/{place}/{id_}/procedure/{run_id}")
def note(
    person: Worker,
    place: str,
    id_: int,
    run_id: int,
    node: Annotated[str, Form(max_length=40)],
    step: Annotated[str, Form(max_length=10)],
    words: Annotated[str, Form(max_length=300)] = "",
) -> RedirectResponse:
    """Note that a node is done or skipped."""
    life = life_of(place)
    with acting(person, life, id_) as session:
        run = session.get(SopRun, run_id)
        if run is None or run.subject != f"{life}:{id_}":
            raise InputError("这个流程不属于这一项，请返回刷新后重试。")
        procedures.note(session, run_id, node, step, masked(words), by(person))
    return back(f"/{place}/{id_}", "node")
