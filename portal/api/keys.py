"""Who is asking: the key of a request, what it may do, and how often."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from models.people import throttle
from models.people.keys import Machine, recognise_key
from models.people.rights import house
from portal.browsers import caller

_bearer = HTTPBearer(auto_error=False, description="`voc key add` 给出的密钥")
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
# Wrong keys from one address: a mistyped configuration, or somebody who guesses.
WRONG_KEYS_PER_MINUTE = 10


class Refused(Exception):
    """The request is not answered: no key, the wrong one, or too many at once."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def scoped(scope: str) -> Callable[..., Machine]:
    """Make a dependency that gives the machine, if its key has this scope and may ask just now."""

    def allowed(request: Request, given: Given) -> Machine:
        machine = _recognised(request, given.credentials if given else "")
        if scope not in machine.scopes:
            raise Refused(403, "scope", f"这个密钥没有「{scope}」权限。")
        return machine

    return allowed


def _recognised(request: Request, key: str) -> Machine:
    now = datetime.now(UTC)
    with house() as session:
        machine = recognise_key(session, key, now) if key else None
        wait = (
            throttle.take(
                session, "key", str(machine.id), now, burst=machine.per_minute, per_minute=machine.per_minute
            )
            if machine
            else throttle.take(
                session, "no-key", caller(request), now,
                burst=WRONG_KEYS_PER_MINUTE, per_minute=WRONG_KEYS_PER_MINUTE,
            )
        )  # fmt: skip
    slowed(wait)
    if machine is None:
        raise Refused(401, "key", "没有密钥，或密钥不正确、已过期、已停用。", {"WWW-Authenticate": "Bearer"})
    return machine


def slowed(wait: float) -> None:
    """Refuse a request that comes too early."""
    if wait:
        said = "请求太频繁，请按 Retry-After 的秒数后重试。"
        raise Refused(429, "too_many", said, {"Retry-After": str(math.ceil(wait))})
