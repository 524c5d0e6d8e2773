"""Queries of improving: feedback that needs an answer, problems that need a measure, deadlines that passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.loop import Action, Case, Department, Problem
from voc.routing import Organisation


def store_departments(session: Session, organisation: Organisation) -> None:
    """Bring the departments of the organisation into the database."""
    for d in organisation.departments:
        values = {"name": d.name, "owner": d.owner, "address": d.email}
        query = upsert(Department).values(code=d.code, **values)
        session.execute(query.on_conflict_do_update(index_elements=[Department.code], set_=values))


@dataclass(frozen=True)
class Unanswered:
    """A feedback that needs an answer and has no case yet."""

    feedback: int
    type: str
    priority: str
    severity: int
    channel: str
    value: int
    issue: str | None


@dataclass(frozen=True)
class Earlier:
    """The open case of an earlier version of a feedback."""

    case: int
    issue: str | None
    priority: str

    def goes_on(self, row: Unanswered) -> bool:
        """Tell whether what was edited is still the matter of this case, and has not become urgent."""
        return row.issue == self.issue and (row.priority != "urgent" or self.priority == "urgent")


def unanswered(
    session: Session, types: Sequence[str], since: datetime, among: Sequence[int] | None = None
) -> list[Unanswered]:
    """List accepted feedback of these types since a time that has no case, with its surest complaint."""
    query = text(
        """
        SELECT f.id, a.type, a.priority, a.severity, f.channel, COALESCE(c.value, 0) AS value,
               (SELECT m.issue FROM mention m WHERE m.annotation_id = a.id AND m.polarity = -1
                ORDER BY m.confidence DESC, m.span_start LIMIT 1) AS issue
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN customer c ON c.id = f.customer_id
        WHERE a.type = ANY(:types) AND f.occurred_at >= :since AND f.superseded_by IS NULL
          AND f.disposition = 'accepted' AND f.record_key NOT LIKE 'remark-%'  -- told in the case it was added to
          AND NOT EXISTS (SELECT 1 FROM "case" k WHERE k.feedback_id = f.id)
          AND (CAST(:among AS bigint[]) IS NULL OR f.id = ANY(CAST(:among AS bigint[])))
        ORDER BY f.id
        """
    )
    values = {"types": list(types), "since": since, "among": None if among is None else list(among)}
    return [Unanswered(*row) for row in session.execute(query, values)]


def earlier_cases(session: Session, feedback: Sequence[int]) -> dict[int, Earlier]:
    """Return the open cases of earlier versions of the same records, by the later feedback."""
    query = text(
        """
        SELECT f.id, k.id, k.issue, k.priority FROM feedback f
        JOIN feedback o ON o.source_id = f.source_id AND o.record_key = f.record_key AND o.id < f.id
        JOIN "case" k ON k.feedback_id = o.id AND k.state IN ('acknowledged', 'assigned', 'responded')
        WHERE f.id = ANY(CAST(:feedback AS bigint[])) ORDER BY k.id
        """
    )
    return {id_: Earlier(*case) for id_, *case in session.execute(query, {"feedback": list(feedback)})}


def overdue(session: Session, now: datetime) -> tuple[list[int], list[int]]:
    """List cases whose first answer is late and that were not escalated yet, and actions past their deadline."""
    cases = text(
        """
        SELECT k.id FROM "case" k WHERE k.state = 'assigned' AND k.respond_by < :now AND NOT EXISTS (
            SELECT 1 FROM case_log l WHERE l.subject_id = k.id AND l.step = 'escalate' AND l.at >= k.opened_at)
        ORDER BY k.id
        """
    )
    actions = select(Action.id).where(
        Action.state.in_(("approved", "accepted", "in_progress")), Action.due_at < now
    )
    return list(session.scalars(cases, {"now": now})), list(session.scalars(actions.order_by(Action.id)))


def problems_in(session: Session, *states: str) -> list[Problem]:
    """List the problems in some states that were not merged into another, oldest first."""
    query = select(Problem).where(Problem.state.in_(states), Problem.merged_into.is_(None))
    return list(session.scalars(query.order_by(Problem.id)))


def customers_of(session: Session, problem_id: int) -> int:
    """Count the customers who spoke of a problem."""
    query = text(
        """
        SELECT count(DISTINCT COALESCE(f.customer_id, -f.id)) FROM problem_member m
        JOIN feedback f ON f.id = m.feedback_id WHERE m.problem_id = :problem
        """
    )
    return int(session.scalar(query, {"problem": problem_id}) or 0)


def dimensions_of(session: Session, problem_id: int) -> dict[str, int]:
    """Count the members of a problem by the dimension they were annotated with."""
    query = text(
        """
        SELECT a.dimension, count(*) FROM problem_member m
        JOIN annotation a ON a.feedback_id = m.feedback_id AND a.current
        WHERE m.problem_id = :problem AND a.dimension IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
        """
    )
    return {dimension: count for dimension, count in session.execute(query, {"problem": problem_id})}


def measures_tried(session: Session, problem_id: int) -> list[tuple[int, str, bool]]:
    """List (round, title, given up) of the measures that were proposed for a problem."""
    query = select(Action.problem_round, Action.measure, Action.state == "cancelled").where(
        Action.problem_id == problem_id
    )
    return [
        (round_, measure, given_up)
        for round_, measure, given_up in session.execute(query.order_by(Action.id))
    ]


def existing_cases(session: Session, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Return case ids by feedback id for rows that were just opened."""
    query = select(Case.feedback_id, Case.id).where(
        Case.feedback_id.in_([row["feedback_id"] for row in rows])
    )
    return {feedback: id_ for feedback, id_ in session.execute(query)}
