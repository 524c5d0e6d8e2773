"""Every page for people who are logged in, for every role and for a stranger: who gets through the door."""

import re

import pytest

from portal.routes import EMBEDDED, PUBLIC, STAFF
from voc.roles import ROLES

ALL = set(ROLES)
WORKERS = {"admin", "voc", "agent", "handler", "head"}
OVERVIEW = {"admin", "voc", "leader", "head", "auditor"}
EDITORS = {"admin", "voc", "head"}
OPERATORS = {"admin", "voc"}
PHONE = "13800001111"
# Which roles get in. What they then see is held by the database: tests/models/people/test_rights.py.
DOORS = {
    "GET /": ALL,
    "GET /account": ALL,
    "POST /account/password": ALL,
    "GET /account/factor": ALL,
    "POST /account/factor": ALL,
    "POST /account/factor/off": ALL,
    "POST /account/sessions/end": ALL,
    "POST /account/sessions/{}/end": ALL,
    "GET /desk": ALL,
    "POST /desk/answers": WORKERS,
    "POST /{}/{}/note": WORKERS,
    "POST /{}/{}/file": WORKERS,
    "POST /{}/{}/hand-over": WORKERS,
    "POST /{}/{}/take": WORKERS,
    "POST /{}/{}/procedure": WORKERS,
    "POST /{}/{}/procedure/{}": WORKERS,
    "GET /rootcauses/{}": ALL,
    **{f"POST /rootcauses/{{}}{step}": WORKERS for step in ("", "/review", "/finish")},
    "POST /problems/{}/preventive": WORKERS,
    **{f"POST /problems/{{}}/{step}": OPERATORS for step in ("decide", "merge", "split")},
    "GET /files/{}": ALL,
    "GET /cases/{}": ALL,
    "POST /cases/{}/{}": WORKERS,
    "POST /cases/{}/joint/{}": WORKERS,
    "GET /actions/{}": ALL,
    **{
        f"POST /actions/{{}}/{step}": WORKERS
        for step in ("accept", "start", "return", "implement", "pause", "resume")
    },
    "POST /actions/{}/approve": WORKERS,  # whoever may not approve is told that there is nothing
    "GET /reviews/{}": ALL,
    "GET /reviews/{}/sentences": ALL,
    "POST /reviews/{}": WORKERS,
    "GET /problems": ALL,
    "GET /problems/{}": ALL,
    "GET /problems/{}/causes": OVERVIEW,
    "GET /problems/{}/sentences": ALL,
    "GET /approvals": OVERVIEW,
    "POST /approvals/{}": OVERVIEW - {"auditor"},
    "GET /knowledge": ALL,
    "GET /knowledge/new": WORKERS,
    "POST /knowledge/new": WORKERS,
    "GET /knowledge/{}": ALL,
    "POST /knowledge/{}": EDITORS,
    "POST /knowledge/{}/{}": EDITORS,
    "GET /dashboard": OVERVIEW,
    "GET /dashboard/export.{}": OVERVIEW,
    "GET /reports": OVERVIEW,
    "GET /reports/compare": OVERVIEW,
    "GET /reports/{}.{}": OVERVIEW,
    "GET /reports/{}": OVERVIEW,
    "GET /team": EDITORS | {"auditor"},
    "POST /team/{}": EDITORS,
    "GET /operator": OPERATORS | {"auditor"},
    "POST /operator/messages/{}/resend": OPERATORS,
    "POST /operator/channels/{}/resend": OPERATORS,
    "POST /operator/channels/resume": OPERATORS,
}


def doors(routers):
    """List method and path of every route, with the names of its parameters left out."""
    return {
        f"{method} {re.sub(r'{[^}]*}', '{}', route.path)}"
        for router in routers
        for route in router.routes
        for method in route.methods
    }


def knock(browser, door):
    """Ask for a page of something that is not there, or send its form with a good token and nothing in it."""
    method, path = door.split(" ")
    address = path.replace("export.{}", "export.csv").replace("{}.{}", "999.html").replace("{}", "999")
    return browser.get(address) if method == "GET" else browser.post(address)


def test_every_page_has_its_line_in_the_table():
    assert doors(STAFF) == set(DOORS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_through_its_doors_and_no_other(signed, role):
    browser = signed(role)
    through = {door for door in DOORS if knock(browser, door).status_code != 403}
    assert through == {door for door, roles in DOORS.items() if role in roles}


def test_a_stranger_is_sent_to_the_log_in_page_from_every_door(stranger):
    answers = {door: knock(stranger, door) for door in DOORS}
    led = {door: (one.status_code, one.headers.get("location", "")[:6]) for door, one in answers.items()}
    assert led == dict.fromkeys(DOORS, (303, "/login"))


def test_nobody_is_let_through_any_door_without_the_token_of_a_form(signed):
    browser = signed("admin")
    posts = [
        door.split(" ")[1].replace("{}", "1") for door in doors((*STAFF, *PUBLIC)) if door.startswith("POST")
    ]
    assert len(posts) > 25
    assert {path: browser.client.post(path).status_code for path in posts} == dict.fromkeys(posts, 403)


def test_what_is_shown_inside_pages_of_others_takes_in_words_and_nothing_else():
    assert {route.path.split("/")[1] for router in EMBEDDED for route in router.routes} <= {"s", "surveys"}


@pytest.mark.parametrize("path", ["/login", "/nowhere", "/track", "/static/house.css", "/api/v1/nowhere"])
def test_every_answer_carries_the_headers_that_keep_browsers_strict(stranger, path):
    headers = stranger.get(path).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "max-age" in headers["strict-transport-security"]


def test_a_page_with_personal_things_is_kept_by_no_cache(signed):
    assert signed("voc").get("/account").headers["cache-control"] == "no-store"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(stranger):
    answer = stranger.client.post("/login", content=b"x", headers={"content-length": str(10**9)})
    assert answer.status_code == 413


def test_a_fault_nobody_foresaw_shows_a_number_and_no_stack(app, signed, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError(f"secret of {PHONE}")

    monkeypatch.setattr("portal.pages.home.page", broken)
    monkeypatch.setattr("portal.pages.account.page", broken)
    answer = signed("voc").get("/account")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "x-content-type-options" in answer.headers
    assert PHONE not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
