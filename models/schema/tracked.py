"""What customers are given and what they answer: links, wishes, answers, and what was erased for them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of

ANSWERS = ("satisfied", "unsatisfied", "remark", "erase")


class TrackingLink(Base):
    """A link of a message: whoever holds it may see one feedback, until it expires or is revoked."""

    __tablename__ = "tracking_link"

    token_hash: Mapped[str] = mapped_column(
        primary_key=True, comment="sha256 of the token, which is kept nowhere"
    )
    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), index=True, comment="feedback it opens"
    )
    created_at: Mapped[Moment] = mapped_column(comment="when the message left")
    expires_at: Mapped[Moment] = mapped_column(comment="not opened after this")
    revoked_at: Mapped[Moment | None] = mapped_column(comment="when it was taken back")


class CustomerPreference(Base):
    """How a customer wants to be told, and when not."""

    __tablename__ = "customer_preference"
    __table_args__ = (
        one_of("reach", ("phone", "email")),
        CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="hours"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="both_ends"),
    )

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id"), primary_key=True, autoincrement=False, comment="customer"
    )
    reach: Mapped[str | None] = mapped_column(comment="phone or email, where the customer left both")
    quiet_from: Mapped[int | None] = mapped_column(
        SmallInteger, comment="hour in China from which nothing is sent"
    )
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger, comment="hour until which nothing is sent")
    silent: Mapped[bool] = mapped_column(server_default=text("false"), comment="wants no notices at all")
    changed_at: Mapped[Moment] = mapped_column(comment="when the customer said so")


class CustomerAnswer(Base):
    """What a customer did on the tracking page; the words of a remark go into the intake, not here."""

    __tablename__ = "customer_answer"
    __table_args__ = (one_of("kind", ANSWERS), Index("ix_customer_answer_feedback", "feedback_id"))

    id: Mapped[Key]
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), comment="feedback answered about")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), comment="its case")
    round: Mapped[int] = mapped_column(SmallInteger, comment="round of the case, 0 without one")
    kind: Mapped[str] = mapped_column(comment="satisfied, unsatisfied, remark or erase")
    at: Mapped[Moment] = mapped_column(comment="when")


class Erasure(Base):
    """A wish to be erased, and when it was done."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index("uq_erasure_open", "feedback_id", unique=True, postgresql_where="done_at IS NULL"),
    )

    id: Mapped[Key]
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), comment="feedback it was asked from")
    asked_at: Mapped[Moment] = mapped_column(comment="when the customer asked")
    done_at: Mapped[Moment | None] = mapped_column(comment="when everything was overwritten")
    done_by: Mapped[str | None] = mapped_column(comment="who did it, or the rule")
    rows: Mapped[int | None] = mapped_column(comment="feedback that was overwritten")


class Tombstone(Base):
    """The keyed hash of a record that was erased: a late writer does not bring it back."""

    __tablename__ = "tombstone"
    __table_args__ = {"schema": "vault"}  # noqa: RUF012

    hash: Mapped[str] = mapped_column(
        primary_key=True, comment="sha256 of a salt, the source and the record's key"
    )
    at: Mapped[Moment] = mapped_column(comment="when it was erased")
