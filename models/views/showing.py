"""Queries of showing: what the command line, the artifacts and the reports say about the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.fetching import fetch
from models.views.problem_list import problems as problems
from models.views.problem_list import quotations as quotations
from voc.kpi import PARTS


def deliveries(session: Session, ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Account for the rows of deliveries (all, when None), each part of which ends in exactly one place."""
    return fetch(
        session,
        """
        SELECT d.id, d.origin AS path, s.name AS source, s.title, d.error, sum(b.rows_read)::bigint AS read,
               sum(b.rows_stored)::bigint AS stored, sum(b.rows_duplicate)::bigint AS duplicate,
               sum(b.rows_near_duplicate)::bigint AS near_duplicate, sum(b.rows_rejected)::bigint AS rejected,
               sum(b.rows_quarantined)::bigint AS quarantined, sum(b.rows_blank)::bigint AS blank,
               min(b.refused_because) AS refused_because, avg(b.quality_score) AS quality_score
        FROM delivery d JOIN source s ON s.id = d.source_id LEFT JOIN batch b ON b.delivery_id = d.id
        WHERE CAST(:ids AS bigint[]) IS NULL OR d.id = ANY(:ids)
        GROUP BY d.id, s.name, s.title ORDER BY d.id
        """,
        ids=None if ids is None else list(ids),
    )


def source_titles(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Return the Chinese titles of sources by name."""
    rows = fetch(session, "SELECT name, title FROM source WHERE name = ANY(:names)", names=list(names))
    return {row["name"]: row["title"] for row in rows}


def newest_batches(session: Session, limit: int = 30) -> list[dict[str, Any]]:
    """List the newest batches that were checked, with their quality score."""
    return fetch(
        session,
        """
        SELECT b.id, s.title, d.origin AS path, b.rows_read AS read, b.rows_quarantined AS quarantined,
               b.quality_score, b.refused_because
        FROM batch b JOIN delivery d ON d.id = b.delivery_id JOIN source s ON s.id = d.source_id
        WHERE b.state <> 'collected' ORDER BY b.id DESC LIMIT :limit
        """,
        limit=limit,
    )


def not_analysed(session: Session) -> set[int]:
    """List the deliveries of which a batch still waits to be checked or analysed."""
    rows = fetch(
        session, "SELECT DISTINCT delivery_id AS id FROM batch WHERE state IN ('collected', 'checked')"
    )
    return {row["id"] for row in rows}


def unfinished(session: Session) -> list[dict[str, Any]]:
    """List the deliveries that were cut short."""
    return fetch(
        session,
        "SELECT id, source_id, origin, started_at FROM delivery WHERE finished_at IS NULL ORDER BY id",
    )


def accounting(session: Session) -> dict[str, int]:
    """Account for every row ever read."""
    rows = deliveries(session)
    return {part: sum(int(row[part] or 0) for row in rows) for part in ("read", *PARTS)}


def actions(session: Session) -> list[dict[str, Any]]:
    """List the measures with their problem, department, deadline and last verdict."""
    return fetch(
        session,
        """
        SELECT a.id, a.problem_id, p.name AS problem, a.measure, a.detail, a.kind, a.dimension, a.state,
               a."round", d.name AS department, a.due_at, a.went_live,
               (SELECT verdict FROM verification v WHERE v.action_id = a.id ORDER BY attempt DESC LIMIT 1) AS verdict
        FROM action a JOIN problem p ON p.id = a.problem_id JOIN department d ON d.code = a.department
        ORDER BY a.id
        """,
    )


def verifications(session: Session) -> list[dict[str, Any]]:
    """List the verifications with what they judged."""
    return fetch(
        session,
        """
        SELECT v.id, v.action_id, a.problem_id, a.round AS problem_round, p.name AS problem, p.issue, a.measure,
               d.name AS department, a.went_live, v.attempt, v.verdict, v.sentence, v.result, v.lineage, v.computed_at
        FROM verification v JOIN action a ON a.id = v.action_id JOIN problem p ON p.id = a.problem_id
        JOIN department d ON d.code = a.department ORDER BY v.id
        """,
    )


def sources(session: Session) -> list[dict[str, Any]]:
    """List the sources with when they were last read to the end."""
    return fetch(
        session,
        """
        SELECT s.name, title, definition->>'kind' AS kind, channel, definition->>'every' AS every, s.owner,
               d.name AS department, last_success_at, paused_at, paused_because
        FROM source s LEFT JOIN department d ON d.code = s.owner ORDER BY s.name
        """,
    )


def notices(session: Session, limit: int | None = None) -> list[dict[str, Any]]:
    """List the messages of the outbox, newest first."""
    return fetch(
        session,
        """
        SELECT id, subject, event, round, audience, recipient, channel, state, attempts, repeat, note,
               created_at, sent_at FROM outbox ORDER BY id DESC LIMIT :limit
        """,
        limit=limit,
    )


def notice_counts(session: Session) -> list[dict[str, Any]]:
    """Count the messages of the outbox by event and state."""
    return fetch(session, "SELECT event, state, count(*) AS count FROM outbox GROUP BY 1, 2 ORDER BY 1, 2")


def quarantined(session: Session, state: str = "waiting") -> list[dict[str, Any]]:
    """List the rows in quarantine, columns as their file calls them, without cells: those may hold personal data."""
    return fetch(
        session,
        """
        SELECT q.id, s.name AS source, s.title, d.origin AS path, q.row,
               COALESCE(s.definition -> 'map' ->> q.column, q.column) AS column, q.reason, q.state
        FROM quarantine q JOIN batch b ON b.id = q.batch_id JOIN delivery d ON d.id = b.delivery_id
        JOIN source s ON s.id = d.source_id WHERE q.state = :state ORDER BY q.id
        """,
        state=state,
    )


def weekly(session: Session, problem_ids: Sequence[int]) -> dict[int, dict[date, int]]:
    """Count the members of problems by week (its Monday, in Asia/Shanghai), up to the last week of any of them."""
    series: dict[int, dict[date, int]] = {}
    for row in fetch(
        session,
        """
        SELECT m.problem_id, CAST(date_trunc('week', f.occurred_at AT TIME ZONE 'Asia/Shanghai') AS date) AS week,
               count(*) AS count
        FROM problem_member m JOIN feedback f ON f.id = m.feedback_id
        WHERE m.problem_id = ANY(:ids) AND f.suspect IS NULL AND f.superseded_by IS NULL GROUP BY 1, 2 ORDER BY 1, 2
        """,
        ids=list(problem_ids),
    ):
        series.setdefault(row["problem_id"], {})[row["week"]] = row["count"]
    last = max((max(weeks) for weeks in series.values()), default=None)
    return {problem: _without_gaps(weeks, last) for problem, weeks in series.items() if last}


def _without_gaps(weeks: Mapping[date, int], last: date) -> dict[date, int]:
    """Put a zero where a week is silent, so that a picture of them has one scale of time."""
    first = min(weeks)
    mondays = (first + timedelta(days=away) for away in range(0, (last - first).days + 1, 7))
    return {monday: weeks.get(monday, 0) for monday in mondays}


def headline(session: Session, since: datetime, until: datetime) -> dict[str, Any]:
    """Count what the key figures of a period are made of."""
    return fetch(
        session,
        """
        SELECT count(*) AS feedback, count(f.rating) AS rated, count(*) FILTER (WHERE f.rating >= 4) AS satisfied,
               avg(f.rating) AS mean_rating, count(*) FILTER (WHERE a.type = 'complaint') AS complaints,
               count(*) FILTER (WHERE a.type = 'praise') AS praise,
               count(*) FILTER (WHERE a.type = 'suggestion') AS suggestions,
               count(*) FILTER (WHERE a.type = 'enquiry') AS enquiries,
               count(*) FILTER (WHERE a.vague) AS vague
        FROM feedback f LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
          AND f.occurred_at >= :since AND f.occurred_at < :until
        """,
        since=since,
        until=until,
    )[0]


def ratings(session: Session, since: datetime, until: datetime) -> list[float]:
    """List the ratings given in a period."""
    query = """
        SELECT rating FROM feedback WHERE disposition = 'accepted' AND superseded_by IS NULL AND suspect IS NULL
          AND rating IS NOT NULL AND occurred_at >= :since AND occurred_at < :until ORDER BY id
        """
    return [row["rating"] for row in fetch(session, query, since=since, until=until)]


def channels(session: Session, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Count feedback and complaints by channel."""
    return fetch(
        session,
        """
        SELECT f.channel, count(*) AS count, count(*) FILTER (WHERE a.type = 'complaint') AS complaints
        FROM feedback f LEFT JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL
          AND f.occurred_at >= :since AND f.occurred_at < :until
        GROUP BY 1 ORDER BY 2 DESC, 1
        """,
        since=since,
        until=until,
    )


def orders(session: Session, since: date, until: date) -> float:
    """Sum the orders of some days; 0 when none are known."""
    query = """
        SELECT COALESCE(sum(value), 0) AS orders FROM operation_figure
        WHERE name = 'orders' AND day BETWEEN :since AND :until
        """
    return float(fetch(session, query, since=since, until=until)[0]["orders"])


def linked(session: Session) -> Mapping[str, int]:
    """Count how far accepted complaints have come in the loop: problem, measure, verdict."""
    return fetch(
        session,
        """
        WITH complaint AS (
            SELECT f.id FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.suspect IS NULL AND a.type = 'complaint'
        ), reached AS (
            SELECT DISTINCT m.feedback_id, x.problem_id IS NOT NULL AS acted, v.problem_id IS NOT NULL AS judged
            FROM problem_member m JOIN complaint c ON c.id = m.feedback_id
            LEFT JOIN (SELECT DISTINCT problem_id FROM action WHERE state NOT IN ('proposed', 'cancelled')) x
                USING (problem_id)
            LEFT JOIN (SELECT DISTINCT a.problem_id FROM verification JOIN action a ON a.id = action_id) v
                USING (problem_id)
        )
        SELECT (SELECT count(*) FROM complaint) AS complaints, count(DISTINCT feedback_id) AS in_problem,
               count(DISTINCT feedback_id) FILTER (WHERE acted) AS acted,
               count(DISTINCT feedback_id) FILTER (WHERE judged) AS judged
        FROM reached
        """,
    )[0]


def span(session: Session) -> tuple[datetime, datetime] | None:
    """Return when the first and the last accepted feedback was given."""
    row = fetch(
        session,
        "SELECT min(occurred_at) AS a, max(occurred_at) AS b FROM feedback WHERE disposition = 'accepted'",
    )[0]
    return (row["a"], row["b"]) if row["a"] else None
