"""Webhooks in: a message is checked, stored, and only then answered with 2xx."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

from models.intake import inbound
from models.people import throttle
from models.people.rights import house
from portal.api.answers import FAULTS
from portal.api.keys import Refused, slowed
from portal.browsers import caller
from voc.errors import InputError
from voc.intake.rows import Definition
from voc.intake.webhooks import Push, parse_body, parse_push, signed_by_wjx, token_fits

router = APIRouter()
LARGEST = 1024 * 1024
PER_MINUTE = 600
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,62}$", description="来源名")]
Secret = Annotated[str, Path(max_length=200, description="地址里的密钥")]


class Received(BaseModel):
    """What became of a message."""

    stored: int = Field(description="新收下的条数")
    again: bool = Field(description="以前已收到的同一条推送，没有再次收下")


@router.post("/{source}", responses=FAULTS)
async def signed(source: Name, request: Request) -> Received:
    """接收带签名的推送（Standard Webhooks、问卷星）。"""
    return await _received(request, source, "")


@router.post("/{source}/{secret}", responses=FAULTS)
async def by_address(source: Name, secret: Secret, request: Request) -> Received:
    """接收不带签名、以地址中的密钥为凭的推送（腾讯问卷）。"""
    return await _received(request, source, secret)


async def _received(request: Request, source: str, token: str) -> Received:
    body = await request.body()
    if len(body) > LARGEST:
        raise Refused(413, "too_large", "推送的内容太大。")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return await run_in_threadpool(_taken, source, token, headers, body, caller(request))


def _taken(source: str, token: str, headers: dict[str, str], body: bytes, sender: str) -> Received:
    now = datetime.now(UTC)
    with house() as session:
        slowed(throttle.take(session, "hook", sender, now, burst=PER_MINUTE, per_minute=PER_MINUTE))
        found = inbound.source_named(session, source)
        secrets = inbound.secrets_of(session, found[0]) if found else ()
    # A source that is not there and a signature that does not fit are not told apart.
    if found is None or not _genuine(found[1].kind, token, headers, body, secrets):
        raise Refused(401, "signature", "签名不正确、已过期，或没有这个来源。")
    return _stored(found[0], found[1], headers.get("webhook-id", ""), body, now)


def _genuine(kind: str, token: str, headers: dict[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    match kind:
        case "webhook":
            return not token and any(_standard(secret, headers, body) for secret in secrets)
        case "wjx":
            return not token and signed_by_wjx(_object(body), secrets)
        case "wjqq":
            return bool(token) and token_fits(token, secrets)
    return False


def _standard(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # ValueError: signatures or bodies that are no base64, no text, or not in parts.
        return False
    return True


def _object(body: bytes) -> dict[str, object]:
    try:
        return parse_body(body)
    except InputError:
        return {}


def _stored(id_: int, definition: Definition, message: str, body: bytes, now: datetime) -> Received:
    origin = f"webhook:{definition.kind}"
    push, reason = _parsed(definition.kind, body, message)
    with house() as session:
        known = inbound.seen_before(session, id_, push.message_id, body)
        if known:
            return Received(stored=known.stored, again=True)
        taken = None
        if reason:
            taken = inbound.set_aside(session, id_, body.decode("utf-8", "replace"), reason, origin, now)
        elif push.rows:
            taken = inbound.take_in(session, id_, definition, push.rows, origin, now)
        inbound.remember(session, id_, push.message_id, body, taken.delivery_id if taken else None, now)
    return Received(stored=taken.stored if taken else 0, again=False)


def _parsed(kind: str, body: bytes, message: str) -> tuple[Push, str]:
    """Read a genuine message; one that cannot be read is kept whole, with the reason."""
    try:
        return parse_push(kind, body, message), ""
    except InputError as error:
        return Push(message or "raw-" + hashlib.sha256(body).hexdigest(), []), str(error)
