"""What the clocks of promised times show, kept for queries; the logs stay the truth and can rebuild all of it."""

from __future__ import annotations

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Moment, one_of
from voc.sla import STATES


class SlaWatch(Base):
    """When a subject has to be looked at again: its next rung, or the moment it was changed."""

    __tablename__ = "sla_watch"
    __table_args__ = (
        Index("ix_sla_watch_next", "next_at", postgresql_where="next_at IS NOT NULL"),
        Index("ix_sla_watch_provisional", "basis", postgresql_where="provisional"),
    )

    life: Mapped[str] = mapped_column(primary_key=True, comment="case, action, review, approval or rootcause")
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="subject")
    next_at: Mapped[Moment | None] = mapped_column(comment="look again after this moment; NULL: nothing runs")
    provisional: Mapped[bool] = mapped_column(
        server_default="false", comment="a deadline rests on holidays that are not published yet"
    )
    basis: Mapped[str] = mapped_column(server_default="", comment="calendar it was computed on")


class SlaLap(Base):
    """One lap of one promise, as it stood when it was last looked at."""

    __tablename__ = "sla_lap"
    __table_args__ = (
        one_of("state", STATES),
        Index("ix_sla_lap_started", "life", "started_at"),
        Index(
            "ix_sla_lap_open", "life", "due_at", postgresql_where="state IN ('running', 'paused', 'overdue')"
        ),
    )

    life: Mapped[str] = mapped_column(primary_key=True, comment="case, action, review, approval or rootcause")
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="subject")
    promise: Mapped[str] = mapped_column(primary_key=True, comment="what was promised")
    lap: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, comment="1, 2 …")
    state: Mapped[str] = mapped_column(comment="running, paused, overdue, met, missed or dropped")
    started_at: Mapped[Moment] = mapped_column(comment="start of the clock")
    due_at: Mapped[Moment | None] = mapped_column(comment="when it falls or fell due; NULL while paused")
    ended_at: Mapped[Moment | None] = mapped_column(comment="when it was kept, missed or dropped")
    worked_s: Mapped[int] = mapped_column(comment="working seconds so far")
    granted_s: Mapped[int] = mapped_column(comment="working seconds promised")
    provisional: Mapped[bool] = mapped_column(comment="rests on holidays that are not published yet: 暂估")


class SlaFired(Base):
    """A rung of the ladder that was passed: it is told of once, whoever looks and however often."""

    __tablename__ = "sla_fired"

    life: Mapped[str] = mapped_column(primary_key=True, comment="case, action, review, approval or rootcause")
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="subject")
    promise: Mapped[str] = mapped_column(primary_key=True, comment="what was promised")
    lap: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, comment="lap")
    level: Mapped[str] = mapped_column(primary_key=True, comment="rung, such as due_soon or overdue")
    reached_at: Mapped[Moment] = mapped_column(comment="when it was reached")
    fired_at: Mapped[Moment] = mapped_column(comment="when it was seen")
