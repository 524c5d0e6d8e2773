"""The house on a PostgreSQL of somebody else: the owner is no superuser, and the rules hold for it as well."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, make_url, text

from models import engine as connections
from models.change import By, audit, begin
from models.engine import engine, migrate, transaction
from models.measures.improving import store_departments
from models.people.rights import session_for
from models.people.sessions import Person
from models.schema.loop import Problem
from settings import get_settings
from tasks.aggregate import organisation

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)


@pytest.fixture
def ordinary(postgres, monkeypatch, tmp_path):
    """A database that belongs to a role without any special right."""
    name, admin = f"own_{uuid.uuid4().hex[:12]}", create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0"))
    url = make_url(postgres).set(drivername="postgresql", username=name, database=name)
    monkeypatch.setenv("VOC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VOC_DATABASE_URL", url.render_as_string(hide_password=False))
    get_settings.cache_clear()
    yield name
    engine().dispose()
    connections._engine.cache_clear()
    get_settings.cache_clear()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {name}"))
    admin.dispose()


def test_an_ordinary_owner_migrates_loads_and_is_seen_by_departments_as_ever(ordinary):
    migrate()
    row = {
        "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超时",
        "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip
    with transaction() as session:
        assert session.scalar(text("SELECT row_security_active('problem_log')"))
        store_departments(session, organisation())
        made = begin(session, "problem", "detect", [row], By("rule:x", NOW))
        assert audit(session, "problem") == []
    owner, colleague = (
        Person(1, "x", "某人", frozenset({"handler"}), frozenset({of})) for of in ("logistics", "finance")
    )
    with session_for(owner) as session:
        assert [problem.id for problem in session.query(Problem)] == made
    with session_for(colleague) as session:
        assert session.query(Problem).all() == []
