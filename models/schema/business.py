"""Changes in the business that may be why a problem began."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of
from voc.causes.changes import KINDS


class BusinessEvent(Base):
    """Something that changed in the business and may be why a problem began: a release, a campaign, a supplier."""

    __tablename__ = "business_event"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("until >= at", name="ends_after_it_begins"),
        UniqueConstraint("kind", "at", "title", "product", "region", "channel", "version"),
        Index("ix_business_event_at", "at"),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(comment="release, campaign, supplier, policy, price, staff, …")
    at: Mapped[Moment] = mapped_column(comment="when it began to hold")
    until: Mapped[Moment | None] = mapped_column(comment="when it ended, if it did")
    title: Mapped[str] = mapped_column(comment="what changed, in Chinese")
    product: Mapped[str] = mapped_column(default="", comment="product it is limited to, empty for none")
    region: Mapped[str] = mapped_column(default="", comment="region it is limited to, empty for none")
    channel: Mapped[str] = mapped_column(default="", comment="channel it is limited to, empty for none")
    version: Mapped[str] = mapped_column(default="", comment="release it is about, empty for none")
    source: Mapped[str] = mapped_column(default="", comment="who or what says so")
