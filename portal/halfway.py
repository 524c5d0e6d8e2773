"""Between the password and the second factor: the browser carries who it may be, signed, for some minutes."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models.people.sessions import Person
from portal.cookies import half_cookie, put
from settings import get_settings

MINUTES = 5


def sent(person: Person, wanted: str) -> Response:
    """Send a browser whose password was right to the second factor."""
    response = RedirectResponse("/login/second", 303)
    put(response, half_cookie(), _signer().dumps([person.login, wanted]))
    return response


def remembered(request: Request) -> tuple[str, str] | None:
    """Return whose password this browser gave and where it wanted to go; None when that is too long ago."""
    try:
        login, wanted = _signer().loads(request.cookies.get(half_cookie(), ""), max_age=MINUTES * 60)
    except BadSignature:
        return None
    return login, wanted


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().portal_key(), salt="password was right")
