"""A problem that came back goes on only when somebody explained why and somebody else believed it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from models.cases import sop
from models.cases.queueing import hand_out, skills_of, teach
from models.change import By, advance, audit, begin
from models.engine import transaction
from models.measures import deciding, explaining
from models.measures.improving import store_departments
from models.schema.identity import User
from models.schema.loop import Problem
from tasks.aggregate import organisation
from voc.errors import InputError, StepRefused

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
BY, OTHER = By("person:李雷", NOW), By("person:韩梅梅", NOW)
WHYS = ["发货晚了", "仓库缺人", "排班没有看预测"]
BONES = {"people": ["缺人", " "], "process": ["没有排班流程"]}
NEXT = NOW + timedelta(days=30)


@pytest.fixture
def relapsed(home):
    """A problem that was effective and came back, with a measure that waits to be taken on."""
    row = {
        "key": "issue:logistics.late", "issue": "logistics.late", "area": "logistics", "name": "配送超过承诺时间",
        "department": "logistics", "first_seen_at": NOW, "detected_at": NOW, "alarm_from": NOW, "alarm_until": NOW,
    }  # fmt: skip
    with transaction() as session:
        store_departments(session, organisation())
        problem = begin(session, "problem", "detect", [row], BY)[0]
        cause = {"root_cause": "排班", "dimension": "process"}
        for step, facts in (
            ("confirm", {}), ("diagnose", cause), ("improve", {}), ("verify", {}), ("succeed", {"verification": 1}),
            ("relapse", {"reason": "又多了"}),
        ):  # fmt: skip
            advance(session, "problem", step, {problem: facts}, BY)
        measure = {
            "problem_id": problem, "problem_round": 2, "measure": "每日清单催办", "detail": "…", "kind": "corrective",
            "dimension": "process", "department": "logistics", "due_at": NOW,
        }  # fmt: skip
        action = begin(session, "action", "propose", [measure], BY)[0]
        deciding.approve(session, action, BY)
        return problem, action


def submit(report, by=BY, **other):
    values = {
        "whys": WHYS, "fishbone": BONES, "root_cause": "排班不看预测", "preventive": "按预测排班",
        "preventive_due": NEXT,
    }  # fmt: skip
    with transaction() as session:
        explaining.submit(session, report, **{**values, **other}, by=by)


@pytest.fixture
def asked(relapsed):
    with transaction() as session:
        assert explaining.came_back(session) == [relapsed[0]]
        report = explaining.ask(session, relapsed[0], "voc", BY)
        assert explaining.came_back(session) == []
        return report


def take_on(action):
    with transaction() as session:
        return deciding.accept(session, action, date(2026, 6, 20), BY)


def test_a_problem_that_came_back_cannot_go_on_without_a_report(relapsed):
    with pytest.raises(StepRefused, match="根因分析报告"):
        take_on(relapsed[1])
    with transaction() as session:
        assert session.get_one(Problem, relapsed[0]).state == "diagnosed"


def test_it_goes_on_when_the_report_is_accepted_by_somebody_else(relapsed, asked):
    submit(asked)
    with pytest.raises(StepRefused, match="根因分析报告"):
        take_on(relapsed[1])
    with pytest.raises(StepRefused, match="自己写的报告"), transaction() as session:
        explaining.accept(session, asked, BY)
    with transaction() as session:
        explaining.accept(session, asked, OTHER)
    take_on(relapsed[1])
    with transaction() as session:
        assert session.get_one(Problem, relapsed[0]).state == "improving"
        assert audit(session, "rootcause") + audit(session, "problem") == []


def test_a_second_relapse_needs_a_second_report(relapsed, asked):
    submit(asked)
    later = By("system:test", NOW + timedelta(days=200))
    with transaction() as session:
        explaining.accept(session, asked, OTHER)
        for step, facts in (
            ("improve", {}), ("verify", {}), ("succeed", {"verification": 1}), ("relapse", {"reason": "又多了"}),
        ):  # fmt: skip
            advance(session, "problem", step, {relapsed[0]: facts}, later)
        assert explaining.came_back(session) == [relapsed[0]]
    with pytest.raises(StepRefused, match="根因分析报告"), transaction() as session:
        advance(session, "problem", "improve", {relapsed[0]: {}}, later)


def test_what_is_asked_for_is_told_and_what_is_returned_says_why(asked):
    submit(asked)
    with transaction() as session:
        explaining.give_back(session, asked, "第三层没有回答第二层", OTHER)
        shown = explaining.report(session, asked)
        told = {event: who for event, who in session.execute(text("SELECT event, recipient FROM outbox"))}
    assert (shown["state"], shown["returned_because"], shown["author"]) == (
        "returned", "第三层没有回答第二层", "person:李雷",
    )  # fmt: skip
    assert shown["fishbone"] == {"people": ["缺人"], "process": ["没有排班流程"]}
    assert shown["preventive_due"] == NEXT
    assert told["rootcause_asked"] == told["rootcause_returned"] == "department:logistics"
    assert told["rootcause_submitted"] == "owner:voc"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"whys": ["晚了", " "]}, "3 到 7 层"),
        ({"whys": ["晚了", "缺人", "缺人"]}, "相同"),
        ({"fishbone": {"weather": ["下雨"]}}, "weather"),
        ({"fishbone": {"people": [" "]}}, "至少要写一条"),
        ({"preventive": "改"}, "预防措施"),
        ({"preventive_due": NOW}, "晚于现在"),
    ],
)
def test_a_report_that_says_too_little_is_refused_with_a_sentence(asked, wrong, said):
    with pytest.raises(InputError, match=said):
        submit(asked, **wrong)


def test_the_preventive_measure_ends_with_what_shows_it(asked):
    submit(asked)
    with transaction() as session:
        explaining.accept(session, asked, OTHER)
        explaining.finish(session, asked, "排班表已按预测生成", BY)
        assert explaining.reports(session) == []
        assert [row["id"] for row in explaining.reports(session, everything=True)] == [asked]


# --- procedures


def test_a_return_of_twelve_nodes_is_timed_from_its_log(home):
    with transaction() as session:
        run = sop.start(session, "return", "case:1", "", BY)
        assert len(sop.shown(session, run, NOW)) == 12
        assert sop.note(session, run, "accept", "done", "", By("person:李雷", NOW + timedelta(hours=1))) == [
            "判定责任"
        ]
        shown = sop.shown(session, run, NOW + timedelta(hours=8))
    states = {row["key"]: row["state"] for row in shown}
    # Accepted after one of two hours; judging has four working hours and lunch is not one of them.
    assert (states["accept"], states["judge"], states["approve"]) == ("met", "overdue", "waiting")
    assert shown[1]["due_at"] == NOW + timedelta(hours=6)


def test_nodes_that_wait_for_the_same_one_run_side_by_side_and_the_last_ends_the_run(home):
    with transaction() as session:
        run = sop.start(session, "return", "", "退货 A1", BY)
        for key in ("accept", "judge", "approve", "label", "pickup", "transit", "receive"):
            sop.note(session, run, key, "done", "", BY)
        assert sop.note(session, run, "inspect", "done", "", BY) == ["入库或报废", "退款"]
        sop.note(session, run, "refund", "done", "", BY)
        assert sop.note(session, run, "notify", "done", "", BY) == ["入库或报废"]
        assert sop.note(session, run, "stock", "skip", "客户自留", BY) == ["回访归档"]
        assert sop.note(session, run, "callback", "done", "", BY) == []
        assert sop.runs(session) == []
        assert sop.runs(session, everything=True)[0]["ended_at"] == NOW


def test_a_node_that_has_not_begun_or_is_done_cannot_be_done(home):
    with transaction() as session:
        run = sop.start(session, "return", "", "", BY)
        with pytest.raises(InputError, match="正在进行的是：受理申请"):
            sop.note(session, run, "refund", "done", "", BY)
        sop.note(session, run, "accept", "done", "", BY)
        with pytest.raises(InputError, match="现在不能完成"):
            sop.note(session, run, "accept", "done", "", BY)
        with pytest.raises(InputError, match="须写明理由"):
            sop.note(session, run, "judge", "skip", " ", BY)


def test_a_paused_run_does_not_tick(home):
    with transaction() as session:
        run = sop.start(session, "return", "", "", BY)
        sop.note(session, run, "", "pause", "等客户提供照片", By("person:李雷", NOW + timedelta(hours=1)))
        shown = sop.shown(session, run, NOW + timedelta(days=3))
    assert (shown[0]["state"], shown[0]["left_s"]) == ("paused", 3600.0)


# --- who takes what


def test_waiting_cases_go_to_people_and_a_second_time_to_nobody(home):
    with transaction() as session:
        store_departments(session, organisation())
        user = User(login="li", name="李雷", roles=["agent"], departments=["voc"], created_at=NOW)
        session.add(user)
        session.flush()
        teach(session, user.id, ["logistics", "vip", "vip"], {"logistics", "vip"})
        assert skills_of(session, user.id) == ["logistics", "vip"]
        assert hand_out(session, BY) == {}
