"""What came with a feedback and what it made of a vague complaint: a citation, or one question to ask."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base


class Evidence(Base):
    """The records that came with a feedback: ticket, order, transcript."""

    __tablename__ = "evidence"

    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), primary_key=True, autoincrement=False, comment="feedback it came with"
    )
    text: Mapped[str] = mapped_column(comment="records under the titles of their columns, masked")


class Clarification(Base):
    """A vague complaint made concrete by a citation, or the one question that would make it so."""

    __tablename__ = "clarification"
    __table_args__ = (
        CheckConstraint("(issue IS NULL) = (question IS NOT NULL)", name="cited_or_asked"),
        CheckConstraint(
            "num_nulls(issue, source, span_start, span_end, quote, confidence) IN (0, 6)", name="cited_whole"
        ),
    )

    annotation_id: Mapped[int] = mapped_column(
        ForeignKey("annotation.id"), primary_key=True, autoincrement=False, comment="annotation it explains"
    )
    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), index=True, comment="the vague complaint"
    )
    author: Mapped[str] = mapped_column(comment="rule, or assistant:… with the name of its model")
    issue: Mapped[str | None] = mapped_column(comment="issue the citation shows")
    source: Mapped[str | None] = mapped_column(comment="title of the record that is cited")
    span_start: Mapped[int | None] = mapped_column(comment="first character of the quotation in the evidence")
    span_end: Mapped[int | None] = mapped_column(comment="one past its last character")
    quote: Mapped[str | None] = mapped_column(comment="the quotation, masked like all evidence")
    confidence: Mapped[float | None] = mapped_column(comment="0–1")
    question: Mapped[str | None] = mapped_column(comment="what the customer is asked while nothing shows it")
