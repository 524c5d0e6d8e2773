"""Questionnaires and campaigns: what is asked, since when, and when it is enough."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of

SURVEY_STATES = ("draft", "published", "closed")


class Survey(Base):
    """A version of a questionnaire; a published one is never changed, a new version takes its place."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        one_of("state", SURVEY_STATES),
        Index("uq_survey_published", "code", unique=True, postgresql_where="state = 'published'"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(comment="short name, part of its address")
    version: Mapped[int] = mapped_column(SmallInteger, comment="1, 2, 3 …")
    title: Mapped[str] = mapped_column(comment="Chinese title")
    definition: Mapped[Json] = mapped_column(comment="questions, consent text and what they are mapped to")
    state: Mapped[str] = mapped_column(comment="draft, published or closed")
    created_at: Mapped[Moment] = mapped_column(comment="when it was written down")
    published_at: Mapped[Moment | None] = mapped_column(comment="since when it is asked")
    closed_at: Mapped[Moment | None] = mapped_column(comment="since when it is not asked any more")


class Campaign(Base):
    """Answers collected on one topic until there are enough."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("target > 0 AND causes > 0", name="positive"),
        Index("uq_campaign_running", "survey_id", unique=True, postgresql_where="stopped_at IS NULL"),
    )

    id: Mapped[Key]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), comment="questionnaire it collects by")
    topic: Mapped[str] = mapped_column(comment="what it wants to know, in Chinese")
    target: Mapped[int] = mapped_column(comment="answers after which it stops")
    causes: Mapped[int] = mapped_column(SmallInteger, comment="core causes wanted")
    started_at: Mapped[Moment] = mapped_column(comment="when")
    stopped_at: Mapped[Moment | None] = mapped_column(
        comment="when the target was reached or a person stopped it"
    )


class SurveyInvitation(Base):
    """A customer who was asked to fill in a questionnaire, about what, and whether they did."""

    __tablename__ = "survey_invitation"
    __table_args__ = (
        UniqueConstraint("subject", "customer_id"),
        Index("ix_survey_invitation_customer", "customer_id", "asked_at"),
    )

    id: Mapped[Key]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), comment="questionnaire")
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), comment="who was asked")
    subject: Mapped[str] = mapped_column(comment="what about: case:12 or quarter:2026Q2")
    asked_at: Mapped[Moment] = mapped_column(comment="when it was decided to ask")
    expires_at: Mapped[Moment] = mapped_column(comment="not answered through its link after this")
    answered_at: Mapped[Moment | None] = mapped_column(comment="when it was answered")
