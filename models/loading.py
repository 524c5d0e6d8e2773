"""Bulk loading by COPY: thousands of rows cost what one row costs by the ORM."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def cell(value: Any) -> str:
    """Write one value in PostgreSQL's text COPY format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table in the session's transaction."""
    buffer = io.StringIO("".join("\t".join(map(cell, row)) + "\n" for row in rows))
    listed = ", ".join(f'"{column}"' for column in columns)
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN", buffer)


def stage(
    session: Session, name: str, like: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Put rows into a temporary table with columns of another, gone at the end of the transaction."""
    listed = ", ".join(f'"{column}"' for column in columns)
    session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
    session.execute(
        text(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {listed} FROM {like} WITH NO DATA")  # noqa: S608
    )
    copy_rows(session, f"pg_temp.{name}", columns, rows)


def new_ids(session: Session, table: str, count: int) -> list[int]:
    """Draw ids from a table's own sequence, so that related rows can be loaded together."""
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(session.scalars(query, {"table": table, "count": count}))
