"""Why a problem came back: the report somebody has to write, somebody else has to accept, and what prevents it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from models.schema.loop import LogColumns
from voc.lifecycle import ROOTCAUSE


class RootCause(Base):
    """A root-cause report on one round of a problem: five whys, a fishbone, and a preventive measure."""

    __tablename__ = "rootcause"
    __table_args__ = (one_of("state", ROOTCAUSE.states), UniqueConstraint("problem_id", "problem_round"))

    id: Mapped[Key]
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), comment="problem that came back")
    problem_round: Mapped[int] = mapped_column(SmallInteger, comment="round of the problem it explains")
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="who writes it")
    reviewer: Mapped[str] = mapped_column(ForeignKey("department.code"), comment="whose people accept it")
    asked_at: Mapped[Moment] = mapped_column(comment="when it was asked for")
    due_at: Mapped[Moment] = mapped_column(comment="deadline of the accepted report")
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(SmallInteger, default=1, comment="always 1; every life has one")
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")
    whys: Mapped[list[str] | None] = mapped_column(
        JSONB(none_as_null=True), comment="each why answers the one before"
    )
    fishbone: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True), comment="dimension → causes")
    root_cause: Mapped[str | None] = mapped_column(comment="what has to change")
    preventive: Mapped[str | None] = mapped_column(comment="measure that keeps it from coming back")
    preventive_due: Mapped[Moment | None] = mapped_column(comment="deadline of the preventive measure")


class RootCauseLog(LogColumns, Base):
    """Append-only log of root-cause reports."""

    __tablename__ = "rootcause_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("rootcause.id"), comment="root-cause report")
