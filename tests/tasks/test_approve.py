"""Questions as forms: one run each, closed when somebody answered elsewhere, and the server away is no fault."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug import Response

from models.change import By
from models.engine import transaction
from models.measures import approving
from models.measures.improving import store_departments
from tasks.aggregate import organisation
from tasks.approve import Answer, close_answered, described, form_of, offer_questions, record_answer

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:李雷", NOW)


@pytest.fixture
def asked(house):
    with transaction() as session:
        store_departments(session, organisation())
        return approving.request(
            session, "report", "report:1", "是否呈送六月月报", "**要点**：一切顺利。", "https://voc.example.com/r/1",
            "voc", NOW + timedelta(days=1), BY,
        )  # fmt: skip


@pytest.fixture
def prefect(httpserver, monkeypatch):
    """A server that has the deployment and gives each idempotency key one run, as Prefect does."""
    runs: dict[str, str] = {}
    cancelled: list[tuple[str, str]] = []

    def create(request):
        body = json.loads(request.data)
        id_ = runs.setdefault(body["idempotency_key"], f"run-{len(runs) + 1}")
        return Response(json.dumps({"id": id_, "asked": body["parameters"]}), content_type="application/json")

    def cancel(request):
        state = json.loads(request.data)["state"]
        cancelled.append((state["type"], state["message"]))
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/api/deployments/filter").respond_with_json([{"id": "d1", "name": "审批"}])
    httpserver.expect_request("/api/deployments/d1/create_flow_run").respond_with_handler(create)
    httpserver.expect_request("/api/flow_runs/filter").respond_with_json([{"id": "run-1"}])
    httpserver.expect_request("/api/flow_runs/run-1/set_state").respond_with_handler(cancel)
    monkeypatch.setenv("PREFECT_API_URL", httpserver.url_for("/api"))
    return runs, cancelled


def test_each_open_question_gets_one_run(asked, prefect):
    runs, _ = prefect
    assert [offer_questions.fn(), offer_questions.fn()] == [1, 0]
    assert runs == {f"approval-{asked}": "run-1"}


def test_a_process_that_died_before_it_noted_the_run_does_not_make_a_second_one(asked, prefect):
    runs, _ = prefect
    offer_questions.fn()
    with transaction() as session:
        approving.note_run(session, asked, None)
    assert offer_questions.fn() == 1
    assert len(runs) == 1


def test_a_question_answered_elsewhere_closes_its_form_and_says_by_whom(asked, prefect):
    _, cancelled = prefect
    offer_questions.fn()
    with transaction() as session:
        approving.decide(session, asked, True, "数据已核对", BY)
    assert [close_answered.fn(), close_answered.fn()] == [1, 0]
    ((state, message),) = cancelled
    assert state == "CANCELLED"
    assert "已由李雷于 2026-06-01 09:00 批准，理由：数据已核对" in message


def test_without_a_server_nothing_is_offered_and_nothing_fails(asked, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert offer_questions.fn() == 0


def test_the_form_asks_in_chinese_and_demands_a_choice_a_reason_and_a_name(asked):
    with transaction() as session:
        text = described(approving.approval(session, asked))
    assert "[查看证据](https://voc.example.com/r/1)" in text
    form = form_of({"text": text})
    schema = form.model_json_schema()
    assert {field["title"] for field in schema["properties"].values()} == {"答复", "理由", "审批人"}
    assert schema["properties"]["decision"]["enum"] == ["批准", "驳回"]
    assert set(schema["required"]) == set(Answer.model_fields)
    with pytest.raises(ValueError, match="reason"):
        form(decision="批准", reason=" ", reviewer="李雷")


def test_the_answer_of_a_form_is_recorded_and_a_late_one_says_so(asked):
    assert "已由韩梅梅" in record_answer.fn(asked, "驳回", "数字有误", "韩梅梅")
    assert "本次答复没有采用" in record_answer.fn(asked, "批准", "可以", "李雷")
    with transaction() as session:
        assert approving.approval(session, asked)["state"] == "refused"
