"""Safety and outages call several departments in at once, and the case is not closed before all have answered."""

from datetime import timedelta

import pytest

from models import sla
from models.cases import joint
from models.change import By, advance
from models.engine import transaction
from models.views import gaming
from tasks.improve import open_cases
from tasks.sla import sweep
from voc.errors import InputError, StepRefused

DANGER = "热水器漏电，洗澡时把我电到了，太危险"


@pytest.fixture
def danger(house):
    house.take_in([["R1", DANGER, "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    return house


def step(house, name, who, hours, **facts):
    case = house.value('SELECT id FROM "case"')
    with transaction() as session:
        advance(session, "case", name, {case: facts}, By(who, house.now + timedelta(hours=hours)))


def test_each_department_gets_a_message_and_a_task_with_a_deadline(danger):
    assert danger.value('SELECT department FROM "case"') == "quality"
    with transaction() as session:
        tasks = joint.tasks(session)
    called = {task["department"] for task in tasks}
    assert called == {"product", "voc"}  # who owns the area, and who looks after the loop
    assert {task["due_at"] for task in tasks} == {danger.now + timedelta(hours=2)}
    told = {
        row["recipient"] for row in danger.rows("SELECT recipient FROM outbox WHERE event = 'case_joined'")
    }
    assert told == {f"department:{code}" for code in called}
    assert danger.value("SELECT count(*) FROM case_log WHERE step = 'join'") == 1


def test_opening_again_calls_nobody_twice(danger):
    before = danger.value("SELECT count(*) FROM case_task")
    open_cases.fn(danger.now)
    assert danger.value("SELECT count(*) FROM case_task") == before


def test_the_case_is_confirmed_only_when_all_have_answered(danger):
    step(danger, "respond", "person:李雷", 1)
    step(danger, "resolve", "person:李雷", 2)
    with pytest.raises(StepRefused, match="联动部门"):
        step(danger, "confirm", "customer:1", 3)
    with transaction() as session:
        for task in joint.tasks(session):
            joint.done(session, task["id"], "已停售该批次", By("person:韩梅梅", danger.now))
    step(danger, "confirm", "customer:1", 3)
    assert danger.value('SELECT state FROM "case"') == "confirmed"


def test_a_task_is_answered_once_and_with_words(danger):
    with transaction() as session:
        task = joint.tasks(session)[0]["id"]
        with pytest.raises(InputError, match="做了什么"):
            joint.done(session, task, " ", By("person:韩梅梅", danger.now))
        joint.done(session, task, "已核查", By("person:韩梅梅", danger.now))
        with pytest.raises(InputError, match="可能已经完成"):
            joint.done(session, task, "又核查", By("person:韩梅梅", danger.now))


def chased(house):
    return house.rows(
        """SELECT o.event, o.recipient FROM outbox o WHERE o.subject ~ '^joint:' ORDER BY o.event, o.recipient"""
    )


def test_a_department_that_does_not_answer_is_chased_day_and_night_up_to_leadership(danger):
    for hours in (1.5, 1.7, 1.8, 2.1, 2.2, 3.1, 3.2, 24):
        sweep.fn(danger.now + timedelta(hours=hours))
    owners = ["owner:product", "owner:voc"]
    assert chased(danger) == [
        *({"event": "joint_due_soon", "recipient": owner} for owner in owners),
        *[{"event": "joint_escalated", "recipient": "leadership"}] * 2,
        *({"event": "joint_overdue", "recipient": owner} for owner in owners),
    ]
    with transaction() as session:
        waiting = [row for row in sla.waiting(session, "product") if row["life"] == "joint"]
    # As it stood when the last rung was told: one and a half times two hours, and six minutes.
    assert [(row["state"], row["left_s"]) for row in waiting] == [("overdue", -66 * 60)]


def test_a_department_that_has_answered_is_left_in_peace_and_counts_as_in_time(danger):
    with transaction() as session:
        for task in joint.tasks(session):
            joint.done(
                session, task["id"], "已停售该批次", By("person:韩梅梅", danger.now + timedelta(hours=1))
            )
    sweep.fn(danger.now + timedelta(hours=24))
    assert chased(danger) == []
    with transaction() as session:
        (share,) = (
            s for s in sla.shares(session, danger.now, danger.now + timedelta(days=2)) if s["life"] == "joint"
        )
    assert (share["met"], share["judged"], share["title"]) == (2, 2, "联动处理")


def test_who_was_called_in_on_a_case_that_was_merged_is_not_chased(danger):
    danger.put(
        [
            [
                "R2",
                "插座插上就冒烟起火，差点烧到孩子，太危险了",
                "2026-06-07 11:00",
                "1",
                "13800000002",
                "成都",
            ]
        ],
        file="b.csv",
    )
    danger.collect()
    danger.understand()
    open_cases.fn(danger.now)
    first, second = (row["id"] for row in danger.rows('SELECT id FROM "case" ORDER BY id'))
    with transaction() as session:
        advance(
            session,
            "case",
            "merge",
            {second: {"into": first}},
            By("person:李雷", danger.now + timedelta(hours=1)),
        )
    sweep.fn(danger.now + timedelta(hours=24))
    late = danger.pairs(
        "SELECT case_id, count(*) FROM sla_lap JOIN case_task t ON life = 'joint' AND t.id = subject_id "
        "WHERE state = 'overdue' GROUP BY 1"
    )
    assert set(late) == {first}


def test_two_keys_whoever_resolved_a_case_cannot_confirm_it(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    step(house, "respond", "person:李雷", 1)
    step(house, "resolve", "person:李雷", 2)
    with pytest.raises(StepRefused, match="谁解决的，谁不能确认"):
        step(house, "confirm", "person:李雷", 3)
    step(house, "confirm", "person:韩梅梅", 3)
    assert house.value('SELECT state FROM "case"') == "confirmed"


def test_flags_of_a_period_name_the_case_and_say_why(house):
    house.take_in([["R1", "约好的安装师傅没来", "2026-06-07 10:00", "1", "13800000001", "成都"]])
    open_cases.fn(house.now)
    step(
        house, "pause", "person:李雷", 8.9, reason="等客户照片"
    )  # six minutes before its first answer is due
    with transaction() as session:
        (flag,) = gaming.flags(session, house.now, house.now + timedelta(days=1))
        assert gaming.flags(session, house.now + timedelta(days=1), house.now + timedelta(days=2)) == []
    assert (flag["kind"], flag["department"]) == ("clock_stopped", "installation")
    assert "只剩 6 分钟" in flag["sentence"]
