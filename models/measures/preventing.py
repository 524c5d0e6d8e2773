"""A preventive measure proposed at the desk: a measure like any other, that waits for approval."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.cases.desk_work import masked
from models.change import By, begin
from models.measures import approving
from models.schema.loop import Problem
from settings import get_settings
from voc.deadlines import working_days_due
from voc.errors import InputError

APPROVE_DAYS = 2
SHORTEST = 4


def propose(
    session: Session, problem_id: int, measure: str, detail: str, department: str, due_at: datetime, asked_of: str,
    by: By,
) -> int:  # fmt: skip
    """Propose what shall keep a problem from coming back, ask for its approval, and return its number."""
    title, how = masked(measure), masked(detail)
    if len(title) < SHORTEST or len(how) < SHORTEST:
        raise InputError("请写清楚预防措施是什么、由谁怎样做。")
    if due_at <= by.at:
        raise InputError("期限要晚于现在。")
    problem = session.get_one(Problem, problem_id)
    row = {
        "problem_id": problem_id, "problem_round": problem.round, "measure": title, "detail": how,
        "kind": "preventive", "dimension": problem.dimension or "process", "department": department, "due_at": due_at,
    }  # fmt: skip
    made = begin(session, "action", "propose", [row], by)
    if not made:
        raise InputError("这一轮已经提出过同名的措施。")
    url = get_settings().public_url.rstrip("/")
    approving.request(
        session, "action", f"action:{made[0]}", f"是否批准预防措施“{title}”",
        f"**问题**：{problem.name}\n\n**预防措施**：{title}。{how}", f"{url}/actions/{made[0]}" if url else None,
        asked_of, working_days_due(by.at, APPROVE_DAYS), by,
    )  # fmt: skip
    return made[0]
