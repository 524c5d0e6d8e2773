"""Queries of collecting: sources, one reader at a time, deliveries that can be taken up again, raw records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from json import JSONEncoder
from typing import Any

import polars as pl
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models import trail
from models.change import By
from models.engine import engine
from models.events import announce
from models.loading import references_by_batch, stage_frame
from models.schema.intake import Batch, Delivery, Quarantine, RawRecord, Source
from settings import get_settings
from voc.errors import InputError, SourceBusy
from voc.privacy.masking import mask

COLUMNS = {
    "row": pl.Int64, "record_key": pl.String, "payload_hash": pl.String, "payload": pl.String, "unreadable": pl.String,
}  # fmt: skip
as_json = JSONEncoder(ensure_ascii=False).encode


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


def pause(session: Session, name: str, reason: str, by: By) -> None:
    """Let a source rest: nobody reads it nor waits for it until it is resumed."""
    source = _found(session, name)
    if source.paused_at is not None:
        raise InputError(f"来源「{source.title}」已经暂停：{source.paused_because}")
    source.paused_at, source.paused_because = by.at, reason
    trail.note(session, by.at, by.who, "source.pause", f"source:{source.id}")


def resume(session: Session, name: str, by: By) -> None:
    """Read a source again that rested."""
    source = _found(session, name)
    if source.paused_at is None:
        raise InputError(f"来源「{source.title}」没有暂停。")
    source.paused_at = source.paused_because = None
    trail.note(session, by.at, by.who, "source.resume", f"source:{source.id}")


def _found(session: Session, name: str) -> Source:
    source = session.scalars(select(Source).where(Source.name == name).with_for_update()).first()
    if source is None:
        raise InputError(f"没有名为「{name}」的来源，用 voc source list 查看。")
    return source


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
    source = session.get_one(Source, delivery.source_id)
    source.last_success_at = now
    facts = {"source": source.name, "title": source.title, "delivery": delivery_id}
    announce(session, "voc.batch.stored", f"voc.source.{source.name}", facts, now, f"delivery:{delivery_id}")


def drop_delivery(session: Session, delivery_id: int, now: datetime) -> None:
    """Forget a delivery that brought nothing; its source was read all the same."""
    delivery = session.get_one(Delivery, delivery_id)
    session.get_one(Source, delivery.source_id).last_success_at = now
    session.delete(delivery)


def end_cut_short(session: Session, source_id: int, origin: str, now: datetime) -> None:
    """End pulls that were cut short: what they stored stays, the rest is asked for again from the mark."""
    query = update(Delivery).where(
        Delivery.source_id == source_id, Delivery.origin == origin, Delivery.finished_at.is_(None)
    )
    session.execute(query.values(finished_at=now))


def move_mark(session: Session, source_id: int, mark: str) -> None:
    """Note how far a source has been read, in the transaction that stores what was read."""
    session.get_one(Source, source_id).cursor = mark


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


def as_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Put rows into columns, the payload as JSON."""
    return pl.DataFrame(
        [(r.row, r.record_key, r.payload_hash, as_json(r.payload), r.unreadable) for r in rows],
        schema=COLUMNS,
        orient="row",
    )


def store_part(
    session: Session,
    source_id: int,
    delivery_id: int,
    part: int,
    rows: pl.DataFrame,
    blank: int,
    now: datetime,
) -> int:
    """Store one part of a delivery with its raw records (COLUMNS) and return the id of the batch."""
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
    batch.rows_duplicate = len(rows) - _store_raw(session, source_id, batch.id, rows)
    broken = rows.filter(pl.col("unreadable").is_not_null())
    if len(broken):
        _set_aside(session, batch.id, dict(broken.select("row", "unreadable").iter_rows()))
    return batch.id


def _store_raw(session: Session, source_id: int, batch_id: int, rows: pl.DataFrame) -> int:
    """Insert what is not yet known; return how many that were."""
    outcome = pl.when(pl.col("unreadable").is_null()).then(pl.lit("pending")).otherwise(pl.lit("quarantined"))
    staged = rows.select("row", "record_key", "payload_hash", "payload", outcome.alias("outcome"))
    stage_frame(session, "staged_raw", "vault.raw_record", staged)
    query = text(
        """
        INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
        SELECT :source, :batch, "row", record_key, payload_hash, payload, outcome
        FROM pg_temp.staged_raw WHERE NOT (:erased AND was_erased(:salt, :source, record_key)) ORDER BY "row"
        ON CONFLICT (source_id, record_key, payload_hash) DO NOTHING
        """
    )
    # Source and batch are rows of this very transaction, or locked by it.
    with references_by_batch(session):
        done = session.execute(query, {"source": source_id, "batch": batch_id, **_erased(session)})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _erased(session: Session) -> dict[str, object]:
    """Say whether anything was ever erased, and by which salt: a late writer must not bring it back."""
    any_ = bool(session.scalar(text("SELECT anything_erased()")))
    return {"erased": any_, "salt": get_settings().erasure_salt() if any_ else ""}


def _set_aside(session: Session, batch_id: int, reasons: Mapping[int, str]) -> None:
    query = select(RawRecord.row, RawRecord.id).where(
        RawRecord.batch_id == batch_id, RawRecord.outcome == "quarantined"
    )
    session.add_all(
        Quarantine(raw_record_id=id_, batch_id=batch_id, row=row, column="*", reason=reasons[row])
        for row, id_ in session.execute(query.order_by(RawRecord.row))
    )
