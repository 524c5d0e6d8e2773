"""The weekly audit: samples, what the model said of their rows, and what readers say."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of
from models.schema.feedback import TYPES


class AuditSample(Base):
    """A stratified sample of one week; drawn once."""

    __tablename__ = "audit_sample"

    id: Mapped[Key]
    week: Mapped[str] = mapped_column(unique=True, comment="ISO week, such as 2026-W21")
    first_day: Mapped[date] = mapped_column(comment="its Monday, in Asia/Shanghai")
    seed: Mapped[int] = mapped_column(comment="seed of the lots")
    population: Mapped[int] = mapped_column(comment="feedback of the week that counts")
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="name, type and size of each stratum")
    areas: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="feedback of the week by the model's area"
    )
    drawn_at: Mapped[Moment] = mapped_column(comment="when")


class AuditItem(Base):
    """A row of a sample, with the chance it had and what the model said of it then."""

    __tablename__ = "audit_item"
    __table_args__ = (
        UniqueConstraint("sample_id", "feedback_id"),
        CheckConstraint("chance > 0 AND chance <= 1", name="chance_range"),
        one_of("type", TYPES),
    )

    id: Mapped[Key]
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"), comment="sample")
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), comment="feedback")
    stratum: Mapped[int] = mapped_column(SmallInteger, comment="place of its stratum in the sample's list")
    chance: Mapped[float] = mapped_column(comment="chance of being drawn")
    type: Mapped[str] = mapped_column(comment="type by the model")
    area: Mapped[str | None] = mapped_column(comment="area by the model, the surest")
    model_version: Mapped[str] = mapped_column(comment="model that read it")


class AuditReading(Base):
    """What a reader, who does not see the model's answer, says of a row."""

    __tablename__ = "audit_reading"
    __table_args__ = (one_of("type", TYPES),)

    item_id: Mapped[int] = mapped_column(
        ForeignKey("audit_item.id"), primary_key=True, autoincrement=False, comment="row of the sample"
    )
    reader: Mapped[str] = mapped_column(primary_key=True, comment="name of the reader")
    type: Mapped[str] = mapped_column(comment="type by the reader")
    area: Mapped[str | None] = mapped_column(comment="area by the reader; empty text: none; NULL: not said")
    note: Mapped[str] = mapped_column(comment="what the reader noted")
    read_at: Mapped[Moment] = mapped_column(comment="when it was taken in")
