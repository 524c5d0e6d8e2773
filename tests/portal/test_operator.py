from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from models.engine import transaction
from models.schema.identity import AuditEvent
from models.schema.outbox import ChannelStop, OutboxMessage

NOW = datetime.now(UTC)


def message(state, **values):
    return OutboxMessage(
        subject=f"case:{values.pop('n', 1)}", event="case_opened", round=1, audience="customer",
        recipient="customer:1", data={}, state=state, attempts=10, next_attempt_at=NOW, repeat=False,
        created_at=NOW, **{"channel": "wecom", "note": None, **values},
    )  # fmt: skip


@pytest.fixture
def trouble(home):
    """A dead letter, an unknown one, a sent one, a stopped channel, and a source that has been silent for days."""
    with transaction() as session:
        session.add_all(
            [
                message("dead", n=1, note="内容被拒绝"),
                message("unknown", n=2),
                message("sent", n=3, sent_at=NOW),
            ]
        )
        session.add(ChannelStop(channel="sms", since=NOW, reason="签名未审核"))
        session.execute(
            text("INSERT INTO source (name, title, kind, channel, definition, last_success_at)"
                 " VALUES ('shop', '商城评价', 'csv', 'web', '{\"every\": \"1d\"}', :at)"),
            {"at": NOW - timedelta(days=5)},
        )  # fmt: skip


def state(number):
    with transaction() as session:
        return session.scalar(select(OutboxMessage.state).where(OutboxMessage.subject == f"case:{number}"))


def test_the_page_tells_what_is_wrong_in_words(signed, trouble):
    said = signed("voc").get("/operator").text
    for words in ("商城评价", "5 天前", "内容被拒绝", "签名未审核", "结果不明", "发送失败"):
        assert words in said


def test_an_empty_house_has_a_page_too(signed):
    assert signed("admin").get("/operator").status_code == 200


def test_one_click_sends_a_dead_letter_again_and_the_audit_log_says_who(signed, trouble):
    answer = signed("voc").post("/operator/messages/1/resend")
    assert answer.headers["location"] == "/operator?done=1"
    assert (state(1), state(3)) == ("pending", "sent")
    with transaction() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "message.resend")).one()
        assert (row.who, row.subject) == ("person:voc-all", "message:1")


def test_one_click_sends_all_dead_letters_of_a_channel(signed, trouble):
    signed("voc").post("/operator/channels/wecom/resend")
    assert (state(1), state(2)) == ("pending", "unknown")


def test_one_click_starts_a_stopped_channel(signed, trouble):
    signed("admin").post("/operator/channels/resume", {"channel": "sms"})
    with transaction() as session:
        assert session.scalars(select(ChannelStop)).all() == []


def test_an_auditor_looks_and_does_not_touch(signed, trouble):
    auditor = signed("auditor")
    assert "重发</button>" not in auditor.get("/operator").text
    assert auditor.post("/operator/messages/1/resend").status_code == 403
    assert state(1) == "dead"


@pytest.mark.parametrize("role", ["agent", "handler", "head", "leader"])
def test_others_do_not_see_it(signed, role):
    assert signed(role).get("/operator").status_code == 403
