"""Queue the messages that follow from a step, in the transaction of the step itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from settings import get_settings
from voc.deadlines import working_days_due
from voc.telling.messages import AFTER

REDIAGNOSE_DAYS = 3
CLOCK = """'FMMM"月"FMDD"日" HH24:MI'"""

# What a message may say of a subject: its number, category, department, deadline, measure, and the one question
# a rule made for a vague complaint. Nothing else leaves the house; the words of the customer never do.
SUBJECTS: Mapping[str, str] = {
    "case": """
        SELECT k.id, f.tracking_number AS number, k.category, k.department, NULL AS measure,
               CASE WHEN k.state = 'responded' THEN k.resolve_by ELSE k.respond_by END AS deadline,
               f.customer_id, NULL::bigint AS problem_id, NULL::bigint AS verification, c.question
        FROM "case" k JOIN feedback f ON f.id = k.feedback_id
        LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN clarification c ON c.annotation_id = a.id WHERE k.id = ANY(:ids)""",
    "action": """
        SELECT a.id, 'ACT-' || a.id AS number, p.name AS category, a.department, a.measure,
               a.due_at AS deadline, NULL::bigint AS customer_id, a.problem_id, NULL::bigint AS verification,
               NULL AS question
        FROM action a JOIN problem p ON p.id = a.problem_id WHERE a.id = ANY(:ids)""",
    "problem": """
        SELECT p.id, 'PRB-' || p.id AS number, p.name AS category, p.department,
               (SELECT a.measure FROM action a JOIN verification v ON v.action_id = a.id
                WHERE v.id = CAST(CAST(:facts AS jsonb) -> CAST(p.id AS text) ->> 'verification' AS bigint)) AS measure,
               CAST(:rediagnose AS timestamptz) AS deadline, NULL::bigint AS customer_id, p.id AS problem_id,
               CAST(CAST(:facts AS jsonb) -> CAST(p.id AS text) ->> 'verification' AS bigint) AS verification,
               NULL AS question
        FROM problem p WHERE p.id = ANY(:ids)""",
    "review": """
        SELECT r.id, 'ALM-' || r.alarm_id AS number, a.label AS category, r.department, NULL AS measure,
               r.due_at AS deadline, NULL::bigint AS customer_id, NULL::bigint AS problem_id,
               NULL::bigint AS verification, NULL AS question
        FROM review r JOIN alarm a ON a.id = r.alarm_id WHERE r.id = ANY(:ids)""",
    "rootcause": """
        SELECT r.id, 'RCA-' || r.id AS number, p.name AS category, r.department, r.preventive AS measure,
               CASE r.state WHEN 'accepted' THEN r.preventive_due ELSE r.due_at END AS deadline,
               NULL::bigint AS customer_id, r.problem_id, NULL::bigint AS verification, NULL AS question
        FROM rootcause r JOIN problem p ON p.id = r.problem_id WHERE r.id = ANY(:ids)""",
    "joint": """
        SELECT t.id, f.tracking_number AS number, k.category, t.department, t.task AS measure, t.due_at AS deadline,
               NULL::bigint AS customer_id, NULL::bigint AS problem_id, NULL::bigint AS verification, NULL AS question
        FROM case_task t JOIN "case" k ON k.id = t.case_id JOIN feedback f ON f.id = k.feedback_id
        WHERE t.id = ANY(:ids)""",
    "approval": """
        SELECT p.id, 'APR-' || p.id AS number, p.title AS category, p.asked_of AS department, NULL AS measure,
               p.due_at AS deadline, NULL::bigint AS customer_id, NULL::bigint AS problem_id,
               NULL::bigint AS verification, NULL AS question
        FROM approval p WHERE p.id = ANY(:ids)""",
}
# Who is told. Reporters are all who spoke of a problem, those whose words were set aside as a copy included.
RECIPIENTS: Mapping[str, str] = {
    "customer": """
        SELECT s.id, 'customer' AS audience, 'customer:' || s.customer_id AS recipient, s.number, {way} AS way
        FROM subject s JOIN reachable c ON c.customer_id = s.customer_id
        LEFT JOIN customer_preference w ON w.customer_id = s.customer_id
        WHERE w.silent IS NOT TRUE""",
    "reporters": """
        SELECT DISTINCT ON (s.id, f.customer_id) s.id, 'customer' AS audience,
               'customer:' || f.customer_id AS recipient, f.tracking_number AS number, {way} AS way
        FROM subject s JOIN problem_member m ON m.problem_id = s.problem_id
        JOIN feedback f ON f.id = m.feedback_id OR f.copy_of = m.feedback_id
        JOIN reachable c ON c.customer_id = f.customer_id
        LEFT JOIN customer_preference w ON w.customer_id = f.customer_id
        WHERE w.silent IS NOT TRUE
        ORDER BY s.id, f.customer_id, f.occurred_at DESC""",
    "department": "SELECT id, 'department' AS audience, 'department:' || department AS recipient, number FROM subject",
    "owner": "SELECT id, 'owner' AS audience, 'owner:' || department AS recipient, number FROM subject",
    "joined": """
        SELECT DISTINCT s.id, 'department' AS audience, 'department:' || d.code AS recipient, s.number
        FROM subject s JOIN case_log l ON l.subject_id = s.id AND l.step = 'join'
        CROSS JOIN LATERAL jsonb_array_elements_text(l.facts -> 'departments') AS d(code)""",
    "reviewer": """
        SELECT s.id, 'owner' AS audience, 'owner:' || r.reviewer AS recipient, s.number
        FROM subject s JOIN rootcause r ON r.id = s.id""",
    "asked": """
        SELECT id, CASE department WHEN 'leadership' THEN 'leadership' ELSE 'owner' END AS audience,
               CASE department WHEN 'leadership' THEN 'leadership' ELSE 'owner:' || department END AS recipient, number
        FROM subject""",
    "leadership": "SELECT id, 'leadership' AS audience, 'leadership' AS recipient, number FROM subject",
}
CUSTOMERS = ("customer", "reporters")
# The way a customer asked for, if it leads there; otherwise by phone where that has a channel, then by mail.
WAY = """CASE WHEN w.reach = 'phone' AND c.by_phone THEN 'phone' WHEN w.reach = 'email' AND c.by_email THEN 'email'
        WHEN c.by_phone AND jsonb_exists(CAST(:channels AS jsonb), 'phone') THEN 'phone'
        WHEN c.by_email THEN 'email' ELSE 'phone' END"""


def announce(
    session: Session,
    life: str,
    step: str,
    rounds: Mapping[int, int],
    at: datetime,
    facts: Mapping[int, Mapping[str, Any]],
) -> None:
    """Queue what is to be told after a step was taken with the subjects of `rounds`."""
    for notice in AFTER.get((life, step), ()):
        values = {
            "life": life,
            "ids": list(rounds),
            "rounds": json.dumps(rounds),
            "facts": json.dumps(
                {i: {"verification": f["verification"]} for i, f in facts.items() if "verification" in f}
            ),
            "event": notice.event,
            "template": notice.template,
            **_channels(notice.audience),
            "link": get_settings().public_url,
            "rediagnose": working_days_due(at, REDIAGNOSE_DAYS),
            "at": at,
        }
        session.execute(text(_query(life, notice.audience)), values)


def _channels(audience: str) -> dict[str, str]:
    settings = get_settings()
    if audience in CUSTOMERS:
        return {"channel": settings.customer_channel, "channels": json.dumps(settings.customer_channels)}
    routes = {
        name if ":" in name or name == "leadership" else f"department:{name}": channel
        for name, channel in settings.department_channels.items()
    }
    return {"channel": settings.department_channel, "channels": json.dumps(routes)}


def _query(life: str, audience: str) -> str:
    way = "t.way" if audience in CUSTOMERS else "t.recipient"
    return f"""
        WITH subject AS ({SUBJECTS[life]}), told AS ({RECIPIENTS[audience].replace("{way}", WAY)})
        INSERT INTO outbox (subject, event, round, audience, recipient, channel, data, verification_id, state,
                            attempts, next_attempt_at, repeat, created_at)
        SELECT :life || ':' || s.id, :event, CAST(CAST(:rounds AS jsonb) ->> CAST(s.id AS text) AS smallint),
               t.audience, t.recipient, COALESCE(CAST(:channels AS jsonb) ->> {way}, :channel),
               jsonb_strip_nulls(jsonb_build_object(
                   'template', CAST(:template AS text), 'number', t.number, 'category', s.category,
                   'department', d.name, 'measure', s.measure, 'question', s.question, 'link', CAST(:link AS text),
                   'round', CAST(CAST(:rounds AS jsonb) ->> CAST(s.id AS text) AS int),
                   'deadline', to_char(s.deadline AT TIME ZONE 'Asia/Shanghai', {CLOCK}))),
               s.verification, 'pending', 0, :at, false, :at
        FROM told t JOIN subject s USING (id) LEFT JOIN department d ON d.code = s.department
        ON CONFLICT DO NOTHING
        """  # noqa: S608  (both parts are constants of this file)
