"""Clocks of promised times for many subjects at once, read from the logs; and lists of what the sweep has kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from chinese_calendar import constants
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.schema.promises import SlaFired
from settings import asset_text
from voc.sla import COURSES, Clock, Entry, Policy, Term, clocks, dated, most_urgent, parse_policy, terms_from
from voc.sla.calendar import Calendar, worked

# Promises that have a date, with the column the date stands in.
DATED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "action": (("implement", "due_at"),),
    "review": (("conclude", "due_at"),),
    "approval": (("answer", "due_at"),),
    "rootcause": (("report", "due_at"), ("prevent", "preventive_due")),
}
# The log of a department that was called in: its task is written once and answered once, and ends with its case.
_JOINT_LOG = """(
    SELECT id AS subject_id, 1 AS seq, 'join' AS step, asked_at AS "at", '{}'::jsonb AS facts FROM case_task
    UNION ALL SELECT id, 2, 'finish', done_at, '{}'::jsonb FROM case_task WHERE done_at IS NOT NULL
    UNION ALL SELECT t.id, 3, l.step, l."at", '{}'::jsonb
    FROM case_task t JOIN case_log l ON l.subject_id = t.case_id AND l.step = 'merge') AS joint_log"""
_MOVING = {
    life: frozenset().union(*(c.starts | c.stops | c.drops for c in courses))
    | {"pause", "resume", "note", "retime", "reschedule"}
    for life, courses in COURSES.items()
}


@lru_cache(maxsize=4)
def _parsed(content: str) -> Policy:
    return parse_policy(content)


def policy() -> Policy:
    """Return the promises in force."""
    return _parsed(asset_text("sla.toml"))


def basis() -> str:
    """Name the calendar deadlines are computed on now: the last published year and the days of the user."""
    days = policy().office.days
    own = f"{len(days.worked)}+{len(days.free)}+{sum(d.toordinal() for d in days.worked | days.free) % 99991}"
    return f"{max(constants.holidays).year}/{own}/{','.join(map(str, sorted(days.published)))}"


def log_of(life: str) -> str:
    """Name the table that holds the log of a life, for a query."""
    return _JOINT_LOG if life == "joint" else f"{life}_log"


def touch(session: Session, life: str, step: str, ids: Sequence[int], at: datetime) -> None:
    """Have some subjects looked at: called with every step, and passes over steps that move no clock."""
    if not ids or step not in _MOVING.get(life, ()):
        return
    query = text(
        """
        INSERT INTO sla_watch (life, subject_id, next_at)
        SELECT :life, id, :at FROM unnest(CAST(:ids AS bigint[])) AS id
        ON CONFLICT (life, subject_id) DO UPDATE SET next_at = LEAST(sla_watch.next_at, EXCLUDED.next_at)
        """
    )
    session.execute(query, {"life": life, "ids": list(ids), "at": at})


def readings(session: Session, life: str, ids: Sequence[int], now: datetime) -> dict[int, list[Clock]]:
    """Read all clocks of some subjects from their logs, as they stand now."""
    logs = _logs(session, life, ids)
    terms = terms_by_subject(session, life, ids, logs)
    return {id_: clocks(COURSES[life], terms[id_], logs[id_], now) for id_ in ids if id_ in terms}


def next_promise(session: Session, life: str, ids: Sequence[int], now: datetime) -> dict[int, Clock]:
    """Return the most urgent open clock of each subject that has one: what a page shows as the time left."""
    found = {id_: most_urgent(read) for id_, read in readings(session, life, ids, now).items()}
    return {id_: clock for id_, clock in found.items() if clock}


def _logs(session: Session, life: str, ids: Sequence[int]) -> dict[int, list[Entry]]:
    # The name of the table is one of LIVES, never what somebody typed.
    query = text(
        f"""
        SELECT subject_id, step, "at", facts FROM {log_of(life)}
        WHERE subject_id = ANY(CAST(:ids AS bigint[])) ORDER BY subject_id, seq
        """  # noqa: S608
    )
    logs: dict[int, list[Entry]] = {id_: [] for id_ in ids}
    for subject, step, at, facts in session.execute(query, {"ids": list(ids)}):
        logs[subject].append(Entry(step, at, facts))
    return logs


def terms_by_subject(
    session: Session,
    life: str,
    ids: Sequence[int],
    logs: Mapping[int, Sequence[Entry]] = MappingProxyType({}),
) -> dict[int, dict[str, Term]]:
    """Return what was promised to each subject; those that have a date need their logs."""
    if life == "case":
        return _case_terms(session, ids)
    if life == "joint":
        return _joint_terms(session, ids)
    held, standard = policy(), {}
    if life == "action":
        standard = terms_from(held, {"accept": [[*held.promises["accept"].grants["standard"]]]})
    columns = ", ".join(column for _, column in DATED[life])
    # Tables and columns are those of DATED, never what somebody typed.
    dates = text(f"SELECT id, {columns} FROM {life} WHERE id = ANY(CAST(:ids AS bigint[]))")  # noqa: S608
    found = {}
    for id_, *untils in session.execute(dates, {"ids": list(ids)}):
        found[id_] = dict(standard)
        for (promise, _), until in zip(DATED[life], untils, strict=True):
            found[id_].update(_dated(held, life, promise, logs[id_], until))
    return found


def _dated(
    held: Policy, life: str, promise: str, log: Sequence[Entry], until: datetime | None
) -> dict[str, Term]:
    course = next(course for course in COURSES[life] if course.promise == promise)
    start = next((entry.at for entry in log if entry.step in course.starts), None)
    # The date that was promised first: a later one is a step in the log and no excuse for the past.
    first = next((entry.facts.get("was") for entry in log if entry.step == "reschedule"), None)
    due_at = datetime.fromisoformat(first) if first else until
    return dated(held, promise, start, due_at) if start and due_at else {}


def _case_terms(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Term]]:
    query = text(
        'SELECT id, terms, opened_at, respond_by, resolve_by FROM "case" WHERE id = ANY(CAST(:ids AS bigint[]))'
    )
    held = policy()
    found = {}
    for id_, kept, opened, respond_by, resolve_by in session.execute(query, {"ids": list(ids)}):
        # Cases from before promises were kept with them: their two dates are what was promised.
        older = {} if kept else {
            **dated(held, "respond", opened, respond_by), **dated(held, "resolve", opened, resolve_by)
        }  # fmt: skip
        found[id_] = {**older, **terms_from(held, kept)}
    return found


def _joint_terms(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Term]]:
    """Return what those called in have until their date; danger knows no office hours unless the policy says so."""
    query = text("SELECT id, due_at - asked_at FROM case_task WHERE id = ANY(CAST(:ids AS bigint[]))")
    (_, calendar), *_ = policy().promises["assist"].grants.values()
    return {
        id_: terms_from(policy(), {"assist": [[span / timedelta(hours=1), calendar]]})
        for id_, span in session.execute(query, {"ids": list(ids)})
    }


# --- what people read --------------------------------------------------------------------------------------------


def shares(
    session: Session, since: datetime, until: datetime, department: str | None = None
) -> list[dict[str, Any]]:
    """Count, by life and promise, the laps that fell due or ended in a period: kept and all.

    A lap that is open past its due time counts as missed; one that is neither ended nor due does not count yet.
    """
    query = text(
        """
        SELECT l.life, l.promise, count(*) FILTER (WHERE l.state = 'met') AS met,
               count(*) FILTER (WHERE l.state = 'missed') AS missed,
               count(*) FILTER (WHERE l.state = 'overdue') AS open_overdue,
               count(*) AS judged
        FROM sla_lap l
        LEFT JOIN "case" k ON l.life = 'case' AND k.id = l.subject_id
        LEFT JOIN action a ON l.life = 'action' AND a.id = l.subject_id
        LEFT JOIN review r ON l.life = 'review' AND r.id = l.subject_id
        LEFT JOIN case_task t ON l.life = 'joint' AND t.id = l.subject_id
        WHERE l.state IN ('met', 'missed', 'overdue')
          AND COALESCE(l.ended_at, l.due_at) >= :since AND COALESCE(l.ended_at, l.due_at) < :until
          AND (CAST(:department AS text) IS NULL
               OR COALESCE(k.department, a.department, r.department, t.department) = :department)
        GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
    values = {"since": since, "until": until, "department": department}
    return [
        {**row, "title": policy().promises[row["promise"]].title, "share": row["met"] / row["judged"]}
        for row in session.execute(query, values).mappings()
    ]


def waiting(
    session: Session, department: str | None = None, limit: int = 200, now: datetime | None = None
) -> list[dict[str, Any]]:
    """List open clocks as they stand now, those that fall due first at the head, paused ones at the end."""
    query = text(
        """
        SELECT l.life, l.subject_id, l.promise, l.lap, l.state, l.due_at, l.granted_s - l.worked_s AS left_s,
               l.granted_s, l.provisional,
               COALESCE(k.department, a.department, r.department, p.asked_of, t.department) AS department,
               COALESCE(k.category, a.measure, m.label, p.title, t.task) AS about
        FROM sla_lap l
        LEFT JOIN "case" k ON l.life = 'case' AND k.id = l.subject_id
        LEFT JOIN action a ON l.life = 'action' AND a.id = l.subject_id
        LEFT JOIN (review r JOIN alarm m ON m.id = r.alarm_id) ON l.life = 'review' AND r.id = l.subject_id
        LEFT JOIN approval p ON l.life = 'approval' AND p.id = l.subject_id
        LEFT JOIN case_task t ON l.life = 'joint' AND t.id = l.subject_id
        WHERE l.state IN ('running', 'paused', 'overdue')
          AND (CAST(:department AS text) IS NULL
               OR COALESCE(k.department, a.department, r.department, p.asked_of, t.department) = :department)
        ORDER BY l.due_at NULLS LAST, l.life, l.subject_id, l.promise LIMIT :limit
        """
    )
    rows = [
        dict(row) for row in session.execute(query, {"department": department, "limit": limit}).mappings()
    ]
    return [_standing(row, _calendar_of(row["promise"], row.pop("granted_s")), now) for row in rows]


def _standing(row: dict[str, Any], calendar: Calendar, now: datetime | None) -> dict[str, Any]:
    """Tell the working time left at a moment: what is stored is that of the last sweep, and ends when it runs over."""
    left_s, due_at = row["left_s"], row["due_at"]
    if due_at is not None and now is not None:
        left_s = (worked(now, due_at, calendar) - worked(due_at, now, calendar)).total_seconds()
    return {**row, "left_s": left_s, "day_s": 3600 * calendar.day_hours}


def _calendar_of(promise: str, granted_s: int) -> Calendar:
    """The calendar on which so much time is promised; the office's where several do."""
    held = policy()
    grants = held.promises[promise].grants.values() if promise in held.promises else ()
    names = {calendar for hours, calendar in grants if round(hours * 3600) == granted_s}
    return held.calendar(names.pop() if len(names) == 1 else "office")


def told(session: Session, life: str, subject: int) -> list[dict[str, Any]]:
    """List the rungs that were passed by a subject, oldest first."""
    query = select(
        SlaFired.promise, SlaFired.lap, SlaFired.level, SlaFired.reached_at, SlaFired.fired_at
    ).where(SlaFired.life == life, SlaFired.subject_id == subject)
    return [dict(row) for row in session.execute(query.order_by(SlaFired.reached_at)).mappings()]
