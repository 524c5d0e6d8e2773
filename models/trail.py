"""The audit log: who did or looked at what; each row seals the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.schema.identity import AuditEvent


def note(
    session: Session, at: datetime, who: str, action: str, subject: str, **detail: int | str | Sequence[str]
) -> None:
    """Write one row in the caller's transaction; `detail` holds ids and codes, never words."""
    # The chain has one end: whoever writes waits for the one before.
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit_event'))"))
    # A department does not see the end of the chain, and still has to write after it.
    far = session.scalar(text("SELECT current_setting('voc.scope', true)"))
    _see(session, "house")
    last = session.scalar(select(AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1)) or b""
    row = AuditEvent(at=at, who=who, action=action, subject=subject, detail=detail, previous=last)
    row.hash = _sealed(row)
    session.add(row)
    session.flush()
    _see(session, far or "")


def _see(session: Session, far: str) -> None:
    session.execute(text("SELECT set_config('voc.scope', :far, true)"), {"far": far})


def _sealed(row: AuditEvent) -> bytes:
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [at, row.who, row.action, row.subject, row.detail, row.previous.hex()]
    written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()


def broken(session: Session) -> list[str]:
    """Follow the chain and say in Chinese where it does not hold; nothing to say is whole."""
    found, last = [], b""
    for row in session.scalars(select(AuditEvent).order_by(AuditEvent.id).execution_options(yield_per=1000)):
        if row.previous != last:
            found.append(f"审计日志第 {row.id} 条之前有记录缺失或被改动。")
        if row.hash != _sealed(row):
            found.append(f"审计日志第 {row.id} 条被改动。")
        last = row.hash
    return found
