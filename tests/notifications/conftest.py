"""Faithful fakes of the platforms, on a port of this machine."""

import pytest

from notifications.base import Message
from settings import get_settings


@pytest.fixture
def inside(monkeypatch, tmp_path):
    """Let requests go to this machine; everything else passes the guard as always."""
    monkeypatch.setenv("VOC_HOME", str(tmp_path))
    monkeypatch.setenv("VOC_EGRESS_HOSTS", '["localhost"]')
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def letter():
    """Return a maker of messages."""

    def make(text="请及时处理。", repeat=False, recipient="department:logistics", subject="新个案"):
        return Message(7, recipient, subject, text, None, "M000007", repeat, "case_assigned")

    return make
