"""What people teach the models: rows drawn for labelling, labels, adopted models, breaks in the coding."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from models.schema.feedback import TONES, TYPES

STRATA = ("audit", "active")
STEPS = ("adopt", "back")


class LabelDraw(Base):
    """A feedback drawn for labelling: audit rows are only ever measured on, active rows only learnt from."""

    __tablename__ = "label_draw"
    __table_args__ = (one_of("stratum", STRATA),)

    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), primary_key=True, autoincrement=False, comment="feedback"
    )
    stratum: Mapped[str] = mapped_column(comment="audit: drawn at random; active: chosen to learn from")
    drawn_at: Mapped[Moment] = mapped_column(comment="when it was drawn")
    reason: Mapped[str] = mapped_column(comment="why it was chosen")
    frame: Mapped[int] = mapped_column(comment="highest feedback id there was when it was drawn")


class Label(Base):
    """What one person says a feedback means; answers not given yet are null."""

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("feedback_id", "labeller"),
        one_of("type", TYPES),
        one_of("tone", TONES),
    )

    id: Mapped[Key]
    feedback_id: Mapped[int] = mapped_column(ForeignKey("label_draw.feedback_id"), comment="drawn feedback")
    labeller: Mapped[str] = mapped_column(comment="who says so")
    labelled_at: Mapped[Moment] = mapped_column(comment="time of the last answer")
    type: Mapped[str | None] = mapped_column(comment="praise, suggestion, complaint or enquiry")
    tone: Mapped[str | None] = mapped_column(comment="positive, neutral or negative")
    issues: Mapped[Json | None] = mapped_column(comment="issue code → polarity −1, 0, 1; empty: none")
    areas: Mapped[Json | None] = mapped_column(comment="area code → polarity −1, 0, 1; empty: none")
    note: Mapped[str | None] = mapped_column(comment="remark of the labeller")


class ModelAdoption(Base):
    """A model that was put to use, why, and what it took the place of. Append-only."""

    __tablename__ = "model_adoption"
    __table_args__ = (one_of("step", STEPS),)

    id: Mapped[Key]
    step: Mapped[str] = mapped_column(comment="adopt, or back to the one before")
    version: Mapped[str] = mapped_column(comment="model in use from now on")
    replaced: Mapped[str] = mapped_column(comment="model in use until now")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="who")
    reason: Mapped[str] = mapped_column(comment="why, in Chinese")
    facts: Mapped[Json] = mapped_column(comment="the comparison on held-out rows")


class CodingBreak(Base):
    """History read again by another model or taxonomy: series may jump at the moments it names."""

    __tablename__ = "coding_break"
    __table_args__ = (CheckConstraint("rows_recoded >= 0", name="not_negative"),)

    id: Mapped[Key]
    model_version: Mapped[str] = mapped_column(comment="model that read again")
    taxonomy_version: Mapped[str] = mapped_column(comment="taxonomy used")
    replaced: Mapped[list[list[str]]] = mapped_column(
        JSONB, comment="pairs of model and taxonomy that had read before"
    )
    since: Mapped[Moment | None] = mapped_column(comment="only feedback from then on was read again")
    started_at: Mapped[Moment] = mapped_column(comment="when reading again began")
    finished_at: Mapped[Moment | None] = mapped_column(comment="when all was read; null while under way")
    rows_recoded: Mapped[int] = mapped_column(default=0, comment="feedback read again")
    type_changed: Mapped[int] = mapped_column(default=0, comment="rows whose type changed")
    issue_changed: Mapped[int] = mapped_column(default=0, comment="rows whose complaints changed")
    areas: Mapped[Json] = mapped_column(comment="area → complaints before and after")
    by: Mapped[str] = mapped_column(comment="who asked for it")
    run: Mapped[str | None] = mapped_column(comment="flow run it came from")
