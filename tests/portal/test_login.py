"""Logging in, staying in, and being thrown out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from models.engine import transaction
from models.people import accounts
from models.people.passwords import matches
from models.people.sessions import hashed
from models.schema.identity import AuditEvent, UserSession
from models.trail import broken

PASSWORD = "correct horse battery"
COOKIE = "__Host-voc-session"


@pytest.fixture
def lilei(home):
    with transaction() as session:
        accounts.add_person(session, "lilei", "李雷", ["voc"], [], "person:test", datetime.now(UTC))
        accounts.set_password(session, "lilei", PASSWORD, "person:test", datetime.now(UTC))


def enter(browser, password=PASSWORD, login="lilei", **more):
    return browser.post("/login", {"login": login, "password": password, **more})


def test_a_person_logs_in_and_out(stranger, lilei):
    assert enter(stranger, next="/account").headers["location"] == "/account"
    assert "李雷" in stranger.get("/account").text
    stranger.post("/logout")
    assert stranger.get("/account").status_code == 303


def test_the_cookie_is_strict_and_the_database_holds_its_hash_only(stranger, lilei):
    said = enter(stranger).headers.get_list("set-cookie")
    (cookie,) = [one for one in said if one.startswith(COOKIE)]
    assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "samesite=lax" in cookie.lower()
    assert "domain" not in cookie.lower()
    token = stranger.client.cookies[COOKIE]
    with transaction() as session:
        assert session.scalars(select(UserSession.token_hash)).all() == [hashed(token)]


def test_a_wrong_password_and_a_name_nobody_has_are_answered_alike(stranger, lilei):
    wrong, nobody = enter(stranger, "wrong"), enter(stranger, login="nobody")
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert wrong.text.split("<form")[0] == nobody.text.split("<form")[0]


def test_a_name_nobody_has_costs_a_hash_too():
    assert matches("x", None) is False


def test_five_wrong_tries_are_enough_and_the_right_password_has_to_wait_too(stranger, lilei):
    codes = [enter(stranger, "wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    assert enter(stranger).status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=4), tick=True):
        assert enter(stranger).status_code == 303


def test_a_token_the_browser_came_with_is_not_taken_over(stranger, lilei):
    stranger.client.cookies.set(COOKIE, "given-by-somebody-else", path="/")
    enter(stranger)
    with transaction() as session:
        kept = session.scalars(select(UserSession.token_hash)).all()
    assert kept
    assert hashed("given-by-somebody-else") not in kept


def test_logging_in_again_makes_another_token(stranger, lilei):
    tokens = set()
    for _ in range(2):
        stranger.client.cookies.clear()
        enter(stranger)
        tokens.add(stranger.client.cookies[COOKIE])
    assert len(tokens) == 2


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_session_nobody_uses_ends_after_half_an_hour(signed, minutes, status):
    browser = signed("voc")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        assert browser.get("/account").status_code == status


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(signed):
    browser, began = signed("voc"), datetime.now(UTC)
    codes = []
    for minutes in range(0, 741, 20):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=True):
            codes.append(browser.get("/account").status_code)
    assert codes == [200] * 36 + [303] * 2


def test_sessions_are_listed_and_can_be_ended_one_by_one(signed):
    here, there = signed("voc"), signed("voc")
    with transaction() as session:
        first, second = session.scalars(select(UserSession.id).order_by(UserSession.id))
    assert here.get("/account").text.count("/account/sessions/") == 3
    there.post(f"/account/sessions/{first}/end")
    assert here.get("/account").status_code == 303
    assert there.get("/account").status_code == 200
    assert second


def test_nobody_ends_the_session_of_somebody_else(signed):
    victim, other = signed("voc"), signed("leader")
    other.post("/account/sessions/1/end")
    assert victim.get("/account").status_code == 200


def test_all_other_sessions_end_at_once(signed):
    here, there = signed("voc"), signed("voc")
    here.post("/account/sessions/end")
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)


@pytest.mark.parametrize(
    "change",
    [
        lambda session, now: accounts.disable(session, "voc-all", "person:test", now),
        lambda session, now: accounts.give_roles(session, "voc-all", ["agent"], [], "person:test", now),
        lambda session, now: accounts.set_password(session, "voc-all", PASSWORD, "person:test", now),
    ],
    ids=["disabled", "other roles", "other password"],
)
def test_what_changes_an_account_ends_its_sessions(signed, change):
    browser = signed("voc")
    with transaction() as session:
        change(session, datetime.now(UTC))
    assert browser.get("/account").status_code == 303


def test_a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(stranger, app, signed, lilei):
    enter(stranger)
    before = stranger.client.cookies[COOKIE]
    form = {"old": PASSWORD, "new": "another good sentence", "again": "another good sentence"}
    assert stranger.post("/account/password", form | {"old": "wrong"}).status_code == 403
    assert stranger.post("/account/password", form | {"new": "short", "again": "short"}).status_code == 400
    assert stranger.post("/account/password", form | {"again": "different"}).status_code == 400
    assert stranger.post("/account/password", form).status_code == 303
    assert stranger.client.cookies[COOKIE] != before
    assert stranger.get("/account").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "javascript:x"]
)
def test_the_way_back_stays_in_the_house(stranger, lilei, wanted):
    assert enter(stranger, next=wanted).headers["location"] == "/"


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_without_the_token_of_its_browser_is_refused(stranger, lilei, token):
    stranger.get("/login")
    answer = stranger.client.post("/login", data={"login": "lilei", "password": PASSWORD, "csrf": token})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text


def test_a_form_with_the_token_of_another_browser_is_refused(signed):
    one, other = signed("voc"), signed("leader")
    answer = one.client.post("/account/sessions/end", data={"csrf": other.token()})
    assert answer.status_code == 403


def test_a_form_sent_from_another_site_is_refused_whatever_it_carries(signed):
    browser = signed("voc")
    answer = browser.post("/account/sessions/end", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_looking_at_a_page_never_logs_out(signed):
    browser = signed("voc")
    assert browser.get("/logout").status_code == 405
    assert browser.get("/account").status_code == 200


def test_the_audit_log_tells_who_came_and_cannot_be_changed_unseen(stranger, lilei):
    enter(stranger, "wrong")
    enter(stranger)
    with transaction() as session:
        assert set(session.scalars(select(AuditEvent.action))) >= {"user.add", "login.refused", "login"}
        assert "李雷" not in str(session.execute(text("SELECT * FROM audit_event")).all())
        assert broken(session) == []
        session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only"))
        session.execute(text("UPDATE audit_event SET who = 'person:other' WHERE id = 2"))
        assert broken(session) == ["审计日志第 2 条被改动。"]
        session.execute(text("DELETE FROM audit_event WHERE id = 2"))
        assert broken(session) == ["审计日志第 3 条之前有记录缺失或被改动。"]


def test_the_audit_log_refuses_to_be_changed(lilei):
    with transaction() as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM audit_event"))
