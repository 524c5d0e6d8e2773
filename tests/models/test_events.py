from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.engine import transaction
from models.events import NAMES, announce, expire_events, mark_posted, starting, waiting_events
from models.schema.outbox import Event

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)


def tell(key="a", at=NOW, event="voc.alarm.raised"):
    with transaction() as session:
        announce(session, event, "voc.alarm.1", {"alarm": 1}, at, key)


def waiting():
    with transaction() as session:
        return [(one.key, one.event_id) for one in waiting_events(session, 10)]


def test_an_event_that_is_announced_again_stays_the_one_it_was(home):
    tell()
    before = waiting()
    tell(at=NOW + timedelta(hours=1))
    assert waiting() == before
    assert len(before) == 1


def test_the_same_key_of_another_event_is_another_one(home):
    tell()
    tell(event="voc.source.silent")
    assert len({id_ for _, id_ in waiting()}) == 2


def test_an_event_of_a_change_that_did_not_happen_is_not_told(home):
    with pytest.raises(IntegrityError):
        _tell_and_fail()
    assert waiting() == []


def _tell_and_fail():
    with transaction() as session:
        announce(session, "voc.alarm.raised", "voc.alarm.1", {}, NOW, "a")
        session.execute(text("INSERT INTO issue_day DEFAULT VALUES"))


def test_an_event_nobody_knows_is_refused(home):
    with pytest.raises(ValueError, match="NAMES"):
        tell(event="voc.something.else")


def test_what_was_posted_or_is_too_old_waits_no_longer(home):
    tell("old", NOW - timedelta(hours=30))
    tell("new")
    with transaction() as session:
        assert expire_events(session, NOW, timedelta(hours=24)) == 1
    assert [key for key, _ in waiting()] == ["new"]
    with transaction() as session:
        mark_posted(session, [one.id for one in waiting_events(session, 10)], NOW)
    assert waiting() == []
    with transaction() as session:
        states = session.execute(text("SELECT key, state FROM event_outbox ORDER BY key")).all()
    assert [tuple(row) for row in states] == [("new", "posted"), ("old", "expired")]


def test_all_events_of_the_house_are_there():
    assert set(NAMES) == {
        "voc.batch.stored", "voc.quality.failed", "voc.feedback.urgent", "voc.alarm.raised", "voc.action.overdue",
        "voc.action.implemented", "voc.problem.relapsed", "voc.source.silent", "voc.channel.stopped",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("waited", "start"),
    [
        (["voc.batch.stored"] * 3, [3]),
        (["voc.batch.stored", "voc.feedback.urgent", "voc.batch.stored"], [2, 3]),
        (["voc.action.implemented", "voc.batch.stored", "voc.action.implemented"], [1, 2, 3]),
        ([], []),
    ],
)
def test_of_many_events_that_waited_one_starts_what_takes_up_all_of_them(waited, start):
    events = [Event(id=n, event=name) for n, name in enumerate(waited, 1)]
    assert sorted(starting(events)) == start
