"""Prefect's tables live on the embedded server, although that is built without the extension Prefect asks for."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from models.house.prefect_database import GIVEN, NAME, prefect_database
from settings import get_settings


@pytest.fixture
def embedded(postgres, monkeypatch):
    """Be in the house of the embedded server of all tests; return a function that connects to one of its databases."""
    url = make_url(postgres)
    monkeypatch.setenv("VOC_HOME", str(Path(url.query["host"]).parent))
    monkeypatch.delenv("VOC_DATABASE_URL", raising=False)
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    get_settings.cache_clear()
    yield lambda database: create_engine(url.set(database=database), isolation_level="AUTOCOMMIT").connect()
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
    get_settings.cache_clear()


def test_the_database_is_made_once_and_offers_the_index_prefect_asks_for(embedded):
    address = prefect_database()
    assert address == prefect_database()
    assert make_url(address).drivername == "postgresql+asyncpg"
    with embedded(NAME) as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
        connection.execute(text("CREATE TABLE flow (name varchar NOT NULL)"))
        connection.execute(text("INSERT INTO flow SELECT 'before ' || n FROM generate_series(1, 500) n"))
        connection.execute(text("CREATE INDEX CONCURRENTLY trgm ON flow USING gin (name gin_trgm_ops)"))
        connection.execute(text("INSERT INTO flow SELECT '采集 ' || n FROM generate_series(1, 500) n"))
        for tidy in (
            "VACUUM FULL flow",
            "DELETE FROM flow WHERE name LIKE '%7'",
            "VACUUM flow",
            "REINDEX TABLE flow",
        ):
            connection.execute(text(tidy))
        assert connection.scalar(text("SELECT count(*) FROM flow WHERE name ILIKE '%集 49%'")) == 10
        # An index that holds nothing: a page for itself, and hardly more for a thousand names.
        assert connection.scalar(text("SELECT pg_relation_size('trgm')")) < 50_000


def test_who_brings_a_database_of_their_own_keeps_it(embedded, monkeypatch):
    monkeypatch.setenv(GIVEN[0], "sqlite+aiosqlite:////nowhere/prefect.db")
    assert prefect_database() is None
    monkeypatch.delenv(GIVEN[0])
    monkeypatch.setenv("VOC_DATABASE_URL", "postgresql://voc@db.example.com/voc")
    get_settings.cache_clear()
    assert prefect_database() is None
