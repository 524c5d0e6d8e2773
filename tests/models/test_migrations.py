import pytest
from alembic import command
from sqlalchemy import inspect

from models.engine import engine, migrate, migration_config
from models.schema.tables import Base


def test_the_migrations_make_exactly_the_tables_of_the_models(home):
    command.check(migration_config())


def test_migrating_again_changes_nothing(home):
    migrate()
    assert set(inspect(engine()).get_table_names()) >= {
        t.name for t in Base.metadata.tables.values() if not t.schema
    }


def test_a_database_that_is_up_to_date_is_not_looked_at_by_alembic(home, monkeypatch):
    monkeypatch.setattr(command, "upgrade", lambda *_: pytest.fail("alembic was loaded in vain"))
    migrate()


def test_every_migration_can_be_undone_and_done_again(home):
    command.downgrade(migration_config(), "base")
    assert set(inspect(engine()).get_table_names()) == {"alembic_version"}
    migrate()


def test_every_column_says_what_it_holds():
    silent = [f"{t.name}.{c.name}" for t in Base.metadata.tables.values() for c in t.columns if not c.comment]
    assert silent == []
