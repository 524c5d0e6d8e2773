"""Several departments on one case: who was called in, what each has to do, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models import sla
from models.cases.desk_work import masked
from models.change import By, advance
from models.schema.loop import CaseTask
from voc.errors import InputError


def join(
    session: Session, asked: Mapping[int, Sequence[str]], tasks: Mapping[str, str], due_at: datetime, by: By
) -> int:
    """Call more departments in on cases, with a log entry each and a message to everyone; return how many calls."""
    facts = {case: {"departments": list(departments)} for case, departments in asked.items() if departments}
    joined = advance(session, "case", "join", facts, by, strict=False)
    rows = [
        {"case_id": case, "department": department, "task": tasks.get(department, tasks[""]), "asked_at": by.at,
         "due_at": due_at}
        for case in joined for department in asked[case]
    ]  # fmt: skip
    if rows:
        new = upsert(CaseTask).on_conflict_do_nothing().returning(CaseTask.id)
        sla.touch(session, "joint", "join", list(session.scalars(new, rows)), by.at)
    return len(rows)


def done(session: Session, task: int, result: str, by: By) -> None:
    """Say what a department did; raises InputError when it has said so already or there is no such task."""
    if not result.strip():
        raise InputError("请写明做了什么。")
    query = (
        update(CaseTask)
        .where(CaseTask.id == task, CaseTask.done_at.is_(None))
        .values(done_at=by.at, done_by=by.who, result=masked(result))
        .returning(CaseTask.id)
    )
    if session.scalar(query) is None:
        raise InputError(f"没有编号为 {task} 的待办联动任务，可能已经完成。")
    sla.touch(session, "joint", "finish", [task], by.at)


def tasks(
    session: Session, department: str | None = None, case: int | None = None, everything: bool = False
) -> list[dict[str, Any]]:
    """List what departments were called in for, the most urgent first."""
    query = text(
        """
        SELECT t.id, t.case_id, t.department, d.name AS department_name, t.task, t.asked_at, t.due_at, t.done_at,
               t.done_by, t.result, k.category, k.department AS lead, f.tracking_number AS number
        FROM case_task t JOIN "case" k ON k.id = t.case_id JOIN department d ON d.code = t.department
        JOIN feedback f ON f.id = k.feedback_id
        WHERE (:everything OR t.done_at IS NULL)
          AND (CAST(:department AS text) IS NULL OR t.department = :department)
          AND (CAST(:case AS bigint) IS NULL OR t.case_id = :case)
        ORDER BY t.done_at IS NOT NULL, t.due_at, t.id
        """
    )
    values = {"department": department, "case": case, "everything": everything}
    return [dict(row) for row in session.execute(query, values).mappings()]


def missing(session: Session, case: int) -> list[str]:
    """List the departments that were called in and have not said what they did."""
    query = select(CaseTask.department).where(CaseTask.case_id == case, CaseTask.done_at.is_(None))
    return list(session.scalars(query.order_by(CaseTask.department)))
