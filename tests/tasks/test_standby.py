"""Urgent feedback is triaged although no scheduler reacts, once, and not before the scheduler has had its chance."""

from datetime import timedelta

import pytest

from models.engine import transaction
from models.measures.improving import store_departments
from tasks.assets import organisation
from tasks.improve import open_cases
from tasks.standby import BACK, PATIENCE, triage_what_is_left

DANGER = "插座插上就冒烟起火，差点烧到孩子，太危险了"
LATE = "约好的安装师傅没来"
SOON = timedelta(seconds=1)


@pytest.fixture
def said(house):
    """One complaint about danger and one about delay, understood; nobody has reacted."""
    with transaction() as session:
        store_departments(session, organisation())
    house.register()
    house.put([["R1", DANGER, "2026-06-07 10:00", "1", "13800000001", "成都"],
               ["R2", LATE, "2026-06-07 10:00", "1", "13800000002", "成都"]])  # fmt: skip
    house.collect()
    house.understand()
    return house


def test_the_scheduler_has_its_chance_first(said):
    assert triage_what_is_left(said.now + PATIENCE) == 0
    assert said.value('SELECT count(*) FROM "case"') == 0


def test_what_it_leaves_is_triaged_once_and_the_departments_are_told(said):
    assert triage_what_is_left(said.now + PATIENCE + SOON) == 2
    assert triage_what_is_left(said.now + PATIENCE + 2 * SOON) == 0
    told = said.value("SELECT count(*) FROM outbox WHERE event IN ('case_assigned', 'case_joined')")
    assert told >= 2


def test_what_the_scheduler_has_triaged_is_left_alone(said):
    open_cases.fn(said.now + SOON)
    assert triage_what_is_left(said.now + PATIENCE + SOON) == 0


def test_history_and_feedback_that_is_not_urgent_are_not_its_business(said, house):
    assert triage_what_is_left(said.now + BACK + timedelta(minutes=1)) == 0
    house.put([["R3", LATE + "，又", "2026-06-07 10:00", "1", "13800000003", "成都"]], file="b.csv")
    open_cases.fn(said.now)
    house.collect()
    house.understand()
    assert triage_what_is_left(said.now + PATIENCE + SOON) == 0
