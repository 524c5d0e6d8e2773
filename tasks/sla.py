"""The sweep over promised times: look at what is due, tell of it once, escalate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from prefect.artifacts import create_markdown_artifact
from sqlalchemy.orm import Session

from models import events, sla
from models.cases.sweeping import Rung, due_subjects, look, rest_on_older_calendar
from models.change import advance
from models.engine import transaction
from models.telling import announce
from models.views.reporting import department_names
from tasks.common import by, stage
from tasks.naming import table
from voc.sla import COURSES, STATES, TITLES
from voc.sla.ladder import EVENTS, SAID, STEPS
from voc.wording import left_in_words

AT_ONCE = 5_000  # subjects in one transaction; a sweep after a long silence goes on until nothing is due
SHOWN = 200


@stage("时限巡检")
def sweep(now: datetime) -> dict[str, int]:
    """Look at every clock whose moment has come and tell of each rung that was passed, once; return what was told."""
    told: Counter[str] = Counter()
    with transaction() as session:
        told["recomputed"] += rest_on_older_calendar(session, now)
    while found := _sweep_some(now, told):
        told["looked_at"] += found
    return dict(told)


@stage("展示时限")
def show_deadlines(now: datetime) -> None:
    """Show the clocks that fall due first, with the working time left in words."""
    with transaction() as session:
        rows, names = sla.waiting(session, limit=SHOWN, now=now), department_names(session)
    held = sla.policy().promises
    shown = [
        {**row, "life": TITLES[row["life"]], "promise": held[row["promise"]].title,
         "state": STATES[row["state"]] + "（暂估）" * row["provisional"],
         "left": left_in_words(row["left_s"], row["day_s"]),
         "department": names.get(row["department"], row["department"])}
        for row in rows
    ]  # fmt: skip
    columns = {"life": "类别", "subject_id": "编号", "about": "事项", "promise": "承诺", "department": "责任部门",
               "due_at": "期限", "left": "剩余工作时间", "state": "状态"}  # fmt: skip
    text = f"# 时限\n\n{table(shown, columns)}"
    create_markdown_artifact(text, key="deadlines", description="最先到期的个案、措施、复核和审批")


def _sweep_some(now: datetime, told: Counter[str]) -> int:
    with transaction() as session:
        due = due_subjects(session, now, AT_ONCE)
        for life, ids in due.items():
            rungs = look(session, life, ids, now)
            for level in sorted({rung.level for rung in rungs}):
                chosen = [rung for rung in rungs if rung.level == level]
                _tell(session, life, level, chosen, now)
                told[f"{life}_{level}"] += len(chosen)
        return sum(len(ids) for ids in due.values())


def _tell(session: Session, life: str, level: str, rungs: Sequence[Rung], now: datetime) -> None:
    for promise in sorted({rung.promise for rung in rungs}):
        passed = [rung for rung in rungs if rung.promise == promise]
        title = sla.policy().promises[promise].title
        if (life, level) in SAID:
            # After a long silence only the highest rung is told of: nobody needs 即将到期 and 已超时 at once.
            laps = {rung.subject: rung.lap for rung in passed if rung.top}
            announce(session, life, SAID[life, level], _rounds(life, promise, laps), now, {})
        if (life, level) in STEPS:
            facts = {rung.subject: {"reason": f"{title}超时", "promise": promise} for rung in passed}
            advance(session, life, STEPS[life, level], facts, by("rule:deadline", now), strict=False)
        if (life, level) in EVENTS:
            noted = [(f"voc.{life}.{r.subject}", {life: r.subject}, f"{life}:{r.subject}:{promise}:{r.lap}")
                     for r in passed]  # fmt: skip
            events.announce_all(session, EVENTS[life, level], noted, now)


def _rounds(life: str, promise: str, laps: dict[int, int]) -> dict[int, int]:
    """Number the laps of all promises of a life, so that no two of them share a place in the outbox."""
    names = [course.promise for course in COURSES[life]]
    return {id_: (lap - 1) * len(names) + names.index(promise) + 1 for id_, lap in laps.items()}
