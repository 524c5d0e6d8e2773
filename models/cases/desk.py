"""What a desk shows: what is to be done next, and everything known of one case or measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.planned import planned

PAGE = 25
EXCERPT = 80  # characters of the customer's words that tell one case from the next
COUNTED = 1_000  # beyond that the exact number helps nobody, and costs

# One index range per department, in the order of its deadlines: the cost does not grow with what lies behind.
_KINDS = {
    "case": """
        SELECT 'case' AS life, k.id, k.state, k.round, k.department, k.category AS title, k.priority, {due} AS due_at,
               k.opened_at AS since, NULL::text AS about, k.feedback_id FROM "case" k
        WHERE k.department = d.code AND k.state = '{state}' ORDER BY {due}, k.id LIMIT :limit""",
    "action": """
        SELECT 'action' AS life, a.id, a.state, a.round, a.department, a.measure AS title, NULL AS priority,
               a.due_at, a.changed_at AS since, p.name AS about, NULL::bigint AS feedback_id
        FROM (SELECT id, state, own_round AS round, department, measure, due_at, changed_at, problem_id FROM action
              WHERE department = d.code AND state IN ('approved', 'accepted', 'in_progress')
              ORDER BY due_at, id LIMIT :limit) a JOIN problem p ON p.id = a.problem_id""",
    "review": """
        SELECT 'review' AS life, r.id, r.state, r.round, r.department, m.label AS title,
               CASE WHEN m.urgent THEN 'urgent' END AS priority, r.due_at, m.raised_at AS since, m.cause AS about,
               NULL::bigint AS feedback_id
        FROM review r JOIN alarm m ON m.id = r.alarm_id
        WHERE r.department = d.code AND r.state = 'open' ORDER BY r.due_at, r.id LIMIT :limit""",
    # A case of another department that this one was called in to; it is opened and answered on the page of the case.
    "joint": """
        SELECT 'joint' AS life, k.id, k.state, k.round, t.department, k.category AS title, k.priority, t.due_at,
               t.asked_at AS since, t.task AS about, k.feedback_id
        FROM (SELECT case_id, department, task, due_at, asked_at FROM case_task
              WHERE department = d.code AND done_at IS NULL ORDER BY due_at, id LIMIT :limit) t
        JOIN "case" k ON k.id = t.case_id""",
}
_PARTS = {
    "answer": _KINDS["case"].format(due="k.respond_by", state="assigned"),
    "solve": _KINDS["case"].format(due="k.resolve_by", state="responded"),
    "action": _KINDS["action"],
    "review": _KINDS["review"],
    "joint": _KINDS["joint"],
}
_COUNTS = """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM "case" WHERE department = ANY(:departments)
            AND state = 'assigned' {answer} LIMIT :counted) x) AS answer,
           (SELECT count(*) FROM (SELECT 1 FROM "case" WHERE department = ANY(:departments)
            AND state = 'responded' {solve} LIMIT :counted) x) AS solve,
           (SELECT count(*) FROM (SELECT 1 FROM action WHERE department = ANY(:departments)
            AND state IN ('approved', 'accepted', 'in_progress') {due} LIMIT :counted) x) AS action,
           (SELECT count(*) FROM (SELECT 1 FROM review WHERE department = ANY(:departments)
            AND state = 'open' {due} LIMIT :counted) x) AS review,
           (SELECT count(*) FROM (SELECT 1 FROM case_task WHERE department = ANY(:departments)
            AND done_at IS NULL {due} LIMIT :counted) x) AS joint
"""
_LATE = {"answer": "AND respond_by < :now", "solve": "AND resolve_by < :now", "due": "AND due_at < :now"}
_COUNT = _COUNTS.format(answer="", solve="", due="")
_COUNT_LATE = _COUNTS.format(**_LATE)


def _rows(session: Session, query: str, **values: Any) -> list[dict[str, Any]]:
    return planned(session, query, values)


def todo(
    session: Session, departments: Sequence[str], kind: str = "", offset: int = 0, limit: int = PAGE
) -> list[dict[str, Any]]:
    """List what some departments have to do, by deadline; `kind` is a key of _PARTS, or all."""
    parts = [_PARTS[kind]] if kind in _PARTS else list(_PARTS.values())
    lateral = " UNION ALL ".join(f"({part})" for part in parts)
    return _rows(
        session,
        f"""
        SELECT x.*, n.name AS department_name, h.user_id AS holder_id, u.name AS holder,
               left(f.text, {EXCERPT}) AS excerpt,
               EXISTS (SELECT 1 FROM customer_answer a WHERE a.feedback_id = x.feedback_id
                       AND a.kind = 'remark' AND a.round = x.round) AS remarked
        FROM (SELECT t.* FROM unnest(CAST(:departments AS text[])) AS d(code) CROSS JOIN LATERAL ({lateral}) t
              ORDER BY t.due_at, t.life, t.id OFFSET :offset LIMIT :show) x
        JOIN department n ON n.code = x.department
        LEFT JOIN feedback f ON f.id = x.feedback_id
        LEFT JOIN desk_holder h ON h.life = x.life AND h.subject_id = x.id
        LEFT JOIN app_user u ON u.id = h.user_id ORDER BY x.due_at, x.life, x.id
        """,  # noqa: S608  (the parts are constants of this file)
        departments=list(departments),
        limit=offset + limit,
        offset=offset,
        show=limit,
    )


def counts(session: Session, departments: Sequence[str], now: datetime) -> dict[str, dict[str, int]]:
    """Count what is to be done and what is late, by kind; no further than COUNTED."""
    values = {"departments": list(departments), "now": now, "counted": COUNTED}
    (all_,) = planned(session, _COUNT, {name: values[name] for name in ("departments", "counted")})
    (late,) = planned(session, _COUNT_LATE, values)
    return {kind: {"all": all_[kind], "late": late[kind]} for kind in all_}


def departments(session: Session) -> dict[str, str]:
    """Return the names of the departments by code."""
    return {
        row["code"]: row["name"] for row in _rows(session, "SELECT code, name FROM department ORDER BY code")
    }


def colleagues(session: Session, department: str) -> list[dict[str, Any]]:
    """List the people who work for a department."""
    query = """
        SELECT id, name FROM app_user WHERE disabled_at IS NULL AND departments @> ARRAY[:department]::text[]
        ORDER BY name, id
        """
    return _rows(session, query, department=department)


def case(session: Session, id_: int) -> dict[str, Any] | None:
    """Read a case with the masked words, what was understood of them, and what came with them."""
    found = _rows(
        session,
        """
        SELECT k.id, k.state, k.round, k.department, d.name AS department_name, k.category, k.priority, k.issue,
               k.opened_at, k.respond_by, k.resolve_by, f.id AS feedback_id, f.tracking_number, f.text, f.channel,
               f.occurred_at, f.rating, f.product, f.region, f.customer_id, s.title AS source,
               a.id AS annotation_id, a.type, a.sentiment, a.severity, a.priority_parts, e.text AS evidence,
               c.question, c.quote, c.source AS quoted_from, COALESCE(u.value, 0) AS value
        FROM "case" k JOIN feedback f ON f.id = k.feedback_id LEFT JOIN source s ON s.id = f.source_id
        LEFT JOIN department d ON d.code = k.department
        LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN evidence e ON e.feedback_id = f.id LEFT JOIN clarification c ON c.annotation_id = a.id
        LEFT JOIN customer u ON u.id = f.customer_id WHERE k.id = :id
        """,
        id=id_,
    )
    return found[0] if found else None


def mentions(session: Session, annotation_id: int | None) -> list[dict[str, Any]]:
    """List the places of a text that speak of an issue, in order."""
    query = """
        SELECT issue, area, polarity, span_start, span_end FROM mention
        WHERE annotation_id = :id AND current ORDER BY span_start, span_end
        """
    return _rows(session, query, id=annotation_id)


def said_before(session: Session, customer_id: int | None, but: int, limit: int = 5) -> list[dict[str, Any]]:
    """List what else a customer said, newest first; what was added to a case is shown with that case."""
    query = """
        SELECT f.id, f.occurred_at, f.text, f.channel, k.id AS case_id, k.state FROM feedback f
        LEFT JOIN "case" k ON k.feedback_id = f.id
        WHERE f.customer_id = :customer AND f.id <> :but AND f.superseded_by IS NULL
          AND f.disposition = 'accepted' AND f.record_key NOT LIKE 'remark-%'
        ORDER BY f.occurred_at DESC LIMIT :limit
        """
    return _rows(session, query, customer=customer_id, but=but, limit=limit)


def problems_of(session: Session, feedback_id: int) -> list[dict[str, Any]]:
    """List the problems a feedback belongs to."""
    query = """
        SELECT p.id, p.name, p.state FROM problem_member m JOIN problem p ON p.id = m.problem_id
        WHERE m.feedback_id = :feedback AND p.merged_into IS NULL ORDER BY p.id
        """
    return _rows(session, query, feedback=feedback_id)


def action(session: Session, id_: int) -> dict[str, Any] | None:
    """Read a measure with its problem and its contract."""
    found = _rows(
        session,
        """
        SELECT a.id, a.problem_id, a.round AS problem_round, a.measure, a.detail, a.kind, a.dimension, a.state,
               a.department, d.name AS department_name, a.due_at, a.went_live, p.name AS problem,
               p.state AS problem_state, p.root_cause, p.dimension AS problem_dimension, p.issue,
               c.body AS contract, c.locked_at, c.locked_by,
               (SELECT l.facts ->> 'live_on' FROM action_log l WHERE l.subject_id = a.id AND l.step = 'accept'
                ORDER BY l.seq DESC LIMIT 1) AS live_on
        FROM action a JOIN problem p ON p.id = a.problem_id JOIN department d ON d.code = a.department
        LEFT JOIN contract c ON c.action_id = a.id WHERE a.id = :id
        """,
        id=id_,
    )
    return found[0] if found else None


def actions_of(session: Session, problem_id: int) -> list[dict[str, Any]]:
    """List the measures on a problem and on those merged into it with their last verdict, newest round first."""
    return _rows(
        session,
        """
        SELECT a.id, a.round AS problem_round, a.measure, a.kind, a.state, d.name AS department_name, a.due_at,
               a.went_live,
               (SELECT v.verdict FROM verification v WHERE v.action_id = a.id
                ORDER BY v.attempt DESC LIMIT 1) AS verdict
        FROM action a JOIN department d ON d.code = a.department JOIN problem p ON p.id = a.problem_id
        WHERE :problem IN (p.id, p.merged_into) ORDER BY a.round DESC, a.id
        """,
        problem=problem_id,
    )


def verifications_of(session: Session, problem_id: int, action_id: int | None = None) -> list[dict[str, Any]]:
    """List the verdicts on the measures of a problem and of those merged into it, or on one, newest first."""
    return _rows(
        session,
        """
        SELECT v.id, v.action_id, a.measure, a.went_live, v.attempt, v.verdict, v.sentence, v.result, v.computed_at
        FROM verification v JOIN action a ON a.id = v.action_id JOIN problem p ON p.id = a.problem_id
        WHERE :problem IN (p.id, p.merged_into) AND (CAST(:action AS bigint) IS NULL OR a.id = :action)
        ORDER BY v.id DESC
        """,
        problem=problem_id,
        action=action_id,
    )


def problem(session: Session, id_: int) -> dict[str, Any] | None:
    """Read a problem with the number of its feedbacks and customers."""
    found = _rows(
        session,
        """
        SELECT p.id, p.name, p.kind, p.state, p.round, p.issue, p.area, p.department, d.name AS department_name,
               p.root_cause, p.dimension, p.detected_at, p.merged_into, k.name AS merged_name, p.first_seen_at,
               count(f.id) AS count, count(DISTINCT COALESCE(f.customer_id, -f.id)) AS customers,
               max(f.occurred_at) AS last_seen
        FROM problem p JOIN department d ON d.code = p.department LEFT JOIN problem k ON k.id = p.merged_into
        LEFT JOIN (problem_member m JOIN feedback f ON f.id = m.feedback_id AND f.suspect IS NULL
                   AND f.superseded_by IS NULL) ON m.problem_id = p.id
        WHERE p.id = :id GROUP BY p.id, d.name, k.name
        """,
        id=id_,
    )
    return found[0] if found else None


def log(session: Session, life: str, id_: int) -> list[dict[str, Any]]:
    """List the steps of a life, oldest first, with the name of the person who took each."""
    query = f"""
        SELECT l.at, l.step, l.state, l.by, l.facts, u.name AS person FROM {_LOGS[life]} l
        LEFT JOIN app_user u ON 'person:' || u.login = l.by WHERE l.subject_id = :id ORDER BY l.seq
        """  # noqa: S608  (a name of this file)
    return _rows(session, query, id=id_)


_LOGS = {
    "case": "case_log",
    "action": "action_log",
    "problem": "problem_log",
    "review": "review_log",
    "rootcause": "rootcause_log",
}


def review(session: Session, id_: int) -> dict[str, Any] | None:
    """Read an alarm that waits for, or has, a conclusion."""
    found = _rows(
        session,
        """
        SELECT r.id, r.state, r.department, d.name AS department_name, r.due_at, r.conclusion, m.id AS alarm_id,
               m.kind, m.label, m.started_on, m.ended_on, m.observed, m.expected, m.urgent, m.words, m.quotations,
               m.cause, m.raised_at, COALESCE(jsonb_array_length(m.evidence -> 'feedback'), 0) AS told
        FROM review r JOIN alarm m ON m.id = r.alarm_id JOIN department d ON d.code = r.department
        WHERE r.id = :id
        """,
        id=id_,
    )
    return found[0] if found else None
