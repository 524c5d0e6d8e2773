"""Changes in the business that may be why a problem began, as told by people or by other systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from voc.causes.changes import Change


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
