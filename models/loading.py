"""Bulk loading by COPY: thousands of rows cost what one row costs by the ORM."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain, repeat
from struct import Struct
from typing import Any, cast

import polars as pl
from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

# What stands before and after the rows of a binary COPY.
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
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
    _copy(session, table, columns, "", buffer)


def copy_frame(session: Session, table: str, frame: pl.DataFrame) -> None:
    """Append the rows of a frame, whose columns are called like the table's, in the session's transaction."""
    # In quotes an empty text stays an empty text; without them it is NULL.
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, quote_style="necessary")
    buffer.seek(0)
    _copy(session, table, frame.columns, "(FORMAT csv)", buffer)


def copy_bytes(
    session: Session, table: str, numbers: Mapping[str, Sequence[int]], column: str, bodies: Sequence[bytes]
) -> None:
    """Append rows of whole numbers (bigint) and one column of bytes, in the session's transaction.

    In PostgreSQL's binary format: as text, bytes are twice as long and are read letter by letter.
    """
    row = Struct(
        ">h" + "iq" * len(numbers) + "i"
    )  # fields; the length of each, and the field; the length of bytes
    cells = zip(repeat(len(numbers) + 1), *chain.from_iterable((repeat(8), own) for own in numbers.values()))
    rows = [row.pack(*own, len(body)) + body for own, body in zip(cells, bodies, strict=True)]
    _copy(session, table, [*numbers, column], "(FORMAT binary)", io.BytesIO(b"".join([_BEGIN, *rows, _END])))


def _copy(session: Session, table: str, columns: Sequence[str], form: str, buffer: io.IOBase) -> None:
    """COPY into a table; where row-level security holds for this role, by way of a temporary one.

    PostgreSQL does not COPY into a table with rules about rows, but takes the same rows by INSERT.
    """
    listed = ", ".join(f'"{column}"' for column in columns)
    ruled = session.scalar(text("SELECT row_security_active(:table)"), {"table": table})
    target = "pg_temp.copied" if ruled else table
    if ruled:
        session.execute(text(f"CREATE TEMP TABLE copied AS SELECT {listed} FROM {table} WITH NO DATA"))  # noqa: S608
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} ({listed}) FROM STDIN {form}", buffer, 1 << 20)
    if ruled:
        session.execute(text(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM pg_temp.copied"))  # noqa: S608
        session.execute(text("DROP TABLE pg_temp.copied"))


def fetched(session: Session, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query as the driver gives them: the ORM's own rows take longer to make than to read."""
    result = cast("CursorResult[Any]", session.execute(text(query), values))
    rows = result.cursor.fetchall()
    result.close()
    return cast("list[tuple[Any, ...]]", rows)


def stage_frame(session: Session, name: str, like: str, frame: pl.DataFrame) -> None:
    """Put a frame into a temporary table with columns of another, gone at the end of the transaction."""
    listed = ", ".join(f'"{column}"' for column in frame.columns)
    session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
    session.execute(
        text(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {listed} FROM {like} WITH NO DATA")  # noqa: S608
    )
    copy_frame(session, f"pg_temp.{name}", frame)


_BY_INDEX = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")


@contextmanager
def by_index(session: Session) -> Iterator[None]:
    """Ask by index in any case: reading a whole table once looks cheaper to the planner than thousands of look-ups."""
    session.execute(text(";".join(f"SET LOCAL {name} = off" for name in _BY_INDEX)))
    yield
    session.execute(text(";".join(f"SET LOCAL {name} TO DEFAULT" for name in _BY_INDEX)))


@contextmanager
def references_by_batch(session: Session, *checks: str, **values: Any) -> Iterator[None]:
    """Load rows without a look-up for each foreign key; afterwards `checks` must find no row without its parent.

    One look-up for each row and key is two fifths of what PostgreSQL does when feedback is loaded. Where the
    role may not switch it off, the keys are looked up row by row as always.
    """
    allowed = session.scalar(text("SELECT has_parameter_privilege('session_replication_role', 'SET')"))
    if not allowed:
        yield
        return
    session.execute(text("SET LOCAL session_replication_role = replica"))
    yield
    session.execute(text("SET LOCAL session_replication_role = origin"))
    for check in checks:
        if session.execute(text(check), values).first() is not None:
            raise RuntimeError(f"a row refers to a row that does not exist: {check}")


def new_ids(session: Session, table: str, count: int) -> list[int]:
    """Draw ids from a table's own sequence, so that related rows can be loaded together."""
    # Looked up in a query of its own, once: beside nextval it is for every number, ten times what drawing one costs.
    query = """SELECT nextval((SELECT CAST(pg_get_serial_sequence(%s, 'id') AS regclass)))
               FROM generate_series(1, %s)"""
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(query, (table, count))
        return [id_ for (id_,) in cursor.fetchall()]


def look_again(session: Session, tables: Mapping[str, str], loaded: int) -> None:
    """Let PostgreSQL look at columns of tables that grew by a tenth or more, or it plans for the size they had.

    It does so by itself within a minute; what is asked right after a load does not wait that long.
    """
    query = text("SELECT c.reltuples FROM pg_class c WHERE c.oid = CAST(:name AS regclass)")
    for table, columns in tables.items():
        known = session.scalar(query, {"name": table}) or 0
        if loaded > 0.1 * max(known, 0):
            session.execute(text(f"ANALYZE {table} ({columns})"))
