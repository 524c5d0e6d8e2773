"""What holds for every request and answer: a size limit, strict headers, and no fault without a page."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.faults import too_large, unexpected

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "cache-control": "no-store",
}
LARGEST_BODY = 12 * 1024 * 1024


class Guard:
    """Put the headers on every answer that did not choose its own, and answer whatever nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        answer = _Strict(send)
        if _too_large(Headers(scope=scope)):
            return await too_large(Request(scope))(scope, receive, answer)
        try:
            return await self.app(scope, _counted(receive), answer)
        except Exception as error:
            # Here and not in an exception handler: those answer outside of this class, without its headers.
            if answer.begun:
                raise
            return await unexpected(Request(scope), error)(scope, receive, answer)


class _Strict:
    """Passes an answer on with the headers it lacks."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


def _too_large(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return not length.isdigit() or int(length) > LARGEST_BODY


def _counted(receive: Receive) -> Receive:
    """Pass a body on, and hang up when it turns out larger than it may be (no length was announced)."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > LARGEST_BODY else message

    return limited
