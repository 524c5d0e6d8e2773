"""Real things for tests: an embedded PostgreSQL, a fresh database for each test, a real Prefect server."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
# A shared machine is slow at times; how fast things are is measured in benchmarks, not here.
hypothesis_settings.register_profile("voc", deadline=None)
hypothesis_settings.load_profile("voc")
ROOM = 4 * 2**30  # bytes of memory for databases; containers are given 64 MB unless told otherwise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that start servers first and those of the pure core last: nothing long is left for the end."""
    weights: dict[Path, int] = {}
    for item in items:
        weights[item.path] = max(weights.get(item.path, 0), _weight(item))
    items.sort(key=lambda item: -weights[item.path])


def _weight(item: pytest.Item) -> int:
    servers = any(item.get_closest_marker(name) for name in ("faults", "prefect", "browser"))
    return 2 if servers else int("postgres" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start one real PostgreSQL for the session, with a migrated template; return its address."""
    from models import engine as connections
    from settings import get_settings

    # Not below pytest's own folder: another session that starts closes that to the server's user.
    folder = tempfile.mkdtemp(prefix="voc-", dir=_in_memory())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server's own farewell
    os.environ["VOC_HOME"] = folder
    get_settings.cache_clear()
    url = connections.database_url()
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        # A database lives for one test: nothing in it has to outlive a power cut.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE voc_template"))
    os.environ["VOC_DATABASE_URL"] = url.replace("/postgres?", "/voc_template?")
    get_settings.cache_clear()
    connections.migrate()
    connections.engine().dispose()
    yield url
    connections._engine.cache_clear()


def _in_memory() -> str | None:
    """Return a folder that is kept in memory, where there is room: each test copies the 800 files of a database."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if roomy else None


@pytest.fixture(scope="session")
def administer(postgres: str) -> Iterator[Callable[[str], object]]:
    """Return a function that executes a statement outside of every database of a test."""
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
    admin.dispose()


@pytest.fixture
def move(
    postgres: str, administer: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Path]]:
    """Return a function that moves on to a home folder of a name and a database like a migrated one, or another."""
    from models import engine as connections
    from settings import get_settings

    built: list[str] = []

    def leave() -> None:
        if built:
            connections.engine().dispose()
        connections._engine.cache_clear()
        get_settings.cache_clear()

    def move(name: str, like: str = "voc_template") -> Path:
        leave()
        built.append(f"t_{uuid.uuid4().hex}")
        administer(f"CREATE DATABASE {built[-1]} TEMPLATE {like} STRATEGY FILE_COPY")
        monkeypatch.setenv("VOC_HOME", str(tmp_path / name))
        monkeypatch.setenv("VOC_DATABASE_URL", postgres.replace("/postgres?", f"/{built[-1]}?"))
        get_settings.cache_clear()
        return tmp_path / name

    yield move
    leave()
    for database in built:
        administer(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def home(move: Callable[..., Path]) -> Path:
    """Give a test a home folder and a migrated database of its own."""
    return move("home")


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one real Prefect server for the session; return the address of its API."""
    from cli.server import prefect_server

    home = tmp_path_factory.mktemp("prefect")
    os.environ["PREFECT_HOME"] = str(home)
    with ExitStack() as server:
        with (
            pytest.MonkeyPatch.context() as only_now
        ):  # a file of its own: no test needs a second PostgreSQL for it
            only_now.setenv(
                "PREFECT_SERVER_DATABASE_CONNECTION_URL", f"sqlite+aiosqlite:///{home / 'prefect.db'}"
            )
            api = server.enter_context(prefect_server())
        yield api


@pytest.fixture(scope="session")
def public_data() -> Path:
    """Return the folder of public data, or skip the test where it is absent."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("VOC_PUBLIC_DATA", default))
    if not folder.is_dir():
        pytest.skip("public data is absent: set VOC_PUBLIC_DATA to its folder")
    return folder.resolve()
