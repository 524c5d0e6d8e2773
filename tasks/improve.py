"""Improve: open and route cases, confirm and diagnose problems, propose measures, chase what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import sla
from models.cases.joint import join
from models.cases.queueing import hand_out
from models.change import advance, begin
from models.engine import transaction
from models.measures import approving
from models.measures.explaining import ask, came_back
from models.measures.improving import (
    Unanswered,
    customers_of,
    dimensions_of,
    earlier_cases,
    existing_cases,
    measures_tried,
    problems_in,
    unanswered,
)
from models.schema.loop import Department, Problem
from settings import asset_text, get_settings
from tasks.aggregate import organisation
from tasks.analyse import taxonomy
from tasks.causes import ground
from tasks.common import by, stage
from voc.causes.slices import Lift, over_represented
from voc.causes.wording import draft_root_cause, value_name
from voc.deadlines import working_days_due
from voc.measures import Library, Measure, parse_measures, suggest
from voc.routing import route
from voc.sla import COURSES, Entry, claims, clocks, terms_from, terms_of
from voc.sla.calendar import due

ANSWERED = ("complaint", "enquiry")
CASE_PROMISES = ("respond", "reply", "resolve", "callback")
APPROVE_DAYS = 2  # working days for an answer; afterwards it is chased
UNKNOWN_DIMENSION = "process"  # of a problem whose members say nothing about it


@stage("受理个案")
def open_cases(now: datetime) -> int:
    """Open a case for each recent feedback that needs an answer, acknowledge it and route it."""
    with transaction() as session:
        since = now - timedelta(days=get_settings().case_max_age_days)
        waiting, replaced = _amend(session, unanswered(session, ANSWERED, since), now)
        rows = [_case(row, now) for row in waiting]
        opened = set(begin(session, "case", "open", rows, by("system:cases", now)))
        cases = existing_cases(session, rows)
        routes = {
            cases[row.feedback]: route(row.issue, row.severity, organisation())
            for row in waiting
            if cases[row.feedback] in opened
        }
        routed = {id_: {"department": departments[0]} for id_, departments in routes.items()}
        advance(session, "case", "acknowledge", {id_: {} for id_ in routed}, by("system:cases", now))
        advance(session, "case", "assign", routed, by("rule:routing", now))
        merged = {case: {"into": cases[feedback]} for feedback, case in replaced.items()}
        advance(session, "case", "merge", merged, by("system:cases", now))
        _call_in(session, {id_: others for id_, (_, *others) in routes.items() if others}, now)
        hand_out(session, by("rule:queue", now))
        return len(opened)


def _amend(
    session: Session, waiting: Sequence[Unanswered], now: datetime
) -> tuple[list[Unanswered], dict[int, int]]:
    """Give edited feedback to the case it has; return what needs one of its own, and the cases those replace."""
    earlier = earlier_cases(session, [row.feedback for row in waiting])
    new = [row for row in waiting if not (row.feedback in earlier and earlier[row.feedback].goes_on(row))]
    replaced = {row.feedback: earlier[row.feedback].case for row in new if row.feedback in earlier}
    amended = {one.case: {"feedback_id": id_} for id_, one in earlier.items() if id_ not in replaced}
    advance(session, "case", "amend", amended, by("system:cases", now))
    return new, replaced


def _call_in(session: Session, asked: dict[int, list[str]], now: datetime) -> None:
    """Safety and outages are not one department's matter: the others are called in at once."""
    hours, calendar = sla.policy().promises["respond"].grants["urgent"]
    due_at = due(now, hours, sla.policy().calendar(calendar))
    join(session, asked, organisation().emergency_tasks, due_at, by("rule:emergency", now))


@stage("要求根因分析")
def ask_for_reports(now: datetime) -> int:
    """Ask for a root-cause report on every problem that came back; it cannot go on without one."""
    with transaction() as session:
        asked = came_back(session)
        for problem in asked:
            ask(session, problem, organisation().fallback, by("rule:relapse", now))
        return len(asked)


def _case(row: Unanswered, now: datetime) -> dict[str, object]:
    held = sla.policy()
    claimed = claims(row.priority, row.value, row.channel, row.type, held)
    terms = terms_of(held, CASE_PROMISES, claimed)
    begun = clocks(COURSES["case"], terms_from(held, terms), [Entry("open", now)], now)
    due_at = {clock.promise: clock.due_at or now for clock in begun}
    return {
        "feedback_id": row.feedback,
        "priority": row.priority,
        "issue": row.issue,
        "category": taxonomy().issue(row.issue).name if row.issue else "服务体验",
        "opened_at": now,
        "terms": terms,
        "respond_by": due_at["respond"],
        "resolve_by": max(due_at.values()),
    }


@stage("确认问题")
def confirm_problems(now: datetime) -> int:
    """Confirm the detected problems that enough customers have; the others wait for a person."""
    with transaction() as session:
        least = get_settings().auto_confirm_customers
        sure = [p.id for p in problems_in(session, "detected") if customers_of(session, p.id) >= least]
        return len(
            advance(session, "problem", "confirm", {id_: {} for id_ in sure}, by("rule:customers", now))
        )


@stage("根因初判")
def diagnose_problems(now: datetime) -> int:
    """Draft the root cause of each confirmed problem from the evidence, for its department to review."""
    with transaction() as session:
        facts = {p.id: _diagnosis(session, p, now) for p in problems_in(session, "confirmed")}
        return len(advance(session, "problem", "diagnose", facts, by("system:evidence", now)))


def _diagnosis(session: Session, problem: Problem, now: datetime) -> dict[str, object]:
    found = dimensions_of(session, problem.id)
    issue = problem.issue or problem.about
    dimension = next(iter(found), taxonomy().issue(issue).dimension if issue else UNKNOWN_DIMENSION)
    known = ground(session, problem.id)
    lifts = known.lifts if known else []
    return {
        "dimension": dimension,
        "root_cause": draft_root_cause(problem.name, dimension, lifts, now),
        "evidence": [
            {
                "kind": lift.kind,
                "value": _value(lift),
                "members": lift.members,
                "ratio": round(lift.ratio or 0.0, 2),
            }
            for lift in over_represented(lifts)[:10]
        ],
    }


def _value(lift: Lift) -> str:
    # The log is for ever: whoever served stands in it by number, never by name.
    return value_name(lift.kind, lift.value) if lift.kind == "agent" else lift.value


@stage("提出改进措施")
def propose_actions(now: datetime) -> int:
    """Propose measures for every diagnosed problem that has none in its present round."""
    library = parse_measures(asset_text("measures.toml"))
    with transaction() as session:
        proposed = 0
        # An incident ends by itself: a measure proposed by rule would be credited with that. People may propose one.
        for problem in (p for p in problems_in(session, "diagnosed") if p.issue):
            tried = measures_tried(session, problem.id)
            # A measure that was refused or given up makes room for the next one of the library.
            if all(given_up or round_ != problem.round for round_, _, given_up in tried):
                proposed += _propose(session, problem, library, [title for _, title, _ in tried], now)
        return proposed


def _propose(session: Session, problem: Problem, library: Library, tried: list[str], now: datetime) -> int:
    measures = suggest(
        problem.issue or "",
        problem.dimension,
        problem.round,
        library,
        tried=[m.code for m in library.measures if m.title in tried],
    )
    proposed = 0
    for measure in measures:
        made = begin(session, "action", "propose", [_action(problem, measure, now)], by("rule:measures", now))
        proposed += len(made)
        for id_ in made:
            _ask(session, id_, problem, measure, now)
    return proposed


def _ask(session: Session, id_: int, problem: Problem, measure: Measure, now: datetime) -> None:
    """Put the measure before whoever looks after the loop: the department that catches what nobody owns."""
    owner = session.get_one(Department, problem.department).name
    body = (
        f"**问题**：{problem.name}（编号 {problem.id}，第 {problem.round} 轮，"
        f"{customers_of(session, problem.id):,} 位客户）\n\n"
        f"**根因**：{problem.root_cause or '—'}\n\n"
        f"**措施**：{measure.title}。{measure.detail}\n\n"
        f"**责任部门**：{owner}，批准后 {measure.days:g} 个工作日内落地"
    )
    url = get_settings().public_url.rstrip("/")
    approving.request(
        session, "action", f"action:{id_}", f"是否批准措施“{measure.title}”", body,
        f"{url}/actions/{id_}" if url else None, organisation().fallback,
        working_days_due(now, APPROVE_DAYS), by("rule:measures", now),
    )  # fmt: skip


def _action(problem: Problem, measure: Measure, now: datetime) -> dict[str, object]:
    return {
        "problem_id": problem.id,
        "problem_round": problem.round,
        "measure": measure.title,
        "detail": measure.detail,
        "kind": measure.kind,
        "dimension": measure.dimension,
        "department": problem.department,
        "due_at": working_days_due(now, measure.days),
    }
