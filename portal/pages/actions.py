"""One measure: its problem with the evidence, its contract, and every step a department takes with it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models import sla
from models.cases import desk
from models.cases.desk_work import masked
from models.change import By, advance
from models.measures import deciding
from models.people.rights import Unseen, acting, session_for
from models.views import problem_list, showing
from portal.forms import back, by, now, said
from portal.pages.cases import beside
from portal.pages.desk import Desk, Worker
from portal.rendering import page
from voc.effect.contract import parse
from voc.effect.wording import agreed
from voc.errors import InputError
from voc.wording import left
from voc.zone import CHINA

router = APIRouter()


@router.get("/actions/{action_id}")
def show(request: Request, person: Desk, action_id: int) -> HTMLResponse:
    """Show a measure."""
    with session_for(person) as session:
        found = desk.action(session, action_id)
        if found is None:
            raise Unseen("action", action_id)
        values = _all(session, found)
    today = now().astimezone(CHINA)
    may_approve = bool(person.roles & {"admin", "voc"})
    return page(request, "action.html", **values, said=said(request), today=f"{today:%Y-%m-%d}",
                time=f"{today:%H:%M}", may_approve=may_approve)  # fmt: skip


def _all(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    id_, problem = int(found["id"]), int(found["problem_id"])
    clock = sla.next_promise(session, "action", [id_], now()).get(id_)
    return {
        "action": found,
        "left": left(clock),
        "clock": clock,
        "agreed": _agreed(found),
        "weekly": showing.weekly(session, [problem]).get(problem, {}),
        "quotations": problem_list.quotations(session, [problem]).get(problem, []),
        "verifications": desk.verifications_of(session, problem, id_),
        "log": desk.log(session, "action", id_),
        **beside(session, "action", id_, found["department"]),
    }


def _agreed(found: dict[str, Any]) -> list[str]:
    if not found["contract"]:
        return []
    live = found["went_live"].astimezone(CHINA).date() if found["went_live"] else found["live_on"]
    day = (
        date.fromisoformat(live)
        if isinstance(live, str)
        else live or found["due_at"].astimezone(CHINA).date()
    )
    return agreed(parse(found["contract"]), day, bool(found["went_live"]))


@router.post("/actions/{action_id}/accept")
def accept(person: Worker, action_id: int, live_on: Annotated[date, Form()]) -> RedirectResponse:
    """Take a measure on: what will count as success is locked from now on."""
    if live_on < now().astimezone(CHINA).date():
        raise InputError("承诺的上线日期不能早于今天。")
    with acting(person, "action", action_id) as session:
        deciding.accept(session, action_id, live_on, by(person))
    return back(f"/actions/{action_id}", "accepted")


@router.post("/actions/{action_id}/start")
def start(person: Worker, action_id: int) -> RedirectResponse:
    """Begin the work."""
    with acting(person, "action", action_id) as session:
        deciding.start(session, action_id, by(person))
    return back(f"/actions/{action_id}", "started")


@router.post("/actions/{action_id}/return")
def give_back(
    person: Worker, action_id: int, reason: Annotated[str, Form(max_length=500)] = ""
) -> RedirectResponse:
    """Return a measure with a reason."""
    if not reason.strip():
        raise InputError("退回须写明理由，方便提出人调整。")
    with acting(person, "action", action_id) as session:
        deciding.give_back(session, action_id, masked(reason), by(person))
    return back(f"/actions/{action_id}", "returned")


@router.post("/actions/{action_id}/implement")
def implement(
    person: Worker,
    action_id: int,
    went_live_on: Annotated[date, Form()],
    went_live_at: Annotated[time, Form()] = time(9),
) -> RedirectResponse:
    """Report that a measure took effect, and when exactly: the verification counts from there."""
    who = by(person)
    live = datetime.combine(went_live_on, went_live_at, CHINA)
    if live > who.at + timedelta(minutes=1):
        raise InputError("落地时间不能晚于现在；请在措施真正生效后再登记。")
    with acting(person, "action", action_id) as session:
        _lock(session, action_id, went_live_on, who)
        deciding.implement(session, action_id, live, who)
    return back(f"/actions/{action_id}", "implemented")


def _lock(session: Session, action_id: int, live_on: date, who: By) -> None:
    """Refuse a go-live without a locked contract: an effect nobody agreed on cannot be proved."""
    found = desk.action(session, action_id)
    if found and found["state"] in ("accepted", "in_progress") and not found["locked_at"]:
        raise InputError("这项措施还没有锁定的验证合同，不能登记落地；请先接单。")


@router.post("/actions/{action_id}/approve")
def approve(person: Worker, action_id: int) -> RedirectResponse:
    """Approve a proposed measure; who is asked otherwise answers on the page of approvals."""
    if not person.roles & {"admin", "voc"}:
        raise Unseen("action", action_id)
    with acting(person, "action", action_id) as session:
        deciding.approve(session, action_id, by(person))
    return back(f"/actions/{action_id}", "approved")


@router.post("/actions/{action_id}/pause")
def pause(
    person: Worker, action_id: int, reason: Annotated[str, Form(max_length=500)] = ""
) -> RedirectResponse:
    """Stop the clock, with a reason that stays in the log."""
    return _timed(person, action_id, "pause", reason)


@router.post("/actions/{action_id}/resume")
def resume(person: Worker, action_id: int) -> RedirectResponse:
    """Let the clock run on."""
    return _timed(person, action_id, "resume", "")


def _timed(person: Worker, action_id: int, step: str, reason: str) -> RedirectResponse:
    with acting(person, "action", action_id) as session:
        advance(
            session, "action", step, {action_id: {"reason": masked(reason)} if reason else {}}, by(person)
        )
    return back(f"/actions/{action_id}", f"{step}d")
