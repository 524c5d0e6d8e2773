"""The cookies: who is logged in, and, for those who are not, what ties a form or half a log-in to its browser."""

from __future__ import annotations

import secrets

from fastapi import Request, Response

from settings import get_settings


def session_cookie() -> str:
    """Name of the cookie of a log-in."""
    return _named("session")


def visitor_cookie() -> str:
    """Name of the cookie of a browser nobody has logged in from."""
    return _named("visitor")


def tracking_cookie() -> str:
    """Name of the cookie of a customer who looks at the progress of a feedback."""
    return _named("track")


def way_cookie() -> str:
    """Name of the cookie of a browser that was sent to log in elsewhere."""
    return _named("way")


def half_cookie() -> str:
    """Name of the cookie of a browser whose password was right and whose second factor is awaited."""
    return _named("half")


def _named(what: str) -> str:
    # The prefix makes browsers refuse the cookie from another host of the same domain, or without TLS.
    return f"voc-{what}" if get_settings().portal_plain_http else f"__Host-voc-{what}"


def put(response: Response, name: str, value: str) -> None:
    """Give a cookie to the browser until it is closed."""
    response.set_cookie(
        name, value, path="/", secure=not get_settings().portal_plain_http, httponly=True, samesite="lax"
    )


def drop(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        name, path="/", secure=not get_settings().portal_plain_http, httponly=True, samesite="lax"
    )


def seed_of(request: Request) -> str:
    """Return the secret that this browser and we share; a new one is given with the answer."""
    known = request.cookies.get(session_cookie()) or request.cookies.get(visitor_cookie())
    if known:
        return known
    if not hasattr(request.state, "new_visitor"):
        request.state.new_visitor = secrets.token_urlsafe(24)
    return str(request.state.new_visitor)
