"""Skills of people who take cases: set by whoever answers for them, and used when cases are given out."""

import pytest
from sqlalchemy import text

from models.engine import transaction


@pytest.fixture
def clerk(app, known):
    """Somebody of logistics who takes cases; return their number."""
    known("li", ["handler"], ["logistics"])
    return value("SELECT id FROM app_user WHERE login = 'li'")


def value(query):
    with transaction() as session:
        return session.execute(text(query)).scalar()


def test_a_head_sets_what_own_people_know(clerk, signed):
    head = signed("head", "logistics")
    assert head.post(f"/team/{clerk}", {"skills": ["logistics", "vip"]}).status_code == 303
    assert value("SELECT string_agg(skill, ',' ORDER BY skill) FROM user_skill") == "logistics,vip"
    assert "重要客户" in head.get("/team").text
    head.post(f"/team/{clerk}")
    assert value("SELECT count(*) FROM user_skill") == 0


def test_a_head_does_not_see_or_set_what_people_of_others_know(clerk, signed):
    head = signed("head", "finance")
    assert head.post(f"/team/{clerk}", {"skills": ["vip"]}).status_code == 404
    assert f"/team/{clerk}" not in head.get("/team").text


def test_a_skill_nobody_asks_for_is_refused(clerk, signed):
    assert signed("voc").post(f"/team/{clerk}", {"skills": ["唱歌"]}).status_code == 409
    assert value("SELECT count(*) FROM user_skill") == 0
