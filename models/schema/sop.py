"""Runs of standard procedures and the log they are timed from."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from voc.sop import STEPS


class SopRun(Base):
    """One run of a procedure, with the version it was started with."""

    __tablename__ = "sop_run"
    __table_args__ = (Index("ix_sop_run_open", "started_at", postgresql_where="ended_at IS NULL"),)

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(comment="procedure")
    body: Mapped[Json] = mapped_column(JSONB, comment="its nodes as they were at the start")
    subject: Mapped[str] = mapped_column(
        index=True, comment="what it is about, such as case:12; empty: itself"
    )
    title: Mapped[str] = mapped_column(comment="what people call this run")
    started_at: Mapped[Moment] = mapped_column(comment="when its first node began")
    started_by: Mapped[str] = mapped_column(comment="who started it")
    ended_at: Mapped[Moment | None] = mapped_column(comment="when its last node was done or skipped")


class SopLog(Base):
    """Append-only log of runs of procedures."""

    __tablename__ = "sop_log"
    __table_args__ = (UniqueConstraint("run_id", "seq"), one_of("step", STEPS))

    id: Mapped[Key]
    run_id: Mapped[int] = mapped_column(ForeignKey("sop_run.id"), comment="run")
    seq: Mapped[int] = mapped_column(comment="1, 2, 3 … within the run")
    node: Mapped[str] = mapped_column(comment="key of the node; empty: the whole run")
    step: Mapped[str] = mapped_column(comment="done, skip, pause, resume or note")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="who")
    note: Mapped[str] = mapped_column(comment="what was noted")
