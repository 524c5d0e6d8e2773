"""Queries of proving: daily observations of a problem, contracts, verifications that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.schema.loop import Action
from models.schema.proof import Contract, Verification

# What counts as a complaint of a problem: mentions of its issue as one reading has them, or its members. What came
# with events that turned out to recur does not: one reading must count the weeks before and after alike.
COMPLAINTS = """
    complaint AS (
        SELECT m.feedback_id FROM mention m JOIN annotation a ON a.id = m.annotation_id
        JOIN problem p ON p.issue = m.issue
        WHERE COALESCE(p.merged_into, p.id) = :problem AND m.polarity = -1
          AND CASE WHEN CAST(:model AS text) IS NULL THEN a.current
                   ELSE a.model_version = :model AND a.taxonomy_version = :taxonomy END
          AND NOT EXISTS (SELECT 1 FROM problem c JOIN problem_member k ON k.problem_id = COALESCE(c.merged_into, c.id)
                          WHERE c.parent_id = :problem AND k.problem_id <> :problem AND k.feedback_id = m.feedback_id)
        UNION
        SELECT feedback_id FROM problem_member
        WHERE problem_id = :problem AND method NOT IN ('rule:issue', 'rule:lasting')
    )
"""
# Numerator: customers who spoke of the problem that day. Denominator: accepted feedback. Exposure: orders.
# Days are cast to timestamp: a date before AT TIME ZONE would be taken for midnight in the server's own zone.
OBSERVE = f"""
    INSERT INTO metric_observation (metric, day, slice, numerator, denominator, exposure)
    WITH {COMPLAINTS}, said AS (
        SELECT CAST(f.occurred_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, f.channel,
               COALESCE(f.customer_id, -f.id) AS customer, (m.feedback_id IS NOT NULL) AS member
        FROM feedback f
        LEFT JOIN complaint m ON m.feedback_id = f.id
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
          AND f.occurred_at >= CAST(:since AS timestamp) AT TIME ZONE 'Asia/Shanghai'
          AND f.occurred_at < (CAST(:until AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
    ), counted AS (
        SELECT day, COALESCE('channel:' || channel, 'all') AS slice,
               count(DISTINCT customer) FILTER (WHERE member) AS numerator, count(*) AS denominator
        FROM said GROUP BY GROUPING SETS ((day), (day, channel))
    ), days AS (
        SELECT CAST(d AS date) AS day FROM generate_series(CAST(:since AS date), CAST(:until AS date), '1 day') d
    ), traded AS (
        SELECT day, sum(value) AS orders FROM operation_figure
        WHERE name = 'orders' AND day BETWEEN :since AND :until GROUP BY day
    )
    SELECT :metric, COALESCE(c.day, d.day), COALESCE(c.slice, 'all'), COALESCE(c.numerator, 0),
           COALESCE(c.denominator, 0), CASE WHEN COALESCE(c.slice, 'all') = 'all' THEN t.orders END
    FROM days d LEFT JOIN counted c USING (day) LEFT JOIN traded t ON t.day = d.day
    ON CONFLICT (metric, day, slice) DO UPDATE SET numerator = excluded.numerator,
        denominator = excluded.denominator, exposure = excluded.exposure
"""  # noqa: S608  (a constant of this file)
# A channel that nobody is left in would keep what was once counted there.
EMPTIED = """
    UPDATE metric_observation SET numerator = 0, denominator = 0
    WHERE metric = :metric AND slice <> 'all' AND day BETWEEN :since AND :until
"""


@dataclass(frozen=True)
class Daily:
    """Columns of one value per day, all of length n: days, customers complaining, feedback, orders (nan: unknown)."""

    days: list[date]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    exposure: NDArray[np.float64]

    def between(self, days: Sequence[date]) -> Daily:
        """Keep the given days only."""
        wanted = set(days)
        kept = np.array([day in wanted for day in self.days], dtype=bool)
        return Daily(
            [day for day in self.days if day in wanted],
            self.numerator[kept],
            self.denominator[kept],
            self.exposure[kept],
        )


def metric_of(problem_id: int) -> str:
    """Name the complaint metric of a problem."""
    return f"problem:{problem_id}"


@dataclass(frozen=True)
class Reading:
    """One model and one taxonomy by which feedback was read."""

    model: str
    taxonomy: str


def readings(session: Session, since: date, until: date) -> list[Reading] | None:
    """List the readings that cover all accepted feedback between two days, newest first; None: no feedback."""
    query = text(
        """
        WITH said AS (
            SELECT id FROM feedback WHERE disposition = 'accepted' AND superseded_by IS NULL AND suspect IS NULL
              AND occurred_at >= CAST(:since AS timestamp) AT TIME ZONE 'Asia/Shanghai'
              AND occurred_at < (CAST(:until AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
        )
        SELECT a.model_version AS model, a.taxonomy_version AS taxonomy,
               count(*) = (SELECT count(*) FROM said) AS whole
        FROM said JOIN annotation a ON a.feedback_id = said.id GROUP BY 1, 2 ORDER BY max(a.id) DESC
        """
    )
    rows = session.execute(query, {"since": since, "until": until}).all()
    return [Reading(row.model, row.taxonomy) for row in rows if row.whole] if rows else None


def observe(
    session: Session, problem_id: int, since: date, until: date, reading: Reading | None = None
) -> Daily:
    """Bring the observations of a problem up to date between two days and return them.

    All days are counted by the given reading; by what is current when none is given.
    """
    values = {"problem": problem_id, "metric": metric_of(problem_id), "since": since, "until": until,
              "model": reading.model if reading else None,
              "taxonomy": reading.taxonomy if reading else None}  # fmt: skip
    session.execute(text(EMPTIED), values)
    session.execute(text(OBSERVE), values)
    query = text(
        """
        SELECT day, numerator, denominator, exposure FROM metric_observation
        WHERE metric = :metric AND slice = 'all' AND day BETWEEN :since AND :until ORDER BY day
        """
    )
    rows = session.execute(query, values).all()
    columns = np.array(
        [[r.numerator, r.denominator, np.nan if r.exposure is None else r.exposure] for r in rows]
    )
    columns = columns.reshape(-1, 3).astype(np.float64)
    return Daily([r.day for r in rows], columns[:, 0], columns[:, 1], columns[:, 2])


def first_day(session: Session) -> date | None:
    """Return the day of the first accepted feedback."""
    query = text(
        """
        SELECT CAST(min(occurred_at) AT TIME ZONE 'Asia/Shanghai' AS date) FROM feedback
        WHERE disposition = 'accepted'
        """
    )
    day: date | None = session.scalar(query)
    return day


def versions_used(session: Session, problem_id: int, since: datetime) -> tuple[list[str], list[str]]:
    """List the model and taxonomy versions behind a problem's members since a time."""
    query = text(
        """
        SELECT array_agg(DISTINCT a.model_version) AS models, array_agg(DISTINCT a.taxonomy_version) AS taxonomies
        FROM problem_member m JOIN feedback f ON f.id = m.feedback_id
        JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE m.problem_id = :problem AND f.occurred_at >= :since
        """
    )
    row = session.execute(query, {"problem": problem_id, "since": since}).one()
    return list(row.models or []), list(row.taxonomies or [])


@dataclass(frozen=True)
class Promise:
    """An implemented action with its contract and what was found so far."""

    action: Action
    contract: Contract
    attempts: int


def promises(session: Session, action_id: int | None = None) -> list[Promise]:
    """List the implemented actions that are not yet judged for good, or the given one of them."""
    attempts = (
        select(Verification.action_id, func.count().label("attempts"))
        .group_by(Verification.action_id)
        .subquery()
    )
    query = (
        select(Action, Contract, func.coalesce(attempts.c.attempts, 0))
        .join(Contract, Contract.action_id == Action.id)
        .outerjoin(attempts, attempts.c.action_id == Action.id)
        .where(Action.state == "implemented")
        .order_by(Action.id)
    )
    if action_id is not None:
        query = query.where(Action.id == action_id)
    return [Promise(*row) for row in session.execute(query)]


def contract_of(session: Session, action_id: int) -> Contract | None:
    """Return the contract of an action, if one was written."""
    return session.scalars(select(Contract).where(Contract.action_id == action_id)).first()


def verified(session: Session, action_id: int, found: dict[str, Any], now: datetime) -> int:
    """Store a verification and return its id; the same attempt is stored once."""
    row = Verification(action_id=action_id, computed_at=now, **found)
    session.add(row)
    session.flush()
    return row.id


def effective_since(session: Session, before: datetime) -> list[int]:
    """List the effective problems that have stood since before a time."""
    query = text("SELECT id FROM problem WHERE state = 'effective' AND changed_at < :before ORDER BY id")
    return list(session.scalars(query, {"before": before}))


def recent(today: date, days: int = 180) -> date:
    """Return the first day that observations are looked at from."""
    return today - timedelta(days=days)
