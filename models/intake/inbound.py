"""Queries of taking words in at the door: stored whole before anybody is told that they were accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.change import lock_out
from models.intake.collecting import finish_delivery
from models.schema.intake import Batch, Delivery, Quarantine, RawRecord, Source
from models.schema.machines import InboundMessage, WebhookSecret
from voc.intake.rows import Definition, canonical, definition_from_dict, hash_of, map_rows, record_keys


@dataclass(frozen=True)
class Taken:
    """What became of a message: its delivery, rows stored, rows known before, and whether it came again."""

    delivery_id: int | None
    stored: int
    known: int
    again: bool = False


class MessageChanged(Exception):
    """A message came again under the same id and says something else."""


def source_named(session: Session, name: str) -> tuple[int, Definition] | None:
    """Find a source by its name."""
    row = session.scalars(select(Source).where(Source.name == name)).first()
    return (row.id, definition_from_dict(row.definition)) if row else None


def source_of(session: Session, id_: int | None) -> tuple[int, Definition] | None:
    """Find a source by its number."""
    row = session.get(Source, id_) if id_ is not None else None
    return (row.id, definition_from_dict(row.definition)) if row else None


def secrets_of(session: Session, source_id: int) -> Sequence[str]:
    """List the secrets a source accepts at present, newest first."""
    query = select(WebhookSecret.secret).where(
        WebhookSecret.source_id == source_id, WebhookSecret.retired_at.is_(None)
    )
    return session.scalars(query.order_by(WebhookSecret.id.desc())).all()


def seen_before(session: Session, source_id: int, message_id: str, body: bytes) -> Taken | None:
    """Return what became of a message that was taken in already, or None.

    Holds whoever brings the same message at the same moment until this transaction ends. Raises
    MessageChanged when the message says something else than the first time.
    """
    lock_out(session, f"inbound:{source_id}:{message_id}")
    known = session.get(InboundMessage, (source_id, message_id))
    if known is None:
        return None
    if known.body_hash != hashlib.sha256(body).digest():
        raise MessageChanged
    if known.delivery_id is None:
        return Taken(None, 0, 0, again=True)
    batch = session.execute(
        select(Batch.rows_read, Batch.rows_duplicate).where(Batch.delivery_id == known.delivery_id)
    ).first()
    read, duplicate = batch or (0, 0)
    return Taken(known.delivery_id, read - duplicate, duplicate, again=True)


def remember(
    session: Session, source_id: int, message_id: str, body: bytes, delivery_id: int | None, now: datetime
) -> None:
    """Note that a message was taken in."""
    session.add(
        InboundMessage(
            source_id=source_id,
            message_id=message_id,
            body_hash=hashlib.sha256(body).digest(),
            delivery_id=delivery_id,
            at=now,
        )
    )


def take_in(
    session: Session,
    source_id: int,
    definition: Definition,
    rows: Sequence[Mapping[str, str]],
    origin: str,
    now: datetime,
) -> Taken:
    """Store rows as a delivery of their own; the next round checks and understands them."""
    mapped = map_rows(rows, definition)
    keys = record_keys(mapped, definition.name)
    written = [canonical(row) for row in rows]
    versions = [
        "" if key.startswith("h-") else hash_of(one).hex() for key, one in zip(keys, written, strict=True)
    ]
    delivery, batch = _begun(session, source_id, origin, written, now)
    fresh = 0
    for number, (row, key, version) in enumerate(zip(rows, keys, versions, strict=True), 1):
        fresh += _store(session, source_id, batch, number, key, version, row)
    batch.rows_read, batch.rows_duplicate = len(rows), len(rows) - fresh
    finish_delivery(session, delivery.id, now)
    return Taken(delivery.id, fresh, len(rows) - fresh)


def set_aside(session: Session, source_id: int, raw: str, reason: str, origin: str, now: datetime) -> Taken:
    """Keep what could not be read in quarantine, with the reason: it was accepted, so it is not lost."""
    delivery, batch = _begun(session, source_id, origin, [raw], now)
    key = "raw-" + hash_of(raw).hex()
    fresh = _store(session, source_id, batch, 1, key, "", {"__raw__": raw}, "quarantined")
    batch.rows_read, batch.rows_duplicate = 1, 1 - fresh
    if fresh:
        stored = select(RawRecord.id).where(RawRecord.batch_id == batch.id)
        session.add(
            Quarantine(
                raw_record_id=session.scalar(stored), batch_id=batch.id, row=1, column="*", reason=reason,
                state="waiting",
            )
        )  # fmt: skip
    finish_delivery(session, delivery.id, now)
    return Taken(delivery.id, fresh, 1 - fresh)


def _begun(
    session: Session, source_id: int, origin: str, written: Sequence[str], now: datetime
) -> tuple[Delivery, Batch]:
    fingerprint = hashlib.sha256(
        "\n".join([now.isoformat(), *written]).encode("utf-8", "replace")
    ).hexdigest()
    delivery = Delivery(source_id=source_id, origin=origin, fingerprint=fingerprint, started_at=now)
    session.add(delivery)
    session.flush()
    batch = Batch(delivery_id=delivery.id, part=1, state="collected", collected_at=now)
    session.add(batch)
    session.flush()
    return delivery, batch


def _store(
    session: Session,
    source_id: int,
    batch: Batch,
    number: int,
    key: str,
    version: str,
    row: Mapping[str, str],
    outcome: str = "pending",
) -> int:
    """Store one raw record; return 0 when it was known. Its words can be written here, and never read."""
    query = (
        upsert(RawRecord)
        .values(
            source_id=source_id, batch_id=batch.id, row=number, record_key=key, payload_hash=version,
            payload=dict(row), outcome=outcome,
        )
        .on_conflict_do_nothing(index_elements=["source_id", "record_key", "payload_hash"])
        .returning(RawRecord.id)
    )  # fmt: skip
    return int(session.scalar(query) is not None)


def waiting(session: Session) -> int:
    """Count the batches that were stored and wait to be checked."""
    return session.scalar(select(func.count()).select_from(Batch).where(Batch.state == "collected")) or 0
