"""A house is saved to one file and comes back from it, row for row, with its keys and its rules."""

import io
import tarfile
import uuid

import pytest
from sqlalchemy import create_engine, make_url, text

from models import engine as connections
from models.engine import engine, migrate, transaction
from models.intake.collecting import register_source
from settings import get_settings


def rules():
    """Read what the rules of rows are."""
    with transaction() as session:
        return session.execute(
            text("SELECT tablename, policyname, roles::text FROM pg_policies ORDER BY 1, 2")
        ).all()


def sources():
    with transaction() as session:
        return session.execute(text("SELECT name, title FROM source")).all()


@pytest.fixture
def elsewhere(postgres, tmp_path, monkeypatch):
    """Return a function that moves to a folder and a database of its own, which belongs to an ordinary role."""
    made, admin = [], create_engine(postgres, isolation_level="AUTOCOMMIT")

    def move():
        name = f"own_{uuid.uuid4().hex[:12]}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS"))
            connection.execute(text(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0"))
        made.append(name)
        connections.engine().dispose()
        url = make_url(postgres).set(drivername="postgresql", username=name, database=name)
        monkeypatch.setenv("VOC_HOME", str(tmp_path / name))
        monkeypatch.setenv("VOC_DATABASE_URL", url.render_as_string(hide_password=False))
        get_settings.cache_clear()

    yield move
    engine().dispose()
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {name}"))
    admin.dispose()


@pytest.fixture
def saved(home, voc_at_home, tmp_path):
    """Save a house with a source, a key and a report, and return the file."""
    with transaction() as session:
        register_source(session, "web", {"title": "网页表单"})
    get_settings().pseudonym_key()
    (get_settings().folder("reports") / "a.html").write_text("报告", "utf-8")
    done = voc_at_home("backup", tmp_path / "a.tar")
    assert done.returncode == 0, done.stderr
    return tmp_path / "a.tar"


def test_what_was_saved_comes_back_with_keys_reports_and_rules(saved, elsewhere, voc_at_home):
    key, before = get_settings().pseudonym_key(), rules()
    elsewhere()
    done = voc_at_home("restore", saved)
    assert done.returncode == 0, done.stderr
    assert "与备份时逐表一致" in done.stdout
    assert sources() == [("web", "网页表单")]
    assert get_settings().pseudonym_key() == key
    assert (get_settings().folder("reports") / "a.html").read_text("utf-8") == "报告"
    assert [one[:2] for one in rules()] == [one[:2] for one in before]


def test_a_saved_house_is_read_by_its_owner_only_and_never_overwritten(saved, voc_at_home):
    assert saved.stat().st_mode & 0o077 == 0
    again = voc_at_home("backup", saved)
    assert (again.returncode, "已存在，不会覆盖" in again.stderr) == (1, True)


def test_a_restore_that_was_cut_short_can_be_repeated(saved, elsewhere, voc_at_home, monkeypatch):
    elsewhere()
    with monkeypatch.context() as broken:
        broken.setattr("models.house.safekeeping.load", lambda _: {})
        assert voc_at_home("restore", saved).returncode == 1
    assert voc_at_home("restore", saved).returncode == 0
    assert sources() == [("web", "网页表单")]


def test_a_house_that_is_used_is_not_overwritten(saved, voc_at_home):
    done = voc_at_home("restore", saved)
    assert (done.returncode, "恢复不会覆盖" in done.stderr) == (1, True)


def test_keys_of_another_house_are_not_overwritten(saved, elsewhere, voc_at_home):
    elsewhere()
    migrate()
    key = get_settings().pseudonym_key()
    assert "恢复不会覆盖" in voc_at_home("restore", saved).stderr
    assert get_settings().pseudonym_key() == key


@pytest.mark.parametrize(
    ("name", "words"), [("home/../../evil", "不该有的文件"), ("manifest.json", "不是 voc backup 生成的备份")]
)
def test_a_file_that_is_no_backup_or_reaches_outside_is_refused(
    saved, elsewhere, voc_at_home, tmp_path, name, words
):
    elsewhere()
    with tarfile.open(saved) as good, tarfile.open(tmp_path / "bad.tar", "w") as bad:
        for member in (one for one in good if one.name != name and one.isfile()):
            bad.addfile(member, good.extractfile(member))
        bad.addfile(tarfile.TarInfo(name), io.BytesIO())
    assert words in voc_at_home("restore", tmp_path / "bad.tar").stderr
    assert not (tmp_path / "evil").exists()
