"""What customers asked to have erased is erased by the night, everywhere it was told again."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models.cases import desk_work
from models.cases.knowing import Words, add
from models.change import By
from models.customers import erasing, tracking
from models.engine import transaction
from settings import get_settings
from tasks.forget import erase_asked, overwrite_expired
from tasks.improve import open_cases
from voc.attachments import accept

SAID = "约好的安装师傅没来，等了整整一天"


@pytest.fixture
def told(house):
    """A case with a note, a file, an entry of the knowledge base and an alarm that quotes it."""
    house.take_in([["R1", SAID, "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    case, feedback = house.value('SELECT id FROM "case"'), house.value("SELECT id FROM feedback")
    by = By("person:a", house.now)
    with transaction() as session:
        desk_work.add_note(session, "case", case, "客户住在三楼，脾气急", None, by)
        desk_work.attach(session, "case", case, accept("现场.txt", "师傅没来".encode()), by)
        add(
            session,
            Words("客户怎么夸我们", SAID, "", kind="case"),
            by,
            "published",
            origin=f"feedback:{feedback}",
        )
        session.execute(
            text(
                "INSERT INTO alarm (kind, series, label, department, started_on, ended_on, observed, expected, urgent,"
                " words, quotations, cause, evidence, raised_at, recorded_at, late)"
                " SELECT 'spike', 'all', '安装', min(code), '2026-06-01', '2026-06-01', 1, 1, false,"
                " '[]', CAST(:quoted AS jsonb), '', '{}', now(), now(), false FROM department"
            ),
            {"quoted": '["安装师傅没来，等了整整…", "别人说的话在这里"]'},
        )
        tracking.ask_erasure(session, feedback, house.now)
    return house


def test_a_wish_is_carried_out_after_the_days_of_the_settings_wherever_it_was_told_again(told):
    assert erase_asked.fn(told.now + timedelta(days=1)) == 0
    assert erase_asked.fn(told.now + timedelta(days=4)) == 1
    assert erase_asked.fn(told.now + timedelta(days=4)) == 0
    assert told.value("SELECT text FROM feedback") == erasing.GONE
    assert told.value("SELECT text FROM desk_note") == erasing.GONE
    assert told.value("SELECT count(*) FROM desk_file") == 0
    assert told.value("SELECT answer || state FROM knowledge") == f"{erasing.GONE}retired"
    assert told.value("SELECT answer FROM knowledge_version") == erasing.GONE
    assert told.value("SELECT quotations FROM alarm") == [erasing.GONE, "别人说的话在这里"]
    assert told.value("SELECT count(*) FROM audit_event WHERE action = 'privacy.erased'") == 1


def test_outside_of_erasing_nobody_changes_what_was_noted(told):
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(text("UPDATE desk_note SET text = 'x'"))


def test_words_older_than_their_source_keeps_them_are_overwritten(told, monkeypatch):
    monkeypatch.setenv("VOC_RETENTION_DAYS", '{"web": 30}')
    get_settings.cache_clear()
    assert overwrite_expired.fn(told.now) == {"web": 0}
    assert overwrite_expired.fn(told.now + timedelta(days=60)) == {"web": 1}
    assert told.value("SELECT text FROM feedback") == erasing.EXPIRED
    assert told.value("SELECT text FROM desk_note") == erasing.EXPIRED
