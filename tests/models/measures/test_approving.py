"""One question, one answer: whichever way it comes, however many come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.change import By, advance, audit, begin
from models.engine import transaction
from models.measures import approving, deciding
from models.measures.improving import store_departments
from models.schema.loop import Action, Problem
from tasks.aggregate import organisation
from voc.errors import InputError, StepRefused

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY = By("person:李雷", NOW)
MERGE = {"survivor": 0, "gone": 0, "reason": "同一件事"}


def problem(session, key):
    row = {
        "key": key, "kind": "candidate", "area": "logistics", "name": f"问题 {key}",
        "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip
    return begin(session, "problem", "detect", [row], BY)[0]


def ask(session, kind="report", subject="report:1", **facts):
    due = NOW + timedelta(days=1)
    return approving.request(session, kind, subject, "请审批", "正文", None, "voc", due, BY, facts)


@pytest.fixture
def asked(home):
    with transaction() as session:
        store_departments(session, organisation())
        first = problem(session, "a")
        row = {
            "problem_id": first, "problem_round": 1, "measure": "每日清单催办", "detail": "…", "kind": "corrective",
            "dimension": "process", "department": "logistics", "due_at": NOW,
        }  # fmt: skip
        action = begin(session, "action", "propose", [row], BY)[0]
        return action, ask(session, "action", f"action:{action}")


def decide(id_, yes=True, reason="", who="person:李雷"):
    with transaction() as session:
        return approving.decide(session, id_, yes, reason, By(who, NOW))


def state_of(action):
    with transaction() as session:
        return session.get_one(Action, action).state


def test_a_yes_approves_the_measure_in_the_same_transaction(asked):
    action, id_ = asked
    assert decide(id_)
    assert state_of(action) == "approved"
    with transaction() as session:
        shown = approving.approval(session, id_)
        assert audit(session, "approval") == []
    assert (shown["state"], shown["decided_by"]) == ("approved", "person:李雷")


def test_a_no_needs_a_reason_and_cancels_the_measure(asked):
    action, id_ = asked
    with pytest.raises(InputError, match="理由"):
        decide(id_, yes=False, reason=" ")
    assert decide(id_, yes=False, reason="成本过高")
    assert state_of(action) == "cancelled"


def test_the_second_answer_changes_nothing(asked):
    action, id_ = asked
    assert decide(id_)
    assert not decide(id_, yes=False, reason="改主意了", who="person:韩梅梅")
    assert state_of(action) == "approved"


def test_of_ten_answers_at_once_exactly_one_counts(asked):
    action, id_ = asked

    def one(number):
        return decide(id_, yes=number % 2 == 0, reason="同时", who=f"person:{number}")

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(one, range(10)))
    assert answers.count(True) == 1
    with transaction() as session:
        shown = approving.approval(session, id_)
    winner = answers.index(True)
    assert shown["decided_by"] == f"person:{winner}"
    assert state_of(action) == ("approved", "cancelled")[winner % 2]


def test_the_older_way_of_approving_answers_the_question(asked):
    action, id_ = asked
    with transaction() as session:
        deciding.approve(session, action, BY)
    with transaction() as session:
        assert approving.approval(session, id_)["state"] == "approved"
    assert not decide(id_)


def test_cancelling_a_measure_takes_its_question_back(asked):
    action, id_ = asked
    with transaction() as session:
        deciding.cancel(session, action, "不做了", BY)
    with transaction() as session:
        assert approving.answer(session, "action", f"action:{action}") == "withdrawn"
        assert approving.approvals(session) == []
    assert not decide(id_)


def test_the_same_question_is_asked_once_while_it_is_open(asked):
    with transaction() as session:
        first, second = ask(session), ask(session)
    assert first == second
    assert decide(first)
    with transaction() as session:
        assert ask(session) != first


def test_asking_tells_whoever_is_asked(asked):
    _, id_ = asked
    with transaction() as session:
        due = NOW + timedelta(days=1)
        top = approving.request(session, "report", "report:9", "月报", "", None, "leadership", due, BY)
        told = {s: r for s, r in session.execute(text("SELECT subject, recipient FROM outbox"))}
    assert told == {f"approval:{id_}": "owner:voc", f"approval:{top}": "leadership"}


def test_a_merge_that_is_approved_is_carried_out_and_one_that_is_refused_is_not(asked):
    with transaction() as session:
        survivor, gone, other = (problem(session, key) for key in "bcd")
        yes = ask(
            session, "problem_merge", f"problem:{gone}", survivor=survivor, gone=gone, reason="同一件事"
        )
        no = ask(session, "problem_merge", f"problem:{other}", survivor=survivor, gone=other, reason="像")
    assert decide(yes)
    assert decide(no, yes=False, reason="不是一回事")
    with transaction() as session:
        assert session.get_one(Problem, gone).merged_into == survivor
        assert session.get_one(Problem, other).merged_into is None


def test_a_yes_whose_consequence_is_impossible_is_not_recorded(asked):
    action, id_ = asked
    with transaction() as session:
        advance(session, "action", "approve", {action: {}}, BY)
    with pytest.raises(StepRefused):
        decide(id_)
    with transaction() as session:
        assert approving.approval(session, id_)["state"] == "open"


def test_unknown_kinds_and_numbers_are_named(home):
    with pytest.raises(InputError, match="没有「holiday」"), transaction() as session:
        ask(session, "holiday")
    with pytest.raises(InputError, match="没有编号为 99"):
        decide(99)
