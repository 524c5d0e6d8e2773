"""Queries of what is suspect: reading a source, marking feedback, keeping and listing what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.analysis.analysing import array_of
from models.analysis.recurring import uncount
from models.schema.suspect import Suspicion


def touched(session: Session) -> list[dict[str, Any]]:
    """List the sources with feedback that is not yet gathered into problems, and its first moment."""
    query = text(
        """
        SELECT s.id, s.name, s.title, s.owner, min(f.occurred_at) AS first
        FROM feedback f JOIN batch b ON b.id = f.batch_id JOIN source s ON s.id = f.source_id
        WHERE b.state = 'analysed' AND b.aggregated_at IS NULL GROUP BY s.id ORDER BY s.id
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def said(session: Session, source: int, since: datetime) -> list[Any]:
    """Read the feedback of a source since a moment, copies included, in time order."""
    query = text(
        """
        SELECT f.id, extract(epoch FROM f.occurred_at)::bigint AS at, f.rating, (a.type = 'praise') AS praise, f.text,
               f.content_hash, f.product, COALESCE(f.customer_id, -1) AS customer,
               COALESCE(f.copy_of, f.id) AS original, (f.suspect IS NOT NULL) AS suspect
        FROM feedback f LEFT JOIN annotation a ON a.feedback_id = COALESCE(f.copy_of, f.id) AND a.current
        WHERE f.source_id = :source AND f.occurred_at >= :since AND f.superseded_by IS NULL
          AND f.disposition <> 'rejected' ORDER BY f.occurred_at, f.id
        """
    )
    return list(session.execute(query, {"source": source, "since": since}).all())


def mark(session: Session, kind: str, feedback: Sequence[int]) -> int:
    """Mark feedback as suspect and take it out of what is counted; what is marked already stays as it is."""
    fresh = list(
        session.scalars(
            text(
                """SELECT id FROM feedback WHERE id = ANY(CAST(:ids AS bigint[])) AND suspect IS NULL
                   ORDER BY id FOR UPDATE"""
            ),
            {"ids": array_of(feedback)},
        )
    )
    if fresh:
        uncount(session, array_of(fresh))
        session.execute(
            text("UPDATE feedback SET suspect = :kind WHERE id = ANY(CAST(:ids AS bigint[]))"),
            {"kind": kind, "ids": array_of(fresh)},
        )
    return len(fresh)


def note(session: Session, found: Sequence[dict[str, Any]]) -> None:
    """Keep what was found; what is known is continued."""
    if not found:
        return
    insert = upsert(Suspicion).values(list(found))
    kept = ("ended_on", "observed", "expected", "chance", "signs", "reason", "feedback", "recorded_at")
    key = ["kind", "source_id", "product", "started_on", "anchor"]
    session.execute(
        insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in kept})
    )


def suspicions(session: Session) -> list[dict[str, Any]]:
    """List what was found, newest first."""
    query = text(
        """
        SELECT p.id, p.kind, s.name AS source, s.title, p.product, p.started_on, p.ended_on, p.seen_on, p.observed,
               p.expected, p.chance, p.signs, p.reason, p.feedback, p.source_id
        FROM suspicion p JOIN source s ON s.id = p.source_id ORDER BY p.started_on DESC, p.id DESC
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def examples(session: Session, found: dict[str, Any], most: int = 40) -> list[str]:
    """Read masked words of feedback that is in a burst or a wave, the most frequent first."""
    query = text(
        """
        SELECT f.text FROM feedback f
        WHERE f.suspect = :kind AND f.source_id = :source_id AND (:product = '' OR f.product = :product)
          AND f.occurred_at >= CAST(:started_on AS timestamp) AT TIME ZONE 'Asia/Shanghai'
          AND f.occurred_at < (CAST(:ended_on AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
        GROUP BY f.text ORDER BY count(*) DESC, min(f.id) LIMIT :most
        """
    )
    return list(session.scalars(query, {**found, "most": most}))


def refused(session: Session) -> list[dict[str, Any]]:
    """Count by source what is not counted, and why: suspect, rejected, copies."""
    query = text(
        """
        SELECT s.name AS source, s.title, count(*) AS feedback,
               count(*) FILTER (WHERE f.disposition = 'rejected' AND f.reason IN ('advertising', 'fraud'))
                   AS advertising,
               count(*) FILTER (WHERE f.disposition = 'rejected' AND f.reason NOT IN ('advertising', 'fraud')) AS empty,
               count(*) FILTER (WHERE f.disposition = 'near_duplicate') AS copies,
               count(*) FILTER (WHERE f.suspect = 'praise_burst') AS praise_burst,
               count(*) FILTER (WHERE f.suspect = 'copy_wave') AS copy_wave,
               count(*) FILTER (WHERE f.suspect = 'crawler') AS crawler
        FROM feedback f JOIN source s ON s.id = f.source_id GROUP BY s.id ORDER BY s.name
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def moment_of(day: int) -> datetime:
    """Return the local midnight at which a day since 1970 begins."""
    return datetime.fromtimestamp(day * 86400 - 8 * 3600, UTC)
