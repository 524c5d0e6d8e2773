"""An alarm that somebody finds real belongs to a problem: one that is known, or one that begins with it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.change import By, audit
from models.engine import transaction
from models.problems.upholding import conclude
from models.problems.watching import raise_alarms
from models.views.problem_list import history
from tasks.aggregate import aggregate_problems
from tasks.watch import watch_days
from voc.alarms.values import Alarm
from voc.errors import StepRefused

MONDAY = date(2026, 3, 2)
TOLLS = (
    "明明没走高速，账单里多了一笔高速费",
    "司机没上高速，平台收我二十五块过路费",
    "下车以后又补扣了十五元高速通行费",
)
SAME = "明明没走高速，账单里多了一笔高速费，客服不管"
BY = By("person:李雷", datetime(2026, 6, 9, tzinfo=UTC))


def row(number, text, day):
    return [str(number), text, f"2026-06-{day:02d} 10:00", "", f"1380000{number:04d}", "杭州"]


@pytest.fixture
def tolled(house):
    """Three customers who were charged tolls, of whom there is no problem, and the review of their alarm."""
    house.take_in([row(n, said, 1 + n) for n, said in enumerate(TOLLS)])
    ids = [one["id"] for one in house.rows("SELECT id FROM feedback ORDER BY id")]
    alarm = Alarm(
        kind="spike", series="words:高速", label="提到“高速”的负面反馈", start=date(2026, 6, 1), end=date(2026, 6, 3),
        observed=3, expected=0.1, raised_at=datetime(2026, 6, 4, tzinfo=UTC), department="voc", cause="高速费",
        evidence={"feedback": ids},
    )  # fmt: skip
    with transaction() as session:
        raise_alarms(session, [alarm], BY)
    return house


def concluded(house, step, said):
    with transaction() as session:
        problem = conclude(session, house.value("SELECT max(id) FROM review"), step, said, BY)
        assert audit(session, "problem") == audit(session, "review") == []
        return problem and problem.id


def test_what_is_real_and_of_no_problem_begins_one_with_the_feedback_of_the_alarm(tolled):
    assert tolled.value("SELECT count(*) FROM problem") == 0
    number = concluded(tolled, "uphold", "属实，没走高速却收高速费。已通知计费组")
    (problem,) = tolled.rows("SELECT id, kind, state, name, department FROM problem")
    assert problem == {
        "id": number, "kind": "candidate", "state": "detected", "name": "没走高速却收高速费", "department": "voc",
    }  # fmt: skip
    assert tolled.value("SELECT count(*) FROM problem_member WHERE method = 'person:review'") == 3
    assert tolled.value("SELECT facts ->> 'other' FROM review_log WHERE step = 'uphold'") == str(number)
    with transaction() as session:
        assert [(one["what"], one["by"]) for one in history(session, number)] == [("detect", "person:李雷")]


def test_what_speaks_of_the_same_later_joins_it_and_leaves_its_name_alone(tolled):
    number = concluded(tolled, "uphold", "没走高速却收高速费")
    tolled.put([row(9, SAME, 5)], "b.csv")
    tolled.collect()
    tolled.understand()
    aggregate_problems.fn(tolled.now)
    assert tolled.value("SELECT count(*) FROM problem_member WHERE problem_id = " + str(number)) == 4
    assert tolled.rows("SELECT name FROM problem") == [{"name": "没走高速却收高速费"}]


@pytest.mark.parametrize("step", ["refute", "explain"])
def test_what_is_false_or_of_a_known_cause_is_no_problem(tolled, step):
    assert concluded(tolled, step, "测试账号") is None
    assert tolled.value("SELECT count(*) FROM problem") == 0


def test_an_alarm_of_feedback_that_has_a_problem_belongs_to_it(house, make):
    house = house.on(MONDAY + timedelta(days=60))
    house.take_in(make["daily"](MONDAY, 60, lambda day: 16 if 50 <= day < 53 else 1, 6))
    watch_days.fn(house.now)
    known = house.value("SELECT id FROM problem WHERE issue = 'installation.late'")
    assert concluded(house, "uphold", "安装师傅不足") == known
    assert house.value("SELECT count(*) FROM problem WHERE key LIKE 'alarm:%'") == 0


def test_a_review_that_was_concluded_begins_nothing_again(tolled):
    concluded(tolled, "uphold", "没走高速却收高速费")
    with pytest.raises(StepRefused):
        concluded(tolled, "uphold", "没走高速却收高速费")
    assert tolled.value("SELECT count(*) FROM problem") == 1
