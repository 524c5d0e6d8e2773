"""Queries of labelling: what can be drawn, what is drawn, who answered what, and which models were adopted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.feedback import Annotation, Feedback
from models.schema.learned import Label, LabelDraw, ModelAdoption

ANSWERS = ("type", "tone", "issues", "areas", "note")
UNSURE_MOST = 2_000  # least sure feedback that is looked at when rows are chosen
OTHERS_MOST = 4_000


@dataclass(frozen=True)
class Drawn:
    """A feedback drawn for labelling, with its masked words."""

    id: int
    number: str
    stratum: str
    reason: str
    text: str
    channel: str
    occurred_at: datetime
    rating: float | None


def population(session: Session) -> list[int]:
    """List the feedback that counts: accepted, with words, not replaced by a later version."""
    query = select(Feedback.id).where(
        Feedback.disposition == "accepted", Feedback.superseded_by.is_(None), func.length(Feedback.text) > 1
    )
    return list(session.scalars(query))


def drawn_ids(session: Session) -> dict[int, str]:
    """Return the stratum of every feedback drawn so far."""
    return {
        id_: stratum for id_, stratum in session.execute(select(LabelDraw.feedback_id, LabelDraw.stratum))
    }


def unsure(session: Session) -> list[dict[str, Any]]:
    """List undrawn feedback the models were least sure of when it came, and as many of the others at random."""
    query = text(
        """
        WITH open AS (
            SELECT f.id, f.text, f.channel, f.rating, least(a.type_confidence, a.sentiment_confidence) AS sure
            FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
            WHERE f.disposition = 'accepted' AND f.superseded_by IS NULL AND length(f.text) > 1
              AND NOT EXISTS (SELECT 1 FROM label_draw d WHERE d.feedback_id = f.id)
        )
        (SELECT * FROM open ORDER BY sure, id LIMIT :unsure)
        UNION (SELECT * FROM open ORDER BY md5(id::text) LIMIT :others) ORDER BY id
        """
    )
    values = {"unsure": UNSURE_MOST, "others": OTHERS_MOST}
    return [dict(row) for row in session.execute(query, values).mappings()]


def store_draw(session: Session, stratum: str, rows: Mapping[int, str], frame: int, now: datetime) -> int:
    """Note what was drawn and why; what is drawn already stays in its stratum. Return how many were new."""
    if not rows:
        return 0
    values = [
        {"feedback_id": id_, "stratum": stratum, "drawn_at": now, "reason": why, "frame": frame}
        for id_, why in rows.items()
    ]
    query = upsert(LabelDraw).on_conflict_do_nothing().returning(LabelDraw.feedback_id)
    return len(session.scalars(query, values).all())


def frames(session: Session) -> list[int]:
    """List the highest feedback id there was at each audit draw."""
    return list(session.scalars(select(LabelDraw.frame).where(LabelDraw.stratum == "audit").distinct()))


def waiting(session: Session, labeller: str, limit: int, *, second: bool = False) -> list[Drawn]:
    """List drawn feedback this person can label: labelled by nobody, or (second) audit rows by one other."""
    query = text(
        """
        SELECT f.id, f.tracking_number, d.stratum, d.reason, f.text, f.channel, f.occurred_at, f.rating
        FROM label_draw d JOIN feedback f ON f.id = d.feedback_id
        WHERE f.superseded_by IS NULL AND (NOT :second OR d.stratum = 'audit')
          AND (SELECT count(*) FROM label l WHERE l.feedback_id = f.id AND l.labeller <> :labeller) = :others
          AND NOT EXISTS (SELECT 1 FROM label l WHERE l.feedback_id = f.id AND l.labeller = :labeller)
        ORDER BY d.drawn_at, md5(f.id::text) LIMIT :limit
        """
    )
    values = {"labeller": labeller, "second": second, "others": int(second), "limit": limit}
    return [Drawn(*row) for row in session.execute(query, values)]


def by_number(session: Session, numbers: Sequence[str]) -> dict[str, Drawn]:
    """Return drawn feedback by tracking number."""
    query = text(
        """
        SELECT f.id, f.tracking_number, d.stratum, d.reason, f.text, f.channel, f.occurred_at, f.rating
        FROM label_draw d JOIN feedback f ON f.id = d.feedback_id WHERE f.tracking_number = ANY(:numbers)
        """
    )
    return {row.tracking_number: Drawn(*row) for row in session.execute(query, {"numbers": list(numbers)})}


def answer(session: Session, feedback: int, labeller: str, answers: Mapping[str, Any], now: datetime) -> None:
    """Store what a person says of a feedback; answers given earlier and not given now stay."""
    values = {name: answers[name] for name in ANSWERS if name in answers}
    query = upsert(Label).values(feedback_id=feedback, labeller=labeller, labelled_at=now, **values)
    session.execute(
        query.on_conflict_do_update(
            index_elements=[Label.feedback_id, Label.labeller], set_={**values, "labelled_at": now}
        )
    )


def take_back(session: Session, feedback: int, labeller: str) -> None:
    """Remove what a person said of a feedback, so that it is asked again."""
    session.execute(delete(Label).where(Label.feedback_id == feedback, Label.labeller == labeller))


@dataclass(frozen=True)
class Labelled:
    """A labelled feedback with everything its labellers said; answers not given are None."""

    id: int
    number: str
    text: str
    rating: float | None
    answers: list[dict[str, Any]]


def labelled(session: Session, stratum: str) -> list[Labelled]:
    """List the labelled feedback of a stratum, in the order it was drawn in."""
    query = text(
        """
        SELECT f.id, f.tracking_number, f.text, f.rating,
               jsonb_agg(jsonb_build_object('labeller', l.labeller, 'type', l.type, 'tone', l.tone,
                                            'issues', l.issues, 'areas', l.areas) ORDER BY l.labeller) AS answers
        FROM label_draw d JOIN feedback f ON f.id = d.feedback_id JOIN label l ON l.feedback_id = f.id
        WHERE d.stratum = :stratum GROUP BY f.id, d.drawn_at ORDER BY d.drawn_at, f.id
        """
    )
    return [Labelled(*row) for row in session.execute(query, {"stratum": stratum})]


def progress(session: Session) -> list[dict[str, Any]]:
    """Count drawn, labelled and twice labelled feedback by stratum."""
    query = text(
        """
        SELECT d.stratum, count(*) AS drawn, count(n.labellers) AS labelled,
               count(*) FILTER (WHERE n.labellers > 1) AS twice
        FROM label_draw d LEFT JOIN (SELECT feedback_id, count(*) AS labellers FROM label GROUP BY 1) n
          ON n.feedback_id = d.feedback_id GROUP BY 1 ORDER BY 1
        """
    )
    return [dict(row) for row in session.execute(query).mappings()]


def words(session: Session, limit: int) -> list[str]:
    """Return the newest accepted texts: how rare an n-gram is, is learnt from them."""
    query = select(Feedback.text).where(Feedback.disposition == "accepted", func.length(Feedback.text) > 1)
    return list(session.scalars(query.order_by(Feedback.id.desc()).limit(limit)))


def counted_types(session: Session, model: str) -> dict[str, int]:
    """Count the types that a model sees in all feedback that counts."""
    query = (
        select(Annotation.type, func.count())
        .join(Feedback, Feedback.id == Annotation.feedback_id)
        .where(
            Annotation.current, Annotation.model_version == model, Feedback.disposition == "accepted",
            Feedback.superseded_by.is_(None), func.length(Feedback.text) > 1,
        )
        .group_by(Annotation.type)
    )  # fmt: skip
    return {kind: count for kind, count in session.execute(query)}


def adopted(session: Session) -> list[ModelAdoption]:
    """List which models were put to use, newest first."""
    return list(session.scalars(select(ModelAdoption).order_by(ModelAdoption.id.desc())))


def note_adoption(session: Session, **values: Any) -> None:
    """Write down that a model was put to use."""
    session.add(ModelAdoption(**values))
