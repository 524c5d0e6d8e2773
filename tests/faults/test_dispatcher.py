"""A small version of benchmarks/dispatch_kills.py: kills and bad answers lose nothing and repeat nothing unmarked."""

import pytest
from sqlalchemy import text

from benchmarks.dispatch_kills import torment
from models.engine import transaction
from settings import get_settings

MESSAGES, KILLS = 120, 4


@pytest.mark.faults
def test_a_dispatcher_that_is_killed_again_and_again_loses_nothing_and_marks_every_repeat(
    home, monkeypatch, tmp_path
):
    monkeypatch.setenv("VOC_CHANNELS", "{}")
    monkeypatch.setenv("VOC_EGRESS_HOSTS", "[]")
    found = torment(KILLS, MESSAGES, 1, tmp_path / "accepted.jsonl")
    assert found["accepted"] == MESSAGES
    assert found["repeats not marked"] == 0
    assert found["outbox sent"] == MESSAGES
    with transaction() as session:
        marked = session.scalar(text("SELECT count(*) FROM outbox WHERE repeat AND event = 'case_resolved'"))
    assert marked > 0
    get_settings.cache_clear()
