"""What the database knows of how the house runs: waiting, late, stopped and broken, as numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

COUNTS = """
    SELECT (SELECT count(*) FROM batch WHERE state = 'collected') AS batches_collected,
           (SELECT count(*) FROM batch WHERE state = 'checked') AS batches_checked,
           (SELECT COALESCE(extract(epoch FROM :now - min(collected_at)), 0) FROM batch
            WHERE state IN ('collected', 'checked')) AS oldest_batch_seconds,
           (SELECT count(*) FROM delivery WHERE finished_at IS NULL AND error IS NULL) AS deliveries_unfinished,
           (SELECT count(*) FROM delivery WHERE finished_at IS NULL AND error IS NOT NULL) AS deliveries_broken,
           (SELECT count(*) FROM quarantine WHERE state = 'waiting') AS rows_quarantined,
           (SELECT count(*) FROM event_outbox WHERE state = 'waiting') AS events_waiting,
           (SELECT COALESCE(extract(epoch FROM :now - min(occurred_at)), 0) FROM event_outbox
            WHERE state = 'waiting') AS oldest_event_seconds,
           (SELECT count(*) FROM event_outbox WHERE state = 'expired') AS events_expired,
           (SELECT COALESCE(extract(epoch FROM :now - min(o.next_attempt_at)), 0) FROM outbox o
            WHERE o.state IN ('pending', 'retry') AND o.next_attempt_at < :now
              AND o.channel NOT IN (SELECT channel FROM channel_stop)) AS oldest_message_seconds,
           (SELECT count(*) FROM channel_stop) AS channels_stopped,
           (SELECT count(*) FROM review WHERE state = 'open' AND due_at < :now) AS reviews_late,
           (SELECT count(*) FROM action WHERE state IN ('approved', 'accepted', 'in_progress') AND due_at < :now)
               AS actions_late
    """
BY_STATE = {
    "feedback": "SELECT disposition, count(*) FROM feedback GROUP BY 1",
    "case": 'SELECT state, count(*) FROM "case" GROUP BY 1',
    "problem": "SELECT state, count(*) FROM problem WHERE merged_into IS NULL GROUP BY 1",
    "action": "SELECT state, count(*) FROM action GROUP BY 1",
    "message": "SELECT state, count(*) FROM outbox GROUP BY 1",
    "event": "SELECT state, count(*) FROM event_outbox GROUP BY 1",
}
SOURCES = """
    SELECT s.name, s.title, s.owner, d.name AS department, s.definition ->> 'every' AS every, s.last_success_at,
           s.paused_at,
           (SELECT d.error FROM delivery d WHERE d.source_id = s.id AND d.error IS NOT NULL
            ORDER BY d.id DESC LIMIT 1) AS error
    FROM source s LEFT JOIN department d ON d.code = s.owner ORDER BY s.name
    """


def counts(session: Session, now: datetime) -> dict[str, float]:
    """Count what waits and how long it has."""
    row = session.execute(text(COUNTS), {"now": now}).mappings().one()
    return {name: float(value or 0) for name, value in row.items()}


def by_state(session: Session) -> dict[str, dict[str, int]]:
    """Count feedback, cases, problems, measures, messages and events by state."""
    return {
        name: {state: count for state, count in session.execute(text(query))}
        for name, query in BY_STATE.items()
    }


def sources(session: Session) -> list[dict[str, Any]]:
    """List the sources with how often they are read, when they last were, and what is wrong with them."""
    return [dict(row) for row in session.execute(text(SOURCES)).mappings()]


def revision(session: Session) -> str:
    """Return the revision of the schema."""
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def server_version(session: Session) -> int:
    """Return the version of PostgreSQL as a number, such as 150004."""
    return int(str(session.scalar(text("SHOW server_version_num"))))


def weeks_of_model(session: Session, since: datetime) -> list[dict[str, Any]]:
    """For each week: rows read by auditors, how many of them the model had right, and its mean confidence."""
    query = text(
        """
        WITH read AS (
            SELECT s.week, count(*) AS read, count(*) FILTER (WHERE r.type = i.type) AS right
            FROM audit_reading r JOIN audit_item i ON i.id = r.item_id JOIN audit_sample s ON s.id = i.sample_id
            WHERE s.first_day >= :since GROUP BY 1
        ), sure AS (
            SELECT to_char(f.occurred_at AT TIME ZONE 'Asia/Shanghai', 'IYYY-"W"IW') AS week,
                   avg(a.type_confidence) AS confidence
            FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.occurred_at >= :since GROUP BY 1
        )
        SELECT week, COALESCE(read, 0) AS read, COALESCE(read.right, 0) AS right, confidence
        FROM sure FULL JOIN read USING (week) ORDER BY week
        """
    )
    return [dict(row) for row in session.execute(query, {"since": since}).mappings()]


def forget_events(session: Session, before: datetime) -> int:
    """Remove events that were posted or given up before a time; the logs of the lives stay."""
    query = text("DELETE FROM event_outbox WHERE state <> 'waiting' AND occurred_at < :before")
    return int(session.execute(query, {"before": before}).rowcount)  # type: ignore[attr-defined]
