"""Changes in the business that may be why a problem began, as told by people or by other systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Key, Moment, one_of
from voc.causes.changes import KINDS, Change


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


def store_changes(session: Session, changes: Sequence[Change]) -> int:
    """Store changes of the business; return how many were not known before. The same change is stored once."""
    query = text(
        """
        INSERT INTO business_event (kind, at, until, title, product, region, channel, version, source)
        VALUES (:kind, :at, :until, :title, :product, :region, :channel, :version, :source)
        ON CONFLICT (kind, at, title, product, region, channel, version)
        DO UPDATE SET until = excluded.until, source = excluded.source RETURNING xmax = 0 AS new
        """
    )
    return sum(bool(session.scalar(query, asdict(change))) for change in changes)


def changes_between(session: Session, since: datetime | None, until: datetime | None) -> list[Change]:
    """List the changes that began in a span (without an end when None), latest first."""
    query = text(
        """
        SELECT kind, at, title, until, product, region, channel, version, source FROM business_event
        WHERE at >= COALESCE(CAST(:since AS timestamptz), '-infinity')
          AND at < COALESCE(CAST(:until AS timestamptz), 'infinity') ORDER BY at DESC, id
        """
    )
    return [Change(*row) for row in session.execute(query, {"since": since, "until": until})]


def count_changes(session: Session) -> int:
    """Count the changes known."""
    return int(session.scalar(text("SELECT count(*) FROM business_event")) or 0)
