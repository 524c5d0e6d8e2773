"""Real things for tests: an embedded PostgreSQL, a fresh database for each test, a real Prefect server."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start one real PostgreSQL for the session, with a migrated template; return its address."""
    from models import engine as connections
    from settings import get_settings

    # Not below pytest's own folder: another session that starts closes that to the server's user.
    folder = tempfile.mkdtemp(prefix="voc-")
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


@pytest.fixture
def home(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a test a home folder and a migrated database of its own."""
    from models import engine as connections
    from settings import get_settings

    name = f"t_{uuid.uuid4().hex}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE voc_template STRATEGY FILE_COPY"))
    monkeypatch.setenv("VOC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOC_DATABASE_URL", postgres.replace("/postgres?", f"/{name}?"))
    get_settings.cache_clear()
    yield tmp_path / "home"
    connections.engine().dispose()
    connections._engine.cache_clear()
    get_settings.cache_clear()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


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
