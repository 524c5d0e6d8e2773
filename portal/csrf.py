"""Forms are taken from our own pages only."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request
from starlette.datastructures import UploadFile

from portal.cookies import seed_of

FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Forged(Exception):
    """A form did not come from a page of ours, or from one that is too old."""


def token_of(request: Request) -> str:
    """Return the token that forms of this browser carry: derived from a cookie that scripts cannot read."""
    return hashlib.sha256(b"form:" + seed_of(request).encode()).hexdigest()


async def csrf_checked(request: Request) -> None:
    """Refuse whatever changes something without the token of this browser."""
    if request.method in SAFE:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forged
    given = (await request.form()).get(FIELD) or request.headers.get("x-csrf", "")
    if isinstance(given, UploadFile) or not hmac.compare_digest(given.encode(), token_of(request).encode()):
        raise Forged
