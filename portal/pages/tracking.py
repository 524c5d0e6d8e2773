"""The tracking page: where a customer's feedback stands, and what the customer says to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models.customers import tracking
from models.customers.linking import hashed, opened_by
from models.people import throttle
from models.people.rights import customer, house
from portal.browsers import caller
from portal.cookies import drop, put, tracking_cookie
from portal.rendering import page
from settings import get_settings
from voc.telling.quiet import hours_of
from voc.telling.tracking import read_digits, read_number, what_changed

router = APIRouter()
A_MINUTE = 10
LASTS = 2 * 3600  # seconds a page stays open without the number or the link
# Every question takes this long, whether the number exists, the digits are wrong, or the link has expired.
SECONDS = 0.25
NOT_FOUND = "没有查到，请核对受理编号和手机号后四位；链接可能已过期。"
TOO_OFTEN = "查询过于频繁，请一分钟后再试。"
SAID = {
    "satisfied": "感谢您的确认！",
    "unsatisfied": "已重新受理，我们会尽快再次处理。",
    "remark": "已收到您的补充。",
    "wishes": "已保存。",
    "erase": "已收到您的删除申请。",
}
REFUSED = {
    "satisfied": "当前状态不需要确认，请刷新页面查看。",
    "unsatisfied": "当前状态不能重新处理，请直接补充说明。",
    "remark": "今天补充的内容较多，请明天再试，或等待我们的答复。",
    "wishes": "没有登记联系方式，无法保存偏好。",
    "erase": "请先勾选确认。",
}


@router.get("/track")
def ask(request: Request) -> Response:
    """Show the form."""
    return page(request, "track.html", said="")


@router.post("/track")
def look(
    request: Request, number: Annotated[str, Form()] = "", digits: Annotated[str, Form()] = ""
) -> Response:
    """Open the page of a number whose telephone ends in these digits."""
    began = time.monotonic()
    if _too_often(request):
        return page(request, "track.html", 429, said=TOO_OFTEN)
    # What cannot be a number is asked for all the same, so that it takes as long.
    asked, last = read_number(number) or "VOC-", read_digits(digits) or "----"
    with customer() as session:
        found = tracking.find(session, asked, last)
    return _answered(request, found, None, began)


@router.get("/t/{token}")
def follow(request: Request, token: str) -> Response:
    """Open the page of a link, and leave the link behind: it shall not stand in an address line or a history."""
    began = time.monotonic()
    if _too_often(request):
        return page(request, "track.html", 429, said=TOO_OFTEN)
    hash_ = hashed(token[:100])
    with customer() as session:
        found = opened_by(session, hash_, datetime.now(UTC))
    return _answered(request, found, hash_, began)


def _answered(request: Request, found: int | None, hash_: str | None, began: float) -> Response:
    time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
    if found is None:
        return page(request, "track.html", 403, said=NOT_FOUND)
    response = RedirectResponse("/track/view", 303)
    put(response, tracking_cookie(), _signer().dumps([found, hash_]))
    return response


@router.get("/track/view")
def view(request: Request, said: str = "", well: str = "1") -> Response:
    """Show where it stands; looking changes nothing, for chat programs look at links before people do."""
    feedback, now = _opened(request), datetime.now(UTC)
    if feedback is None:
        return RedirectResponse("/track", 303)
    with customer(feedback) as session:
        it = tracking.standing(session, feedback, now)
        wishes = tracking.wishes(session, it.customer if it else None)
    if it is None:
        return RedirectResponse("/track", 303)
    shown = {
        "reach": (wishes and wishes.reach) or "",
        "quiet": f"{wishes.quiet_from}-{wishes.quiet_until}"
        if wishes and wishes.quiet_from is not None
        else "",
        "silent": bool(wishes and wishes.silent),
    }
    words = (SAID if well == "1" else REFUSED).get(said, "")
    changes = [what_changed(change) for change in it.changes]
    values: dict[str, Any] = {
        "late": bool(it.promised and it.promised < now),
        "said": words,
        "well": well == "1",
    }
    return page(request, "tracked.html", it=it, changes=changes, wishes=shown, **values)


@router.post("/track/answer")
def answer(request: Request, kind: Annotated[str, Form()] = "") -> Response:
    """Take in that the customer is satisfied, or not: then the case is opened again."""
    feedback = _opened(request)
    if feedback is None or kind not in ("satisfied", "unsatisfied"):
        return RedirectResponse("/track", 303)
    with house() as session:
        done = tracking.answer(session, feedback, kind, datetime.now(UTC))
    return _back(kind, done)


@router.post("/track/remark")
def remark(request: Request, words: Annotated[str, Form()] = "") -> Response:
    """Take in what the customer adds."""
    feedback = _opened(request)
    if feedback is None or not words.strip():
        return RedirectResponse("/track/view" if feedback else "/track", 303)
    with house() as session:
        done = tracking.remark(session, feedback, words, datetime.now(UTC))
    return _back("remark", done)


@router.post("/track/wishes")
def wish(
    request: Request,
    reach: Annotated[str, Form()] = "",
    quiet: Annotated[str, Form()] = "",
    silent: Annotated[str, Form()] = "",
) -> Response:
    """Keep how the customer wants to be told."""
    feedback = _opened(request)
    if feedback is None:
        return RedirectResponse("/track", 303)
    with customer(feedback, write=True) as session:
        it = tracking.standing(session, feedback, datetime.now(UTC))
        whose = it.customer if it else None
        if whose is not None:
            way = reach if reach in ("phone", "email") else None
            hours = hours_of(quiet) if quiet in ("22-8", "20-9", "12-14") else None
            tracking.wish(session, whose, way, hours, silent == "yes", datetime.now(UTC))
    return _back("wishes", whose is not None)


@router.post("/track/erase")
def erase(request: Request, sure: Annotated[str, Form()] = "") -> Response:
    """Take in that the customer wants to be erased; a person or the nightly run carries it out."""
    feedback = _opened(request)
    if feedback is None:
        return RedirectResponse("/track", 303)
    if sure == "yes":
        with customer(feedback, write=True) as session:
            tracking.ask_erasure(session, feedback, datetime.now(UTC))
    return _back("erase", sure == "yes")


@router.post("/track/leave")
def leave() -> Response:
    """Close the page."""
    response = RedirectResponse("/track", 303)
    drop(response, tracking_cookie())
    return response


def _back(said: str, well: bool) -> Response:
    return RedirectResponse(f"/track/view?said={said}&well={int(well)}", 303)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().tracking_key(), salt="tracking")


def _opened(request: Request) -> int | None:
    """Return the feedback this browser may see; a link that was revoked closes what it had opened."""
    try:
        read: Any = _signer().loads(request.cookies.get(tracking_cookie(), ""), max_age=LASTS)
    except BadSignature:
        return None
    feedback, hash_ = read
    if hash_ is None:
        return int(feedback)
    with customer() as session:
        return opened_by(session, hash_, datetime.now(UTC))


def _too_often(request: Request) -> bool:
    with customer(write=True) as session:
        wait = throttle.take(
            session, "track", caller(request), datetime.now(UTC), burst=A_MINUTE, per_minute=A_MINUTE
        )
    return wait > 0
