"""A database for Prefect beside ours, on the embedded server, which is built without the extension Prefect asks for."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from models.engine import database_url
from settings import get_settings

NAME = "prefect"
GIVEN = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
# One lock for all commands of a house: two that start at once must not both create it.
LOCK = 7_101_142
# Prefect wants pg_trgm for indexes that speed up the search for part of a name, and for nothing else. This stand-in
# offers the operator class and no operator, so that the indexes exist, stay empty and are never asked. Its functions
# compare two different pointers and so return a null one, which to GIN means: no keys.
CONTROL = "comment = 'stand-in: names are searched without an index'\ndefault_version = '0.1'\n"
SCRIPT = """
CREATE FUNCTION gin_no_keys(text, internal, internal) RETURNS internal
    LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE FUNCTION gin_no_query(text, internal, int2, internal, internal, internal, internal) RETURNS internal
    LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE FUNCTION gin_no_match(internal, int2, text, int4, internal, internal, internal, internal) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT AS 'int8eq';
CREATE OPERATOR CLASS gin_trgm_ops FOR TYPE text USING gin AS
    FUNCTION 1 bttextcmp(text, text),
    FUNCTION 2 gin_no_keys(text, internal, internal),
    FUNCTION 3 gin_no_query(text, internal, int2, internal, internal, internal, internal),
    FUNCTION 4 gin_no_match(internal, int2, text, int4, internal, internal, internal, internal);
"""


def left_to_sqlite() -> bool:
    """Tell whether `voc serve` leaves Prefect to SQLite: our database is elsewhere, none is named for Prefect."""
    return get_settings().database_url is not None and not any(name in os.environ for name in GIVEN)


def prefect_database() -> str | None:
    """Return the address of Prefect's database on the embedded server, made when missing; None where none is used."""
    if get_settings().database_url is not None or any(name in os.environ for name in GIVEN):
        return None
    ours = make_url(database_url())
    engine = create_engine(ours, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": NAME}):
            connection.execute(text(f"CREATE DATABASE {NAME}"))
        theirs = create_engine(ours.set(database=NAME), isolation_level="AUTOCOMMIT")
        with theirs.connect() as own:
            own.execute(text("SELECT set_config('extension_control_path', :path, false)"), {"path": _files()})
            own.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        theirs.dispose()
    engine.dispose()
    address = ours.set(drivername="postgresql+asyncpg", database=NAME)
    return address.render_as_string(hide_password=False)


def _files() -> str:
    """Write the stand-in where the server, which may run as another user, can read it; return where."""
    folder = get_settings().folder("postgres-extensions") / "extension"
    folder.mkdir(exist_ok=True)
    _write(folder / "pg_trgm.control", CONTROL)
    _write(folder / "pg_trgm--0.1.sql", SCRIPT)
    for one in (folder.parent, folder):
        one.chmod(0o755)
    return f"{folder.parent}:$system"


def _write(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")
    path.chmod(0o644)
