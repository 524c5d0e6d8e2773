# ruff: noqa: S608  (queries are put together from constants of this file; values travel as parameters)
"""Queries of the series that are watched: counts by day of Asia/Shanghai, and the feedback behind a count.

Only accepted feedback counts that no later version replaced and nobody suspects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Row, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.alarm import Watch, WatchedBatch
from models.schema.intake import Batch
from voc.alarms.events import EventPolicy
from voc.alarms.series import ALL, parts

SLICED = ("product", "region", "channel", "source")  # dimensions that have series of their own
ZONE = "Asia/Shanghai"
ENOUGH = 20  # pieces of feedback that make a usual amount
_SAID = f"""
    SELECT f.id, (f.occurred_at AT TIME ZONE '{ZONE}')::date AS day, f.product, f.region, f.channel, f.version,
           src.title AS source, COALESCE(f.customer_id, -f.id) AS customer, a.severity, a.areas, a.sentiment,
           (a.type = 'complaint' OR COALESCE(a.tone = 'negative', false)) AS negative
    FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current JOIN source src ON src.id = f.source_id
    WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
"""
_WHAT = f"""
    SELECT id, '{ALL}' AS what FROM said WHERE negative
    UNION ALL
    SELECT DISTINCT s.id, 'area:' || (o ->> 'area') FROM said s CROSS JOIN LATERAL jsonb_array_elements(
        CASE WHEN jsonb_typeof(s.areas) = 'array' THEN s.areas ELSE '[]' END) o
    WHERE s.negative AND CAST(o ->> 'sentiment' AS float) < 0
    UNION ALL
    SELECT s.id, 'issue:' || m.issue FROM said s JOIN mention m ON m.feedback_id = s.id
    WHERE m.current AND m.polarity = -1
"""


def unwatched(session: Session) -> list[int]:
    """List the analysed batches that no walk has seen yet."""
    seen = select(WatchedBatch.batch_id)
    query = select(Batch.id).where(Batch.state == "analysed", Batch.id.not_in(seen)).order_by(Batch.id)
    return list(session.scalars(query))


def mark_watched(session: Session, batches: Sequence[int], until: date, now: datetime) -> None:
    """Note what was looked at, and up to which day."""
    if batches:
        rows = [{"batch_id": batch, "watched_at": now} for batch in batches]
        session.execute(insert(WatchedBatch), rows)
    known = looked_until(session)
    session.execute(delete(Watch))
    session.execute(upsert(Watch).values(id=1, looked_until=max(until, known or until)))


def looked_until(session: Session) -> date | None:
    """Return the last day that was looked at, none before the first walk."""
    return session.scalar(select(func.max(Watch.looked_until)))


def days_of(session: Session, batches: Sequence[int]) -> set[date]:
    """List the days on which the feedback of some batches falls."""
    query = text(
        f"""SELECT DISTINCT (occurred_at AT TIME ZONE '{ZONE}')::date FROM feedback
            WHERE batch_id = ANY(:batches) AND disposition = 'accepted'"""
    )
    return set(session.scalars(query, {"batches": list(batches)}))


def daily_counts(session: Session, least: int, since: date) -> pl.DataFrame:
    """Count every series by day (series, day, count); slices with fewer than `least` since then are left out."""
    kinds = ", ".join(f"('{kind}', {kind})" for kind in SLICED)
    query = text(
        f"""
        WITH said AS ({_SAID} AND f.occurred_at >= CAST(:since AS date)::timestamp AT TIME ZONE '{ZONE}'),
        what AS ({_WHAT}),
        rolled AS (SELECT what, day, {", ".join(SLICED)}, count(*) AS n
                   FROM what JOIN said USING (id) GROUP BY what, day, {", ".join(SLICED)}),
        sliced AS (SELECT what, day, kind, value, n FROM rolled
                   CROSS JOIN LATERAL (VALUES ('', ''), {kinds}) AS v(kind, value)
                   WHERE kind = '' OR value <> ''),
        large AS (SELECT what, kind, value FROM sliced GROUP BY 1, 2, 3 HAVING kind = '' OR sum(n) >= :least)
        SELECT what || CASE kind WHEN '' THEN '' ELSE '|' || kind || ':' || value END AS series, day,
               sum(n)::bigint AS count
        FROM sliced JOIN large USING (what, kind, value) GROUP BY 1, 2
        """
    )
    return _frame(
        session,
        query,
        {"least": least, "since": since},
        {"series": pl.String, "day": pl.Date, "count": pl.Int64},
    )


def births(session: Session) -> dict[tuple[str, str], date]:
    """Return the day of the first accepted feedback of each slice (kind, value)."""
    # One pass for all kinds; which column a row is grouped by stands in the bits of GROUPING.
    query = text(
        f"""SELECT GROUPING(f.product, f.region, f.channel, s.title), COALESCE(f.product, f.region, f.channel, s.title),
                   (min(f.occurred_at) AT TIME ZONE '{ZONE}')::date
            FROM feedback f JOIN source s ON s.id = f.source_id
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
            GROUP BY GROUPING SETS ((f.product), (f.region), (f.channel), (s.title))"""
    )
    kinds = {0b1111 ^ 1 << place: kind for place, kind in enumerate(reversed(SLICED))}
    return {(kinds[bits], value): day for bits, value, day in session.execute(query) if value}


def everything(session: Session) -> pl.DataFrame:
    """Count all feedback of each source by day (source, day, count), whatever became of it."""
    query = text(
        f"""SELECT s.title, (f.occurred_at AT TIME ZONE '{ZONE}')::date, count(*)
            FROM feedback f JOIN source s ON s.id = f.source_id GROUP BY 1, 2"""
    )
    return _frame(session, query, {}, {"source": pl.String, "day": pl.Date, "count": pl.Int64})


def fed(session: Session) -> set[str]:
    """List the sources that were read more than once and do not rest: of a single file nobody expects more."""
    query = text(
        """SELECT s.title FROM delivery d JOIN source s ON s.id = d.source_id AND s.paused_at IS NULL
           GROUP BY s.title HAVING count(DISTINCT d.fingerprint) > 1"""
    )
    return set(session.scalars(query))


def urgent_words(session: Session) -> pl.DataFrame:
    """List feedback that speaks of harm or an outage (id, day, customer), oldest first."""
    query = text(
        f"WITH said AS ({_SAID}) SELECT id, day, customer FROM said WHERE severity = 2 ORDER BY day, id"
    )
    return _frame(session, query, {}, {"id": pl.Int64, "day": pl.Date, "customer": pl.Int64})


def spoken(session: Session, first: date, last: date, most: int) -> pl.DataFrame:
    """Read negative feedback (id, day, customer, text) by day, of each day at most so many."""
    query = text(
        f"""WITH said AS ({_SAID} {_DURING}),
            placed AS (SELECT id, day, customer, row_number() OVER (PARTITION BY day ORDER BY id) AS place
                       FROM said WHERE negative)
            SELECT p.id, p.day, p.customer, f.text FROM placed p JOIN feedback f USING (id)
            WHERE place <= :most ORDER BY p.day, p.id"""
    )
    schema = {"id": pl.Int64, "day": pl.Date, "customer": pl.Int64, "text": pl.String}
    return _frame(session, query, {"first": first, "last": last, "most": most}, schema)


def heard(session: Session, first: date, last: date, policy: EventPolicy, *, paired: bool) -> list[Row[Any]]:
    """Read the negative feedback of groups of which enough was said within days, in order of time.

    Only of customers who are known, since one who says it again in other words would be several, and only of those
    who surely complain. Paired: also groups of which so few spoke as are enough where little is said.
    """
    query = text(
        f"""WITH said AS ({_SAID} {_DURING}),
            grouped AS (SELECT s.id, s.day, s.customer, r.group_id, r.at, r.product, r.region, r.signs
                        FROM said s JOIN registry_member r ON r.feedback_id = s.id
                        WHERE s.negative AND s.sentiment <= :clear AND s.customer > 0 AND r.group_id IS NOT NULL),
            gaps AS (SELECT group_id, at - lag(at, CAST(:least - 1 AS integer)) OVER spoken AS gap,
                            at - lag(at, CAST(:few - 1 AS integer)) OVER spoken AS short
                     FROM grouped WINDOW spoken AS (PARTITION BY group_id ORDER BY at, id))
            SELECT g.id, g.day, g.customer, g.group_id, g.at, g.product, g.region, g.signs, f.text
            FROM grouped g JOIN feedback f USING (id)
            WHERE g.group_id IN (SELECT group_id FROM gaps WHERE gap <= :window * 86400
                                 OR (:paired AND short <= :soon * 86400)) ORDER BY g.at, g.id"""
    )
    limits = {name: getattr(policy, name) for name in ("least", "window", "few", "soon", "clear")}
    return list(session.execute(query, {"first": first, "last": last, "paired": paired, **limits}))


def _frame(session: Session, query: Any, values: dict[str, Any], schema: dict[str, Any]) -> pl.DataFrame:
    rows = [tuple(row) for row in session.execute(query, values)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def members(session: Session, series: str, first: date, last: date) -> tuple[NDArray[np.int64], list[date]]:
    """List the feedback that a series counts from day to day: ids and their days."""
    rows = session.execute(
        text(f"WITH said AS ({_SAID} {_DURING}) SELECT id, day FROM said {_of(series)} ORDER BY day, id"),
        _values(series, first, last),
    ).all()
    return np.array([row.id for row in rows], dtype=np.int64), [row.day for row in rows]


# Midnights as instants, so that the index on the moment is used.
_DURING = f"""
    AND f.occurred_at >= CAST(:first AS date)::timestamp AT TIME ZONE '{ZONE}'
    AND f.occurred_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE '{ZONE}'
"""


def _of(series: str) -> str:
    """Write the condition on `said` that a series stands for; values travel as parameters."""
    what, kind, _ = parts(series)
    within = f"AND {kind} = :value" if kind in SLICED else ""
    if what == ALL:
        return f"WHERE negative {within}"
    if what.startswith("area:"):
        return f"""WHERE negative {within} AND EXISTS (SELECT 1 FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(areas) = 'array' THEN areas ELSE '[]' END) o
            WHERE o ->> 'area' = :code AND CAST(o ->> 'sentiment' AS float) < 0)"""
    return f"""WHERE EXISTS (SELECT 1 FROM mention m WHERE m.feedback_id = said.id AND m.current
        AND m.polarity = -1 AND m.issue = :code) {within}"""


def _values(series: str, first: date, last: date) -> dict[str, Any]:
    what, _, value = parts(series)
    return {"first": first, "last": last, "value": value, "code": what.partition(":")[2]}


@dataclass(frozen=True)
class Voice:
    """A feedback behind an alarm: its masked words, and where the issue is spoken of."""

    id: int
    text: str
    start: int
    end: int


def voices(session: Session, ids: Sequence[int], issue: str | None) -> list[Voice]:
    """Read the words of some feedback, and the place that speaks of an issue where there is one."""
    query = text(
        """
        SELECT f.id, f.text, COALESCE(m.span_start, 0) AS start, COALESCE(m.span_end, 0) AS "end"
        FROM feedback f LEFT JOIN mention m ON m.feedback_id = f.id AND m.current AND m.polarity = -1
             AND m.issue = :issue WHERE f.id = ANY(:ids) ORDER BY f.id
        """
    )
    return [Voice(*row) for row in session.execute(query, {"ids": list(ids), "issue": issue})]


def issues_of(session: Session, ids: Sequence[int]) -> list[tuple[str, int]]:
    """Count the issues that some feedback complains of, most first."""
    query = text(
        """SELECT issue, count(*) FROM mention WHERE feedback_id = ANY(:ids) AND current AND polarity = -1
           GROUP BY 1 ORDER BY 2 DESC, 1"""
    )
    return [(issue, count) for issue, count in session.execute(query, {"ids": list(ids)})]


def words_before(session: Session, first: date, last: date, most: int) -> list[str]:
    """Read the words of negative feedback of earlier days, the latest ones when there are too many."""
    query = text(
        f"""WITH said AS ({_SAID} {_DURING}) SELECT f.text FROM said JOIN feedback f USING (id)
            WHERE negative ORDER BY id DESC LIMIT :most"""
    )
    return list(session.scalars(query, {"first": first, "last": last, "most": most}))


def cells(session: Session, ids: Sequence[int], first: date, last: date) -> pl.DataFrame:
    """Count by slice the given feedback and all feedback of the same days, as `voc.causes.slices.lifts` wants it."""
    query = text(
        f"""
        WITH said AS ({_SAID} {_DURING})
        SELECT kind, '' AS stratum, value, count(*) FILTER (WHERE id = ANY(:ids))::bigint, count(*)::bigint
        FROM said CROSS JOIN LATERAL (VALUES ('product', product), ('region', region), ('channel', channel),
             ('version', version)) AS v(kind, value)
        WHERE value <> '' GROUP BY 1, 2, 3
        """
    )
    schema = {
        "kind": pl.String,
        "stratum": pl.String,
        "value": pl.String,
        "members": pl.Int64,
        "total": pl.Int64,
    }
    return _frame(session, query, {"ids": list(ids), "first": first, "last": last}, schema)


def volume(session: Session, first: date, last: date) -> float:
    """Return how much feedback that is not negative the days gave, as a multiple of the four weeks before; else 1."""
    query = text(
        f"""
        WITH said AS ({_SAID} AND f.occurred_at >= (CAST(:first AS date) - 28)::timestamp AT TIME ZONE '{ZONE}'
            AND f.occurred_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE '{ZONE}'),
        daily AS (SELECT day, count(*) FILTER (WHERE NOT negative) AS n FROM said GROUP BY 1)
        SELECT COALESCE(sum(n) FILTER (WHERE day >= :first), 0), sum(n) FILTER (WHERE day < :first),
               CAST(:first AS date) - min(day) FROM daily
        """
    )
    during, before, days = session.execute(query, {"first": first, "last": last}).one()
    if (before or 0) < ENOUGH:
        return 1.0
    return round(float(during) / ((last - first).days + 1) / (float(before) / float(days)), 2)
