"""Queries of customers: what is known of each, what one said over all channels, and how many were heard where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from voc.customers import Heard

_COUNTED = "f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL"


def heard(session: Session, recent: datetime, now: datetime) -> list[Heard]:
    """Sum up every customer until now; complaints are counted from `recent` on."""
    query = text(
        f"""
        SELECT c.id, c.value, min(f.occurred_at), max(f.occurred_at),
               count(*) FILTER (WHERE a.type = 'complaint' AND f.occurred_at >= :recent), count(*), avg(f.rating)
        FROM customer c JOIN feedback f ON f.customer_id = c.id
        JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE {_COUNTED} AND f.occurred_at < :now GROUP BY c.id ORDER BY c.id
        """  # noqa: S608
    )
    rows = session.execute(query, {"recent": recent, "now": now})
    return [
        Heard(who, value, first, last, complaints, said, None if rating is None else float(rating))
        for who, value, first, last, complaints, said, rating in rows
    ]


def timeline(session: Session, customer: int) -> list[dict[str, Any]]:
    """List what one customer said over all channels and what was done about it, oldest first."""
    query = text(
        f"""
        SELECT f.occurred_at AS at, f.channel, 'said' AS what, a.type AS detail, f.text FROM feedback f
        JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.customer_id = :customer AND {_COUNTED}
        UNION ALL
        SELECT l.at, f.channel, 'case', l.step, NULL FROM case_log l JOIN "case" c ON c.id = l.subject_id
        JOIN feedback f ON f.id = c.feedback_id WHERE f.customer_id = :customer
        UNION ALL
        SELECT o.sent_at, o.channel, 'told', o.event, NULL FROM outbox o
        WHERE o.recipient = 'customer:' || :customer AND o.state = 'sent'
        ORDER BY at
        """  # noqa: S608
    )
    return [dict(row) for row in session.execute(query, {"customer": customer}).mappings()]


def answers_by(session: Session, column: str, since: datetime, until: datetime) -> dict[str, int]:
    """Count feedback by region or product."""
    if column not in ("region", "product"):
        raise ValueError(column)
    query = text(
        f"""
        SELECT f.{column}, count(*) FROM feedback f
        WHERE {_COUNTED} AND f.{column} IS NOT NULL AND f.occurred_at >= :since AND f.occurred_at < :until GROUP BY 1
        """  # noqa: S608
    )
    return {name: n for name, n in session.execute(query, {"since": since, "until": until})}


def base_by(session: Session, column: str, since: datetime, until: datetime) -> tuple[str, dict[str, float]]:
    """Return the figure that stands for the customer base (customers, else orders), and it by region or product."""
    if column not in ("region", "product"):
        raise ValueError(column)
    for figure, sum_up in (("customers", "avg"), ("orders", "sum")):
        query = text(
            f"""
            SELECT name, {sum_up}(value) FROM (
                SELECT {column} AS name, day, sum(value) AS value FROM operation_figure
                WHERE name = :figure AND {column} <> '' AND day >= :since AND day < :until GROUP BY 1, 2
            ) daily GROUP BY 1
            """  # noqa: S608
        )
        rows = session.execute(query, {"figure": figure, "since": since.date(), "until": until.date()})
        if base := {name: float(value) for name, value in rows}:
            return figure, base
    return "", {}
