from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.change import By, begin
from models.engine import transaction
from models.measures.improving import store_departments
from tasks.aggregate import organisation

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
SCOPES = ("cases:read", "problems:read", "actions:read", "verifications:read")


@pytest.fixture
def problems(api):
    """Three problems: two of 物流部, one of 售后部; one measure with a verification."""
    with transaction() as session:
        store_departments(session, organisation())
        made = [begin(session, "problem", "detect", [row(n, of)], By("rule:x", NOW + timedelta(days=n)))[0]
                for n, of in enumerate(("logistics", "aftersales", "logistics"))]  # fmt: skip
        measure = {
            "problem_id": made[0], "problem_round": 1, "measure": "催办", "detail": "…", "kind": "corrective",
            "dimension": "process", "department": "logistics", "due_at": NOW,
        }  # fmt: skip
        (action,) = begin(session, "action", "propose", [measure], By("rule:x", NOW))
        session.execute(
            text("INSERT INTO verification (action_id, attempt, due_on, verdict, sentence, result, lineage,"
                 " computed_at) VALUES (:a, 1, :d, 'effective', '有效', '{}', '{}', :d)"), {"a": action, "d": NOW},
        )  # fmt: skip
    return made


def row(number, department):
    return {
        "key": f"issue:x{number}", "issue": f"x.{number}", "area": "logistics", "name": f"问题 {number}",
        "department": department, "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip


def test_pages_follow_each_other_until_all_was_read(api, keyed, problems):
    headers, seen, after = keyed("problems:read"), [], 0
    for _ in problems:
        page = api.get("/api/v1/problems", params={"limit": 1, "after": after}, headers=headers).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert (seen, after) == (problems, None)


def test_a_list_can_be_narrowed_by_state_and_time(api, keyed, problems):
    headers = keyed("problems:read")
    since = {"since": (NOW + timedelta(days=1)).isoformat()}
    found = api.get("/api/v1/problems", params=since, headers=headers).json()["items"]
    assert [item["id"] for item in found] == problems[1:]
    assert api.get("/api/v1/problems", params={"state": "closed"}, headers=headers).json()["items"] == []
    assert api.get("/api/v1/problems", params={"state": "nonsense"}, headers=headers).status_code == 422


def test_a_key_of_a_department_reads_what_is_the_departments(api, keyed, problems):
    headers = keyed("problems:read", departments=["aftersales"])
    assert [i["id"] for i in api.get("/api/v1/problems", headers=headers).json()["items"]] == [problems[1]]
    answers = [api.get(f"/api/v1/problems/{n}", headers=headers) for n in (problems[0], 999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("what", ["cases", "problems", "actions", "verifications"])
def test_every_list_answers_in_its_shape(api, keyed, problems, what):
    answer = api.get(f"/api/v1/{what}", headers=keyed(f"{what}:read"))
    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "next"}


def test_measures_and_verifications_are_read_one_by_one(api, keyed, problems):
    headers = keyed(*SCOPES)
    assert api.get("/api/v1/actions/1", headers=headers).json()["measure"] == "催办"
    assert api.get("/api/v1/verifications/1", headers=headers).json()["verdict"] == "effective"
    assert api.get("/api/v1/cases/1", headers=headers).status_code == 404
    assert api.get("/api/v1/problems/1", headers=headers).json()["members"] == 0


def test_the_description_names_every_path_and_asks_for_a_key(api):
    described = api.get("/api/v1/openapi.json").json()
    assert "/v1/feedback" in described["paths"]
    assert described["paths"]["/v1/cases"]["get"]["security"]


def test_the_api_sets_no_cookie_and_takes_none(api, keyed):
    answer = api.get("/api/v1/cases", headers=keyed("cases:read"))
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_address_that_is_not_there_is_said_in_json(api):
    answer = api.get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "http")
