"""Queries of collecting: sources, one reader at a time, deliveries that can be taken up again, raw records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.engine import engine
from models.intake import Batch, Delivery, Quarantine, RawRecord, Source
from models.loading import stage
from voc.errors import SourceBusy
from voc.privacy import mask


@dataclass(frozen=True)
class Row:
    """A row on its way into the vault; `unreadable` says why it could not be read."""

    row: int
    record_key: str
    payload_hash: str
    payload: Mapping[str, str]
    unreadable: str | None = None


def register_source(session: Session, name: str, definition: Mapping[str, Any]) -> int:
    """Create or update a source from its definition and return its id."""
    values = {
        "title": definition.get("title") or name,
        "kind": definition.get("kind") or "",
        "channel": definition.get("channel") or "web",
        "owner": definition.get("owner"),
        "definition": dict(definition),
    }
    query = upsert(Source).values(name=name, **values)
    query = query.on_conflict_do_update(index_elements=[Source.name], set_=values)
    return session.execute(query.returning(Source.id)).scalar_one()


@contextmanager
def reading(source: str) -> Iterator[None]:
    """Be the only one who reads a source; the lock falls at once when this process dies.

    Raises SourceBusy when another run is reading it.
    """
    key = f"collect:{source}"
    with engine().connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:key))"), {"key": key}):
            raise SourceBusy(f"来源「{source}」正在被另一个任务采集，本次不重复采集。")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:key))"), {"key": key})


def known_delivery(session: Session, source_id: int, fingerprint: str) -> bool:
    """Tell whether these very bytes were already taken in to the end."""
    query = select(Delivery.id).where(
        Delivery.source_id == source_id,
        Delivery.fingerprint == fingerprint,
        Delivery.finished_at.is_not(None),
    )
    return session.scalars(query.limit(1)).first() is not None


def open_delivery(
    session: Session, source_id: int, origin: str, fingerprint: str, now: datetime, run: str
) -> tuple[int, int]:
    """Begin a delivery or take up one that was cut short; return its id and how many parts are stored."""
    query = select(Delivery).where(
        Delivery.source_id == source_id, Delivery.fingerprint == fingerprint, Delivery.finished_at.is_(None)
    )
    delivery = session.scalars(query.with_for_update()).first()
    if delivery is None:
        delivery = Delivery(source_id=source_id, origin=origin, fingerprint=fingerprint, started_at=now)
        session.add(delivery)
    delivery.run = run
    session.flush()
    parts = session.scalar(
        select(func.coalesce(func.max(Batch.part), 0)).where(Batch.delivery_id == delivery.id)
    )
    return delivery.id, parts or 0


def part_size(session: Session, delivery_id: int) -> int | None:
    """Return how many rows the first part of a delivery has; None when nothing of it is stored."""
    query = select(Batch.rows_read).where(Batch.delivery_id == delivery_id, Batch.part == 1)
    return session.scalar(query)


def finish_delivery(session: Session, delivery_id: int, now: datetime) -> None:
    """Note that every part of a delivery is stored."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.finished_at, delivery.error = now, None
    session.get_one(Source, delivery.source_id).last_success_at = now


def note_error(session: Session, delivery_id: int, error: str) -> None:
    """Note why a delivery could not be read; it stays open and is taken up again by the next run."""
    # A file without a header has its first customer for column names.
    session.get_one(Delivery, delivery_id).error = mask([error]).texts[0]


def errors_of(session: Session, delivery_ids: Sequence[int]) -> list[str]:
    """List what kept deliveries from being read."""
    query = select(Delivery.origin, Delivery.error).where(
        Delivery.id.in_(delivery_ids), Delivery.error.is_not(None)
    )
    return [f"{origin}：{error}" for origin, error in session.execute(query.order_by(Delivery.id))]


def store_part(
    session: Session,
    source_id: int,
    delivery_id: int,
    part: int,
    rows: Sequence[Row],
    blank: int,
    now: datetime,
) -> int:
    """Store one part of a delivery with its raw records and return the id of the batch."""
    batch = Batch(
        delivery_id=delivery_id,
        part=part,
        state="collected",
        rows_read=len(rows) + blank,
        rows_blank=blank,
        collected_at=now,
    )
    session.add(batch)
    session.flush()
    fresh = _store_raw(session, source_id, batch.id, rows)
    batch.rows_duplicate = len(rows) - len(fresh)
    reasons = {row.row: row.unreadable for row in rows if row.unreadable}
    session.add_all(
        Quarantine(raw_record_id=fresh[row], batch_id=batch.id, row=row, column="*", reason=reason)
        for row, reason in reasons.items()
        if row in fresh
    )
    return batch.id


def _store_raw(session: Session, source_id: int, batch_id: int, rows: Sequence[Row]) -> dict[int, int]:
    """Insert what is not yet known; return raw record ids by row number."""
    columns = ("row", "record_key", "payload_hash", "payload", "outcome")
    stage(
        session,
        "staged_raw",
        "vault.raw_record",
        columns,
        (
            (
                r.row,
                r.record_key,
                r.payload_hash,
                dict(r.payload),
                "quarantined" if r.unreadable else "pending",
            )
            for r in rows
        ),
    )
    query = text(
        """
        INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
        SELECT :source, :batch, "row", record_key, payload_hash, payload, outcome
        FROM pg_temp.staged_raw ORDER BY "row"
        ON CONFLICT (source_id, record_key, payload_hash) DO NOTHING
        RETURNING "row", id
        """
    )
    return {row: id_ for row, id_ in session.execute(query, {"source": source_id, "batch": batch_id})}


def raw_rows(session: Session, batch_id: int, outcome: str) -> Sequence[RawRecord]:
    """Read the raw records of a batch that have come to an outcome, in file order."""
    query = select(RawRecord).where(RawRecord.batch_id == batch_id, RawRecord.outcome == outcome)
    return session.scalars(query.order_by(RawRecord.row, RawRecord.id)).all()


def source_of(session: Session, batch_id: int) -> Source:
    """Return the source a batch came from."""
    query = select(Source).join(Delivery).join(Batch).where(Batch.id == batch_id)
    return session.scalars(query).one()
