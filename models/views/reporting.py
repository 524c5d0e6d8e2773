"""What a report counts, as it was known at a moment: each query hands back its rows and a fingerprint of them.

A row counts when its batch had been analysed by then, a step when it had been taken, a verdict when it had been
reached. So a report that is written again later says the same, unless somebody changed what lies behind it.
Fingerprints are sums of hashes: the order of rows does not matter, and those of parts add up to that of the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.fetching import fetch

# Accepted, not replaced, not suspect, and known at the time of the report.
_KNOWN = """f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL"""
_BATCH = "JOIN batch b ON b.id = f.batch_id AND b.analysed_at <= :now"
_IN_PERIOD = "f.occurred_at >= :since AND f.occurred_at < :until"
_STATE = """(SELECT l.state FROM {life}_log l WHERE l.subject_id = {row}.id AND l.at <= :now
            ORDER BY l.seq DESC LIMIT 1)"""


def _hash(what: str) -> str:
    """SQL of a fingerprint: two sums of 64-bit hashes with different seeds."""
    return f"sum(hashtextextended({what}, 1)::numeric)::text || ':' || sum(hashtextextended({what}, 2)::numeric)::text"


SAID = f"""
    SELECT f.channel, a.type, f.rating, COALESCE(s.definition -> 'rating_scale' = '[0, 10]'::jsonb, false) AS ten,
           count(*) AS count, {_hash("f.id::text")} AS ids, {_hash("concat_ws('|', f.id, f.rating)")} AS rated
    FROM feedback f {_BATCH} JOIN source s ON s.id = f.source_id
    LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
    WHERE {_KNOWN} AND {_IN_PERIOD} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""  # noqa: S608
ORDERS = """
    SELECT day, region, product, value FROM operation_figure
    WHERE name = 'orders' AND day >= :first AND day <= :last ORDER BY day, region, product
"""
# A contact begins when a customer asks or complains and did not within the days before.
CONTACTS = f"""
    WITH asked AS (
        SELECT f.id, f.customer_id, f.occurred_at,
               lag(f.occurred_at) OVER who AS before, lead(f.occurred_at) OVER who AS after
        FROM feedback f {_BATCH} JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE {_KNOWN} AND f.customer_id IS NOT NULL AND a.type IN ('complaint', 'enquiry')
          AND f.occurred_at >= :since - CAST(:days AS interval) AND f.occurred_at < :until + CAST(:days AS interval)
          AND f.occurred_at <= :now
        WINDOW who AS (PARTITION BY f.customer_id ORDER BY f.occurred_at, f.id)
    )
    SELECT count(*) AS contacts,
           count(*) FILTER (WHERE after IS NULL OR after > occurred_at + CAST(:days AS interval)) AS settled,
           {_hash("concat_ws('|', id, customer_id, extract(epoch FROM occurred_at), extract(epoch FROM after))")}
               AS ids
    FROM asked WHERE occurred_at >= :since AND occurred_at < LEAST(:until, :now - CAST(:days AS interval))
      AND (before IS NULL OR before < occurred_at - CAST(:days AS interval))
"""  # noqa: S608
# In time is what keeps the first promise: the dates on the row move with the clocks when a case is opened again.
# Solved is what stands so at the moment of the report: not what was solved once and is open again.
CASES = """
    SELECT k.id, k.department, k.opened_at,
           COALESCE((SELECT s.due_at FROM sla_lap s WHERE s.life = 'case' AND s.subject_id = k.id
                     AND s.promise = 'respond' AND s.lap = 1), k.respond_by) AS respond_by,
           COALESCE((SELECT s.due_at FROM sla_lap s WHERE s.life = 'case' AND s.subject_id = k.id
                     AND s.promise = 'resolve' AND s.lap = 1), k.resolve_by) AS resolve_by,
           min(l.at) FILTER (WHERE l.step = 'respond') AS responded_at,
           min(l.at) FILTER (WHERE l.step = 'resolve') AS resolved_at,
           CASE WHEN (array_agg(l.state ORDER BY l.seq DESC))[1] IN ('resolved', 'confirmed')
                THEN max(l.at) FILTER (WHERE l.step = 'resolve') END AS solved_at,
           COALESCE(max(l.at) FILTER (WHERE l.step = 'reopen') > min(l.at) FILTER (WHERE l.step = 'resolve'), false)
               AS reopened,
           EXISTS (SELECT 1 FROM feedback f JOIN reachable c ON c.customer_id = f.customer_id
                   WHERE f.id = k.feedback_id) AS reachable,
           EXISTS (SELECT 1 FROM outbox o WHERE o.subject = 'case:' || k.id AND o.event = 'case_resolved'
                   AND o.audience = 'customer' AND o.state = 'sent' AND o.sent_at <= :now) AS told
    FROM "case" k LEFT JOIN case_log l ON l.subject_id = k.id AND l.at <= :now
    WHERE k.opened_at >= :since AND k.opened_at < :until AND k.opened_at <= :now
      AND (CAST(:department AS text) IS NULL OR k.department = :department)
    GROUP BY k.id
    -- A case that was merged is answered with the one it was merged into.
    HAVING COALESCE((array_agg(l.state ORDER BY l.seq DESC))[1] <> 'merged', true) ORDER BY k.id
"""
ACTIONS = f"""
    SELECT * FROM (
        SELECT a.id, a.problem_id, p.name AS problem, a.measure, a.department AS code, d.name AS department,
               a.due_at, CASE WHEN a.went_live <= :now THEN a.went_live END AS went_live, p.detected_at,
               {_STATE.format(life="action", row="a")} AS state,
               (SELECT v.verdict FROM verification v WHERE v.action_id = a.id AND v.computed_at <= :now
                ORDER BY v.attempt DESC LIMIT 1) AS verdict,
               (SELECT v.computed_at FROM verification v WHERE v.action_id = a.id AND v.computed_at <= :now
                ORDER BY v.attempt DESC LIMIT 1) AS judged_at
        FROM action a JOIN problem p ON p.id = a.problem_id JOIN department d ON d.code = a.department
    ) one WHERE state IS NOT NULL ORDER BY id
"""  # noqa: S608
PROBLEMS = f"""
    SELECT * FROM (
        SELECT p.id, p.name, p.kind, p.area, p.department AS code, d.name AS department, p.detected_at,
               {_STATE.format(life="problem", row="p")} AS state,
               (SELECT count(*) FROM problem_log l WHERE l.subject_id = p.id AND l.at <= :now
                AND l.step IN ('fail', 'continue', 'rethink', 'relapse')) + 1 AS round,
               (SELECT min(l.at) FROM problem_log l WHERE l.subject_id = p.id AND l.at <= :now
                AND l.step = 'succeed') AS solved_at,
               (SELECT min(l.at) FROM problem_log l WHERE l.subject_id = p.id AND l.at <= :now
                AND l.step = 'relapse') AS relapsed_at
        FROM problem p JOIN department d ON d.code = p.department WHERE p.merged_into IS NULL
    ) one WHERE state IS NOT NULL ORDER BY id
"""  # noqa: S608
MEMBERS = f"""
    SELECT m.problem_id, count(*) FILTER (WHERE {_IN_PERIOD}) AS count,
           count(*) FILTER (WHERE f.occurred_at >= :earlier AND f.occurred_at < :since) AS previous,
           {_hash(f"CASE WHEN {_IN_PERIOD} THEN f.id::text END")} AS ids
    FROM problem_member m JOIN feedback f ON f.id = m.feedback_id {_BATCH}
    WHERE {_KNOWN} AND f.occurred_at >= :earlier AND f.occurred_at < :until GROUP BY 1 ORDER BY 1
"""  # noqa: S608
WEEKS = f"""
    SELECT m.problem_id, CAST(date_trunc('week', f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS date) AS week,
           count(*) AS count
    FROM problem_member m JOIN feedback f ON f.id = m.feedback_id {_BATCH}
    WHERE {_KNOWN} AND m.problem_id = ANY(:ids) AND f.occurred_at >= :long AND f.occurred_at < :until
    GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608
# How far each complaint has come: the furthest of the problems it belongs to; told when its author was.
STANDING = f"""
    WITH told AS (
        SELECT DISTINCT split_part(subject, ':', 2)::bigint AS problem_id,
               split_part(recipient, ':', 2)::bigint AS customer_id
        FROM outbox WHERE subject LIKE 'problem:%' AND recipient LIKE 'customer:%' AND event = 'problem_effective'
          AND state = 'sent' AND sent_at <= :now
        UNION
        SELECT DISTINCT x.problem_id, split_part(o.recipient, ':', 2)::bigint
        FROM outbox o JOIN action x ON o.subject = 'action:' || x.id
        WHERE o.recipient LIKE 'customer:%' AND o.event = 'action_implemented'
          AND o.state = 'sent' AND o.sent_at <= :now
    ), far AS (
        SELECT f.id, f.customer_id, COALESCE(max(CASE WHEN m.problem_id = ANY(:judged) THEN 5
                   WHEN m.problem_id = ANY(:live) THEN 4 WHEN m.problem_id = ANY(:acted) THEN 3
                   WHEN m.problem_id IS NOT NULL THEN 2 END), 1) AS stage,
               bool_or(t.problem_id IS NOT NULL) AS told
        FROM feedback f {_BATCH} JOIN annotation a ON a.feedback_id = f.id AND a.current AND a.type = 'complaint'
        LEFT JOIN problem_member m ON m.feedback_id = f.id
        LEFT JOIN told t ON t.problem_id = m.problem_id AND t.customer_id = f.customer_id
        WHERE {_KNOWN} AND {_IN_PERIOD} GROUP BY f.id
    )
    SELECT stage, told, (v.customer_id IS NOT NULL) AS reachable, count(*) AS count, {_hash("far.id::text")} AS ids
    FROM far LEFT JOIN vault.contact v ON v.customer_id = far.customer_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608
SPREAD = f"""
    WITH said AS (
        SELECT f.id, f.channel, NULLIF(f.region, '') AS region, NULLIF(f.product, '') AS product
        FROM feedback f {_BATCH} WHERE {_KNOWN} AND {_IN_PERIOD}
    )
    SELECT NULL::bigint AS problem_id,
           CASE GROUPING(channel, region, product) WHEN 3 THEN 'channel' WHEN 5 THEN 'region'
                ELSE 'product' END AS kind,
           COALESCE(channel, region, product) AS value, count(*) AS count
    FROM said GROUP BY GROUPING SETS ((channel), (region), (product))
    UNION ALL
    SELECT m.problem_id, CASE GROUPING(channel, region, product) WHEN 3 THEN 'channel' WHEN 5 THEN 'region'
           ELSE 'product' END, COALESCE(channel, region, product), count(*)
    FROM said JOIN problem_member m ON m.feedback_id = said.id WHERE m.problem_id = ANY(:ids)
    GROUP BY GROUPING SETS ((m.problem_id, channel), (m.problem_id, region), (m.problem_id, product))
    ORDER BY 1, 2, 3
"""  # noqa: S608
# Counted as the dashboard does: what is answered may be late with its solution, what is not with the answer.
LATE_CASES = f"""
    SELECT d.name, count(*) FILTER (WHERE NOT k.answered) AS unanswered, count(*) FILTER (WHERE k.answered) AS unsolved,
           min(k.due) AS oldest
    FROM (
        SELECT department, state = 'responded' AS answered,
               CASE WHEN state = 'responded' THEN resolve_by ELSE respond_by END AS due
        FROM (SELECT k.department, k.respond_by, k.resolve_by, {_STATE.format(life="case", row="k")} AS state
              FROM "case" k WHERE LEAST(k.respond_by, k.resolve_by) < :now AND k.opened_at <= :now
                AND (CAST(:department AS text) IS NULL OR k.department = :department)) one
        WHERE state IN ('received', 'acknowledged', 'assigned', 'responded')
    ) k LEFT JOIN department d ON d.code = k.department
    WHERE k.due < :now GROUP BY 1 ORDER BY count(*) DESC, 1
"""  # noqa: S608
STEPS = """
    SELECT at, step, by, facts ->> 'reason' AS reason FROM action_log WHERE subject_id = :action AND at <= :now
    ORDER BY seq
"""
# What a verdict was reached from: all feedback of its windows that was known then, and which of it was the problem;
# `told`: by whom and where, which makes customers, channels and units.
BEHIND = f"""
    SELECT count(*) AS feedback, count(m.feedback_id) AS members,
           {_hash("concat_ws('|', f.id, extract(epoch FROM f.occurred_at), m.feedback_id IS NOT NULL)")} AS ids,
           {_hash("concat(f.id, '|', f.customer_id, '|', f.channel, '|', f.region, '|', f.product, '|', f.agent)")}
               AS told
    FROM feedback f {_BATCH} LEFT JOIN problem_member m ON m.feedback_id = f.id AND m.problem_id = :problem
    WHERE {_KNOWN} AND {_IN_PERIOD}
"""  # noqa: S608
# What else a verdict depends on: orders of its windows, what auditors had read by then, and what had gone live.
AROUND = f"""
    SELECT (SELECT {_hash("concat_ws('|', o.day, o.region, o.product, o.value)")} FROM operation_figure o
            WHERE o.name = 'orders' AND o.day >= :first AND o.day <= :last) AS orders,
           (SELECT {_hash("concat_ws('|', r.item_id, r.reader, r.type, r.area)")} FROM audit_reading r
            WHERE r.read_at <= :now) AS audited,
           (SELECT {_hash("concat_ws('|', x.id, x.problem_id, x.went_live)")} FROM action x
            WHERE x.went_live <= :now) AS live
"""  # noqa: S608
# As if nothing had come since: for judging again, in a transaction that is never kept.
HIDE_LATER = (
    """UPDATE feedback f SET disposition = 'rejected' FROM batch b
       WHERE b.id = f.batch_id AND b.analysed_at > :now AND f.disposition = 'accepted'""",
    "DELETE FROM audit_reading WHERE read_at > :now",
)
VERDICTS = """
    SELECT v.id, v.action_id, a.problem_id, p.name AS problem, a.measure, a.department AS code,
           d.name AS department, a.went_live, v.attempt, v.verdict, v.sentence, v.result, v.lineage, v.computed_at
    FROM verification v JOIN action a ON a.id = v.action_id JOIN problem p ON p.id = a.problem_id
    JOIN department d ON d.code = a.department WHERE v.computed_at <= :now ORDER BY v.id
"""
DELIVERED = """
    SELECT b.id, b.rows_read, b.rows_stored, b.rows_duplicate, b.rows_near_duplicate, b.rows_rejected,
           b.rows_quarantined, b.rows_blank, b.quality_score
    FROM batch b JOIN delivery d ON d.id = b.delivery_id
    WHERE d.started_at >= :since AND d.started_at <= :read_until AND b.analysed_at <= :now ORDER BY b.id
"""
LATE = f"""
    SELECT count(*) FILTER (WHERE d.started_at > f.occurred_at + CAST(:late AS interval)) AS late, count(*) AS total,
           {_hash("concat_ws('|', f.id, d.started_at > f.occurred_at + CAST(:late AS interval))")} AS ids
    FROM feedback f {_BATCH} JOIN delivery d ON d.id = b.delivery_id WHERE {_KNOWN} AND {_IN_PERIOD}
"""  # noqa: S608
SUSPECTS = f"""
    SELECT count(*) AS suspect, {_hash("f.id::text")} AS ids FROM feedback f {_BATCH}
    WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NOT NULL AND {_IN_PERIOD}
"""  # noqa: S608
ARRIVED = f"""
    SELECT count(*) AS count FROM feedback f JOIN batch b ON b.id = f.batch_id
    WHERE {_KNOWN} AND {_IN_PERIOD} AND b.analysed_at > :from AND b.analysed_at <= :now
"""  # noqa: S608
# The names stand in every stored report as the origin of its numbers, so they stay when this file moves.
QUERIES: Mapping[str, str] = {
    "models.reporting.SAID": SAID,
    "models.reporting.ORDERS": ORDERS,
    "models.reporting.CONTACTS": CONTACTS,
    "models.reporting.CASES": CASES,
    "models.reporting.ACTIONS": ACTIONS,
    "models.reporting.PROBLEMS": PROBLEMS,
    "models.reporting.MEMBERS": MEMBERS,
    "models.reporting.SPREAD": SPREAD,
    "models.reporting.STANDING": STANDING,
    "models.reporting.BEHIND": BEHIND,
    "models.reporting.VERDICTS": VERDICTS,
    "models.reporting.DELIVERED": DELIVERED,
    "models.reporting.LATE": LATE,
    "models.reporting.SUSPECTS": SUSPECTS,
}


@dataclass(frozen=True)
class Asked:
    """Whom and when a report asks: half-open period, the period before, the moment, a department or None."""

    since: datetime
    until: datetime
    earlier: datetime
    now: datetime
    department: str | None = None
    whole: bool = False  # about all there is: rows that were read after the period count to it


def ask(session: Session, query: str, asked: Asked, **more: Any) -> list[dict[str, Any]]:
    """Run one of the queries above."""
    read_until = asked.now if asked.whole else min(asked.until, asked.now)
    values = {**vars(asked), "read_until": read_until, **more}
    return fetch(session, query, **values)


def hide_later(session: Session, now: datetime) -> None:
    """Let nothing be there that came after a moment; the transaction must not be kept."""
    for statement in HIDE_LATER:
        session.execute(text(statement), {"now": now})


def department_names(session: Session) -> dict[str, str]:
    """Return the names of all departments by code."""
    return {
        code: name for code, name in session.execute(text("SELECT code, name FROM department ORDER BY code"))
    }


def digest(rows: object) -> str:
    """Return the fingerprint of rows, or of the fingerprints of their parts."""
    return hashlib.sha256(
        json.dumps(rows, default=str, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def added(parts: Sequence[str | None]) -> str:
    """Add the fingerprints of parts: the fingerprint of the whole, however it was cut."""
    sums = [[int(number) for number in part.split(":")] for part in parts if part]
    return ":".join(str(sum(column)) for column in zip(*sums, strict=True)) if sums else ""
