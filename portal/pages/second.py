"""The second half of logging in: the code of the app, or a one-time code."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from models import trail
from models.people import accounts, factors
from models.people.rights import house
from portal import halfway
from portal.cookies import drop, half_cookie
from portal.pages.login import too_often, welcome
from portal.rendering import page

router = APIRouter()
WRONG = "验证码不正确或已用过，请等应用里出现新的六位数字再输入。"


@router.get("/login/second")
def form(request: Request) -> Response:
    """Ask for the code, of whoever has just given the right password."""
    return page(request, "second.html", said="") if halfway.remembered(request) else _from_the_start()


def _from_the_start() -> Response:
    return RedirectResponse("/login", 303)


@router.post("/login/second")
def log_in(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Log in with the code."""
    known, now = halfway.remembered(request), datetime.now(UTC)
    if known is None:
        return _from_the_start()
    login, wanted = known
    with house() as session:
        person, _ = accounts.known_hash(session, login)
        if person is None:
            return _from_the_start()
        wait = factors.patience(session, person, now)
        right = not wait and factors.passes(session, person, code, now)
        if not right:
            trail.note(session, now, "system:portal", "factor.refused", f"user:{person.id}")
    if not right:
        return page(request, "second.html", 429 if wait else 401, said=too_often(wait) if wait else WRONG)
    response = welcome(request, person, "password", wanted)
    drop(response, half_cookie())
    return response
