"""What the root-cause view reads: a problem's spread, its days, its members, and what is told beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from voc.causes.slices import SCHEMA
from voc.quotations import Passage

# Feedback that counts: accepted, not replaced, not suspect. Times are read in China.
_COUNTS = "f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL"
_SETS = {"channel": 255, "region": 127, "product": 191, "version": 223, "agent": 111, "hour": 247,
         "weekday": 251, "segment": 253, "seen": 254}  # fmt: skip
# One pass over the feedback of the time. A person is only set against others where the same area is spoken of, for
# or against: who installs is not compared with who answers the telephone.
# Which columns a row is grouped by stands in the bits of GROUPING.
_SPREAD = f"""
    WITH alike AS (
        SELECT DISTINCT n.feedback_id FROM mention n JOIN problem p ON p.area = n.area
        WHERE p.id = :problem AND n.current
    ), said AS (
        SELECT f.channel, NULLIF(f.region, '') AS region, NULLIF(f.product, '') AS product,
               NULLIF(f.version, '') AS version, NULLIF(f.agent, '') AS agent,
               CAST(extract(hour FROM f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS int) / 3 * 3 AS hour,
               CAST(extract(isodow FROM f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS int) AS weekday,
               CAST(date_trunc('week', f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS date) AS week,
               c.value AS segment,
               CASE WHEN c.id IS NULL THEN NULL WHEN f.occurred_at <= c.first_seen_at THEN 'new' ELSE 'old' END
                   AS seen,
               (k.feedback_id IS NOT NULL)::int AS member, (a.feedback_id IS NOT NULL) AS alike
        FROM feedback f LEFT JOIN customer c ON c.id = f.customer_id
        LEFT JOIN alike a ON a.feedback_id = f.id
        LEFT JOIN problem_member k ON k.feedback_id = f.id AND k.problem_id = :problem
        WHERE {_COUNTS} AND f.occurred_at >= :since AND f.occurred_at < :until
    )
    SELECT GROUPING(region, product, version, agent, hour, weekday, segment, seen) AS bits,
           channel, week, alike, region, product, version, agent, hour, weekday, segment, seen,
           sum(member)::bigint AS members, count(*) AS total
    FROM said GROUP BY GROUPING SETS ((week, channel), (channel, region), (channel, product),
        (channel, week, version), (channel, region, alike, agent), (channel, hour), (channel, weekday),
        (channel, segment), (channel, week, seen))
"""  # noqa: S608
# Nine groupings of a million rows fit into this, but not into what PostgreSQL allows by default.
_ROOMY = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
_WITHIN = {"channel": ("week",), "version": ("channel", "week"), "agent": ("channel", "region"),
           "seen": ("channel", "week")}  # fmt: skip


def cells_of(session: Session, problem_id: int, since: datetime, until: datetime) -> pl.DataFrame:
    """Count a problem's members and all feedback of a time by every kind of slice within what it is compared in."""
    session.execute(text(_ROOMY))
    rows = session.execute(text(_SPREAD), {"problem": problem_id, "since": since, "until": until}).mappings()
    kinds = {bits: kind for kind, bits in _SETS.items()}
    cells = []
    for row in rows:
        kind = kinds[row["bits"]]
        value = row[kind]
        if value is not None and row["alike"] is not False:
            stratum = "|".join(str(row[column] or "") for column in _WITHIN.get(kind, ("channel",)))
            cells.append((kind, stratum, str(value), row["members"], row["total"]))
    return pl.DataFrame(cells, schema=SCHEMA, orient="row")


def repeats_of(session: Session, problem_id: int, since: datetime, until: datetime) -> float:
    """Return the design effect of customers who are members several times: 1 when everybody spoke once."""
    query = text(
        f"""
        SELECT CAST(sum(many * many) / NULLIF(sum(many), 0) AS double precision) FROM (
            SELECT count(*) AS many FROM problem_member k JOIN feedback f ON f.id = k.feedback_id
            WHERE k.problem_id = :problem AND {_COUNTS} AND f.occurred_at >= :since AND f.occurred_at < :until
            GROUP BY COALESCE(f.customer_id, -f.id)) said
        """  # noqa: S608
    )
    return float(session.scalar(query, {"problem": problem_id, "since": since, "until": until}) or 1.0)


@dataclass(frozen=True)
class Days:
    """Columns of one value a day from `first` on: members, all feedback, and orders (nan where unknown)."""

    first: date
    members: list[int]
    total: list[int]
    orders: list[float]


def days_of(session: Session, problem_id: int, figure: str) -> Days | None:
    """Count a problem's members, all feedback and a figure for every day that has feedback between first and last."""
    query = text(
        f"""
        WITH counted AS (
            SELECT CAST(f.occurred_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
                   count(k.feedback_id) AS members, count(*) AS total
            FROM feedback f LEFT JOIN problem_member k ON k.feedback_id = f.id AND k.problem_id = :problem
            WHERE {_COUNTS} GROUP BY 1
        ), traded AS (
            SELECT day, sum(value) AS value FROM operation_figure WHERE name = :figure GROUP BY day
        )
        SELECT CAST(d AS date) AS day, COALESCE(c.members, 0) AS members, COALESCE(c.total, 0) AS total,
               t.value AS orders
        FROM generate_series((SELECT min(day) FROM counted), (SELECT max(day) FROM counted), '1 day') d
        LEFT JOIN counted c ON c.day = CAST(d AS date) LEFT JOIN traded t ON t.day = CAST(d AS date) ORDER BY 1
        """  # noqa: S608
    )
    rows = session.execute(query, {"problem": problem_id, "figure": figure}).all()
    if not rows:
        return None
    orders = [float("nan") if row.orders is None else float(row.orders) for row in rows]
    return Days(rows[0].day, [row.members for row in rows], [row.total for row in rows], orders)


def known_figure(session: Session) -> str:
    """Return the figure rates are set against: orders, else contacts, else nothing."""
    query = text(
        """SELECT name FROM operation_figure WHERE name IN ('orders', 'contacts') AND value > 0
           ORDER BY name DESC LIMIT 1"""
    )
    return str(session.scalar(query) or "")


def traded_by(session: Session, problem_id: int, column: str, figure: str) -> list[tuple[str, int, float]]:
    """List (value, members, figure) of each product or region over the days that have the figure."""
    if column not in ("product", "region"):
        raise ValueError(column)
    query = text(
        f"""
        WITH traded AS (
            SELECT {column} AS value, sum(value) AS amount, min(day) AS first, max(day) AS last
            FROM operation_figure WHERE name = :figure AND {column} <> '' GROUP BY 1
        ), span AS (SELECT min(first) AS first, max(last) AS last FROM traded), said AS (
            SELECT f.{column} AS value, count(*) AS members FROM problem_member k
            JOIN feedback f ON f.id = k.feedback_id
            WHERE k.problem_id = :problem AND {_COUNTS} AND f.occurred_at
                >= (SELECT CAST(first AS timestamp) AT TIME ZONE 'Asia/Shanghai' FROM span) AND f.occurred_at
                < (SELECT CAST(last + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai' FROM span) GROUP BY 1
        )
        SELECT value, COALESCE(members, 0), amount FROM traded LEFT JOIN said USING (value) ORDER BY value
        """  # noqa: S608
    )
    rows = session.execute(query, {"problem": problem_id, "figure": figure})
    return [(value, int(members), float(amount)) for value, members, amount in rows]


def head_of(session: Session, problem_id: int) -> dict[str, Any] | None:
    """Read what a problem is, with its owner and the times and number of its members."""
    query = text(
        f"""
        SELECT p.id, p.name, COALESCE(p.issue, p.about, '') AS issue, p.area, p.state, p.round, p.root_cause,
               p.dimension, d.name AS department, d.owner, min(f.occurred_at) AS first_seen,
               max(f.occurred_at) AS last_seen, count(f.id) AS count,
               count(DISTINCT COALESCE(f.customer_id, -f.id)) AS customers
        FROM problem p JOIN department d ON d.code = p.department
        LEFT JOIN problem_member k ON k.problem_id = p.id
        LEFT JOIN feedback f ON f.id = k.feedback_id AND {_COUNTS}
        WHERE p.id = :problem GROUP BY p.id, d.code
        """  # noqa: S608
    )
    row = session.execute(query, {"problem": problem_id}).mappings().first()
    return dict(row) if row else None


@dataclass(frozen=True)
class Member:
    """One member: its masked words, the place that shows the problem, and its slices."""

    passage: Passage
    slices: dict[str, str]


def members_of(session: Session, problem_id: int) -> list[Member]:
    """Read the members of a problem, the surest first."""
    query = text(
        f"""
        SELECT f.id, f.text, n.confidence, COALESCE(n.span_start, 0) AS a, COALESCE(n.span_end, 0) AS b,
               f.channel, f.region, f.product,
               f.version, f.agent, CAST(c.value AS text) AS segment,
               CAST(CAST(extract(hour FROM f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS int) / 3 * 3 AS text) AS hour,
               CAST(CAST(extract(isodow FROM f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS int) AS text) AS weekday
        FROM problem_member k JOIN feedback f ON f.id = k.feedback_id
        LEFT JOIN mention n ON n.id = k.mention_id LEFT JOIN customer c ON c.id = f.customer_id
        WHERE k.problem_id = :problem AND {_COUNTS}
        """  # noqa: S608
    )
    names = ("channel", "region", "product", "version", "agent", "segment", "hour", "weekday")
    # Sorted here: the database would write the texts of a large problem to disk for it.
    rows = session.execute(query, {"problem": problem_id}).all()
    return [
        Member(Passage(row.text, row.a, row.b), {k: v for k in names if (v := getattr(row, k)) is not None})
        for row in sorted(rows, key=lambda row: (-(row.confidence or 0.0), abs(len(row.text) - 40), row.id))
    ]


def told_beside(
    session: Session, problem_id: int, most: int = 5
) -> list[tuple[str, int, tuple[Passage, ...]]]:
    """Count the other issues the members complain of, with some passages each; commonest first."""
    query = text(
        f"""
        SELECT issue, many, text, span_start, span_end FROM (
            SELECT n.issue, f.text, n.span_start, n.span_end, count(*) OVER (PARTITION BY n.issue) AS many,
                   row_number() OVER (PARTITION BY n.issue
                                      ORDER BY n.confidence DESC, abs(length(f.text) - 40), f.id) AS place
            FROM problem_member k JOIN feedback f ON f.id = k.feedback_id
            JOIN mention n ON n.feedback_id = f.id AND n.current AND n.polarity = -1
            JOIN problem p ON p.id = k.problem_id
            WHERE k.problem_id = :problem AND n.issue <> COALESCE(p.issue, p.about, '') AND {_COUNTS}) ranked
        WHERE place <= :most ORDER BY many DESC, issue, place
        """  # noqa: S608
    )
    found: dict[str, tuple[int, list[Passage]]] = {}
    for row in session.execute(query, {"problem": problem_id, "most": most}):
        found.setdefault(row.issue, (row.many, []))[1].append(Passage(row.text, row.span_start, row.span_end))
    return [(issue, many, tuple(passages)) for issue, (many, passages) in found.items()]


PARETO = {
    "problem": ("CAST(p.id AS text)", "p.name"),
    "department": ("d.code", "d.name"),
    "issue": ("n.issue", "n.issue"),
    "area": ("n.area", "n.area"),
}


def counted_by(
    session: Session, by: str, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Count complaints and customers by problem, department, issue or area, with the issue and area of each part."""
    key, name = PARETO[by]
    source = (
        """problem_member k JOIN problem p ON p.id = k.problem_id AND p.merged_into IS NULL
           AND p.state <> 'dismissed' AND (p.kind = 'issue' OR p.state <> 'detected')
           JOIN department d ON d.code = p.department JOIN feedback f ON f.id = k.feedback_id"""
        if by in ("problem", "department")
        else "mention n JOIN feedback f ON f.id = n.feedback_id AND n.current AND n.polarity = -1"
    )
    issue, area = (
        ("COALESCE(p.issue, p.about, '')", "p.area")
        if by in ("problem", "department")
        else ("n.issue", "n.area")
    )
    query = text(
        f"""
        WITH said AS (
            SELECT {key} AS key, {name} AS name, {issue} AS issue, {area} AS area, f.id,
                   COALESCE(f.customer_id, -f.id) AS customer
            FROM {source} WHERE {_COUNTS}
              AND f.occurred_at >= COALESCE(CAST(:since AS timestamptz), '-infinity')
              AND f.occurred_at < COALESCE(CAST(:until AS timestamptz), 'infinity')
        ), whole AS (
            SELECT key, min(name) AS name, count(DISTINCT id) AS count, count(DISTINCT customer) AS customers
            FROM said GROUP BY key
        ), part AS (
            SELECT key, jsonb_agg(jsonb_build_array(issue, area, many)) AS parts FROM (
                SELECT key, issue, area, count(DISTINCT id) AS many FROM said GROUP BY 1, 2, 3) s GROUP BY key
        )
        SELECT key, name, count, customers, parts FROM whole JOIN part USING (key) ORDER BY count DESC, key
        """  # noqa: S608
    )
    return [dict(row) for row in session.execute(query, {"since": since, "until": until}).mappings()]


def find_problems(session: Session, words: str) -> list[tuple[int, str]]:
    """List (number, name) of the problems whose name holds these words."""
    query = text("SELECT id, name FROM problem WHERE position(:words in name) > 0 ORDER BY id")
    return [(id_, name) for id_, name in session.execute(query, {"words": words})]


def pages_due(session: Session) -> dict[int, str]:
    """List the problems a page is written of, with a fingerprint of the evidence of each.

    Those with members that are confirmed, not dismissed or merged away. The evidence is the members, what was
    decided about the problem, and what is known of changes in the business.
    """
    query = text(
        f"""
        SELECT p.id, md5(concat_ws('|', p.name, p.state, p.round, p.root_cause, p.dimension, p.department,
                   count(*), sum(hashtextextended(k.feedback_id::text, 1)::numeric),
                   (SELECT concat(count(*), ':', max(id)) FROM business_event))) AS evidence
        FROM problem p JOIN problem_member k ON k.problem_id = p.id
        JOIN feedback f ON f.id = k.feedback_id AND {_COUNTS}
        WHERE p.merged_into IS NULL AND p.state NOT IN ('detected', 'dismissed') GROUP BY p.id ORDER BY p.id
        """  # noqa: S608
    )
    return {row.id: row.evidence for row in session.execute(query)}
