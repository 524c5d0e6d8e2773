"""The register of the embedded server's users survives kills and races."""

import json
import os

from models.engine import _forget_dead_handles, answers
from settings import get_settings

NOBODY = 2**22 + 1  # above the highest process number Linux gives


def test_a_killed_process_is_dropped_from_the_register(tmp_path):
    register = tmp_path / "handles.json"
    register.write_text(json.dumps([os.getpid(), NOBODY]))
    _forget_dead_handles(register)
    assert json.loads(register.read_text()) == [os.getpid()]


def test_a_register_written_by_two_at_once_keeps_who_is_alive(tmp_path):
    register = tmp_path / "handles.json"
    register.write_text(f"[{os.getpid()}, {NOBODY}]{os.getpid()}]")
    _forget_dead_handles(register)
    assert json.loads(register.read_text()) == [os.getpid()]


def test_a_database_that_answers_is_said_to_and_one_that_is_away_is_not(home, monkeypatch):
    assert answers()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("VOC_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
        get_settings.cache_clear()
        assert not answers()
    get_settings.cache_clear()
