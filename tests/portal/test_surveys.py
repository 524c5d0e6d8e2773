"""Questionnaires on pages: asked of anybody, taken in once, stopped at the target."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from models.customers import asking, inviting
from models.engine import transaction
from settings import asset_text
from voc.surveys.forms import parse_surveys
from voc.telling.inviting import Candidate

NOW = datetime.now(UTC)
GOOD = {"score": "2", "part": "响应速度", "words": "等了三天才有人回复"}


@pytest.fixture
def csat(app):
    """The questionnaire csat, published."""
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], NOW)
        asking.publish(session, "csat", NOW)
    return "/s/csat"


def fill(browser, path, **fields):
    """Open the form and send it as a browser would, without any cookie of ours."""
    sheet = re.search(r'name="sheet" value="([^"]+)"', browser.client.get(path).text)[1]
    browser.client.cookies.clear()
    return browser.client.post(path, data={"sheet": sheet, "website": "", **fields})


def value(query):
    with transaction() as session:
        return session.execute(text(query)).scalar()


def test_a_form_shows_its_questions_and_what_the_answers_are_for_and_may_stand_in_other_pages(csat, stranger):
    shown = stranger.get(csat)
    assert "您对本次服务满意吗？" in shown.text
    assert "您的回答只用于改进服务" in shown.text
    assert "<script" not in shown.text
    assert len(shown.content) < 60_000
    assert "frame-ancestors https:" in shown.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in stranger.get("/login").headers["content-security-policy"]


def test_an_answer_enters_the_intake_as_a_row_of_its_source(csat, stranger):
    assert "谢谢您的反馈" in fill(stranger, csat, **GOOD, phone="13800000001", consent="yes").text
    assert value("SELECT payload ->> 'words' FROM vault.raw_record") == GOOD["words"]
    assert value("SELECT payload ->> '手机号' FROM vault.raw_record") == "13800000001"
    assert value("SELECT state FROM batch") == "collected"


def test_a_telephone_without_consent_is_not_kept(csat, stranger):
    fill(stranger, csat, **GOOD, phone="13800000001")
    assert value("SELECT payload ->> '手机号' FROM vault.raw_record") == ""


def test_a_sheet_that_is_sent_twice_is_one_answer(csat, stranger):
    sheet = re.search(r'name="sheet" value="([^"]+)"', stranger.get(csat).text)[1]
    for _ in range(2):
        stranger.client.post(csat, data={"sheet": sheet, **GOOD})
    assert asking_count() == 1


def asking_count():
    with transaction() as session:
        return asking.answered(session, "survey-csat")


def test_a_program_that_fills_in_what_nobody_sees_is_thanked_and_not_heard(csat, stranger):
    assert "谢谢" in fill(stranger, csat, **GOOD, website="http://spam.example").text
    assert asking_count() == 0


@pytest.mark.parametrize(
    "fields",
    [{}, {"score": "9", "part": "响应速度"}, {"score": "2", "part": "别的"}, {"sheet": "forged", **GOOD}],
)
def test_what_is_missing_impossible_or_forged_is_asked_for_again(csat, stranger, fields):
    assert fill(stranger, csat, **fields).status_code == 422
    assert asking_count() == 0


def test_what_somebody_wrote_is_shown_again_and_never_as_markup(csat, stranger):
    shown = fill(stranger, csat, words="</textarea><script>alert(1)</script>{{ 7*7 }}").text
    assert "<script" not in shown
    assert "{{ 7*7 }}" in shown


def test_a_campaign_stops_at_its_target_and_says_so(csat, stranger):
    with transaction() as session:
        asking.start_campaign(session, "csat", "为什么不满意", 3, 3, NOW)
    said = [fill(stranger, csat, **GOOD).text for _ in range(3)]
    assert all("谢谢您的反馈" in one for one in said)
    assert stranger.get(csat).status_code == 404
    assert (asking_count(), value("SELECT count(*) FROM campaign WHERE stopped_at IS NOT NULL")) == (3, 1)


def test_a_questionnaire_that_is_not_published_is_not_there(app, stranger):
    assert stranger.get("/s/csat").status_code == 404
    assert stranger.client.post("/s/csat", data=GOOD).status_code == 404


def test_answers_are_counted_by_option(csat, stranger):
    for part in ("响应速度", "响应速度", "其他"):
        fill(stranger, csat, **{**GOOD, "part": part})
    with transaction() as session:
        counts = asking.choices(session, asking.form_of(asking.newest(session, "csat")))
    assert counts == {"score": {"2": 3}, "part": {"响应速度": 2, "其他": 1}}


def test_a_new_version_takes_the_place_of_the_old_one(csat):
    with transaction() as session:
        asking.write_down(session, parse_surveys(asset_text("surveys.toml"))["csat"], NOW)
        asking.publish(session, "csat", NOW)
    assert (
        value("SELECT string_agg(version || state, ' ' ORDER BY version) FROM survey") == "1closed 2published"
    )


def test_an_invited_customer_answers_once_and_leaves_no_telephone(csat, stranger):
    with transaction() as session:
        session.execute(text("INSERT INTO customer (pseudonym, value, first_seen_at) VALUES ('p', 0, now())"))
        row = asking.published(session, "csat")
        customer = session.execute(text("SELECT id FROM customer")).scalar_one()
        inviting.invite(session, row, [Candidate(customer, "case:1")], NOW)
    path = f"{csat}?i={inviting.token_of(value('SELECT id FROM survey_invitation'))}"
    shown = stranger.client.get(path).text
    assert "发给您本人的邀请" in shown
    assert 'name="phone"' not in shown
    invited = re.search(r'name="invited" value="([^"]+)"', shown)[1]
    assert (
        "谢谢您的反馈"
        in fill(stranger, csat, **GOOD, invited=invited, phone="13800000001", consent="yes").text
    )
    assert "已经回答过" in fill(stranger, csat, **GOOD, invited=invited).text
    assert value("SELECT count(*) FROM vault.raw_record WHERE record_key LIKE 'i-%'") == 1
    assert value("SELECT payload ->> '手机号' FROM vault.raw_record") == ""


def test_a_made_up_invitation_is_no_invitation(csat, stranger):
    assert 'name="phone"' in stranger.client.get(f"{csat}?i=MQ.AAAA").text
    assert "已经回答过" in fill(stranger, csat, **GOOD, invited="MQ.AAAA").text
    assert value("SELECT count(*) FROM vault.raw_record") == 0
