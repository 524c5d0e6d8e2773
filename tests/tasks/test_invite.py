"""Customers are asked how it was: by schedule, seldom, by their own channel; and their answers come back as theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.change import By, advance
from models.customers import asking, inviting
from models.engine import transaction
from settings import asset_text, get_settings
from tasks.improve import open_cases
from tasks.invite import invite_customers
from tasks.tell import send_due
from voc.errors import ConfigError, InputError
from voc.surveys.forms import parse_surveys

DAY = timedelta(days=1)
ROWS = [
    ["R1", "约好的安装师傅没来，等了一天", "2026-06-07 10:00", "1", "13800000001", "成都"],
    ["R2", "包装破了，东西摔坏了", "2026-06-07 11:00", "1", "13800000002", "成都"],
]


@pytest.fixture
def asked(house, monkeypatch):
    """Two cases that were confirmed, and a questionnaire for after a service and another for the quarter."""
    monkeypatch.setenv("VOC_SURVEY_AFTER_SERVICE", "csat")
    monkeypatch.setenv("VOC_SURVEY_QUARTERLY", "nps")
    monkeypatch.setenv("VOC_PUBLIC_URL", "https://voc.example.com")
    get_settings.cache_clear()
    templates = parse_surveys(asset_text("surveys.toml"))
    with transaction() as session:
        for code in ("csat", "nps"):
            asking.write_down(session, templates[code], house.now)
            asking.publish(session, code, house.now)
    house.take_in(ROWS)
    open_cases.fn(house.now)
    cases = [row["id"] for row in house.rows('SELECT id FROM "case" ORDER BY id')]
    for step, who in (("respond", "person:a"), ("resolve", "person:a"), ("confirm", "person:b")):
        with transaction() as session:
            advance(session, "case", step, {case: {} for case in cases}, By(who, house.now))
    return house


def invited(house):
    return house.rows(
        "SELECT i.subject, s.code FROM survey_invitation i JOIN survey s ON s.id = i.survey_id ORDER BY i.subject"
    )


def test_who_was_served_is_asked_once_after_a_day_and_by_the_quarter_only_after_the_interval(asked):
    assert invite_customers.fn(asked.now)["after_service"] == 0  # nobody is asked the moment a case closes
    assert (
        invite_customers.fn(asked.now)["quarterly"] == 0
    )  # and who was asked for the quarter is not asked again
    rows = invited(asked)
    assert [row["code"] for row in rows] == ["nps", "nps"]
    assert invite_customers.fn(asked.now + 2 * DAY) == {"after_service": 0, "quarterly": 0}
    assert len(invited(asked)) == 2


def test_after_a_service_the_customer_gets_a_link_and_nothing_personal(asked, monkeypatch):
    monkeypatch.setenv("VOC_SURVEY_QUARTERLY", "")
    get_settings.cache_clear()
    assert invite_customers.fn(asked.now + 2 * DAY) == {"after_service": 2, "quarterly": 0}
    assert invite_customers.fn(asked.now + 3 * DAY) == {"after_service": 0, "quarterly": 0}
    send_due(asked.now + 3 * DAY)
    log = (get_settings().folder("messages") / "messages.jsonl").read_text("utf-8")
    assert log.count("https://voc.example.com/s/csat?i=") >= 2
    assert asked.value("SELECT count(*) FROM outbox WHERE event = 'survey_invited' AND state = 'sent'") == 2
    assert asked.value("SELECT count(*) FROM outbox WHERE data::text LIKE '%1380000000%'") == 0


def test_who_wants_no_notices_is_not_asked_and_quiet_hours_are_kept(asked):
    customer = asked.value("SELECT min(customer_id) FROM feedback")
    with transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO customer_preference (customer_id, silent, changed_at)"
            f" VALUES ({customer}, true, now())"
        )
        session.connection().exec_driver_sql(
            "INSERT INTO customer_preference (customer_id, quiet_from, quiet_until, silent, changed_at)"
            " SELECT max(customer_id), 9, 12, false, now() FROM feedback"
        )
    assert invite_customers.fn(asked.now + 2 * DAY) == {"after_service": 1, "quarterly": 0}
    send_due(asked.now + 2 * DAY)  # 09:00 in China
    assert asked.value("SELECT state FROM outbox WHERE event = 'survey_invited'") == "pending"
    send_due(asked.now + 2 * DAY + timedelta(hours=4))
    assert asked.value("SELECT state FROM outbox WHERE event = 'survey_invited'") == "sent"


def test_an_answer_is_that_customers_counts_once_and_becomes_feedback(asked):
    invite_customers.fn(asked.now + 2 * DAY)
    number = asked.value("SELECT min(id) FROM survey_invitation WHERE subject LIKE 'case:%'")
    answers = {"score": "1", "part": "响应速度", "words": "安装师傅一直没来，太慢了"}
    then = asked.now + 3 * DAY
    with transaction() as session:
        row = asking.published(session, "csat")
        token = inviting.token_of(number)
        assert inviting.open_invitation(session, token, "nps", then) is None
        assert inviting.open_invitation(session, token + "x", "csat", then) is None
        assert inviting.open_invitation(session, token, "csat", then + 400 * DAY) is None
        found = inviting.open_invitation(session, token, "csat", then, lock=True)
        assert asking.take(session, row, "a-1", answers, "", then, found.id)
        assert inviting.open_invitation(session, token, "csat", then) is None
        assert inviting.response(session, "csat") == (2, 1)
    replace(asked, now=then).understand()
    theirs = "SELECT f.customer_id = i.customer_id FROM feedback f JOIN survey_invitation i"
    assert asked.value(f"{theirs} ON f.record_key = 'i-' || i.id") is True


def test_without_an_address_or_a_published_questionnaire_it_says_what_to_do(asked, monkeypatch):
    monkeypatch.setenv("VOC_SURVEY_AFTER_SERVICE", "mine")
    get_settings.cache_clear()
    with pytest.raises(InputError, match="还没有发布"):
        invite_customers.fn(asked.now)
    monkeypatch.setenv("VOC_PUBLIC_URL", "")
    get_settings.cache_clear()
    with pytest.raises(ConfigError, match="VOC_PUBLIC_URL"):
        invite_customers.fn(asked.now)
