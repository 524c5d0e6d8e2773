"""Messages leave once, carry no number that nobody verified, and none is lost when a dispatcher dies."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from models.engine import transaction
from models.post.dispatching import claim_messages, replay, resume
from tasks.improve import open_cases
from tasks.tell import LEASE, send_due
from tasks.verify import verify_due

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=65)
STATES = "SELECT state, count(*) FROM outbox GROUP BY state"


@pytest.fixture
def waiting(house):
    """Five customers with a case each: ten messages wait, five for each side, which is not yet too much."""
    rows = [
        [f"R{n}", "约好的安装师傅没来", f"2026-06-07 1{n}:00", "1", f"1380000000{n}", "成都"]
        for n in range(5)
    ]
    house.take_in(rows)
    open_cases.fn(house.now)
    return house


def lines(home):
    return [
        json.loads(line) for line in (home / "messages" / "messages.jsonl").read_text("utf-8").splitlines()
    ]


def test_what_waits_is_written_to_the_log_channel_and_marked_as_sent(waiting, home):
    assert send_due(waiting.now) == {"sent": 10}
    assert waiting.pairs(STATES) == {"sent": 10}
    assert {line["repeat"] for line in lines(home)} == {False}
    receipts = waiting.rows("SELECT receipt, sent_at FROM outbox")
    assert all(
        row["receipt"].startswith("messages.jsonl:") and row["sent_at"] == waiting.now for row in receipts
    )


def test_nothing_is_sent_twice(waiting, home):
    send_due(waiting.now)
    assert send_due(waiting.now + timedelta(hours=1)) == {}
    assert len(lines(home)) == 10


def test_no_more_than_was_asked_for_is_sent(waiting):
    assert send_due(waiting.now, 5) == {"sent": 5}
    assert waiting.pairs(STATES) == {"sent": 5, "pending": 5}


def test_a_message_holds_number_category_and_deadline_and_none_of_the_customers_words(waiting, home):
    send_due(waiting.now)
    number = waiting.value("SELECT tracking_number FROM feedback WHERE record_key = 'R0'")
    (to_customer,) = [line for line in lines(home) if line["subject"] == f"已收到您的反馈（{number}）"]
    assert "前给您答复" in to_customer["text"]
    assert "安装不准时" in to_customer["text"]
    assert not any("约好的" in line["text"] for line in lines(home))


def test_addresses_are_masked_in_the_log(waiting, home):
    send_due(waiting.now)
    assert not any("1380000000" in json.dumps(line) for line in lines(home))


def test_a_dispatcher_that_died_between_claim_and_note_leaves_messages_that_are_repeated_and_marked(
    waiting, home
):
    with transaction() as session:
        claim_messages(session, waiting.now, 3, LEASE)
    send_due(waiting.now)
    assert waiting.pairs(STATES) == {"sent": 7, "sending": 3}
    later = waiting.now + LEASE + timedelta(seconds=1)
    send_due(later)
    assert waiting.pairs(STATES) == {"sent": 7, "retry": 3}
    assert send_due(later + timedelta(minutes=2)) == {"sent": 3}
    repeated = [line for line in lines(home) if line["repeat"]]
    assert len(repeated) == 3
    assert all("重复发送，如已收到请忽略" in line["text"] for line in repeated)
    assert len(lines(home)) == 10


def test_the_log_channel_that_cannot_write_stops_and_parks_its_messages(waiting, home):
    (home / "messages").mkdir(parents=True)
    (home / "messages" / "messages.jsonl").mkdir()
    send_due(waiting.now)
    assert waiting.pairs(STATES)["pending"] == 10
    assert "日志文件无法写入" in waiting.value("SELECT reason FROM channel_stop")
    assert send_due(waiting.now + timedelta(days=1)) == {}


def test_a_stopped_channel_that_is_mended_sends_what_was_parked(waiting, home):
    blocked = home / "messages" / "messages.jsonl"
    blocked.mkdir(parents=True)
    send_due(waiting.now)
    blocked.rmdir()
    with transaction() as session:
        assert resume(session, "log")
    assert send_due(waiting.now + timedelta(minutes=1)) == {"sent": 10}


def test_a_channel_that_nobody_configured_parks_its_messages_and_warns_by_another(waiting, home, set_to):
    with transaction() as session:
        session.execute(text("UPDATE outbox SET channel = 'mail' WHERE audience = 'customer'"))
    send_due(waiting.now)
    assert "没有配置" in waiting.value("SELECT reason FROM channel_stop WHERE channel = 'mail'")
    assert waiting.pairs("SELECT channel, count(*) FROM outbox WHERE state = 'sent' GROUP BY 1") == {"log": 6}
    assert any("mail" in line["text"] for line in lines(home))


def test_a_channel_that_is_configured_wrongly_does_not_keep_the_others_from_sending(waiting, set_to):
    set_to(channels='{"mail": {"host": ""}}')
    assert send_due(waiting.now)["sent"] >= 10


def test_a_template_that_cannot_be_filled_is_a_dead_letter_with_its_reason_and_can_be_replayed(waiting):
    with transaction() as session:
        session.execute(text("UPDATE outbox SET data = data - 'deadline' WHERE event = 'case_opened'"))
    assert send_due(waiting.now) == {"sent": 5, "dead": 5}
    dead = waiting.rows("SELECT id, note FROM outbox WHERE state = 'dead'")
    assert all("无法生成" in row["note"] for row in dead)
    with transaction() as session:
        session.execute(
            text("""UPDATE outbox SET data = data || '{"deadline": "6月9日 09:00"}' WHERE state = 'dead'""")
        )
        assert replay(session, [row["id"] for row in dead], waiting.now) == 5
    assert send_due(waiting.now) == {"sent": 5}


def test_the_news_of_an_effect_quotes_the_number_of_its_verification(house, make, home):
    then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
    then.act_on(make["daily"](MONDAY, 70, lambda day: 6, 10), LIVE)
    after = make["daily"](MONDAY + timedelta(days=70), 79, lambda day: 6 if day < 14 else 1, 10, start=20_000)
    due.take_in(after, "b.csv")
    verify_due.fn(due.now)
    send_due(due.now)
    (verification,) = due.rows("SELECT id, result FROM verification")
    percent = f"{abs(verification['result']['change']) * 100:.0f}"
    news = [line["text"] for line in lines(home) if "有了结果" in line["subject"]]
    assert len(news) > 400
    assert all(
        f"经核实，相关投诉占比下降约 {percent}%（验证编号 {verification['id']}）" in words for words in news
    )


def test_a_measure_that_is_not_yet_verified_is_told_without_a_number(house, make, home):
    then = house.on(LIVE)
    then.act_on(make["daily"](MONDAY, 70, lambda day: 6, 10), LIVE)
    send_due(then.now)
    news = [
        line["text"] for line in lines(home) if "验证编号" in line["text"] or "效果观察中" in line["text"]
    ]
    assert news != []
    assert not any("%" in words for words in news)
