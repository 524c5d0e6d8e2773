"""The verdict on a measure, from rows in a file to what happens to the problem."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from models.change import audit
from models.engine import transaction
from models.measures.proving import observe
from models.telling import announce
from tasks.verify import close_effective, verify_due

MONDAY = date(2026, 1, 5)
LIVE = MONDAY + timedelta(days=84)
DUE = LIVE + timedelta(days=7 + 56 + 2)  # wash-out, follow-up, and two days for what comes late


@pytest.fixture
def lived(house, make):
    """Return a function that lives 24 weeks: a measure goes live after twelve; returns the house when it is due."""

    def live(before, after, orders=0, others=10):
        then, due = house.on(LIVE - timedelta(days=14)), house.on(DUE)
        start = then.take_in(make["daily"](MONDAY, 70, lambda day: before, others))
        then.trade(MONDAY, 170 if orders else 0, orders)
        then.improve()
        then.carry_out(LIVE)
        first = MONDAY + timedelta(days=70)
        days = (DUE - first).days

        def complaints(day):
            return before if first + timedelta(days=day) < LIVE else after(day)

        due.take_in(make["daily"](first, days, complaints, others, start=20_000), "after.csv")
        assert start["stored"] > 0
        return due

    return live


def judged(house):
    return house.rows("SELECT * FROM verification ORDER BY attempt")


def states(house):
    return house.rows("SELECT p.state AS problem, p.round, a.state AS action FROM problem p JOIN action a "
                      "ON a.problem_id = p.id ORDER BY a.id")  # fmt: skip


def test_a_planted_drop_is_found_effective_and_closes_the_loop(lived):
    house = lived(6, lambda day: 1 if day % 2 else 2)
    assert verify_due.fn(house.now) == {"effective": 1}
    assert states(house) == [{"problem": "effective", "round": 1, "action": "verified"}]
    (row,) = judged(house)
    assert row["sentence"].startswith("有效：投诉占比下降")
    assert row["result"]["change"] == pytest.approx(-0.7, abs=0.05)


def test_known_orders_are_what_complaints_are_set_against(lived):
    house = lived(6, lambda day: 1 if day % 2 else 2, orders=800)
    assert verify_due.fn(house.now) == {"effective": 1}
    (row,) = judged(house)
    assert row["result"]["metric"] == "complaint_rate"
    assert row["result"]["before"] == pytest.approx(6 / 800)
    assert row["result"]["after"] == pytest.approx(1.5 / 800)


def test_a_day_is_a_day_in_shanghai_from_midnight_to_midnight(house, make):
    times = ["01 23:59", "02 00:00", "02 12:00", "02 23:59", "03 00:00"]
    late = "约好的安装师傅没来"
    rows = [[f"R{n}", late, f"2026-06-{at}", "1", make["phone"](n), "成都"] for n, at in enumerate(times)]
    house.take_in(rows)
    with transaction() as session:
        daily = observe(session, 1, date(2026, 6, 2), date(2026, 6, 2))
    assert (daily.days, daily.denominator.tolist()) == ([date(2026, 6, 2)], [3.0])
    assert house.value("SELECT count(*) FROM metric_observation WHERE slice = 'all'") == 1


def test_nothing_is_judged_before_the_follow_up_is_over(lived):
    house = lived(6, lambda day: 1)
    early = house.on(DUE - timedelta(days=1))
    assert verify_due.fn(early.now) == {}
    assert judged(house) == []


def test_a_measure_is_judged_once(lived):
    house = lived(6, lambda day: 1)
    assert [verify_due.fn(house.now), verify_due.fn(house.now)] == [{"effective": 1}, {}]


def test_a_measure_that_changed_nothing_reopens_the_problem_one_round_higher(lived):
    house = lived(14, lambda day: 14)
    assert verify_due.fn(house.now) == {"ineffective": 1}
    assert states(house) == [{"problem": "diagnosed", "round": 2, "action": "ineffective"}]


def test_the_next_round_proposes_another_measure(lived):
    house = lived(14, lambda day: 14)
    verify_due.fn(house.now)
    house.improve()
    measures = house.rows("SELECT measure, round, state FROM action ORDER BY id")
    assert [(row["round"], row["state"]) for row in measures] == [(1, "ineffective"), (2, "proposed")]
    assert measures[0]["measure"] != measures[1]["measure"]


def test_the_contract_of_a_second_measure_leaves_the_time_of_the_first_out(lived):
    house = lived(14, lambda day: 14)
    verify_due.fn(house.now)
    house.improve()
    house.promise(DUE + timedelta(days=21))
    excluded = json.loads(house.value("SELECT body FROM contract ORDER BY id DESC LIMIT 1"))["excluded"]
    assert any(first <= LIVE.isoformat() <= last for first, last in excluded)


def test_leadership_and_the_department_hear_of_a_failure(lived):
    house = lived(14, lambda day: 14)
    verify_due.fn(house.now)
    told = house.rows("SELECT recipient FROM outbox WHERE event = 'problem_ineffective' ORDER BY recipient")
    assert [row["recipient"] for row in told] == ["department:installation", "leadership"]


def test_a_measure_that_made_it_worse_is_called_worse(lived):
    house = lived(4, lambda day: 9)
    assert verify_due.fn(house.now) == {"worse": 1}
    assert states(house) == [{"problem": "diagnosed", "round": 2, "action": "ineffective"}]


def test_too_little_evidence_is_no_verdict_and_is_looked_at_again_after_twice_the_time(lived, make, set_to):
    set_to(verify_season_swing=0)
    house = lived(3, lambda day: 3)
    assert verify_due.fn(house.now) == {"insufficient": 1}
    assert states(house) == [{"problem": "verifying", "round": 1, "action": "implemented"}]
    assert house.value("SELECT step FROM problem_log ORDER BY seq DESC LIMIT 1") == "extend"
    assert verify_due.fn(house.now) == {}
    again = house.on(DUE + timedelta(days=56))
    again.take_in(make["daily"](DUE, 56, lambda day: 3, 10, start=60_000), "again.csv")
    assert verify_due.fn(again.now) == {"ineffective": 1}
    assert [row["attempt"] for row in judged(again)] == [1, 2]


def test_a_contract_that_was_changed_behind_the_lock_is_no_contract(lived):
    house = lived(6, lambda day: 1)
    with transaction() as session:
        session.execute(text("ALTER TABLE contract DISABLE TRIGGER contract_locked"))
        session.execute(
            text("UPDATE contract SET body = replace(body, :agreed, :easier)"),
            {"agreed": '"smallest_effect":0.2', "easier": '"smallest_effect":0.1'},
        )
    assert verify_due.fn(house.now) == {"invalid_contract": 1}
    assert "被改动" in judged(house)[0]["sentence"]


def test_a_contract_that_cannot_be_read_does_not_keep_the_others_from_their_verdict(lived):
    house = lived(6, lambda day: 1)
    with transaction() as session:
        session.execute(text("ALTER TABLE contract DISABLE TRIGGER contract_locked"))
        session.execute(text("UPDATE contract SET body = 'garbage'"))
    assert verify_due.fn(house.now) == {"invalid_contract": 1}


def test_a_measure_that_went_live_before_its_contract_was_locked_proves_nothing(lived):
    house = lived(6, lambda day: 1)
    with transaction() as session:
        session.execute(text("UPDATE action SET went_live = went_live - interval '20 days'"))
    assert verify_due.fn(house.now) == {"invalid_contract": 1}
    assert "晚于措施上线" in judged(house)[0]["sentence"]


def test_two_measures_at_once_cannot_be_told_apart(lived):
    house = lived(6, lambda day: 1)
    with transaction() as session:
        session.execute(
            text(
                """INSERT INTO action (problem_id, "round", measure, detail, kind, dimension, state, own_round,
                                       department, due_at, went_live, changed_at)
                   SELECT problem_id, 1, '另一项措施', '…', kind, dimension, 'cancelled', 1, department, due_at,
                          went_live + interval '10 days', changed_at FROM action"""
            )
        )
    assert verify_due.fn(house.now) == {"not_identifiable": 1}


def test_a_verification_says_where_its_number_comes_from(lived):
    house = lived(6, lambda day: 1)
    verify_due.fn(house.now)
    (row,) = judged(house)
    assert row["lineage"]["contract"] == house.value("SELECT locked_hash FROM contract")
    assert len(row["lineage"]["rows_hash"]) == 64
    assert row["result"]["windows"]["followup_start"] == (LIVE + timedelta(days=7)).isoformat()
    assert {row["lineage"]["model"], row["lineage"]["taxonomy"]} != {""}


def test_an_effective_problem_is_closed_when_it_stood_long_enough(lived):
    house = lived(6, lambda day: 1)
    verify_due.fn(house.now)
    assert close_effective.fn(house.now + timedelta(days=27)) == 0
    assert close_effective.fn(house.now + timedelta(days=29)) == 1
    assert states(house)[0]["problem"] == "closed"


def test_reporters_of_an_effective_problem_are_told_the_number_of_the_verification(lived):
    house = lived(6, lambda day: 1)
    verify_due.fn(house.now)
    told = house.rows("SELECT * FROM outbox WHERE event = 'problem_effective'")
    reporters = house.value(
        """SELECT count(DISTINCT f.customer_id) FROM problem_member m JOIN feedback f ON f.id = m.feedback_id
           JOIN vault.contact c ON c.customer_id = f.customer_id"""
    )
    assert len(told) == reporters > 400
    assert {row["verification_id"] for row in told} == {judged(house)[0]["id"]}
    assert all("%" not in json.dumps(row["data"]) for row in told)


def test_customers_whose_words_were_a_copy_are_told_as_well(lived):
    house = lived(6, lambda day: 1)
    with transaction() as session:
        session.execute(
            text(
                """UPDATE feedback f SET disposition = 'near_duplicate', copy_of = o.id
                   FROM (SELECT min(feedback_id) AS id FROM problem_member) o
                   WHERE f.record_key = (SELECT max(record_key) FROM feedback WHERE disposition = 'accepted')"""
            )
        )
    copied = house.value("SELECT customer_id FROM feedback WHERE disposition = 'near_duplicate'")
    verify_due.fn(house.now)
    assert house.value("SELECT count(*) FROM outbox WHERE event = 'problem_effective' AND recipient = :it",
                       it=f"customer:{copied}") == 1  # fmt: skip


def test_the_same_news_is_queued_once(lived):
    house = lived(6, lambda day: 1)
    verify_due.fn(house.now)
    before = house.value("SELECT count(*) FROM outbox")
    with transaction() as session:
        announce(
            session, "problem", "succeed", {1: 1}, house.now, {1: {"verification": judged(house)[0]["id"]}}
        )
    assert house.value("SELECT count(*) FROM outbox") == before


def test_after_a_whole_loop_every_row_equals_the_replay_of_its_log(lived):
    house = lived(14, lambda day: 14)
    verify_due.fn(house.now)
    house.improve()
    with transaction() as session:
        assert [sentence for life in ("case", "problem", "action") for sentence in audit(session, life)] == []
