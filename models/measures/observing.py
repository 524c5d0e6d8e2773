"""What a verification counts beside the whole: channels, and the regions, products or agents of a roll-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.measures.proving import COMPLAINTS, Daily, Reading, metric_of
from models.schema.agreed import ActionRollout

Floats = NDArray[np.float64]
# The columns a unit may be taken from; nothing else ever reaches the query below.
COLUMNS: Mapping[str, str] = {"region": "f.region", "product": "f.product", "agent": "f.agent"}
ORDERS: Mapping[str, str] = {"region": "region", "product": "product"}


@dataclass(frozen=True)
class UnitDays:
    """One region, product or agent: customers complaining, feedback, orders (nan: unknown), a value per day."""

    name: str
    numerator: Floats
    denominator: Floats
    exposure: Floats


def channels(session: Session, problem_id: int, daily: Daily) -> list[tuple[str, Floats, Floats]]:
    """Read the stored observations of each channel: its code, customers complaining, and feedback, per day."""
    if not daily.days:
        return []
    query = text(
        """
        SELECT slice, day, numerator, denominator FROM metric_observation
        WHERE metric = :metric AND slice LIKE 'channel:%' AND day BETWEEN :since AND :until ORDER BY slice, day
        """
    )
    values = {"metric": metric_of(problem_id), "since": daily.days[0], "until": daily.days[-1]}
    return _columns(session.execute(query, values).all(), daily.days[0], len(daily.days))


def _columns(rows: Sequence[Any], first: date, size: int) -> list[tuple[str, Floats, Floats]]:
    made: dict[str, tuple[Floats, Floats]] = {}
    for row in rows:
        y, n = made.setdefault(row.slice.partition(":")[2], (np.zeros(size), np.zeros(size)))
        place = (row.day - first).days
        y[place], n[place] = row.numerator, row.denominator
    return [(name, y, n) for name, (y, n) in made.items()]


def units(
    session: Session, problem_id: int, kind: str, since: date, until: date, reading: Reading | None = None
) -> list[UnitDays]:
    """Count a problem day by day in each region, product or agent, as `observe` counts it as a whole."""
    values = {"problem": problem_id, "since": since, "until": until,
              "model": reading.model if reading else None,
              "taxonomy": reading.taxonomy if reading else None}  # fmt: skip
    query = f"""
        WITH {COMPLAINTS}
        SELECT {COLUMNS[kind]} AS unit, CAST(f.occurred_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
               count(DISTINCT COALESCE(f.customer_id, -f.id)) FILTER (WHERE m.feedback_id IS NOT NULL) AS numerator,
               count(*) AS denominator
        FROM feedback f LEFT JOIN complaint m ON m.feedback_id = f.id
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
          AND {COLUMNS[kind]} IS NOT NULL
          AND f.occurred_at >= CAST(:since AS timestamp) AT TIME ZONE 'Asia/Shanghai'
          AND f.occurred_at < (CAST(:until AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
        GROUP BY 1, 2 ORDER BY 1, 2
    """  # noqa: S608  (names of this file)
    size = (until - since).days + 1
    made: dict[str, UnitDays] = {}
    for row in session.execute(text(query), values):
        one = made.setdefault(
            row.unit, UnitDays(row.unit, np.zeros(size), np.zeros(size), np.full(size, np.nan))
        )
        place = (row.day - since).days
        one.numerator[place], one.denominator[place] = row.numerator, row.denominator
    _add_orders(session, kind, since, until, made)
    return list(made.values())


def _add_orders(session: Session, kind: str, since: date, until: date, made: Mapping[str, UnitDays]) -> None:
    if kind not in ORDERS:
        return
    query = f"""
        SELECT {ORDERS[kind]} AS unit, day, sum(value) AS orders FROM operation_figure
        WHERE name = 'orders' AND {ORDERS[kind]} <> '' AND day BETWEEN :since AND :until GROUP BY 1, 2
    """  # noqa: S608  (names of this file)
    for row in session.execute(text(query), {"since": since, "until": until}):
        if row.unit in made:
            made[row.unit].exposure[(row.day - since).days] = row.orders


@dataclass(frozen=True)
class Rollout:
    """Where a measure goes live: the kind of unit, and the day of each; nothing: everywhere at once."""

    kind: str
    days: Mapping[str, date]


def rollout_of(session: Session, action_id: int) -> Rollout | None:
    """Read where a measure goes live; None: everywhere."""
    rows = session.query(ActionRollout).filter_by(action_id=action_id).order_by(ActionRollout.unit).all()
    return Rollout(rows[0].kind, {row.unit: row.live_on for row in rows}) if rows else None


def plan(session: Session, action_id: int, kind: str, days: Mapping[str, date]) -> None:
    """Note the units of one kind in which a measure goes live; a unit noted before gets its new day."""
    for unit, day in days.items():
        session.merge(ActionRollout(action_id=action_id, kind=kind, unit=unit, live_on=day))
    session.flush()


def postpone(session: Session, action_id: int, first: date) -> None:
    """Move the planned days so that the earliest falls on the day the measure truly went live."""
    known = rollout_of(session, action_id)
    if known and known.days:
        late = first - min(known.days.values())
        plan(session, action_id, known.kind, {unit: day + late for unit, day in known.days.items()})


@dataclass(frozen=True)
class Other:
    """Another measure that went live: on which problem, and when."""

    action: int
    problem: int
    name: str
    measure: str
    day: date


def others(session: Session, problem_id: int, but: int, least: float) -> list[Other]:
    """List the measures that went live on this problem, or on one with which it shares its feedback.

    Problems share their feedback when that of one is in the other to at least the part `least` of the smaller: an
    event and its issue, a part and what it was split from, two issues of the same sentences.
    """
    query = text(
        """
        WITH mine AS (SELECT feedback_id FROM problem_member WHERE problem_id = :problem),
        live AS (
            SELECT a.id, a.problem_id, COALESCE(p.merged_into, p.id) AS whole, p.name, p.parent_id, a.measure,
                   CAST(a.went_live AT TIME ZONE 'Asia/Shanghai' AS date) AS day
            FROM action a JOIN problem p ON p.id = a.problem_id WHERE a.id <> :but AND a.went_live IS NOT NULL
        ), shared AS (
            SELECT l.whole, count(m.feedback_id) AS common, (SELECT count(*) FROM mine) AS own,
                   (SELECT count(*) FROM problem_member x WHERE x.problem_id = l.whole) AS its
            FROM (SELECT DISTINCT whole FROM live WHERE whole <> :problem) l
            JOIN problem_member k ON k.problem_id = l.whole LEFT JOIN mine m ON m.feedback_id = k.feedback_id
            GROUP BY l.whole
        )
        SELECT l.id AS action, l.whole AS problem, l.name, l.measure, l.day
        FROM live l LEFT JOIN shared s ON s.whole = l.whole
        WHERE l.whole = :problem OR l.parent_id = :problem
           OR l.whole = (SELECT parent_id FROM problem WHERE id = :problem)
           OR s.common >= :least * LEAST(s.own, s.its) AND s.common > 0
        ORDER BY l.day, l.id
        """
    )
    rows = session.execute(query, {"problem": problem_id, "but": but, "least": least})
    return [Other(row.action, row.problem, row.name, row.measure, row.day) for row in rows]


def touching(
    session: Session, found: Sequence[Other], rollout: Rollout | None, control: Sequence[str]
) -> list[Other]:
    """Keep the measures that touch the population or the controls: one that went live elsewhere does not."""
    if rollout is None:
        return list(found)
    ours = {*rollout.days, *control}
    kept = []
    for other in found:
        theirs = rollout_of(session, other.action)
        if theirs is None or theirs.kind != rollout.kind or ours & set(theirs.days):
            kept.append(other)
    return kept


def precision(session: Session, problem_id: int, since: date, until: date) -> tuple[float, int]:
    """What the weekly audit says of the area of a problem: rows counted as its complaints that were, and rows read.

    Rows are weighed by the chance they were drawn with and told as so many rows as that weighing is worth (Kish).
    """
    query = text(
        """
        SELECT 1 / i.chance AS weight,
               avg(CASE WHEN r.type = 'complaint' AND COALESCE(r.area, i.area) = i.area THEN 1.0 ELSE 0.0 END) AS right
        FROM audit_item i JOIN audit_sample s ON s.id = i.sample_id JOIN audit_reading r ON r.item_id = i.id
        WHERE i.type = 'complaint' AND i.area = (SELECT area FROM problem WHERE id = :problem)
          AND s.first_day BETWEEN :since AND :until
        GROUP BY i.id, i.chance
        """
    )
    rows = session.execute(query, {"problem": problem_id, "since": since, "until": until}).all()
    weight = np.array([float(row.weight) for row in rows])
    if not weight.size:
        return 0.0, 0
    right = np.array([float(row.right) for row in rows])
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    return float(weight @ right / weight.sum()) * worth, int(worth)
