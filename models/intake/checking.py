"""Queries of checking: batches that wait, the outcome of each row, quarantine and its repair."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.intake.collecting import Row, as_frame, finish_delivery, open_delivery, store_part
from models.schema.intake import Batch, Quarantine, RawRecord, Source
from voc.errors import InputError


def waiting(session: Session, state: str) -> list[int]:
    """List the batches in a state, oldest first."""
    return list(session.scalars(select(Batch.id).where(Batch.state == state).order_by(Batch.id)))


def waiting_rows(session: Session, state: str) -> list[tuple[int, int]]:
    """List the batches in a state with their rows, oldest first."""
    query = select(Batch.id, Batch.rows_read).where(Batch.state == state).order_by(Batch.id)
    return [(id_, rows) for id_, rows in session.execute(query)]


def claim(session: Session, batch_id: int, state: str) -> Batch | None:
    """Lock a batch if it is still in a state and nobody else holds it."""
    query = select(Batch).where(Batch.id == batch_id, Batch.state == state)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def settle(session: Session, outcomes: Mapping[int, tuple[str, str | None]]) -> None:
    """Note the outcome of raw records, with the reason if there is one."""
    if not outcomes:
        return
    session.execute(
        text(
            """
            UPDATE vault.raw_record r SET outcome = v.outcome, reason = v.reason
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id bigint, outcome text, reason text)
            WHERE r.id = v.id
            """
        ),
        {"rows": json.dumps([{"id": i, "outcome": o, "reason": r} for i, (o, r) in outcomes.items()])},
    )


def quarantine(session: Session, batch_id: int, bad: Sequence[tuple[int, int, str, str]]) -> None:
    """Put rows aside as (raw record id, row, column, reason)."""
    session.add_all(
        Quarantine(raw_record_id=raw, batch_id=batch_id, row=row, column=column, reason=reason)
        for raw, row, column, reason in bad
    )


def set_aside(session: Session, batch_id: int) -> dict[str, int]:
    """Count the raw records of a batch that wait for repair; blank ones were counted by the check."""
    query = select(func.count()).where(RawRecord.batch_id == batch_id, RawRecord.outcome == "quarantined")
    return {"quarantined": session.scalar(query) or 0}


def repair(session: Session, quarantine_id: int, fixes: Mapping[str, str], who: str, now: datetime) -> int:
    """Send a repaired row through the checks again as a batch of its own; return the id of the batch."""
    (kept,) = _waiting(session, [quarantine_id])
    raw = session.get_one(RawRecord, kept.raw_record_id)
    mapping = session.get_one(Source, raw.source_id).definition.get("map") or {}
    named = {_column(name, mapping, raw.payload): value for name, value in fixes.items()}
    payload: dict[str, Any] = {**raw.payload, **named, "__repair_of__": str(raw.id)}
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    delivery, _ = open_delivery(session, raw.source_id, f"隔离区修复 {quarantine_id}", digest, now, who)
    batch = store_part(
        session, raw.source_id, delivery, 1, as_frame([Row(raw.row, raw.record_key, digest, payload)]), 0, now
    )
    finish_delivery(session, delivery, now)
    decide(session, [quarantine_id], "released", who, now)
    return batch


def _column(name: str, mapping: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    """Find the column of the file that people mean: its own name, or the field it was mapped to."""
    column = name if name in payload else str(mapping.get(name, "")).split("+")[0]
    if column not in payload:
        raise InputError(f"这一行没有「{name}」这一列；有的列：{'、'.join(payload)}。")
    return column


def validations(session: Session, limit: int = 200) -> list[dict[str, Any]]:
    """Read the results of the latest checks, oldest first."""
    query = (
        select(Batch.validation).where(Batch.validation.is_not(None)).order_by(Batch.id.desc()).limit(limit)
    )
    return [result for result in reversed(session.scalars(query).all()) if result]


def decide(session: Session, ids: Sequence[int], state: str, who: str, now: datetime) -> None:
    """Close quarantined rows as released or discarded; raises InputError when one is not waiting."""
    for kept in _waiting(session, ids):
        kept.state, kept.decided_by, kept.decided_at = state, who, now


def _waiting(session: Session, ids: Sequence[int]) -> Sequence[Quarantine]:
    query = select(Quarantine).where(Quarantine.id.in_(ids), Quarantine.state == "waiting")
    kept = session.scalars(query.order_by(Quarantine.id).with_for_update()).all()
    missing = sorted(set(ids) - {one.id for one in kept})
    if missing:
        raise InputError(f"隔离区没有编号为 {missing[0]} 的待修复行，用 voc quarantine list 查看。")
    return kept
