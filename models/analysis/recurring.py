"""Complaints by issue and day: what was counted once is not counted again, however long the history.

Of each day and issue all complaints are counted, and the first MOST are kept with moment and customer: a
priority is full long before, so the rest would change no level.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import chain
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.loading import stage_frame

EVERYTHING = ""  # the "issue" under which all accepted feedback of a day is counted
MOST = 32
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "issue": pl.String, "day": pl.Date, "events": pl.Int64, "moments": pl.List(pl.Int64),
    "customers": pl.List(pl.Int64),
}  # fmt: skip
_COMPLAINTS = """
    SELECT issue, day, count(*) AS events, (array_agg(moment ORDER BY moment, customer))[1:32] AS moments,
           (array_agg(customer ORDER BY moment, customer))[1:32] AS customers
    FROM (SELECT m.issue, (f.occurred_at AT TIME ZONE 'UTC')::date AS day,
                 extract(epoch FROM f.occurred_at)::bigint AS moment, COALESCE(f.customer_id, -f.id) AS customer
          FROM mention m JOIN feedback f ON f.id = m.feedback_id
          WHERE m.polarity = -1 AND m.current AND f.superseded_by IS NULL AND f.suspect IS NULL
            AND (CAST(:issues AS text[]) IS NULL OR m.issue = ANY(:issues))
            AND (CAST(:first AS timestamptz) IS NULL OR f.occurred_at >= :first)) complaint
    GROUP BY issue, day
"""
_EVERYTHING = """
    SELECT '', (occurred_at AT TIME ZONE 'UTC')::date, count(*), CAST('{}' AS bigint[]), CAST('{}' AS bigint[])
    FROM feedback WHERE disposition = 'accepted' AND superseded_by IS NULL AND suspect IS NULL GROUP BY 2
"""


def count_again(session: Session) -> None:
    """Count all complaints anew; needed when history was coded anew."""
    session.execute(text("DELETE FROM issue_day"))
    insert = "INSERT INTO issue_day (issue, day, events, moments, customers)"
    session.execute(text(f"{insert} {_COMPLAINTS} UNION ALL {_EVERYTHING}"), {"issues": None, "first": None})


def recounted(session: Session, issues: Sequence[str], first: date, last: date) -> pl.DataFrame:
    """Count complaints from the mentions themselves, as `counted` returns them; slow, for coding history anew."""
    since = datetime.combine(first, time(), UTC)
    rows = session.execute(text(_COMPLAINTS), {"issues": list(issues), "first": since}).all()
    return _frame(rows).filter(pl.col("day") <= last)


def counted(session: Session, issues: Sequence[str], first: date, last: date) -> pl.DataFrame:
    """Read what is counted for some issues from day to day, with the columns of SCHEMA."""
    query = text(
        """SELECT issue, day, events, moments, customers FROM issue_day
           WHERE issue = ANY(:issues) AND day BETWEEN :first AND :last"""
    )
    rows = session.execute(query, {"issues": list(issues), "first": first, "last": last}).all()
    return _frame(rows)


def _frame(rows: Sequence[Any]) -> pl.DataFrame:
    # The lists are laid end to end: polars takes ten times as long to read a list of lists.
    if not rows:
        return pl.DataFrame(schema=SCHEMA)
    issue, day, events, *lists = zip(*(tuple(row) for row in rows), strict=True)
    lengths = np.fromiter(map(len, lists[0]), dtype=np.int64, count=len(rows))
    flat = [np.fromiter(chain.from_iterable(column), dtype=np.int64, count=lengths.sum()) for column in lists]
    place = pl.Series("place", np.repeat(np.arange(len(rows)), lengths))
    told = pl.DataFrame([place, pl.Series("moments", flat[0]), pl.Series("customers", flat[1])])
    days = pl.DataFrame(
        {"place": np.arange(len(rows)), "issue": issue, "day": day, "events": events},
        schema_overrides=SCHEMA,
    )
    listed = told.group_by("place", maintain_order=True).agg("moments", "customers")
    none = pl.lit([], dtype=pl.List(pl.Int64))
    joined = days.join(listed, on="place", how="left", maintain_order="left")
    return joined.with_columns(pl.col("moments", "customers").fill_null(none)).select(*SCHEMA)


def added(before: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Add complaints (issue, day, moment, customer) to what was counted before."""
    totals = pl.concat(
        [before.select("issue", "day", "events"), new.select("issue", "day", events=pl.lit(1, pl.Int64))]
    )
    kept = before.select(
        "issue", "day", pl.col("moments").alias("moment"), pl.col("customers").alias("customer")
    )
    listed = kept.filter(pl.col("moment").list.len() > 0).explode("moment", "customer")
    first = pl.concat(
        [listed, new.select("issue", "day", "moment", "customer").filter(pl.col("issue") != EVERYTHING)]
    )
    ordered = first.sort("issue", "day", "moment", "customer").group_by("issue", "day", maintain_order=True)
    lists = ordered.agg(
        pl.col("moment").head(MOST).alias("moments"), pl.col("customer").head(MOST).alias("customers")
    )
    whole = totals.group_by("issue", "day").agg(pl.sum("events")).join(lists, on=["issue", "day"], how="left")
    none = pl.lit([], dtype=pl.List(pl.Int64))
    return whole.with_columns(pl.col("moments", "customers").fill_null(none)).select(*SCHEMA)


def keep(session: Session, days: pl.DataFrame) -> None:
    """Write counts down in place of those known so far; the caller holds the lock of analysing."""
    if days.is_empty():
        return
    arrays = [_array(name) for name in ("moments", "customers")]
    stage_frame(session, "staged_day", "issue_day", days.sort("issue", "day").with_columns(*arrays))
    session.execute(
        text(
            """
            INSERT INTO issue_day (issue, day, events, moments, customers)
            SELECT issue, day, events, moments, customers FROM pg_temp.staged_day
            ON CONFLICT (issue, day) DO UPDATE SET events = excluded.events, moments = excluded.moments,
                customers = excluded.customers
            """
        )
    )


def _array(name: str) -> pl.Expr:
    joined = pl.col(name).cast(pl.List(pl.String)).list.join(",")
    return pl.concat_str(pl.lit("{"), joined, pl.lit("}")).alias(name)


def count_one(session: Session, feedback: int, issue: str) -> None:
    """Add a complaint that was found later to the count of its day."""
    query = text(
        """
        INSERT INTO issue_day (issue, day, events, moments, customers)
        SELECT :issue, (occurred_at AT TIME ZONE 'UTC')::date, 1, ARRAY[extract(epoch FROM occurred_at)::bigint],
               ARRAY[COALESCE(customer_id, -id)] FROM feedback WHERE id = :feedback
        ON CONFLICT (issue, day) DO UPDATE SET events = issue_day.events + 1, (moments, customers) = (
            SELECT (array_agg(u.moment ORDER BY u.moment, u.customer))[1:32],
                   (array_agg(u.customer ORDER BY u.moment, u.customer))[1:32]
            FROM unnest(issue_day.moments || excluded.moments, issue_day.customers || excluded.customers)
                 AS u(moment, customer))
        """
    )
    session.execute(query, {"issue": issue, "feedback": feedback})


def uncount(session: Session, feedback: str) -> None:
    """Take feedback (an array literal of ids) out of the count that a later version has replaced."""
    session.execute(text(_UNCOUNT), {"ids": feedback})


_UNCOUNT = """
    WITH gone AS (
        SELECT m.issue, (f.occurred_at AT TIME ZONE 'UTC')::date AS day, count(*) AS events,
               array_agg(COALESCE(f.customer_id, -f.id)) AS customers
        FROM mention m JOIN feedback f ON f.id = m.feedback_id
        WHERE f.id = ANY(CAST(:ids AS bigint[])) AND m.polarity = -1 AND m.current GROUP BY 1, 2
        UNION ALL
        SELECT '', (occurred_at AT TIME ZONE 'UTC')::date, count(*), '{}' FROM feedback
        WHERE id = ANY(CAST(:ids AS bigint[])) AND disposition = 'accepted' GROUP BY 2)
    UPDATE issue_day d SET events = GREATEST(d.events - gone.events, 0), (moments, customers) = (
        SELECT COALESCE(array_agg(u.moment ORDER BY u.place), '{}'),
               COALESCE(array_agg(u.customer ORDER BY u.place), '{}')
        FROM unnest(d.moments, d.customers) WITH ORDINALITY AS u(moment, customer, place)
        WHERE u.customer <> ALL(gone.customers))
    FROM gone WHERE d.issue = gone.issue AND d.day = gone.day
"""
