"""Queries of re-coding: what the versions in force have not read yet, and turning which annotation is current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.schema.learned import CodingBreak


@dataclass(frozen=True)
class Unread:
    """A feedback that the versions in force have not read, with what its current annotation says.

    `known` is the annotation the versions in force made of it at an earlier time, if they were in force before.
    """

    id: int
    text: str
    rating: float | None
    at: datetime
    customer: int | None
    value: int
    annotation: int
    model: str
    taxonomy: str
    type: str
    issues: list[str]
    known: int | None


def unread(
    session: Session,
    model: str,
    taxonomy: str,
    since: datetime | None,
    after: tuple[datetime, int],
    limit: int,
) -> list[Unread]:
    """List feedback whose current annotation was made by other versions, in event time after a place."""
    query = text(
        """
        SELECT f.id, f.text, f.rating, f.occurred_at, f.customer_id, COALESCE(c.value, 0), a.id,
               a.model_version, a.taxonomy_version, a.type,
               COALESCE((SELECT jsonb_agg(m.issue ORDER BY m.issue) FROM mention m
                         WHERE m.annotation_id = a.id AND m.polarity = -1), '[]'),
               (SELECT k.id FROM annotation k WHERE k.feedback_id = f.id AND k.model_version = :model
                AND k.taxonomy_version = :taxonomy)
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN customer c ON c.id = f.customer_id
        WHERE f.disposition = 'accepted' AND (a.model_version <> :model OR a.taxonomy_version <> :taxonomy)
          AND (CAST(:since AS timestamptz) IS NULL OR f.occurred_at >= :since)
          AND (f.occurred_at, f.id) > (:at, :id)
        ORDER BY f.occurred_at, f.id LIMIT :limit
        """
    )
    values = {
        "model": model,
        "taxonomy": taxonomy,
        "since": since,
        "at": after[0],
        "id": after[1],
        "limit": limit,
    }
    return [Unread(*row) for row in session.execute(query, values)]


def retire(session: Session, annotations: Sequence[int]) -> None:
    """Make annotations, with their mentions, ones of the past; they stay for whoever asks for their versions."""
    _turn(session, annotations, current=False)


def revive(session: Session, annotations: Sequence[int]) -> None:
    """Make annotations of an earlier time current again."""
    _turn(session, annotations, current=True)


def _turn(session: Session, annotations: Sequence[int], *, current: bool) -> None:
    for table, key in (("annotation", "id"), ("mention", "annotation_id")):
        query = text(f"UPDATE {table} SET current = :current WHERE {key} = ANY(:ids)")  # noqa: S608
        session.execute(query, {"current": current, "ids": list(annotations)})


def complaints(session: Session, annotations: Sequence[int]) -> dict[int, list[str]]:
    """Return the issues that annotations complain of."""
    query = text(
        """
        SELECT annotation_id, jsonb_agg(issue ORDER BY issue) AS issues FROM mention
        WHERE annotation_id = ANY(:ids) AND polarity = -1 GROUP BY 1
        """
    )
    return {id_: issues for id_, issues in session.execute(query, {"ids": list(annotations)})}


def types_of(session: Session, annotations: Sequence[int]) -> dict[int, str]:
    """Return the types of annotations."""
    query = text("SELECT id, type FROM annotation WHERE id = ANY(:ids)")
    return {id_: kind for id_, kind in session.execute(query, {"ids": list(annotations)})}


def open_break(session: Session) -> CodingBreak | None:
    """Lock and return the break that is under way, if any."""
    query = select(CodingBreak).where(CodingBreak.finished_at.is_(None)).order_by(CodingBreak.id)
    return session.scalars(query.with_for_update()).first()


def breaks(session: Session) -> list[dict[str, Any]]:
    """List when history was read again, oldest first: series may jump at `first`, the moment of the swap."""
    query = text(
        """
        SELECT b.id, b.model_version, b.taxonomy_version, b.replaced, b.since, b.started_at, b.finished_at,
               b.rows_recoded, b.type_changed, b.issue_changed, b.areas, b.by FROM coding_break b ORDER BY b.id
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def regroup(session: Session) -> int:
    """Take out of problems what only earlier readings complained of, and have all batches gathered again.

    Problems keep their identity even without a member; what people put there by hand stays.
    """
    gone = text(
        """
        DELETE FROM problem_member k USING mention m
        WHERE m.id = k.mention_id AND NOT m.current AND k.method IN ('rule:issue', 'rule:part')
        """
    )
    count: int = session.execute(gone).rowcount  # type: ignore[attr-defined]
    session.execute(text("UPDATE batch SET aggregated_at = NULL WHERE state = 'analysed'"))
    return count
