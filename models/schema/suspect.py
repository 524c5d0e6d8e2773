"""What is suspect in feedback, as people are shown it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of


class Suspicion(Base):
    """A burst of praise that looks bought, or a wave of one text; continued while it goes on."""

    __tablename__ = "suspicion"
    __table_args__ = (
        one_of("kind", ("praise_burst", "copy_wave")),
        CheckConstraint("ended_on >= started_on", name="ends_after_start"),
        UniqueConstraint("kind", "source_id", "product", "started_on", "anchor"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="praise_burst or copy_wave")
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), comment="source it happened in")
    product: Mapped[str] = mapped_column(comment="product it happened to; empty: the whole source")
    anchor: Mapped[int] = mapped_column(comment="feedback whose words come back; 0 for a burst")
    started_on: Mapped[date] = mapped_column(comment="first day, in Asia/Shanghai")
    ended_on: Mapped[date] = mapped_column(comment="last day so far")
    seen_on: Mapped[date] = mapped_column(comment="day on which it would have been seen first")
    observed: Mapped[int] = mapped_column(comment="top ratings in a burst, customers in a wave")
    expected: Mapped[float] = mapped_column(comment="how many its own past led one to expect")
    chance: Mapped[float] = mapped_column(comment="chance of so many, had nothing changed")
    signs: Mapped[list[str]] = mapped_column(comment="signs of one hand")
    reason: Mapped[str] = mapped_column(comment="why, one Chinese sentence")
    feedback: Mapped[int] = mapped_column(comment="rows marked")
    recorded_at: Mapped[Moment] = mapped_column(comment="when it was last computed")
