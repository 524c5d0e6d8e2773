"""What leadership looks at: the funnel, what is late, what had an effect, what rose; counted when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fetching import fetch
from models.schema.proof import Report
from voc.reporting.summary import SEVERITY

SHOWN, EFFECTS = 8, 6
# The last verdict on each measure: an earlier look that read otherwise counts nowhere.
NEWEST = "(SELECT DISTINCT ON (action_id) * FROM verification ORDER BY action_id, attempt DESC)"
STAGES = {
    "complaints": "投诉", "gathered": "归入问题", "acted": "措施获批", "live": "措施上线", "judged": "已作结论",
}  # fmt: skip


def figures(session: Session, since: datetime, now: datetime) -> dict[str, Any]:
    """Count what stands above everything: what is open, what is late, how measures were judged last since a moment."""
    return fetch(
        session,
        f"""
        WITH newest AS (SELECT verdict FROM {NEWEST} v WHERE computed_at >= :since)
        SELECT (SELECT count(*) FROM "case" WHERE state IN ('assigned', 'responded')) AS cases_open,
               (SELECT count(*) FROM "case" WHERE state = 'assigned' AND respond_by < :now) +
               (SELECT count(*) FROM "case" WHERE state = 'responded' AND resolve_by < :now) AS cases_late,
               (SELECT count(*) FROM problem WHERE state NOT IN ('closed', 'dismissed', 'effective')
                AND merged_into IS NULL) AS problems_open,
               (SELECT count(*) FROM action WHERE state IN ('approved', 'accepted', 'in_progress')) AS actions_open,
               (SELECT count(*) FROM action WHERE state IN ('approved', 'accepted', 'in_progress')
                AND due_at < :now) AS actions_late,
               (SELECT count(*) FROM action WHERE state = 'proposed') AS actions_asked,
               (SELECT count(*) FROM newest WHERE verdict = 'effective') AS effective,
               (SELECT count(*) FROM newest WHERE verdict IN ('ineffective', 'worse')) AS failed,
               (SELECT count(*) FROM newest) AS judged,
               (SELECT count(*) FROM review WHERE state = 'open') AS alarms_open
        """,  # noqa: S608
        since=since,
        now=now,
    )[0]


def open_problems(session: Session, limit: int = SHOWN) -> list[dict[str, Any]]:
    """List the open problems by the deadline of the measure that is next due; those without a measure come first."""
    return fetch(
        session,
        """
        SELECT p.id, p.name, p.state, p.round, p.detected_at, d.name AS department_name, a.id AS action_id, a.measure,
               a.state AS action_state, a.due_at
        FROM problem p JOIN department d ON d.code = p.department
        LEFT JOIN LATERAL (
            SELECT id, measure, state, due_at FROM action
            WHERE problem_id = p.id AND state IN ('proposed', 'approved', 'accepted', 'in_progress', 'returned')
            ORDER BY due_at, id LIMIT 1) a ON true
        WHERE p.state IN ('detected', 'confirmed', 'diagnosed', 'improving') AND p.merged_into IS NULL
        ORDER BY a.due_at NULLS FIRST, p.detected_at, p.id LIMIT :limit
        """,
        limit=limit,
    )


def effects(session: Session, limit: int = EFFECTS) -> list[dict[str, Any]]:
    """List the newest verdict on each measure, failures first, then what is not known, then the newest."""
    return fetch(
        session,
        f"""
        SELECT v.id, v.action_id, a.problem_id, p.name AS problem, a.measure, d.name AS department_name,
               a.went_live, v.verdict, v.sentence, v.result, v.computed_at
        FROM {NEWEST} v JOIN action a ON a.id = v.action_id JOIN problem p ON p.id = a.problem_id
        JOIN department d ON d.code = a.department
        ORDER BY array_position(CAST(:order AS text[]), v.verdict), v.computed_at DESC, v.id DESC
        LIMIT :limit
        """,  # noqa: S608
        limit=limit,
        order=list(SEVERITY),
    )


def alarms(session: Session, limit: int = SHOWN) -> list[dict[str, Any]]:
    """List the alarms that wait for a conclusion, the urgent and the earliest due first."""
    return fetch(
        session,
        """
        SELECT r.id, m.kind, m.label, m.observed, m.expected, m.cause, m.urgent, m.started_on, m.ended_on, r.due_at,
               d.name AS department_name
        FROM review r JOIN alarm m ON m.id = r.alarm_id JOIN department d ON d.code = r.department
        WHERE r.state = 'open' ORDER BY m.urgent DESC, r.due_at, r.id LIMIT :limit
        """,
        limit=limit,
    )


def by_department(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Count for each department what is open and late, and how many of its measures were proved."""
    return fetch(
        session,
        f"""
        SELECT d.code, d.name,
               COALESCE(k.open, 0) AS cases, COALESCE(k.late, 0) AS cases_late,
               COALESCE(a.open, 0) AS actions, COALESCE(a.late, 0) AS actions_late,
               COALESCE(v.effective, 0) AS effective, COALESCE(v.failed, 0) AS failed
        FROM department d
        LEFT JOIN (SELECT department, count(*) AS open,
                          count(*) FILTER (WHERE CASE state WHEN 'assigned' THEN respond_by ELSE resolve_by END < :now)
                              AS late
                   FROM "case" WHERE state IN ('assigned', 'responded') GROUP BY 1) k ON k.department = d.code
        LEFT JOIN (SELECT department, count(*) AS open, count(*) FILTER (WHERE due_at < :now) AS late FROM action
                   WHERE state IN ('approved', 'accepted', 'in_progress') GROUP BY 1) a ON a.department = d.code
        LEFT JOIN (SELECT x.department, count(*) FILTER (WHERE v.verdict = 'effective') AS effective,
                          count(*) FILTER (WHERE v.verdict IN ('ineffective', 'worse')) AS failed
                   FROM {NEWEST} v JOIN action x ON x.id = v.action_id GROUP BY 1) v ON v.department = d.code
        ORDER BY (COALESCE(k.late, 0) + COALESCE(a.late, 0)) DESC, d.name
        """,  # noqa: S608
        now=now,
    )


def funnel(session: Session) -> list[tuple[str, int]]:
    """Say how far complaints have come: gathered in problems, acted on, judged, told.

    Each step is a part of the one before it, counted in accepted complaints.
    """
    found = fetch(
        session,
        """
        WITH complaint AS (
            SELECT f.id FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL AND a.type = 'complaint'
        ), stage AS (
            SELECT p.id, bool_or(a.state NOT IN ('proposed', 'cancelled', 'returned')) AS acted,
                   bool_or(a.went_live IS NOT NULL) AS live, bool_or(v.id IS NOT NULL) AS judged
            FROM problem p LEFT JOIN action a ON a.problem_id = p.id LEFT JOIN verification v ON v.action_id = a.id
            GROUP BY p.id
        ), reached AS (
            SELECT c.id, bool_or(COALESCE(s.acted, false)) AS acted, bool_or(COALESCE(s.live, false)) AS live,
                   bool_or(COALESCE(s.judged, false)) AS judged, count(m.problem_id) > 0 AS gathered
            FROM complaint c LEFT JOIN problem_member m ON m.feedback_id = c.id LEFT JOIN stage s ON s.id = m.problem_id
            GROUP BY c.id
        )
        SELECT count(*) AS complaints, count(*) FILTER (WHERE gathered) AS gathered,
               count(*) FILTER (WHERE acted) AS acted, count(*) FILTER (WHERE live) AS live,
               count(*) FILTER (WHERE judged) AS judged FROM reached
        """,
    )[0]
    return [(name, int(found[key])) for key, name in STAGES.items()]


def since_last(now: datetime, days: int = 90) -> datetime:
    """Return the beginning of the time the figures look back over."""
    return now - timedelta(days=days)


def reports(session: Session, limit: int = 60) -> list[dict[str, Any]]:
    """List the reports, newest first."""
    return fetch(
        session,
        "SELECT * FROM report ORDER BY period_end DESC, id DESC LIMIT :limit",
        limit=limit,
    )


def named_problems(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return name and state of some problems, as far as they are there to be seen."""
    query = "SELECT id, name, state FROM problem WHERE id = ANY(:ids) AND merged_into IS NULL ORDER BY id"
    return fetch(session, query, ids=list(ids))


def report_before(session: Session, report: Report) -> Report | None:
    """Return the report of the same kind, on the same department or measure, before this one."""
    same = (
        Report.kind == report.kind,
        Report.department.is_not_distinct_from(report.department),
        Report.action_id.is_not_distinct_from(report.action_id),
        Report.period_end < report.period_end,
    )
    return session.scalars(select(Report).where(*same).order_by(Report.period_end.desc()).limit(1)).first()
