"""Queries of remedying: what is wrong with a batch, whom to tell, and rows to be checked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.intake import Batch, Delivery, Quarantine, RawRecord, Source
from models.schema.outbox import OutboxMessage

OWNER = "voc"  # answers for a source that names nobody


def reasons(session: Session, batch_id: int) -> list[dict[str, Any]]:
    """Count the rows of a batch that wait in quarantine, by column and reason, most frequent first."""
    query = text(
        """
        SELECT "column", reason, count(*) AS rows, min("row") AS first_row FROM quarantine
        WHERE batch_id = :batch AND state = 'waiting' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
        """
    )
    return [dict(row) for row in session.execute(query, {"batch": batch_id}).mappings()]


def batch_source(session: Session, batch_id: int) -> tuple[Batch, Source, Delivery] | None:
    """Find a batch with its source and its delivery."""
    query = select(Batch, Source, Delivery).join(Delivery, Batch.delivery_id == Delivery.id)
    found = session.execute(query.join(Source, Delivery.source_id == Source.id).where(Batch.id == batch_id))
    row = found.first()
    return (row[0], row[1], row[2]) if row else None


def set_aside_rows(session: Session, batch_id: int, limit: int) -> list[tuple[int, RawRecord]]:
    """Lock rows of a batch that wait in quarantine and were not tried before, as (quarantine id, raw record)."""
    query = (
        select(Quarantine.id, RawRecord)
        .join(RawRecord, Quarantine.raw_record_id == RawRecord.id)
        .where(
            Quarantine.batch_id == batch_id,
            Quarantine.state == "waiting",
            ~RawRecord.payload.has_any(array(["__raw__", "__repair_of__"])),
        )
        .order_by(Quarantine.id)
        .limit(limit)
        .with_for_update(of=Quarantine, skip_locked=True)
    )
    return [(id_, raw) for id_, raw in session.execute(query)]


def tell_owner(session: Session, batch_id: int, channel: str, now: datetime) -> bool:
    """Queue the message to the owner of the source, once a batch; return whether it is new."""
    found = batch_source(session, batch_id)
    if found is None:
        return False
    batch, source, delivery = found
    main = reasons(session, batch_id)
    data = {
        "template": "quality_failed",
        "source": source.title,
        "file": delivery.origin,
        "score": batch.quality_score,
        "rows": sum(row["rows"] for row in main),
        "reason": batch.refused_because or (main[0]["reason"] if main else ""),
        "batch": batch_id,
    }
    values = {
        "subject": f"batch:{batch_id}", "event": "quality_failed", "round": 1, "audience": "owner",
        "recipient": f"owner:{source.owner or OWNER}", "channel": channel, "data": data, "state": "pending",
        "attempts": 0, "repeat": False, "next_attempt_at": now, "created_at": now,
    }  # fmt: skip
    queued = upsert(OutboxMessage).values(**values).on_conflict_do_nothing().returning(OutboxMessage.id)
    return session.scalar(queued) is not None
