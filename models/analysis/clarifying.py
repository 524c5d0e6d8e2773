"""Queries of clarifying: evidence, citations, questions still to be asked, and the share that can be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.analysis.recurring import count_one
from models.loading import copy_rows
from voc.evidence.concrete import Clarified, Concrete

RULE = "rule"
_COLUMNS = (
    "annotation_id", "feedback_id", "author", "issue", "source", "span_start", "span_end", "quote", "confidence",
    "question",
)  # fmt: skip


def store_evidence(session: Session, rows: Iterable[tuple[int, str | None]]) -> None:
    """Keep the masked records that came with feedback."""
    copy_rows(session, "evidence", ("feedback_id", "text"), [row for row in rows if row[1]])


def store_clarified(
    session: Session,
    annotation_ids: Sequence[int],
    feedback_ids: Sequence[int],
    found: Mapping[int, Clarified],
    author: str = RULE,
) -> None:
    """Keep what became of vague complaints; keys of `found` are places in the two lists of ids."""
    rows = [(annotation_ids[n], feedback_ids[n], author, *_cells(one)) for n, one in found.items()]
    copy_rows(session, "clarification", _COLUMNS, rows)


def _cells(one: Clarified) -> tuple[Any, ...]:
    cited = one.concrete
    if cited is None:
        return (None,) * 6 + (one.question,)
    return (cited.issue, cited.source, cited.start, cited.end, cited.quote, cited.confidence, None)


def evidence_of(session: Session, feedback_ids: Sequence[int]) -> dict[int, str]:
    """Read the masked evidence of some feedback."""
    query = text("SELECT feedback_id, text FROM evidence WHERE feedback_id = ANY(:ids)")
    return {id_: words for id_, words in session.execute(query, {"ids": list(feedback_ids)})}


@dataclass(frozen=True)
class Asked:
    """A complaint that is still vague, with the evidence, if any, that did not suffice."""

    annotation: int
    feedback: int
    text: str
    evidence: str | None
    question: str


def still_vague(session: Session, untried: str, limit: int) -> list[Asked]:
    """List vague complaints that `untried` has not looked at yet, those with evidence first, then newest first."""
    query = text(
        """
        SELECT c.annotation_id, c.feedback_id, f.text, e.text AS evidence, c.question
        FROM clarification c JOIN annotation a ON a.id = c.annotation_id AND a.current
        JOIN feedback f ON f.id = c.feedback_id AND f.superseded_by IS NULL
        LEFT JOIN evidence e ON e.feedback_id = f.id
        WHERE c.question IS NOT NULL AND c.author <> :untried
        ORDER BY e.feedback_id IS NULL, f.id DESC LIMIT :limit
        """
    )
    return [Asked(*row) for row in session.execute(query, {"untried": untried, "limit": limit})]


def note_tried(session: Session, annotation_ids: Sequence[int], author: str) -> None:
    """Note that somebody looked at these and found nothing either, so that nobody pays for it twice."""
    query = text(
        "UPDATE clarification SET author = :author WHERE annotation_id = ANY(:ids) AND issue IS NULL"
    )
    session.execute(query, {"author": author, "ids": list(annotation_ids)})


_CITE = text(
    """
    UPDATE clarification SET author = :author, issue = :issue, source = :source, span_start = :start,
           span_end = :end, quote = :quote, confidence = :confidence, question = NULL
    WHERE annotation_id = :annotation AND issue IS NULL
    """
)
_MENTION = text(
    """
    INSERT INTO mention (annotation_id, feedback_id, area, issue, polarity, span_start, span_end, confidence)
    SELECT :annotation, :feedback, :area, :issue, -1, 0, length(f.text), :confidence
    FROM feedback f WHERE f.id = :feedback
    ON CONFLICT (annotation_id, issue) DO UPDATE SET polarity = -1, span_start = 0,
           span_end = excluded.span_end, confidence = excluded.confidence
    """
)
_CONCRETE = text("UPDATE annotation SET vague = false, dimension = :dimension WHERE id = :annotation")
# Gathered again, it joins the problem it belongs to.
_AGAIN = text(
    "UPDATE batch SET aggregated_at = NULL WHERE id = (SELECT batch_id FROM feedback WHERE id = :feedback)"
)


def settle_by(
    session: Session, found: Sequence[tuple[Asked, Concrete]], author: str, dimensions: Mapping[str, str]
) -> None:
    """Make vague complaints concrete after the fact: the citation, the mention, and what follows from it."""
    for asked, one in found:
        values = {**vars(one), "author": author, "annotation": asked.annotation, "feedback": asked.feedback,
                  "dimension": dimensions[one.issue]}  # fmt: skip
        for statement in (_CITE, _MENTION, _CONCRETE, _AGAIN):
            session.execute(statement, values)
        count_one(session, asked.feedback, one.issue)


def usage(session: Session) -> dict[str, int]:
    """Count accepted feedback with words, what of it is vague, and what evidence made concrete, by author."""
    query = text(
        """
        SELECT count(*) AS feedback, count(*) FILTER (WHERE a.vague) AS vague,
               count(*) FILTER (WHERE c.issue IS NOT NULL AND c.author = 'rule') AS by_rule,
               count(*) FILTER (WHERE c.issue IS NOT NULL AND c.author <> 'rule') AS by_assistant,
               count(e.feedback_id) FILTER (WHERE a.vague OR c.issue IS NOT NULL) AS with_evidence
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        LEFT JOIN clarification c ON c.annotation_id = a.id LEFT JOIN evidence e ON e.feedback_id = f.id
        WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND f.text <> ''
        """
    )
    return {name: int(value) for name, value in session.execute(query).mappings().one().items()}


def clarified(session: Session, concrete: bool, limit: int) -> list[dict[str, Any]]:
    """List complaints that evidence made concrete, or those that wait for the customer, newest first."""
    query = text(
        """
        SELECT f.tracking_number AS number, f.occurred_at, f.text, c.issue, c.source, c.quote, c.confidence, c.author,
               c.question FROM clarification c JOIN annotation a ON a.id = c.annotation_id AND a.current
        JOIN feedback f ON f.id = c.feedback_id AND f.superseded_by IS NULL
        WHERE (c.issue IS NOT NULL) = :concrete ORDER BY f.occurred_at DESC, f.id DESC LIMIT :limit
        """
    )
    return [dict(row) for row in session.execute(query, {"concrete": concrete, "limit": limit}).mappings()]
