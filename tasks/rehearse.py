"""Rehearse: the simulated company writes its files, and simulated people decide and work, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.change import By, advance
from models.engine import transaction
from models.house.playing import is_unused
from models.intake.collecting import register_source
from models.loading import copy_rows
from models.measures import deciding, explaining
from models.measures.improving import store_departments
from models.schema.loop import Action, Problem
from models.views import showing
from settings import get_settings
from sources.writing import write
from tasks.api import address
from tasks.assets import organisation, taxonomy
from tasks.changes import take_in_changes
from tasks.common import stage
from tasks.parameters import Rehearse
from tasks.post import post_waiting
from voc.errors import InputError
from voc.simulation.company import PLANTED, Planted, Scenario
from voc.simulation.releases import HEADER, changes
from voc.simulation.sources import definitions
from voc.simulation.weeks import OrderDay, simulate_week
from voc.zone import CHINA

THINKING = timedelta(days=7)
AHEAD = 12  # less than so many weeks before its go-live a measure is taken on
PATIENCE = 15  # weeks a measure may be live and unproved while another one is planned
# Clerks who solve cases, how many each solves at a time, and how long that takes.
CLERKS, AT_ONCE, TURN = 12, 15, timedelta(minutes=15)
# What the staff does with cases in the week after they were opened: (share in twentieths, step, hours later).
# One case in twenty gets no answer in time: it is escalated, and the supervisor takes it up a week later.
ROUTINE: tuple[tuple[range, str, float], ...] = (
    (range(9), "respond", 1.5),
    (range(9, 17), "respond", 5.0),
    (range(17, 19), "respond", 26.0),
    (range(9), "resolve", 20.0),
    (range(9, 17), "resolve", 50.0),
    (range(12), "confirm", 120.0),
    (range(12, 13), "reopen", 124.0),
    (range(12, 13), "resolve", 140.0),
)
EFFECTS = {
    "works": "措施真正有效（投诉降至 {m:.0%}）",
    "nothing": "措施没有作用",
    "worse": "措施使情况变差（投诉升至 {m:.0%}）",
}
NO_MEASURE = "没有采取措施"


def scenario(what: Rehearse) -> Scenario:
    """Return the company that is played."""
    return Scenario(seed=what.seed, weeks=what.weeks, rows_per_week=what.rows_per_week)


def rounds(company: Scenario) -> list[list[int]]:
    """List the weeks of the company by twos: it takes its feedback in every fortnight."""
    return [list(range(first, min(first + 2, company.weeks))) for first in range(0, company.weeks, 2)]


def evening_of(company: Scenario, week: int) -> datetime:
    """Return when a week is taken in: the Monday after it, at eight."""
    return datetime.combine(company.start + timedelta(weeks=week + 1), time(8), CHINA)


@stage("搭建模拟公司")
def found_company(company: Scenario) -> None:
    """Register the sources of the simulated company and its departments; refused where anything else is kept."""
    inbox = get_settings().folder("inbox")
    with transaction() as session:
        if not is_unused(session) or any(path.is_file() for path in inbox.rglob("*")):
            raise InputError(
                f"演练只能用于空库：「{get_settings().home}」的数据库或收件目录里已有数据。请用 VOC_HOME=另一个目录。"
            )
        store_departments(session, organisation())
        for name, definition in definitions().items():
            folder = get_settings().folder(f"inbox/{name}")
            register_source(session, name, {**definition, "path": str(folder / "*")})
    file = get_settings().folder("") / "changes.csv"
    write(file.parent, file.name, "csv", "utf-8", HEADER, changes(company))
    take_in_changes(file)


def afterwards(company: Scenario) -> datetime:
    """Return when all is said that the staff did in the last week."""
    return evening_of(company, company.weeks)


@stage("模拟一周", task_run_name="模拟第 {week} 周")
def live_a_week(what: Rehearse, week: int) -> int:
    """Let the company live a week: its files land in the inbox, its orders in the figures."""
    with transaction() as session:
        lived = simulate_week(scenario(what), week, _went_live(session))
        _store_orders(session, lived.orders)
    for file in lived.files:
        folder = get_settings().folder(f"inbox/{file.source}")
        write(folder, file.name, file.kind, file.encoding, file.columns, file.rows)
    return sum(len(file.rows) for file in lived.files)


def _went_live(session: Session) -> dict[str, list[date]]:
    query = select(Problem.issue, Action.went_live).join(Action, Action.problem_id == Problem.id)
    live: dict[str, list[date]] = {}
    for issue, at in session.execute(query.where(Action.went_live.is_not(None)).order_by(Action.went_live)):
        live.setdefault(issue, []).append(at.astimezone(CHINA).date())
    return live


def _store_orders(session: Session, days: Iterable[OrderDay]) -> None:
    columns = ("day", "name", "region", "product", "value")
    rows = [
        (day.day, name, day.region, day.product, value)
        for day in days
        for name, value in (("orders", day.orders), ("contacts", day.contacts))
    ]
    first = min(row[0] for row in rows)
    last = max(row[0] for row in rows)
    session.execute(
        text("DELETE FROM operation_figure WHERE day BETWEEN :first AND :last"),
        {"first": first, "last": last},
    )
    copy_rows(session, "operation_figure", columns, rows)


@stage("模拟人员处理")
def work_a_week(what: Rehearse, week: int) -> None:
    """Let the staff answer cases, and managers approve, take on and implement measures."""
    now = evening_of(scenario(what), week)
    with transaction() as session:
        _answer_cases(session, now)
        _manage(session, now)


def _answer_cases(session: Session, now: datetime) -> None:
    query = text("""SELECT id FROM "case" WHERE opened_at = :now ORDER BY id""")
    opened = list(session.scalars(query, {"now": now}))
    late = text("""SELECT id FROM "case" WHERE state = 'assigned' AND opened_at < :now ORDER BY id""")
    left: dict[int, dict[str, object]] = {id_: {} for id_ in session.scalars(late, {"now": now})}
    advance(session, "case", "respond", left, By("person:模拟主管", now + timedelta(hours=3)), strict=False)
    _solve(session, left, now + timedelta(hours=30))
    for share, step, hours in ROUTINE:
        said: dict[str, object] = {"reason": "客户表示未解决"} if step == "reopen" else {}
        facts = {id_: said for id_ in opened if id_ % 20 in share}
        at = now + timedelta(hours=hours)
        if step == "resolve":
            _solve(session, facts, at)
            continue
        # Two keys: whoever solves a case does not confirm it; that is for the customer to say.
        who = "person:模拟客服" if step == "respond" else "customer:模拟客户"
        advance(session, "case", step, facts, By(who, at), strict=False)


def _solve(session: Session, facts: Mapping[int, dict[str, object]], at: datetime) -> None:
    """Solve cases by many hands, a few at a time: closing hundreds at once is a sign of gaming."""
    ids = list(facts)
    for hand, first in enumerate(range(0, len(ids), AT_ONCE)):
        turn, clerk = divmod(hand, CLERKS)
        some = {id_: facts[id_] for id_ in ids[first : first + AT_ONCE]}
        by = By(f"person:模拟客服{clerk + 1}", at + TURN * turn)
        advance(session, "case", "resolve", some, by, strict=False)


def _manage(session: Session, now: datetime) -> None:
    """Take on the measures against the planted problems, each in its time; what nobody planned stays proposed."""
    planted = {problem.issue: problem for problem in PLANTED}
    query = select(Action, Problem).join(Problem, Problem.id == Action.problem_id)
    by = By("person:模拟负责人", now)
    for action, problem in session.execute(query.order_by(Action.id)).all():
        known = planted.get(problem.issue)
        if known is None or action.problem_round > len(known.outcomes):
            continue
        live = _day_of(known.outcomes[action.problem_round - 1].live_week)
        if now.astimezone(CHINA).date() <= live - timedelta(weeks=AHEAD):
            continue
        if action.state == "proposed" and action.changed_at <= now - THINKING:
            _explain(session, problem.id, now)
            deciding.approve(session, action.id, by)
            deciding.accept(session, action.id, live, by)
        elif action.state == "accepted":
            deciding.start(session, action.id, by)
        elif action.state == "in_progress" and now.astimezone(CHINA).date() >= live:
            deciding.implement(session, action.id, now, by)
        elif _is_given_up(action, known, now):
            deciding.rethink(session, problem.id, "上线数月仍看不出改善，改换措施", by)


def _is_given_up(action: Action, planted: Planted, now: datetime) -> bool:
    """Tell whether a measure has been live for long, was judged neither way, and another one is planned."""
    waited = action.went_live is not None and now >= action.went_live + timedelta(weeks=PATIENCE)
    return action.state == "implemented" and waited and action.problem_round < len(planted.outcomes)


def _explain(session: Session, problem: int, now: datetime) -> None:
    """Write and accept the report that a problem which came back needs before it can go on."""
    for report in (r for r in explaining.reports(session, problem=problem) if r["state"] == "draft"):
        whys = ["同类投诉再次增多", "措施只在部分地区执行", "执行情况没有逐周核对"]
        explaining.submit(
            session, report["id"], whys, {"process": ["没有逐周核对的流程"]}, "措施没有持续执行",
            "每周核对执行情况并公布", now + timedelta(days=28), By("person:模拟负责人", now),
        )  # fmt: skip
        explaining.accept(session, report["id"], By("person:模拟质量经理", now))


def _day_of(week: int) -> date:
    return Scenario().start + timedelta(weeks=week)


@stage("通知事件")
def post_events(now: datetime) -> int:
    """Tell the Prefect server of the play what happened; return how many events it took."""
    posted = 0
    while count := post_waiting(address(), now):
        posted += count
    return posted


@stage("对照真相")
def compare_with_truth(weeks: int) -> list[dict[str, Any]]:
    """Set the last verdict on each measure against a planted problem beside what is true of it."""
    with transaction() as session:
        problems = {row["issue"]: row for row in showing.problems(session)}
        verdicts = {(row["issue"], row["problem_round"]): row for row in showing.verifications(session)}
    return [
        _compared(planted, round_, weeks, problems.get(planted.issue), verdicts.get((planted.issue, round_)))
        for planted in PLANTED
        if planted.onset_week < weeks
        for round_ in _rounds(planted, weeks)
    ]


def _rounds(planted: Planted, weeks: int) -> list[int]:
    return [n for n, one in enumerate(planted.outcomes, 1) if n == 1 or one.live_week < weeks]


def _compared(
    planted: Planted,
    round_: int,
    weeks: int,
    problem: Mapping[str, Any] | None,
    verdict: Mapping[str, Any] | None,
) -> dict[str, Any]:
    planned = planted.outcomes[round_ - 1]
    outcome = planned if planned.live_week - AHEAD < weeks else None
    truth = EFFECTS[outcome.effect].format(m=outcome.multiplier) if outcome else NO_MEASURE
    return {
        "issue": planted.issue,
        "round": round_,
        "problem": problem["name"] if problem else f"{taxonomy().issue(planted.issue).problem}（未发现）",
        "effect": outcome.effect if outcome else "none",
        "truth": truth,
        "verdict": verdict["verdict"] if verdict else None,
        "sentence": verdict["sentence"] if verdict else "",
    }
