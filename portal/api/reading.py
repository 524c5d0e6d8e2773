"""Cases, problems, actions and verifications out, page by page, as far as the key sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AfterValidator, AwareDatetime

from models.people.keys import Machine
from models.people.rights import Unseen, session_for
from models.views import outward
from portal.api.answers import FAULTS, ActionOut, CaseOut, Page, ProblemOut, VerificationOut
from portal.api.keys import scoped
from voc.lifecycle import ACTION, CASE, PROBLEM, Life


def _one_of(life: Life) -> str:
    return f"^({'|'.join(life.states)})$"


router = APIRouter()
LARGEST_ID = 2**63 - 1
After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="上一页返回的 next")]
Limit = Annotated[int, Query(ge=1, le=500, description="一页的条数")]


def _utc(at: datetime | None) -> datetime | None:
    """Turn a moment of any zone into UTC: PostgreSQL knows fewer zones than ISO 8601."""
    try:
        return at.astimezone(UTC) if at else None
    except OverflowError:
        raise ValueError("时间超出可用的范围") from None


Since = Annotated[AwareDatetime | None, AfterValidator(_utc), Query(description="只要此后有变化的")]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CaseState = Annotated[str | None, Query(pattern=_one_of(CASE), description="只要这个状态的")]
ProblemState = Annotated[str | None, Query(pattern=_one_of(PROBLEM), description="只要这个状态的")]
ActionState = Annotated[str | None, Query(pattern=_one_of(ACTION), description="只要这个状态的")]


def _page(machine: Machine, what: str, after: int, limit: int, **where: Any) -> Any:
    with session_for(machine.person) as session:
        items, following = outward.page(session, what, after, limit, **where)
    return {"items": items, "next": following}


def _one(machine: Machine, what: str, id_: int) -> Any:
    with session_for(machine.person) as session:
        found = outward.one(session, what, id_)
    if found is None:
        raise Unseen(what, id_)
    return found


Cases = Annotated[Machine, Depends(scoped("cases:read"))]
Problems = Annotated[Machine, Depends(scoped("problems:read"))]
Actions = Annotated[Machine, Depends(scoped("actions:read"))]
Verifications = Annotated[Machine, Depends(scoped("verifications:read"))]


@router.get("/cases", responses=FAULTS)
def cases(
    machine: Cases, after: After = 0, limit: Limit = 100, since: Since = None, state: CaseState = None
) -> Page[CaseOut]:
    """列出个案。"""
    return _page(machine, "cases", after, limit, since=since, state=state)  # type: ignore[no-any-return]


@router.get("/cases/{id}", responses=FAULTS)
def case(machine: Cases, id: Id) -> CaseOut:
    """读取一个个案。"""
    return _one(machine, "cases", id)  # type: ignore[no-any-return]


@router.get("/problems", responses=FAULTS)
def problems(
    machine: Problems,
    after: After = 0,
    limit: Limit = 100,
    since: Since = None,
    state: ProblemState = None,
) -> Page[ProblemOut]:
    """列出问题。"""
    return _page(machine, "problems", after, limit, since=since, state=state)  # type: ignore[no-any-return]


@router.get("/problems/{id}", responses=FAULTS)
def problem(machine: Problems, id: Id) -> ProblemOut:
    """读取一个问题。"""
    return _one(machine, "problems", id)  # type: ignore[no-any-return]


@router.get("/actions", responses=FAULTS)
def actions(
    machine: Actions,
    after: After = 0,
    limit: Limit = 100,
    since: Since = None,
    state: ActionState = None,
) -> Page[ActionOut]:
    """列出改进措施。"""
    return _page(machine, "actions", after, limit, since=since, state=state)  # type: ignore[no-any-return]


@router.get("/actions/{id}", responses=FAULTS)
def action(machine: Actions, id: Id) -> ActionOut:
    """读取一项改进措施。"""
    return _one(machine, "actions", id)  # type: ignore[no-any-return]


@router.get("/verifications", responses=FAULTS)
def verifications(
    machine: Verifications, after: After = 0, limit: Limit = 100, since: Since = None
) -> Page[VerificationOut]:
    """列出效果验证。"""
    return _page(machine, "verifications", after, limit, since=since, state=None)  # type: ignore[no-any-return]


@router.get("/verifications/{id}", responses=FAULTS)
def verification(machine: Verifications, id: Id) -> VerificationOut:
    """读取一次效果验证。"""
    return _one(machine, "verifications", id)  # type: ignore[no-any-return]
