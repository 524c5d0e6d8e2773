"""Queries of keys and webhook secrets: made, shown once, recognised, changed and taken back."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.people.sessions import NOTED_EVERY, Person, hashed
from models.schema.intake import Source
from models.schema.machines import SCOPES, ApiKey, WebhookSecret
from models.trail import note
from voc.errors import InputError

PREFIX = "voc_"
VALID_AT_ONCE = 2


@dataclass(frozen=True)
class Machine:
    """Who a key belongs to, and what it may do."""

    id: int
    name: str
    scopes: frozenset[str]
    source_id: int | None
    per_minute: int
    person: Person  # sees what the key may see


def add_key(
    session: Session,
    name: str,
    scopes: Collection[str],
    by: str,
    now: datetime,
    *,
    source: str = "",
    departments: Collection[str] = (),
    per_minute: int = 600,
    days: int = 0,
) -> str:
    """Make a key and return it; it is never shown again. Raises InputError when it cannot be."""
    if not scopes:
        raise InputError(f"密钥至少要有一项权限（--scope），可选：{'、'.join(SCOPES)}。")
    for scope in set(scopes) - set(SCOPES):
        raise InputError(f"没有「{scope}」这个权限，可选：{'、'.join(SCOPES)}。")
    if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
        raise InputError(f"已有名为「{name}」的密钥。")
    if "feedback:write" in scopes and not source:
        raise InputError("送入反馈的密钥要用 --source 指明来源，先用 voc webhook add 建立。")
    key = PREFIX + secrets.token_urlsafe(32)
    made = ApiKey(
        name=name, key_hash=hashed(key), scopes=sorted(scopes), departments=sorted(departments),
        source_id=_source(session, source) if source else None, per_minute=per_minute, created_at=now,
        created_by=by, expires_at=now + timedelta(days=days) if days else None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, now, by, "key.add", f"key:{made.id}", scopes=made.scopes)
    return key


def _source(session: Session, name: str) -> int:
    found = session.scalar(select(Source.id).where(Source.name == name))
    if found is None:
        raise InputError(f"没有名为「{name}」的来源，用 voc source list 查看。")
    return found


def recognise_key(session: Session, key: str, now: datetime) -> Machine | None:
    """Return whose key it is, if it is still good, and note that it is used."""
    query = select(ApiKey).where(
        ApiKey.key_hash == hashed(key),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    found = session.scalars(query).first()
    if found is None:
        return None
    if found.used_at is None or now - found.used_at >= NOTED_EVERY:
        found.used_at = now
    role = "handler" if found.departments else "voc"
    person = Person(0, f"key-{found.id}", found.name, frozenset({role}), frozenset(found.departments))
    return Machine(found.id, found.name, frozenset(found.scopes), found.source_id, found.per_minute, person)


def revoke_key(session: Session, name: str, by: str, now: datetime) -> None:
    """Take a key back, at once."""
    found = session.scalars(select(ApiKey).where(ApiKey.name == name)).first()
    if found is None:
        raise InputError(f"没有名为「{name}」的密钥，用 voc key list 查看。")
    found.revoked_at = found.revoked_at or now
    note(session, now, by, "key.revoke", f"key:{found.id}")


def keys(session: Session) -> list[ApiKey]:
    """List all keys, without what they are."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.name)))


def new_secret(session: Session, source: str, by: str, now: datetime, given: str = "") -> str:
    """Make a webhook secret, or keep the sender's own; the oldest beyond two is retired."""
    source_id = _source(session, source)
    kind = session.scalar(select(Source.kind).where(Source.id == source_id))
    secret = given or _made(kind or "")
    if given and not re.fullmatch(r"[\x21-\x7e]{8,200}", given):
        raise InputError("密钥须为 8 到 200 个可见的英文字符。")
    session.add(WebhookSecret(source_id=source_id, secret=secret, created_at=now))
    session.flush()
    query = select(WebhookSecret).where(
        WebhookSecret.source_id == source_id, WebhookSecret.retired_at.is_(None)
    )
    for old in session.scalars(query.order_by(WebhookSecret.id.desc())).all()[VALID_AT_ONCE:]:
        old.retired_at = now
    note(session, now, by, "webhook.secret", f"source:{source_id}")
    return secret


def _made(kind: str) -> str:
    # The standard asks for 24 to 64 random bytes in base64 behind this prefix; others put it into an address.
    standard = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return standard if kind == "webhook" else secrets.token_urlsafe(24)


def retire_secrets(session: Session, source: str, by: str, now: datetime) -> int:
    """Retire all secrets but the newest; return how many that were."""
    source_id = _source(session, source)
    query = select(WebhookSecret).where(
        WebhookSecret.source_id == source_id, WebhookSecret.retired_at.is_(None)
    )
    old = session.scalars(query.order_by(WebhookSecret.id.desc())).all()[1:]
    for one in old:
        one.retired_at = now
    note(session, now, by, "webhook.retire", f"source:{source_id}", count=len(old))
    return len(old)
