"""Logging in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from models import trail
from models.people import accounts, factors, sessions, throttle
from models.people.passwords import matches
from models.people.rights import house
from models.people.sessions import Person
from portal import halfway
from portal.browsers import browser_of, caller
from portal.cookies import drop, put, session_cookie, visitor_cookie
from portal.rendering import page
from portal.rights import Asking
from settings import get_settings

router = APIRouter()
REFUSED = "登录名或密码不正确。"


@router.get("/login")
def form(request: Request, person: Asking, next: str = "/") -> Response:
    """Show the form; who is logged in already goes on."""
    if person:
        return RedirectResponse(within(next), 303)
    return _shown(request, 200, within(next))


def _shown(request: Request, status: int, wanted: str, said: str = "") -> Response:
    settings = get_settings()
    others = [
        ("oidc", "企业账号登录", settings.oidc_issuer),
        ("wecom", "企业微信登录", settings.wecom_corp_id),
    ]
    ways = [(way, title) for way, title, configured in others if configured]
    return page(request, "login.html", status, wanted=wanted, said=said, ways=ways)


@router.post("/login")
def log_in(
    request: Request,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Log in with a password."""
    now = datetime.now(UTC)
    wait = _patience(request, login, now)
    if wait:
        return _shown(request, 429, within(next), too_often(wait))
    with house() as session:
        person, known = accounts.known_hash(session, login)
        paired = person is not None and factors.is_set(session, person.id)
    if not matches(password, known) or person is None:
        _noted(f"login:{throttle.key_of('login', login.lower())}", "login.refused", now)
        return _shown(request, 401, within(next), REFUSED)
    return (
        halfway.sent(person, within(next)) if paired else welcome(request, person, "password", within(next))
    )


def too_often(wait: float) -> str:
    """Say how long somebody has to wait who tried too often."""
    return f"尝试次数过多，请在 {max(1, round(wait / 60))} 分钟后再试。"


def _patience(request: Request, login: str, now: datetime) -> float:
    """Return the seconds to wait: five tries at a name, twenty from an address, then one every few minutes."""
    with house() as session:
        name = throttle.take(session, "login", login.strip().lower(), now, burst=5, per_minute=1 / 3)
        place = throttle.take(session, "login-from", caller(request), now, burst=20, per_minute=2)
    return max(name, place)


def _noted(subject: str, action: str, now: datetime) -> None:
    with house() as session:
        trail.note(session, now, "system:portal", action, subject)


def welcome(request: Request, person: Person, method: str, wanted: str) -> Response:
    """Begin a session with a new token, whatever token the browser came with, and go on."""
    now = datetime.now(UTC)
    with house() as session:
        token = sessions.begin_session(session, person.id, method, browser_of(request), now)
        throttle.forgive(session, "login", person.login)
        trail.note(session, now, person.who, "login", f"user:{person.id}", method=method)
    response = RedirectResponse(wanted, 303)
    put(response, session_cookie(), token)
    drop(response, visitor_cookie())
    return response


@router.post("/logout")
def log_out(request: Request, person: Asking) -> Response:
    """End this session."""
    now = datetime.now(UTC)
    if person:
        with house() as session:
            sessions.end_session(session, person.id, person.session_id, "logged out", now)
            trail.note(session, now, person.who, "logout", f"user:{person.id}")
    response = RedirectResponse("/login", 303)
    drop(response, session_cookie())
    return response


def within(wanted: str) -> str:
    """Keep a way back inside this house: a path of ours, never another host."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if inside and "\\" not in wanted else "/"
