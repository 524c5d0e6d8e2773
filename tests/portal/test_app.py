from pathlib import Path

import portal


def test_a_stranger_is_sent_to_the_log_in_page_and_back(stranger):
    answer = stranger.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/account"


def test_somebody_who_is_logged_in_sees_the_first_page(signed):
    answer = signed("handler", "logistics").get("/")
    assert answer.status_code == 200
    assert "部门经办" in answer.text


def test_a_page_that_is_not_there_is_said_in_chinese(signed):
    answer = signed("voc").get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.text


def test_no_page_asks_the_database_as_its_owner():
    sources = [path.read_text("utf-8") for path in Path(portal.__file__).parent.rglob("*.py")]
    assert len(sources) > 20
    assert [text for text in sources if "models.engine" in text] == []
