"""How far the feedback of this house reaches: a file of old reviews ends long before today."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session


def last_moment(session: Session) -> datetime | None:
    """Return when the newest accepted feedback was given."""
    query = text("SELECT max(occurred_at) FROM feedback WHERE disposition = 'accepted'")
    return session.scalar(query)  # type: ignore[no-any-return]


def lately(session: Session, days: int, now: datetime) -> tuple[datetime, datetime]:
    """Return the days that end now, or with the newest feedback where none of these days has any."""
    last = last_moment(session)
    until = now if last is None or now - last < timedelta(days=days) else last + timedelta(seconds=1)
    return until - timedelta(days=days), until
