from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.change import By, advance, audit, begin
from models.engine import transaction
from models.measures.improving import store_departments
from models.schema.loop import Action, Problem, ProblemLog
from models.schema.outbox import OutboxMessage
from tasks.aggregate import organisation
from voc.errors import StepRefused

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:李雷", NOW, "run-1")
PROBLEM = {
    "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超过承诺时间",
    "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
}  # fmt: skip


@pytest.fixture
def problem(home):
    with transaction() as session:
        store_departments(session, organisation())
        return begin(session, "problem", "detect", [PROBLEM], BY)[0]


@pytest.fixture
def action(problem):
    row = {
        "problem_id": problem, "problem_round": 1, "measure": "每日清单催办", "detail": "…", "kind": "corrective",
        "dimension": "process", "department": "logistics", "due_at": NOW,
    }  # fmt: skip
    with transaction() as session:
        return begin(session, "action", "propose", [row], BY)[0]


def approve_twice(action):
    with transaction() as session:
        advance(session, "action", "approve", {action: {}}, BY)
        advance(session, "action", "approve", {action: {}}, BY)


def test_a_step_changes_the_row_and_appends_who_did_it_when_and_from_which_run(problem):
    with transaction() as session:
        advance(session, "problem", "confirm", {problem: {}}, BY)
    with transaction() as session:
        entry = session.scalars(select(ProblemLog).order_by(ProblemLog.seq.desc())).first()
        assert session.get(Problem, problem).state == "confirmed"
        assert (entry.seq, entry.step, entry.by, entry.run, entry.at) == (
            2,
            "confirm",
            "person:李雷",
            "run-1",
            NOW,
        )


def test_beginning_the_same_problem_twice_makes_one(problem):
    with transaction() as session:
        assert begin(session, "problem", "detect", [PROBLEM], BY) == []


def test_a_step_that_is_not_allowed_is_refused_and_leaves_nothing_behind(problem):
    with pytest.raises(StepRefused), transaction() as session:
        advance(session, "problem", "close", {problem: {}}, BY)
    with transaction() as session:
        assert session.get(Problem, problem).state == "detected"
        assert len(session.scalars(select(ProblemLog)).all()) == 1


def test_an_unknown_number_is_refused(home):
    with pytest.raises(StepRefused, match="没有这个编号"), transaction() as session:
        advance(session, "problem", "confirm", {404: {}}, BY)


def test_passing_over_takes_the_step_only_with_those_who_can(problem):
    with transaction() as session:
        assert advance(session, "problem", "confirm", {problem: {}, 404: {}}, BY, strict=False) == [problem]
        assert advance(session, "problem", "confirm", {problem: {}}, BY, strict=False) == []


def test_facts_of_a_diagnosis_are_kept_on_the_row(problem):
    with transaction() as session:
        advance(session, "problem", "confirm", {problem: {}}, BY)
        advance(
            session, "problem", "diagnose", {problem: {"root_cause": "排班不足", "dimension": "process"}}, BY
        )
    with transaction() as session:
        row = session.get(Problem, problem)
        assert (row.root_cause, row.dimension) == ("排班不足", "process")


def test_the_message_of_a_step_is_queued_in_its_transaction_and_only_once(action):
    with transaction() as session:
        advance(session, "action", "approve", {action: {}}, BY)
    with transaction() as session:
        message = session.scalars(select(OutboxMessage)).one()
        assert (message.subject, message.event, message.recipient) == (
            f"action:{action}", "action_approved", "department:logistics",
        )  # fmt: skip
        assert message.data["measure"] == "每日清单催办"


def test_a_change_that_is_rolled_back_queues_no_message(action):
    with pytest.raises(StepRefused):
        approve_twice(action)
    with transaction() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def test_the_audit_finds_a_row_that_was_changed_behind_the_log(problem, action):
    with transaction() as session:
        assert audit(session, "problem") == audit(session, "action") == []
        session.execute(text("UPDATE action SET state = 'verified'"))
    with transaction() as session:
        assert audit(session, "problem") == []
        assert "日志推得 proposed" in audit(session, "action")[0]


@pytest.mark.parametrize("statement", ["UPDATE problem_log SET step = 'close'", "DELETE FROM problem_log"])
def test_the_log_can_only_grow(problem, statement):
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


def test_the_state_column_holds_known_states_only(problem):
    with pytest.raises(DBAPIError, match="state_known"), transaction() as session:
        session.execute(text("UPDATE problem SET state = 'whatever'"))


def test_two_measures_of_the_same_name_in_one_round_are_one(action, problem):
    with transaction() as session:
        kept = session.get(Action, action)
        row = {name: getattr(kept, name) for name in ("problem_id", "problem_round", "measure", "detail", "kind",
                                                      "dimension", "department", "due_at")}  # fmt: skip
        assert begin(session, "action", "propose", [row], BY) == []
