"""From recurring complaints to a measure with a locked contract; and one answer for each customer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from models.measures import deciding
from tasks.improve import open_cases, propose_actions
from tasks.sla import sweep
from voc.effect.contract import fingerprint, parse
from voc.errors import StepRefused

MONDAY = date(2026, 5, 4)
CASES = 'SELECT k.id, k.state, k.department, k.issue, k.respond_by, f.record_key FROM "case" k ' \
    "JOIN feedback f ON f.id = k.feedback_id ORDER BY f.record_key"  # fmt: skip


@pytest.fixture
def problem(house, make):
    """Five weeks in which three customers a day complain of late installers."""
    house = house.on(MONDAY + timedelta(days=35))
    house.take_in(make["daily"](MONDAY, 35, lambda day: 3, 5))
    return house


@pytest.fixture
def proposed(problem):
    problem.improve()
    return problem


def test_a_problem_is_detected_at_the_complaint_that_made_it_one(problem):
    (row,) = problem.rows("SELECT * FROM problem")
    # The eighth customer spoke on the third day, two minutes after nine.
    eighth = datetime(2026, 5, 6, 1, 1, tzinfo=UTC)
    assert (row["issue"], row["department"], row["state"]) == (
        "installation.late",
        "installation",
        "detected",
    )
    assert row["alarm_until"] == row["detected_at"] == eighth
    assert row["alarm_from"] == eighth - timedelta(days=28)
    assert row["first_seen_at"] == datetime(2026, 5, 4, 1, tzinfo=UTC)


def test_everybody_who_complained_is_a_member(problem):
    assert problem.value("SELECT count(*) FROM problem_member") == 105


def test_a_problem_keeps_its_identity_when_more_complaints_arrive(problem, make):
    before = problem.rows("SELECT id, key, detected_at, alarm_from, alarm_until, first_seen_at FROM problem")
    later = problem.on(date(2026, 6, 15))
    later.take_in(make["daily"](date(2026, 6, 8), 7, lambda day: 4, 2, start=5000), "later.csv")
    assert (
        problem.rows("SELECT id, key, detected_at, alarm_from, alarm_until, first_seen_at FROM problem")
        == before
    )
    assert problem.value("SELECT count(*) FROM problem_member") == 133


def test_an_earlier_complaint_that_turns_up_late_moves_the_beginning_back(problem, make):
    problem.take_in(make["daily"](date(2026, 4, 20), 1, lambda day: 1, 0, start=5000), "late.csv")
    assert problem.value("SELECT first_seen_at FROM problem") == datetime(2026, 4, 20, 1, tzinfo=UTC)


def test_a_few_complaints_are_no_problem(house, make):
    house.take_in(make["daily"](MONDAY, 7, lambda day: 1, 20))
    assert house.value("SELECT count(*) FROM problem") == 0


def test_one_customer_who_complains_again_and_again_is_no_problem(house, make):
    rows = make["daily"](MONDAY, 30, lambda day: day % 2, 3)
    house.take_in([[*row[:4], "13800000000", row[5]] for row in rows])
    assert house.value("SELECT count(*) FROM mention WHERE issue = 'installation.late'") == 15
    assert house.value("SELECT count(*) FROM problem") == 0


def test_enough_customers_confirm_a_problem_and_evidence_diagnoses_it(proposed):
    (row,) = proposed.rows("SELECT state, root_cause, dimension FROM problem")
    assert row["state"] == "diagnosed"
    assert row["dimension"] in {"process", "people"}
    assert "待部门复核）：" in row["root_cause"]


def test_a_root_cause_names_the_city_that_has_more_of_the_problem_than_its_share(house, make):
    house = house.on(MONDAY + timedelta(days=35))
    elsewhere = [[*row[:5], "武汉"] for row in make["daily"](MONDAY, 35, lambda day: 0, 8, start=9000)]
    house.take_in(make["daily"](MONDAY, 35, lambda day: 3, 1) + elsewhere)
    house.improve()
    assert "地区「成都」：只在这里出现" in house.value("SELECT root_cause FROM problem")


def test_too_few_customers_leave_the_confirmation_to_a_person(problem, set_to):
    set_to(auto_confirm_customers=1000)
    assert problem.improve() == {"confirmed": 0, "diagnosed": 0, "proposed": 0}
    assert problem.value("SELECT state FROM problem") == "detected"


def test_the_first_measure_for_the_issue_is_proposed_once(proposed):
    assert proposed.improve() == {"confirmed": 0, "diagnosed": 0, "proposed": 0}
    (row,) = proposed.rows("SELECT measure, state, department, round FROM action")
    assert (row["state"], row["department"], row["round"]) == ("proposed", "installation", 1)
    assert row["measure"] == "迟到前主动改约并给出补偿"


def test_every_step_is_in_the_log_with_the_rule_that_took_it(proposed):
    steps = proposed.rows('SELECT step, "by", state FROM problem_log ORDER BY seq')
    assert [(row["step"], row["by"]) for row in steps] == [
        ("detect", "rule:recurrence"), ("confirm", "rule:customers"), ("diagnose", "system:evidence"),
    ]  # fmt: skip


def test_a_problem_that_is_dismissed_gets_no_measure(problem, set_to):
    with_reason = problem.value("SELECT id FROM problem")
    problem.decide(deciding.dismiss, with_reason, "属正常波动")
    problem.improve()
    assert propose_actions.fn(problem.now) == 0
    assert problem.value("SELECT state FROM problem") == "dismissed"


def test_dismissing_needs_a_reason(problem):
    with pytest.raises(StepRefused, match="reason"):
        problem.decide(deciding.dismiss, problem.value("SELECT id FROM problem"), "")


def test_approving_asks_the_department_and_accepting_locks_the_contract(proposed):
    action = proposed.promise(date(2026, 6, 20))
    row = proposed.rows("SELECT body, locked_hash, locked_by, locked_at FROM contract")[0]
    contract = parse(row["body"])
    assert row["locked_hash"] == fingerprint(contract)
    assert (row["locked_by"], row["locked_at"]) == ("person:李雷", proposed.now)
    assert proposed.value("SELECT state FROM problem") == "improving"
    assert proposed.rows(
        "SELECT event, recipient FROM outbox WHERE subject = :it", it=f"action:{action}"
    ) == [{"event": "action_approved", "recipient": "department:installation"}]


def test_the_contract_leaves_the_days_that_raised_the_alarm_out(proposed):
    proposed.promise(date(2026, 6, 20))
    contract = parse(proposed.value("SELECT body FROM contract"))
    assert contract.excluded[0] == (date(2026, 4, 8), date(2026, 5, 6))
    assert contract.baseline_days % 7 == 0
    assert (contract.metric, contract.model_version != "", contract.taxonomy_version != "") == (
        "complaint_share", True, True,
    )  # fmt: skip


def test_known_orders_make_the_metric_a_rate(proposed):
    proposed.trade(MONDAY, 60, 500)
    proposed.promise(date(2026, 6, 20))
    assert parse(proposed.value("SELECT body FROM contract")).metric == "complaint_rate"


@pytest.mark.parametrize("statement", ["UPDATE contract SET body = '{}'", "DELETE FROM contract"])
def test_a_locked_contract_cannot_be_changed(proposed, statement):
    proposed.promise(date(2026, 6, 20))
    with pytest.raises(DBAPIError, match="is locked"):
        proposed.rows(statement + " RETURNING id")


def test_a_measure_is_taken_on_once(proposed):
    action = proposed.promise(date(2026, 6, 20))
    with pytest.raises(StepRefused, match="须先处于「待接单」"):
        proposed.decide(deciding.accept, action, date(2026, 6, 21))
    assert proposed.value("SELECT count(*) FROM contract") == 1


def test_a_measure_that_nobody_took_on_cannot_go_live(proposed):
    action = proposed.value("SELECT id FROM action")
    with pytest.raises(StepRefused, match="落地"):
        proposed.decide(deciding.implement, action, proposed.now)
    assert proposed.value("SELECT went_live FROM action") is None


def test_a_measure_that_is_returned_needs_a_reason_and_tells_who_asked(proposed):
    action = proposed.value("SELECT id FROM action")
    proposed.decide(deciding.approve, action)
    with pytest.raises(StepRefused):
        proposed.decide(deciding.give_back, action, "")
    proposed.decide(deciding.give_back, action, "人手不足")
    assert proposed.value("SELECT state FROM action") == "returned"
    assert "action_returned" in proposed.pairs("SELECT event, recipient FROM outbox")


def test_a_measure_that_was_returned_after_it_was_accepted_can_be_taken_on_again(proposed):
    action = proposed.promise(date(2026, 6, 20))
    proposed.decide(deciding.give_back, action, "人手不足")
    locked = proposed.value("SELECT locked_hash FROM contract")
    proposed.promise(date(2026, 7, 1))
    assert proposed.value("SELECT state FROM action") == "accepted"
    assert proposed.value("SELECT locked_hash FROM contract") == locked
    assert (
        proposed.value("SELECT facts ->> 'live_on' FROM action_log ORDER BY seq DESC LIMIT 1") == "2026-07-01"
    )


def test_a_measure_past_its_deadline_is_told_of_once(proposed):
    action = proposed.promise(date(2026, 6, 20))
    late = proposed.on(date(2026, 12, 1))
    due = late.value("SELECT due_at FROM action")
    assert sweep.fn(due + timedelta(minutes=1))["action_overdue"] == 1
    sweep.fn(due + timedelta(minutes=2))
    told = late.rows("SELECT recipient FROM outbox WHERE event = 'action_overdue'")
    assert (told, action > 0) == ([{"recipient": "owner:installation"}], True)


def test_complaints_and_enquiries_get_a_case_and_praise_does_not(house):
    rows = [
        ["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"],
        ["R2", "请问保修期多久？", "2026-06-07 10:00", "", "13800000002", "成都"],
        ["R3", "客服很耐心，谢谢", "2026-06-07 10:00", "5", "13800000003", "成都"],
        ["R4", "加微信 abc12345 刷单兼职日赚300元", "2026-06-07 10:00", "1", "", ""],
    ]
    house.take_in(rows)
    assert open_cases.fn(house.now) == 2
    cases = house.rows(CASES)
    assert [(case["record_key"], case["state"], case["department"]) for case in cases] == [
        ("R1", "assigned", "installation"), ("R2", "assigned", "voc"),
    ]  # fmt: skip
    assert all(case["respond_by"] > house.now for case in cases)


def test_a_case_is_opened_once_and_tells_the_customer_and_the_department(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    assert [open_cases.fn(house.now), open_cases.fn(house.now)] == [1, 0]
    told = house.pairs("SELECT event, recipient FROM outbox")
    customer = house.value("SELECT id FROM customer")
    assert told == {"case_opened": f"customer:{customer}", "case_assigned": "department:installation"}


def test_a_customer_who_left_no_contact_is_not_written_to(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "", "成都"]])
    open_cases.fn(house.now)
    assert list(house.pairs("SELECT event, recipient FROM outbox")) == ["case_assigned"]


def test_feedback_from_long_ago_is_analysed_but_not_answered(house, set_to):
    set_to(case_max_age_days=3)
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-01 10:00", "1", "13800000001", "成都"]])
    assert open_cases.fn(house.now) == 0


def test_a_case_that_nobody_answered_in_time_is_escalated_once(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    late = house.on(date(2026, 6, 30))
    assert sweep.fn(late.now)["case_escalate"] == 2  # neither answered nor resolved
    assert sweep.fn(late.now) == {"recomputed": 0}
    assert late.pairs("SELECT event, recipient FROM outbox")["case_escalated"] == "owner:installation"


def test_a_danger_activates_a_case_with_the_highest_priority(house):
    house.take_in(
        [["R1", "热水器漏电，洗澡时把我电到了，太危险", "2026-06-07 10:00", "1", "13800000001", "成都"]]
    )
    open_cases.fn(house.now)
    assert house.value('SELECT priority FROM "case"') == "urgent"


STEPS = 'SELECT l.step FROM case_log l JOIN "case" k ON k.id = l.subject_id WHERE k.id = :id ORDER BY l.seq'
EDITED = {
    "same matter": ("约好的安装师傅一直没来，等了三天", 1, "amend"),
    "danger": ("安装师傅没来，插座还冒烟起火，太危险了", 2, "merge"),
}


@pytest.mark.parametrize(("words", "cases", "step"), EDITED.values(), ids=EDITED)
def test_an_edited_complaint_stays_with_its_case_unless_it_became_another_or_more_urgent_matter(
    house, words, cases, step
):
    row = ["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13900000001", "成都"]
    house.take_in([row])
    open_cases.fn(house.now)
    (first,) = house.rows(CASES)
    house.take_in([[row[0], words, *row[2:]]], "edited.csv")
    later = house.now + timedelta(minutes=5)
    assert (open_cases.fn(later), open_cases.fn(later)) == (cases - 1, 0)
    assert house.value("SELECT count(*) FROM outbox WHERE event = 'case_opened'") == cases
    assert [one["step"] for one in house.rows(STEPS, id=first["id"])][-1] == step
    assert (
        house.value(
            """SELECT count(*) FROM "case" k JOIN feedback f ON f.id = k.feedback_id
           WHERE k.state = 'assigned' AND f.superseded_by IS NULL"""
        )
        == 1
    )
