from datetime import UTC, date, datetime

import pytest

from models.change import By, advance, audit, begin
from models.engine import transaction
from models.measures import deciding
from models.measures.improving import store_departments
from models.measures.proving import contract_of
from models.schema.loop import Action, Problem
from tasks.aggregate import organisation
from voc.effect.contract import parse
from voc.errors import InputError, StepRefused

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:李雷", NOW)


@pytest.fixture
def problem(home):
    row = {
        "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超过承诺时间",
        "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip
    with transaction() as session:
        store_departments(session, organisation())
        return begin(session, "problem", "detect", [row], BY)[0]


@pytest.fixture
def action(problem):
    row = {
        "problem_id": problem, "problem_round": 1, "measure": "每日清单催办", "detail": "…", "kind": "corrective",
        "dimension": "process", "department": "logistics", "due_at": NOW,
    }  # fmt: skip
    with transaction() as session:
        deciding.confirm(session, problem, BY)
        advance(session, "problem", "diagnose", {problem: {"root_cause": "排班", "dimension": "process"}}, BY)
        return begin(session, "action", "propose", [row], BY)[0]


@pytest.fixture
def implemented(action):
    with transaction() as session:
        deciding.approve(session, action, BY)
        deciding.accept(session, action, date(2026, 6, 20), BY)
        deciding.start(session, action, BY)
        deciding.implement(session, action, NOW, BY)
    return action


def states(problem, action):
    with transaction() as session:
        kept = session.get(Problem, problem)
        return kept.state, kept.round, session.get(Action, action).state


def test_accepting_returns_and_locks_the_contract_of_the_measure(action):
    with transaction() as session:
        deciding.approve(session, action, BY)
        contract = deciding.accept(session, action, date(2026, 6, 20), BY)
    with transaction() as session:
        row = contract_of(session, action)
        assert parse(row.body) == contract
        assert row.locked_hash


def test_implementing_sends_the_problem_into_verification(problem, implemented):
    assert states(problem, implemented) == ("verifying", 1, "implemented")


def test_thinking_again_withdraws_what_was_done_and_begins_the_next_round(problem, implemented):
    with transaction() as session:
        deciding.rethink(session, problem, "两次都看不出效果", BY)
    assert states(problem, implemented) == ("diagnosed", 2, "cancelled")
    with transaction() as session:
        assert audit(session, "problem") + audit(session, "action") == []


def test_a_measure_that_went_live_cannot_be_cancelled(implemented):
    with pytest.raises(StepRefused, match="已落地"), transaction() as session:
        deciding.cancel(session, implemented, "不做了", BY)


def test_a_measure_that_is_not_there_is_named(home):
    with pytest.raises(InputError, match="没有编号为 99 的措施"), transaction() as session:
        deciding.implement(session, 99, NOW, BY)
