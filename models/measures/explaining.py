"""Root-cause reports: asked for when a problem comes back, written by its department, accepted by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import sla
from models.change import By, advance, begin
from models.schema.loop import Problem
from voc.errors import InputError
from voc.rootcause import check
from voc.sla.calendar import due

_CAME_BACK = text(
    """
    SELECT p.id FROM problem p WHERE p.merged_into IS NULL AND p.state NOT IN ('effective', 'closed', 'dismissed')
      AND EXISTS (SELECT 1 FROM problem_log l WHERE l.subject_id = p.id AND l.step = 'relapse')
      AND NOT EXISTS (SELECT 1 FROM rootcause r WHERE r.problem_id = p.id AND r.asked_at >=
                      (SELECT max(l.at) FROM problem_log l WHERE l.subject_id = p.id AND l.step = 'relapse'))
    ORDER BY p.id
    """
)
_SHOWN = text(
    """
    SELECT r.id, r.problem_id, p.name AS problem, r.problem_round, r.department, d.name AS department_name, r.reviewer,
           v.name AS reviewer_name, r.asked_at, r.due_at, r.state, r.whys, r.fishbone, r.root_cause, r.preventive,
           r.preventive_due,
           (SELECT l.by FROM rootcause_log l WHERE l.subject_id = r.id AND l.step = 'submit'
            ORDER BY l.seq DESC LIMIT 1) AS author,
           (SELECT l.facts ->> 'reason' FROM rootcause_log l WHERE l.subject_id = r.id AND l.step = 'return'
            ORDER BY l.seq DESC LIMIT 1) AS returned_because
    FROM rootcause r JOIN problem p ON p.id = r.problem_id JOIN department d ON d.code = r.department
    JOIN department v ON v.code = r.reviewer
    WHERE (CAST(:id AS bigint) IS NULL OR r.id = :id) AND (CAST(:problem AS bigint) IS NULL OR r.problem_id = :problem)
      AND (CAST(:department AS text) IS NULL OR :department IN (r.department, r.reviewer))
      AND (:everything OR r.state NOT IN ('closed', 'dropped'))
    ORDER BY r.due_at, r.id
    """
)


def came_back(session: Session) -> list[int]:
    """List the problems that came back and of which no report was asked for since."""
    return list(session.scalars(_CAME_BACK))


def ask(session: Session, problem_id: int, reviewer: str, by: By) -> int:
    """Ask the department of a problem for a report on its present round; return its number."""
    problem = session.get(Problem, problem_id)
    if problem is None:
        raise InputError(f"没有编号为 {problem_id} 的问题，用 voc problems 查看。")
    hours, on = sla.policy().promises["report"].grants["dated"]
    row = {
        "problem_id": problem_id, "problem_round": problem.round, "department": problem.department,
        "reviewer": reviewer, "asked_at": by.at, "due_at": due(by.at, hours, sla.policy().calendar(on)),
    }  # fmt: skip
    made = begin(session, "rootcause", "begin", [row], by)
    return made[0] if made else _of_round(session, problem_id, problem.round)


def _of_round(session: Session, problem_id: int, round_: int) -> int:
    query = text("SELECT id FROM rootcause WHERE problem_id = :problem AND problem_round = :round")
    return int(session.execute(query, {"problem": problem_id, "round": round_}).scalar_one())


def submit(
    session: Session,
    report: int,
    whys: Sequence[str],
    fishbone: Mapping[str, Sequence[str]],
    root_cause: str,
    preventive: str,
    preventive_due: datetime,
    by: By,
) -> None:
    """Hand a report in for review; raises InputError naming what is missing."""
    check(whys, fishbone, root_cause, preventive, preventive_due, by.at)
    bones = {name: [cause.strip() for cause in causes if cause.strip()] for name, causes in fishbone.items()}
    facts = {
        "whys": [why.strip() for why in whys if why.strip()],
        "fishbone": {name: causes for name, causes in bones.items() if causes},
        "root_cause": root_cause.strip(), "preventive": preventive.strip(), "preventive_due": preventive_due,
    }  # fmt: skip
    advance(session, "rootcause", "submit", {report: facts}, by)


def give_back(session: Session, report: int, reason: str, by: By) -> None:
    """Send a report back to its authors."""
    advance(session, "rootcause", "return", {report: {"reason": reason}}, by)


def accept(session: Session, report: int, by: By) -> None:
    """Accept a report: the problem may go on; whoever wrote it is refused."""
    advance(session, "rootcause", "accept", {report: {}}, by)


def finish(session: Session, report: int, evidence: str, by: By) -> None:
    """Report that the preventive measure is in place, and what shows it."""
    advance(session, "rootcause", "finish", {report: {"evidence": evidence}}, by)


def drop(session: Session, report: int, reason: str, by: By) -> None:
    """Take the demand for a report back; the problem stays barred until another one is accepted."""
    advance(session, "rootcause", "drop", {report: {"reason": reason}}, by)


def reports(
    session: Session,
    problem: int | None = None,
    department: str | None = None,
    everything: bool = False,
) -> list[dict[str, Any]]:
    """List reports, those due first at the head; a department sees what it writes and what it reviews."""
    values = {"id": None, "problem": problem, "department": department, "everything": everything}
    return [dict(row) for row in session.execute(_SHOWN, values).mappings()]


def report(session: Session, number: int) -> dict[str, Any]:
    """Return one report; raises InputError when there is none of this number."""
    values = {"id": number, "problem": None, "department": None, "everything": True}
    row = session.execute(_SHOWN, values).mappings().first()
    if row is None:
        raise InputError(f"没有编号为 {number} 的根因分析报告，用 voc rootcause list 查看。")
    return dict(row)
