"""Setting up and ending a person's second factor."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models.people import accounts, factors
from models.people.passwords import matches
from models.people.rights import house
from models.people.sessions import Person, factor_asked
from portal.pages.login import too_often
from portal.rendering import page
from portal.rights import SETTING_UP, SignedIn
from settings import get_settings
from voc.errors import InputError

router = APIRouter()
MINUTES = 15
STALE = "这一页放得太久了，请扫描新的二维码再试。"


@router.get(SETTING_UP)
def show(request: Request, person: SignedIn) -> Response:
    """Show a new secret as a picture for the app."""
    return _shown(request, person, factors.new_secret())


def _shown(request: Request, person: Person, secret: str, status: int = 200, said: str = "") -> Response:
    with house() as session:
        has_password = accounts.known_hash(session, person.login)[1] is not None
    picture = segno.make(factors.address(person, secret), error="m").svg_data_uri(scale=5, light="white")
    return page(
        request, "factor.html", status, picture=picture, secret=secret, sealed=_signer(person).dumps(secret),
        has_password=has_password, said=said,
    )  # fmt: skip


def _signer(person: Person) -> URLSafeTimedSerializer:
    # Bound to the person: a form made for somebody else's telephone is of no use here.
    return URLSafeTimedSerializer(get_settings().portal_key(), salt=f"second factor of {person.id}")


@router.post(SETTING_UP)
def set_up(
    request: Request,
    person: SignedIn,
    sealed: Annotated[str, Form(max_length=300)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Take the app whose code is right, and show the one-time codes; the password is asked for once more."""
    try:
        secret = str(_signer(person).loads(sealed, max_age=MINUTES * 60))
    except BadSignature:
        return _shown(request, person, factors.new_secret(), 400, STALE)
    said = _refused(person, password)
    if said:
        return _shown(request, person, secret, 400, said)
    try:
        with house() as session:
            spares = factors.set_up(session, person, secret, code, datetime.now(UTC))
    except InputError as error:
        return _shown(request, person, secret, 400, str(error))
    return page(request, "spares.html", spares=spares)


def _refused(person: Person, password: str) -> str:
    """Say why the password does not do; nothing when it does."""
    with house() as session:
        wait = factors.patience(session, person, datetime.now(UTC))
        known = accounts.known_hash(session, person.login)[1]
    if wait:
        return too_often(wait)
    return "" if matches(password, known) else "密码不正确。"


@router.post(f"{SETTING_UP}/off")
def end(request: Request, person: SignedIn, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """End it, for a code; not for those whose role asks for it."""
    now = datetime.now(UTC)
    if factor_asked(person.roles):
        raise InputError("您的角色必须使用两步验证，不能关闭；换手机请重新设置。")
    with house() as session:
        wait = factors.patience(session, person, now)
        right = not wait and factors.passes(session, person, code, now)
        if right:
            factors.take_back(session, person.login, person.who, now)
    if not right:
        raise InputError("验证码不正确或已用过，两步验证没有关闭。")
    return RedirectResponse("/account", 303)
