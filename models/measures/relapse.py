"""Watching solved problems: how far each is judged, and the evidence so far, so that a run costs new days only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.schema.proof import RelapseWatch


@dataclass(frozen=True)
class Watched:
    """A solved problem, the verdict it rests on, and its watch if that has begun."""

    problem: int
    round: int
    verification: int
    result: dict[str, Any]
    lineage: dict[str, Any]
    watch: RelapseWatch | None


def solved(session: Session) -> list[int]:
    """List the problems that are effective or closed, by id."""
    query = text(
        "SELECT id FROM problem WHERE state IN ('effective', 'closed') AND merged_into IS NULL ORDER BY id"
    )
    return list(session.scalars(query))


def judged_through(session: Session) -> dict[int, date]:
    """The last day judged of each problem that is watched in its present round."""
    query = text(
        """
        SELECT p.id, w.through FROM problem p
        JOIN relapse_watch w ON w.problem_id = p.id AND w."round" = p.round WHERE w.relapsed_at IS NULL
        """
    )
    return {row.id: row.through for row in session.execute(query)}


def watched(session: Session, problem: int) -> Watched | None:
    """Lock a solved problem and return what it is watched by; None: not solved any more, or not by a verdict."""
    query = text(
        """
        SELECT p.id, p.round, v.id AS verification, v.result, v.lineage FROM problem p
        JOIN LATERAL (SELECT CAST(facts ->> 'verification' AS bigint) AS id FROM problem_log
                      WHERE subject_id = p.id AND step = 'succeed' ORDER BY seq DESC LIMIT 1) s ON true
        JOIN verification v ON v.id = s.id
        WHERE p.id = :problem AND p.state IN ('effective', 'closed') FOR UPDATE OF p
        """
    )
    row = session.execute(query, {"problem": problem}).one_or_none()
    if row is None:
        return None
    return Watched(row.id, row.round, row.verification, row.result, row.lineage,
                   session.get(RelapseWatch, (row.id, row.round)))  # fmt: skip


def watches(session: Session, ids: Sequence[int] | None = None) -> dict[int, dict[str, Any]]:
    """How the present watch of each problem stands, for people."""
    query = text(
        """
        SELECT w.problem_id, w.through, w.weeks, w.evidence, w.reached, w.highest FROM relapse_watch w
        JOIN problem p ON p.id = w.problem_id AND p.round = w."round"
        WHERE CAST(:ids AS bigint[]) IS NULL OR p.id = ANY(:ids)
        """
    )
    rows = session.execute(query, {"ids": None if ids is None else list(ids)}).mappings()
    return {row["problem_id"]: {k: v for k, v in row.items() if k != "problem_id"} for row in rows}
