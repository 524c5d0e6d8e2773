"""Logging in with a second factor: set up, asked for, used up, lost."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from models.engine import transaction
from models.people import accounts
from models.people.sessions import begin_session
from models.schema.identity import User
from settings import get_settings

PASSWORD = "correct horse battery"
SOON = timedelta(seconds=31)


@pytest.fixture
def lilei(home):
    with transaction() as session:
        accounts.add_person(session, "lilei", "李雷", ["voc"], [], "person:test", datetime.now(UTC))
        accounts.set_password(session, "lilei", PASSWORD, "person:test", datetime.now(UTC))


@pytest.fixture
def asked(monkeypatch, lilei):
    """The role has to have a second factor."""
    monkeypatch.setattr(get_settings(), "second_factor_roles", ["voc"])


def enter(browser, **more):
    return browser.post("/login", {"login": "lilei", "password": PASSWORD, **more})


def offered(browser):
    """Read the secret off the page, as its form carries it and as people read it."""
    shown = browser.get("/account/factor").text
    patterns = (r'name="sealed" value="([^"]+)"', r"<code>([A-Z2-7]{32})</code>")
    return [re.search(pattern, shown)[1] for pattern in patterns]


def pair(browser, password=PASSWORD):
    """Set the app up on the page, and return its secret and the answer."""
    sealed, secret = offered(browser)
    form = {"sealed": sealed, "code": pyotp.TOTP(secret).now(), "password": password}
    return secret, browser.post("/account/factor", form)


def second(browser, code):
    return browser.post("/login/second", {"code": code})


def test_without_one_the_password_is_enough(stranger, lilei):
    assert enter(stranger).headers["location"] == "/"
    assert "未开启" in stranger.get("/account").text


def test_with_one_the_password_opens_nothing_before_the_code(stranger, lilei):
    enter(stranger)
    secret, _ = pair(stranger)
    stranger.post("/logout")
    assert enter(stranger, next="/desk").headers["location"] == "/login/second"
    assert stranger.get("/desk").headers["location"].startswith("/login?")
    with time_machine.travel(datetime.now(UTC) + SOON, tick=True):
        assert second(stranger, pyotp.TOTP(secret).now()).headers["location"] == "/desk"
    assert stranger.get("/desk").status_code == 200


def test_a_spare_code_opens_as_well_and_is_shown_once(stranger, lilei):
    enter(stranger)
    _, answer = pair(stranger)
    spares = re.findall(r"<code>([a-z2-7-]{19})</code>", answer.text)
    assert len(spares) == 8
    assert "备用码还剩 8 个" in stranger.get("/account").text
    stranger.post("/logout")
    enter(stranger)
    assert second(stranger, spares[3]).status_code == 303
    assert "备用码还剩 7 个" in stranger.get("/account").text


def test_a_wrong_code_is_refused_five_times_and_then_has_to_wait(stranger, lilei):
    enter(stranger)
    pair(stranger)
    stranger.post("/logout")
    enter(stranger)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):
        assert [second(stranger, "000000").status_code for _ in range(6)] == [401] * 5 + [429]


def test_a_password_given_long_ago_is_asked_for_again(stranger, lilei):
    enter(stranger)
    secret, _ = pair(stranger)
    stranger.post("/logout")
    enter(stranger)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6), tick=True):
        assert second(stranger, pyotp.TOTP(secret).now()).headers["location"] == "/login"


def test_the_second_page_alone_leads_back_to_the_first(stranger, lilei):
    assert stranger.get("/login/second").headers["location"] == "/login"


def test_setting_it_up_asks_for_the_password(stranger, lilei):
    enter(stranger)
    _, answer = pair(stranger, "wrong password here")
    assert answer.status_code == 400
    assert "未开启" in stranger.get("/account").text


def test_a_form_made_for_somebody_else_is_not_taken(stranger, lilei):
    with transaction() as session:
        accounts.add_person(session, "han", "韩梅", ["voc"], [], "person:test", datetime.now(UTC))
        accounts.set_password(session, "han", PASSWORD, "person:test", datetime.now(UTC))
    enter(stranger)
    sealed, secret = offered(stranger)
    stranger.post("/logout")
    enter(stranger, login="han")
    form = {"sealed": sealed, "code": pyotp.TOTP(secret).now(), "password": PASSWORD}
    assert "放得太久" in stranger.post("/account/factor", form).text


def test_who_has_no_password_here_is_told_that_the_company_sees_to_it(signed):
    assert "由企业账号负责" in signed("voc").get("/account/factor").text


def test_a_person_ends_it_with_a_code(stranger, lilei):
    enter(stranger)
    secret, _ = pair(stranger)
    assert stranger.post("/account/factor/off", {"code": "000000"}).status_code == 409
    with time_machine.travel(datetime.now(UTC) + SOON, tick=True):
        assert stranger.post("/account/factor/off", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert "未开启" in stranger.get("/account").text


def test_a_role_that_has_to_have_one_sets_it_up_before_anything_else(stranger, asked):
    enter(stranger)
    doors = ("/", "/desk", "/account", "/problems")
    assert {stranger.get(door).headers.get("location") for door in doors} == {"/account/factor"}
    secret, answer = pair(stranger)
    assert "两步验证已开启" in answer.text
    assert stranger.get("/desk").status_code == 200
    with time_machine.travel(datetime.now(UTC) + SOON, tick=True):
        said = stranger.post("/account/factor/off", {"code": pyotp.TOTP(secret).now()})
    assert "不能关闭" in said.text


def test_who_logged_in_elsewhere_owes_nothing_here(stranger, asked):
    with transaction() as session:
        number = session.scalar(select(User.id).where(User.login == "lilei"))
        token = begin_session(session, number, "oidc", "Chrome", datetime.now(UTC))
    stranger.client.cookies.set("__Host-voc-session", token, path="/")
    assert stranger.get("/desk").status_code == 200
