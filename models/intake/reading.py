"""The raw records of a batch read back as columns: only the cells a source's definition names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.schema.intake import Batch, Delivery, Source
from voc.intake.rows import Definition, Mapped, all_present, columns_wanted, definition_from_dict

_FIRST = """SELECT jsonb_object_keys(payload) FROM (SELECT payload FROM vault.raw_record
            WHERE batch_id = :batch AND outcome IN ('pending', 'passed') ORDER BY "row", id LIMIT 1) first"""
_ALL = """SELECT DISTINCT jsonb_object_keys(payload) FROM vault.raw_record
          WHERE batch_id = :batch AND outcome IN ('pending', 'passed')"""


@dataclass(frozen=True)
class Raw:
    """The undecided rows of a batch in file order, as columns of equal length, and where they came from."""

    batch: int
    source: int
    title: str
    definition: Definition
    collected_at: datetime
    ids: Sequence[int]
    rows: Sequence[int]
    keys: Sequence[str]
    mapped: Mapped


def raw_of(session: Session, batch_id: int) -> Raw:
    """Read the rows of a batch that nothing was decided about yet."""
    query = select(Source, Batch.collected_at).join(Delivery, Delivery.source_id == Source.id).join(Batch)
    source, collected_at = session.execute(query.where(Batch.id == batch_id)).one()
    definition = definition_from_dict(source.definition)
    present = _present(session, batch_id, definition)
    parts = columns_wanted(definition, present)
    ids, rows, keys, *cells = _columns(session, batch_id, parts)
    mapped = Mapped(dict(zip(parts, cells, strict=True)), len(ids), present, definition)
    return Raw(batch_id, source.id, source.title, definition, collected_at, ids, rows, keys, mapped)


def _present(session: Session, batch_id: int, definition: Definition) -> list[str]:
    first = list(session.scalars(text(_FIRST), {"batch": batch_id}))
    # Only JSON rows differ in their columns.
    return first if all_present(definition, first) else list(session.scalars(text(_ALL), {"batch": batch_id}))


def _columns(session: Session, batch_id: int, parts: Sequence[str]) -> list[Sequence[Any]]:
    """Read ids, row numbers, keys and the named cells; PostgreSQL takes the payload apart, not Python."""
    cells = "".join(", payload ->> %s" for _ in parts)
    query = f"""SELECT id, "row", record_key{cells} FROM vault.raw_record
                WHERE batch_id = %s AND outcome IN ('pending', 'passed') ORDER BY "row", id"""  # noqa: S608
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(query, [*parts, batch_id])
        found = cursor.fetchall()
    return list(zip(*found, strict=True)) if found else [()] * (3 + len(parts))
