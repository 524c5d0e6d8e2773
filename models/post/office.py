"""Lists of the post: what each channel has sent and holds, dead letters with their reasons, whom we reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.fetching import fetch
from voc.telling.reach import Reach


def tallies(session: Session, since: datetime) -> list[dict[str, Any]]:
    """Count by channel what was sent since a time and what still waits, is unknown or dead, and why it was stopped."""
    return fetch(
        session,
        """
        SELECT COALESCE(o.channel, s.channel) AS channel, o.sent, o.waiting, o.retry, o.unknown, o.dead, o.repeats,
               o.last_sent, s.since AS stopped_since, s.reason
        FROM (SELECT channel, count(*) FILTER (WHERE state = 'sent' AND sent_at >= :since) AS sent,
                     count(*) FILTER (WHERE state IN ('pending', 'sending')) AS waiting,
                     count(*) FILTER (WHERE state = 'retry') AS retry,
                     count(*) FILTER (WHERE state = 'unknown') AS unknown,
                     count(*) FILTER (WHERE state = 'dead') AS dead, count(*) FILTER (WHERE repeat) AS repeats,
                     max(sent_at) AS last_sent
              FROM outbox GROUP BY channel) o
        FULL JOIN channel_stop s ON s.channel = o.channel ORDER BY 1
        """,
        since=since,
    )


def dead_letters(session: Session, channel: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """List the messages nobody tries to send any more, and those of unknown outcome, with the reason."""
    return fetch(
        session,
        """
        SELECT id, 'M' || lpad(CAST(id AS text), 6, '0') AS number, event, recipient, channel, state, attempts, repeat,
               note, receipt, created_at
        FROM outbox WHERE state IN ('dead', 'unknown') AND (CAST(:channel AS text) IS NULL OR channel = :channel)
        ORDER BY id LIMIT :limit
        """,
        channel=channel,
        limit=limit,
    )


def reach(session: Session, since: datetime, until: datetime, department: str | None = None) -> Reach:
    """Count the customers whose case fell into a period and how many of them were told what became of it."""
    row = fetch(
        session,
        """
        SELECT count(*) AS cases, count(*) FILTER (WHERE c.customer_id IS NULL) AS unreachable,
               count(*) FILTER (WHERE c.customer_id IS NOT NULL AND t.confirmed) AS confirmed,
               count(*) FILTER (WHERE k.state IN ('resolved', 'confirmed')) AS solved,
               count(*) FILTER (WHERE k.state IN ('resolved', 'confirmed') AND c.customer_id IS NOT NULL)
                   AS solved_reachable,
               count(*) FILTER (WHERE k.state IN ('resolved', 'confirmed') AND t.told) AS told
        FROM "case" k JOIN feedback f ON f.id = k.feedback_id
        LEFT JOIN reachable c ON c.customer_id = f.customer_id
        LEFT JOIN LATERAL (
            SELECT bool_or(o.event = 'case_opened') AS confirmed, bool_or(o.event = 'case_resolved') AS told
            FROM outbox o WHERE o.subject = 'case:' || k.id AND o.audience = 'customer' AND o.state = 'sent') t ON true
        WHERE k.opened_at >= :since AND k.opened_at < :until
          AND (CAST(:department AS text) IS NULL OR k.department = :department)
        """,
        since=since,
        until=until,
        department=department,
    )[0]
    return Reach(**row)


def settle(session: Session, ids: Sequence[int], arrived: bool, now: datetime) -> int:
    """Let a person say of messages of unknown outcome whether they arrived; those that did not are sent again."""
    query = text(
        """
        UPDATE outbox SET state = CASE WHEN :arrived THEN 'sent' ELSE 'pending' END, next_attempt_at = :now,
               sent_at = CASE WHEN :arrived THEN CAST(:now AS timestamptz) END,
               note = CASE WHEN :arrived THEN '人工确认已送达' ELSE '人工确认未送达，重新发送' END
        WHERE id = ANY(:ids) AND state = 'unknown'
        """
    )
    values = {"ids": list(ids), "arrived": arrived, "now": now}
    return int(session.execute(query, values).rowcount)  # type: ignore[attr-defined]
