"""A person's own account: sessions to look at and end, and the password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from models import trail
from models.people import accounts, factors, sessions
from models.people.passwords import matches
from models.people.rights import house
from portal.browsers import browser_of
from portal.cookies import put, session_cookie
from portal.rendering import page
from portal.rights import SignedIn
from voc.errors import InputError

router = APIRouter()


@router.get("/account")
def show(request: Request, person: SignedIn) -> Response:
    """Show the account and its open sessions."""
    return _shown(request, person)


def _shown(request: Request, person: SignedIn, status: int = 200, said: str = "") -> Response:
    with house() as session:
        held = [row[0] for row in sessions.open_sessions(session, person.id, datetime.now(UTC))]
        has_password = accounts.known_hash(session, person.login)[1] is not None
        since, spares = factors.standing(session, person.id)
    return page(
        request, "account.html", status, sessions=held, has_password=has_password, since=since, spares=spares,
        asked=sessions.factor_asked(person.roles), said=said,
    )  # fmt: skip


@router.post("/account/sessions/{session_id}/end")
def end(person: SignedIn, session_id: int) -> Response:
    """End one of the person's sessions; one of somebody else is as good as none."""
    now = datetime.now(UTC)
    with house() as session:
        if sessions.end_session(session, person.id, session_id, "revoked", now):
            trail.note(session, now, person.who, "session.end", f"session:{session_id}")
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end")
def end_others(person: SignedIn) -> Response:
    """End every other session of the person."""
    now = datetime.now(UTC)
    with house() as session:
        sessions.end_all(session, person.id, "revoked", now, but=person.session_id)
        trail.note(session, now, person.who, "session.end_others", f"user:{person.id}")
    return RedirectResponse("/account", 303)


@router.post("/account/password")
def change_password(
    request: Request,
    person: SignedIn,
    old: Annotated[str, Form(max_length=256)],
    new: Annotated[str, Form(max_length=256)],
    again: Annotated[str, Form(max_length=256)],
) -> Response:
    """Change the password: the old one is asked for, and every session but a new one of this browser ends."""
    now = datetime.now(UTC)
    with house() as session:
        _, known = accounts.known_hash(session, person.login)
    if not matches(old, known):
        return _shown(request, person, 403, "原密码不正确。")
    if new != again:
        return _shown(request, person, 400, "两次输入的新密码不一致。")
    try:
        with house() as session:
            accounts.set_password(session, person.login, new, person.who, now)
            token = sessions.begin_session(session, person.id, "password", browser_of(request), now)
    except InputError as error:
        return _shown(request, person, 400, str(error))
    response = RedirectResponse("/account", 303)
    put(response, session_cookie(), token)
    return response
