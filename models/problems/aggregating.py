"""Queries of aggregating feedback into problems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.schema.intake import Batch


def ungathered(session: Session) -> list[int]:
    """Lock and list the analysed batches whose feedback is not yet gathered into problems."""
    query = select(Batch.id).where(Batch.state == "analysed", Batch.aggregated_at.is_(None))
    return list(session.scalars(query.order_by(Batch.id).with_for_update()))


def mark_gathered(session: Session, batches: Sequence[int], now: datetime) -> None:
    """Note that the feedback of these batches is in problems as far as it belongs there."""
    session.execute(update(Batch).where(Batch.id.in_(batches)).values(aggregated_at=now))


def new_issues(session: Session, batches: Sequence[int]) -> list[str]:
    """List the issues complained about in these batches that have no problem yet."""
    query = text(
        """
        SELECT DISTINCT m.issue FROM mention m JOIN feedback f ON f.id = m.feedback_id
        WHERE f.batch_id = ANY(:batches) AND m.polarity = -1 AND m.current AND f.suspect IS NULL
          AND NOT EXISTS (SELECT 1 FROM problem p WHERE p.issue = m.issue) ORDER BY m.issue
        """
    )
    return list(session.scalars(query, {"batches": list(batches)}))


def span_of(session: Session, batches: Sequence[int]) -> tuple[datetime, datetime] | None:
    """Return when the first and the last accepted feedback of these batches was given."""
    # OFFSET 0 keeps PostgreSQL from walking through all moments there are until it meets one of these batches.
    query = text(
        """
        SELECT min(occurred_at), max(occurred_at) FROM (
            SELECT occurred_at FROM feedback WHERE batch_id = ANY(:batches) AND disposition = 'accepted' OFFSET 0
        ) f
        """
    )
    first, last = session.execute(query, {"batches": list(batches)}).one()
    return None if first is None else (first, last)


def enrol(session: Session, batches: Sequence[int] | None, problems: Sequence[int] | None) -> int:
    """Make members of the feedback that complains about a problem's issue; return how many were added.

    Only the given batches are looked at (all, when None), for the given problems (all, when None).
    """
    query = text(
        """
        INSERT INTO problem_member (problem_id, feedback_id, mention_id, method)
        SELECT DISTINCT ON (problem_id, feedback_id) problem_id, feedback_id, mention_id,
               CASE WHEN problem_id = whole THEN 'rule:issue' ELSE 'rule:part' END
        FROM (SELECT problem_part(COALESCE(p.merged_into, p.id), f.product, f.region, f.channel, f.agent) AS problem_id,
                     COALESCE(p.merged_into, p.id) AS whole, f.id AS feedback_id, m.id AS mention_id
              FROM mention m JOIN feedback f ON f.id = m.feedback_id JOIN problem p ON p.issue = m.issue
              WHERE m.polarity = -1 AND m.current AND f.superseded_by IS NULL AND f.suspect IS NULL
                AND (CAST(:batches AS bigint[]) IS NULL OR f.batch_id = ANY(:batches))
                AND (CAST(:problems AS bigint[]) IS NULL OR p.id = ANY(:problems))) found
        ORDER BY problem_id, feedback_id, mention_id
        ON CONFLICT DO NOTHING
        """
    )
    values = {"batches": batches and list(batches), "problems": problems and list(problems)}
    return session.execute(query, values).rowcount  # type: ignore[attr-defined, no-any-return]


def daily(session: Session, issues: Sequence[str], first: date, last: date) -> dict[str, dict[date, int]]:
    """Read how many complaints each issue had each day; under "" all accepted feedback."""
    query = text(
        """SELECT issue, day, events FROM issue_day
           WHERE (issue = '' OR issue = ANY(:issues)) AND day BETWEEN :first AND :last ORDER BY day"""
    )
    counts: dict[str, dict[date, int]] = {}
    for issue, day, events in session.execute(query, {"issues": list(issues), "first": first, "last": last}):
        counts.setdefault(issue, {})[day] = events
    return counts


def widen(session: Session, batches: Sequence[int], problems: Sequence[int]) -> None:
    """Move the beginning of problems back when feedback of these batches, or of new problems, is earlier."""
    query = text(
        """
        UPDATE problem p SET first_seen_at = s.first
        FROM (SELECT problem_id, min(occurred_at) AS first FROM (
                SELECT k.problem_id, f.occurred_at FROM feedback f JOIN problem_member k ON k.feedback_id = f.id
                WHERE f.batch_id = ANY(:batches)
                UNION ALL
                SELECT k.problem_id, f.occurred_at FROM problem_member k JOIN feedback f ON f.id = k.feedback_id
                WHERE k.problem_id = ANY(:problems)) member GROUP BY problem_id) s
        WHERE s.problem_id = p.id AND s.first < p.first_seen_at
        """
    )
    session.execute(query, {"batches": list(batches), "problems": list(problems)})
