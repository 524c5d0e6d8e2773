"""What waits for a person's yes or no, and the log of how it was answered."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from models.schema.loop import LogColumns
from voc.lifecycle import APPROVAL

KINDS = ("action", "problem_merge", "problem_split", "taxonomy_class", "report")


class Approval(Base):
    """One question to a person; answered once, by whichever way the answer comes first."""

    __tablename__ = "approval"
    __table_args__ = (
        one_of("state", APPROVAL.states),
        one_of("kind", KINDS),
        # The same question is not asked twice at a time; after an answer it may be asked anew.
        Index("uq_approval_open", "kind", "subject", unique=True, postgresql_where="state = 'open'"),
        Index("ix_approval_due", "due_at", postgresql_where="state = 'open'"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="what is to be approved")
    subject: Mapped[str] = mapped_column(comment="kind:id of what it is about, for example action:12")
    title: Mapped[str] = mapped_column(comment="the question in one Chinese line")
    body: Mapped[str] = mapped_column(comment="what one should know to answer, as Chinese markdown")
    evidence_url: Mapped[str | None] = mapped_column(comment="where the evidence is shown")
    facts: Mapped[Json] = mapped_column(JSONB, comment="what the consequence of a yes needs")
    asked_of: Mapped[str] = mapped_column(comment="department code, or leadership")
    due_at: Mapped[Moment] = mapped_column(comment="deadline of the answer")
    state: Mapped[str] = mapped_column(comment="derived from the log")
    round: Mapped[int] = mapped_column(SmallInteger, default=1, comment="always 1; every life has one")
    changed_at: Mapped[Moment] = mapped_column(comment="time of the last step")
    requested_by: Mapped[str] = mapped_column(comment="who asks")
    requested_at: Mapped[Moment] = mapped_column(comment="when it was asked")
    flow_run: Mapped[str | None] = mapped_column(comment="suspended flow run that shows it as a form")


class ApprovalLog(LogColumns, Base):
    """Append-only log of approvals."""

    __tablename__ = "approval_log"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)
    subject_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), comment="approval")
