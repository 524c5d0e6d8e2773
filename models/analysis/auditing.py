"""Queries of the audit: the feedback of a week, samples, readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.audit import AuditItem, AuditReading, AuditSample


def population(session: Session, first: date) -> list[dict[str, Any]]:
    """Read the feedback of a week that counts, with what the model says of it."""
    query = text(
        """
        SELECT f.id, f.channel, a.type, a.type_confidence AS confidence, a.model_version,
               (SELECT o ->> 'area' FROM jsonb_array_elements(COALESCE(a.areas, '[]')) o
                ORDER BY (o ->> 'confidence')::float DESC, o ->> 'area' LIMIT 1) AS area
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL AND f.text <> ''
          AND f.occurred_at >= CAST(:first AS timestamp) AT TIME ZONE 'Asia/Shanghai'
          AND f.occurred_at < CAST(:after AS timestamp) AT TIME ZONE 'Asia/Shanghai' ORDER BY f.id
        """
    )
    values = {"first": first, "after": first + timedelta(days=7)}
    return [dict(row) for row in session.execute(query, values).mappings()]


def newest_day(session: Session, before: datetime) -> date | None:
    """Return the local day of the newest feedback before a moment."""
    query = text(
        """SELECT CAST(max(occurred_at) AT TIME ZONE 'Asia/Shanghai' AS date) FROM feedback
           WHERE disposition = 'accepted' AND occurred_at < :before"""
    )
    found: date | None = session.scalar(query, {"before": before})
    return found


def sample_of(session: Session, week: str) -> AuditSample | None:
    """Return the sample of a week, if it was drawn."""
    return session.scalars(select(AuditSample).where(AuditSample.week == week)).first()


def store_sample(session: Session, sample: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> int:
    """Store a sample with its rows."""
    row = AuditSample(**sample)
    session.add(row)
    session.flush()
    if items:
        session.execute(insert(AuditItem), [{**item, "sample_id": row.id} for item in items])
    return row.id


def sheet_rows(session: Session, week: str) -> list[dict[str, Any]]:
    """Read what readers are shown of a sample: never what the model said."""
    query = text(
        """
        SELECT f.tracking_number AS number, f.text, f.channel FROM audit_item i
        JOIN audit_sample s ON s.id = i.sample_id JOIN feedback f ON f.id = i.feedback_id
        WHERE s.week = :week ORDER BY i.id
        """
    )
    return [dict(row) for row in session.execute(query, {"week": week}).mappings()]


def items_by_number(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Find rows of samples by the tracking numbers of their feedback."""
    query = text(
        """SELECT f.tracking_number, i.id FROM audit_item i JOIN feedback f ON f.id = i.feedback_id
           WHERE f.tracking_number = ANY(:numbers)"""
    )
    return {number: item for number, item in session.execute(query, {"numbers": list(numbers)})}


def store_readings(session: Session, readings: Sequence[Mapping[str, Any]]) -> None:
    """Store what a reader says; a second import takes the place of the first."""
    if not readings:
        return
    put = upsert(AuditReading).values(list(readings))
    kept = {name: put.excluded[name] for name in ("type", "area", "note", "read_at")}
    session.execute(put.on_conflict_do_update(index_elements=["item_id", "reader"], set_=kept))


def samples(session: Session, weeks: Sequence[str] | None = None) -> list[AuditSample]:
    """List the samples of some weeks (all, when None) of which something was read, oldest first."""
    read = select(AuditItem.sample_id).join(AuditReading, AuditReading.item_id == AuditItem.id)
    query = select(AuditSample).where(AuditSample.id.in_(read)).order_by(AuditSample.first_day)
    return list(session.scalars(query if weeks is None else query.where(AuditSample.week.in_(weeks))))


def readings(session: Session, sample_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Read what was said of the rows of some samples, reader by reader."""
    query = text(
        """
        SELECT i.sample_id, i.id AS item, i.stratum, i.type AS model_type, i.area AS model_area,
               f.tracking_number AS number, f.text, r.reader, r.type, r.area, r.note
        FROM audit_item i JOIN audit_reading r ON r.item_id = i.id JOIN feedback f ON f.id = i.feedback_id
        WHERE i.sample_id = ANY(:samples) ORDER BY i.id, r.reader
        """
    )
    return [dict(row) for row in session.execute(query, {"samples": list(sample_ids)}).mappings()]
