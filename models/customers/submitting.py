"""Words that people give us on our own pages: they enter like every file does, as raw records of a source."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.intake.collecting import Row, as_frame, finish_delivery, known_delivery, open_delivery, store_part
from models.schema.intake import REMARKS as REMARKS
from models.schema.intake import RawRecord, Source
from voc.errors import InputError
from voc.intake.rows import canonical, hash_of

REMARKS_DEFINITION: Mapping[str, Any] = {
    "name": REMARKS,
    "title": "进度页补充",
    "kind": "form",
    "channel": "web",
    "map": {"external_id": "编号", "text": "内容", "occurred_at": "时间", "phone": "电话", "email": "邮箱"},
}


def submit(
    session: Session, source: str, rows: Sequence[tuple[str, Mapping[str, str]]], now: datetime
) -> list[int]:
    """Take rows (key, payload) in as one delivery; the same rows again change nothing. Return their raw records.

    They are checked and understood by the next round, like rows of a file.
    """
    source_id = session.scalar(select(Source.id).where(Source.name == source))
    if source_id is None:
        raise InputError(f"没有名为「{source}」的来源。")
    written = [(key, canonical(payload)) for key, payload in rows]
    fingerprint = hashlib.sha256("\n".join(f"{key} {body}" for key, body in written).encode()).hexdigest()
    if known_delivery(session, source_id, fingerprint):
        return []
    delivery, _ = open_delivery(session, source_id, "网页提交", fingerprint, now, "")
    records = [
        Row(place, key, hash_of(body).hex(), payload)
        for place, ((key, body), (_, payload)) in enumerate(zip(written, rows, strict=True), 1)
    ]
    batch = store_part(session, source_id, delivery, 1, as_frame(records), 0, now)
    finish_delivery(session, delivery, now)
    return list(session.scalars(select(RawRecord.id).where(RawRecord.batch_id == batch)))


def sign(session: Session, raw_id: int) -> None:
    """Let the database put the way to reach the customer of the page into a remark; nobody here reads it."""
    session.execute(text("SELECT sign_remark(:raw)"), {"raw": raw_id})
