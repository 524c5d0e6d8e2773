"""Queries of the operator page: how sources, channels and the reading of feedback are doing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.fetching import fetch

DEAD_SHOWN = 50


def sources(session: Session) -> list[dict[str, Any]]:
    """List the sources with their last success, what waits in quarantine and what keeps them from being read."""
    return fetch(
        session,
        """
        SELECT s.name, s.title, s.channel, d.name AS owner, s.definition ->> 'every' AS every, s.last_success_at,
               s.paused_at, s.paused_because,
               (SELECT count(*) FROM quarantine q JOIN batch b ON b.id = q.batch_id
                JOIN delivery v ON v.id = b.delivery_id
                WHERE v.source_id = s.id AND q.state = 'waiting') AS quarantined,
               (SELECT v.error FROM delivery v WHERE v.source_id = s.id AND v.error IS NOT NULL
                ORDER BY v.id DESC LIMIT 1) AS error
        FROM source s LEFT JOIN department d ON d.code = s.owner ORDER BY s.last_success_at NULLS FIRST, s.name
        """,
    )


def channels(session: Session) -> list[dict[str, Any]]:
    """Count the messages of each channel by where they stand, with why a channel is stopped."""
    return fetch(
        session,
        """
        WITH counted AS (
            SELECT channel, count(*) FILTER (WHERE state = 'sent') AS sent,
                   count(*) FILTER (WHERE state IN ('pending', 'sending')) AS waiting,
                   count(*) FILTER (WHERE state = 'retry') AS retry,
                   count(*) FILTER (WHERE state = 'unknown') AS unknown,
                   count(*) FILTER (WHERE state = 'dead') AS dead, max(sent_at) AS last_sent_at
            FROM outbox GROUP BY channel)
        SELECT COALESCE(c.channel, s.channel) AS channel, COALESCE(sent, 0) AS sent, COALESCE(waiting, 0) AS waiting,
               COALESCE(retry, 0) AS retry, COALESCE(unknown, 0) AS unknown, COALESCE(dead, 0) AS dead, last_sent_at,
               s.since AS stopped_since, s.reason
        FROM counted c FULL JOIN channel_stop s ON s.channel = c.channel ORDER BY s.since NULLS LAST, 1
        """,
    )


def failed(session: Session, limit: int = DEAD_SHOWN) -> list[dict[str, Any]]:
    """List the newest messages that were not delivered, or of which nobody knows, with the reason."""
    return fetch(
        session,
        """
        SELECT id, event, channel, subject, state, attempts, note, created_at FROM outbox
        WHERE state IN ('dead', 'unknown') ORDER BY id DESC LIMIT :limit
        """,
        limit=limit,
    )


def failed_ids(session: Session, channel: str) -> list[int]:
    """List the dead letters of a channel."""
    rows = fetch(
        session, "SELECT id FROM outbox WHERE state = 'dead' AND channel = :channel", channel=channel
    )
    return [row["id"] for row in rows]


def quality(session: Session, now: datetime, days: int = 14) -> list[dict[str, Any]]:
    """Sum up the batches of the last days: score, rows, and how many were set aside or refused."""
    return fetch(
        session,
        """
        SELECT CAST(collected_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, count(*) AS batches,
               sum(quality_score * rows_read) / NULLIF(sum(rows_read) FILTER (WHERE quality_score IS NOT NULL), 0)
                   AS score,
               sum(rows_read)::bigint AS read, sum(rows_stored)::bigint AS stored,
               sum(rows_duplicate + rows_near_duplicate)::bigint AS repeated,
               sum(rows_rejected)::bigint AS rejected, sum(rows_quarantined)::bigint AS quarantined,
               count(refused_because) AS refused
        FROM batch WHERE collected_at >= :since GROUP BY 1 ORDER BY 1 DESC
        """,
        since=now - timedelta(days=days),
    )


def readings(session: Session) -> list[dict[str, Any]]:
    """Count what was understood by which model and taxonomy, as far as it is in force."""
    return fetch(
        session,
        """
        SELECT model_version, taxonomy_version, count(*) AS rows, avg(type_confidence) AS confidence,
               count(*) FILTER (WHERE vague)::float / count(*) AS vague
        FROM annotation WHERE current GROUP BY 1, 2 ORDER BY 3 DESC
        """,
    )
