"""What an alarm was raised for can be read sentence by sentence, by those who may see the sentences."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from benchmarks.portal_rows import lay_out
from models.engine import transaction

NOW = datetime.now(UTC)
ALARM = """
    WITH a AS (INSERT INTO alarm (kind, series, label, issue, department, started_on, ended_on, observed, expected,
               urgent, words, quotations, cause, evidence, raised_at, recorded_at, late)
        SELECT 'spike', 'issue:app.connect', '设备连接失败', 'app.connect', 'app', '2026-06-01', '2026-06-02', 30, 0.01,
               false, '["离线"]', '["一直连不上"]', '「设备连接失败」30 条。',
               jsonb_build_object('feedback', jsonb_agg(feedback_id)), now(), now(), false FROM problem_member
        RETURNING id)
    INSERT INTO review (alarm_id, state, round, department, due_at, changed_at)
    SELECT id, 'open', 1, 'app', now() + interval '1 day', now() FROM a RETURNING id
"""
OPENED = """
    INSERT INTO review_log (subject_id, seq, step, state, at, by, facts)
    SELECT id, 1, 'open', 'open', now(), 'rule:alarms', '{}' FROM review
"""


@pytest.fixture
def review(app):
    """An alarm of a house with ten cases, raised for the members of its problem; returns the review's number."""
    with transaction() as session:
        lay_out(session, 10, NOW)
        number = session.execute(text(ALARM)).scalar_one()
        session.execute(text(OPENED))
        return number


def test_the_review_leads_to_the_sentences(review, signed):
    handler = signed("handler", "app")
    shown = handler.get(f"/reviews/{review}").text
    assert "几乎没有" in shown
    assert "投诉突增" in shown
    assert f"/reviews/{review}/sentences" in shown
    told = handler.get(f"/reviews/{review}/sentences")
    assert told.status_code == 200
    assert told.text.count('<blockquote class="words">') == 10


def test_a_real_alarm_leads_to_its_problem(review, signed):
    handler = signed("handler", "app")
    handler.post(f"/reviews/{review}", {"step": "uphold", "conclusion": "新版本连不上设备"})
    with transaction() as session:
        problem = session.execute(
            text("SELECT facts ->> 'other' FROM review_log WHERE step = 'uphold'")
        ).scalar_one()
    assert f'<a href="/problems/{problem}">PRB-{problem}</a>' in handler.get(f"/reviews/{review}").text
    assert handler.get(f"/problems/{problem}").status_code == 200


def test_another_department_finds_none_of_them(review, signed):
    assert signed("handler", "elsewhere").get(f"/reviews/{review}/sentences").status_code == 404


def test_an_alarm_without_sentences_says_that_there_are_none(review, signed):
    with transaction() as session:
        session.execute(text("UPDATE alarm SET evidence = '{}'"))
    leader = signed("leader")
    assert "/sentences" not in leader.get(f"/reviews/{review}").text
    assert "没有可以查看的原话" in leader.get(f"/reviews/{review}/sentences").text
