"""Alarms, the reviews they open, and how far the walk over the days has come."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from models.schema.loop import LogColumns
from voc.alarms.values import KINDS
from voc.lifecycle import REVIEW


class Alarm(Base):
    """Something that happened in one series; what was raised is never taken back, only continued."""

    __tablename__ = "alarm"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("ended_on >= started_on", name="ends_after_start"),
        UniqueConstraint("kind", "series", "raised_at"),
        Index("ix_alarm_raised", "raised_at"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="what kind of happening")
    series: Mapped[str] = mapped_column(comment="code of the series it happened in")
    label: Mapped[str] = mapped_column(comment="Chinese name of the series")
    issue: Mapped[str | None] = mapped_column(comment="issue it is about, if one")
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who reviews it")
    started_on: Mapped[date] = mapped_column(comment="first day, in Asia/Shanghai")
    ended_on: Mapped[date] = mapped_column(comment="last day so far")
    observed: Mapped[int] = mapped_column(comment="how many from the first day to the last")
    expected: Mapped[float] = mapped_column(comment="how many its own past led one to expect")
    p_value: Mapped[float | None] = mapped_column(comment="chance of so many, had nothing changed")
    urgent: Mapped[bool] = mapped_column(comment="safety or an outage")
    words: Mapped[list[str]] = mapped_column(JSONB, comment="words that stand out against its past")
    quotations: Mapped[list[str]] = mapped_column(JSONB, comment="what customers said, masked")
    cause: Mapped[str] = mapped_column(comment="likely cause, one Chinese sentence")
    evidence: Mapped[Json] = mapped_column(comment="what the cause was drawn from: slices, issues, feedback")
    raised_at: Mapped[Moment] = mapped_column(comment="end of the day on which it would have been seen")
    recorded_at: Mapped[Moment] = mapped_column(comment="when it was computed")
    late: Mapped[bool] = mapped_column(comment="found in rows that came after the day had been looked at")


class Review(Base):
    """A department looks at an alarm and says what it was."""

    __tablename__ = "review"
    __table_args__ = (one_of("state", REVIEW.states), Index("ix_review_state", "state"))

    id: Mapped[Key]
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"), unique=True, comment="alarm it is about")
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(SmallInteger, default=1, comment="always 1; every life has one")
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who reviews it")
    due_at: Mapped[Moment] = mapped_column(comment="deadline of the conclusion")
    conclusion: Mapped[str | None] = mapped_column(comment="what it was, in the reviewer's words")
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")


class ReviewLog(LogColumns, Base):
    """Append-only log of reviews."""

    __tablename__ = "review_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("review.id"), comment="review")


class Watch(Base):
    """Up to which day the series were looked at; one row, or none before the first walk."""

    __tablename__ = "watch"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, comment="always 1")
    looked_until: Mapped[date] = mapped_column(comment="last day that was looked at, in Asia/Shanghai")


class WatchedBatch(Base):
    """A batch whose rows were in the series when the days they fall on were looked at."""

    __tablename__ = "watched_batch"

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("batch.id"), primary_key=True, autoincrement=False, comment="batch"
    )
    watched_at: Mapped[Moment] = mapped_column(comment="when")
