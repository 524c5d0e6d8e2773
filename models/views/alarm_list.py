"""Alarms and reviews as people and programs read them, and how often the alarms of a kind were real."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from voc.causes.view import Raised
from voc.lifecycle import REVIEW
from voc.zone import CHINA

JUDGED = ("real", "false_alarm", "known")


def alarms(
    session: Session, since: date | None = None, kind: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """List alarms, newest first; times carry their zone."""
    query = text(
        """
        SELECT a.id, a.kind, a.series, a.label, a.started_on AS start, a.ended_on AS "end", a.observed, a.expected,
               a.p_value, a.urgent, a.cause, a.words, a.quotations, a.raised_at, a.late, a.department,
               d.name AS department_name, r.state AS review, r.id AS review_id, r.conclusion, a.evidence
        FROM alarm a JOIN department d ON d.code = a.department LEFT JOIN review r ON r.alarm_id = a.id
        WHERE (CAST(:since AS date) IS NULL OR a.ended_on >= :since)
          AND (CAST(:kind AS text) IS NULL OR a.kind = :kind)
        ORDER BY a.raised_at DESC, a.id DESC LIMIT :limit
        """
    )
    rows = session.execute(query, {"since": since, "kind": kind, "limit": limit}).mappings()
    return [_zoned(dict(row)) for row in rows]


def alarms_of(session: Session, problem_id: int, most: int = 8) -> list[Raised]:
    """List the alarms of the same issue, and those of whose feedback at least a third are members; newest first."""
    query = text(
        """
        SELECT a.id, a.label, a.started_on, a.ended_on, a.raised_at, a.observed, a.expected
        FROM alarm a JOIN problem p ON p.id = :problem
        WHERE a.kind = 'spike' AND (a.issue = p.issue OR 3 * (
            SELECT count(*) FROM jsonb_array_elements_text(COALESCE(CAST(a.evidence AS jsonb) -> 'feedback', '[]')) e
            JOIN problem_member k ON k.feedback_id = CAST(e AS bigint) AND k.problem_id = p.id
            ) >= GREATEST(jsonb_array_length(COALESCE(CAST(a.evidence AS jsonb) -> 'feedback', '[]')), 1))
        ORDER BY a.started_on DESC, a.id LIMIT :most
        """
    )
    return [Raised(*row) for row in session.execute(query, {"problem": problem_id, "most": most})]


def reviews(session: Session, everything: bool, now: datetime) -> list[dict[str, Any]]:
    """List the reviews that wait, most urgent first; all of them when asked for."""
    query = text(
        """
        SELECT r.id, r.alarm_id AS alarm, a.kind, a.label, a.started_on AS start, a.observed, a.expected, r.state,
               d.name AS department, r.due_at, r.state = 'open' AND r.due_at < :now AS overdue, r.conclusion, a.cause
        FROM review r JOIN alarm a ON a.id = r.alarm_id JOIN department d ON d.code = r.department
        WHERE :everything OR r.state = 'open' ORDER BY r.state <> 'open', a.urgent DESC, r.due_at, r.id
        """
    )
    rows = session.execute(query, {"everything": everything, "now": now}).mappings()
    return [_zoned(dict(row)) for row in rows]


def precision(session: Session) -> list[dict[str, Any]]:
    """Count what the reviews of each kind of alarm came to; precision is the share not found false among the judged."""
    query = text(
        """
        SELECT a.kind, count(*) AS raised, count(*) FILTER (WHERE r.state = 'real') AS real,
               count(*) FILTER (WHERE r.state = 'known') AS known,
               count(*) FILTER (WHERE r.state = 'false_alarm') AS false_alarm,
               count(*) FILTER (WHERE r.state = 'open') AS open
        FROM alarm a LEFT JOIN review r ON r.alarm_id = a.id GROUP BY 1 ORDER BY 1
        """
    )
    return [_judged(dict(row)) for row in session.execute(query).mappings()]


def _judged(row: dict[str, Any]) -> dict[str, Any]:
    judged = sum(row[state] for state in JUDGED)
    return {
        **row,
        "judged": judged,
        "precision": round((judged - row["false_alarm"]) / judged, 3) if judged else None,
    }


def _zoned(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.astimezone(CHINA) if isinstance(value, datetime) else value for key, value in row.items()
    }


STATES = REVIEW.states
