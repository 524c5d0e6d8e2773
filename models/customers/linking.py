"""Links that open one feedback: made when a message leaves, kept as a hash only, expiring and revocable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from models.schema.feedback import Feedback
from models.schema.outbox import OutboxMessage
from models.schema.tracked import TrackingLink

TOKEN_BYTES = 16


def hashed(token: str) -> str:
    """Return what is kept of a token; it has 128 random bits, so that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def links_for(
    session: Session, messages: Sequence[OutboxMessage], now: datetime, lasting: timedelta
) -> Mapping[int, str]:
    """Make a token for each message to a customer, which opens the feedback the message is about."""
    numbers = {str(m.data.get("number", "")) for m in messages if m.audience == "customer"}
    query = select(Feedback.tracking_number, Feedback.id).where(Feedback.tracking_number.in_(numbers))
    found = {number: id_ for number, id_ in session.execute(query)} if numbers else {}
    tokens = {
        m.id: (secrets.token_urlsafe(TOKEN_BYTES), found[m.data["number"]])
        for m in messages
        if m.audience == "customer" and m.data.get("number") in found
    }
    session.add_all(
        TrackingLink(token_hash=hashed(token), feedback_id=feedback, created_at=now, expires_at=now + lasting)
        for token, feedback in tokens.values()
    )
    return {message: token for message, (token, _) in tokens.items()}


def opened_by(session: Session, token_hash: str, now: datetime) -> int | None:
    """Return the feedback a link opens, None when it does not or no longer."""
    return session.scalar(
        select(TrackingLink.feedback_id).where(
            TrackingLink.token_hash == token_hash,
            TrackingLink.expires_at > now,
            or_(TrackingLink.revoked_at.is_(None), TrackingLink.revoked_at > now),
        )
    )


def revoke(session: Session, feedback_id: int, now: datetime) -> int:
    """Take back every link of a feedback; return how many still worked."""
    query = (
        update(TrackingLink)
        .where(
            TrackingLink.feedback_id == feedback_id,
            TrackingLink.revoked_at.is_(None),
            TrackingLink.expires_at > now,
        )
        .values(revoked_at=now)
    )
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


def sweep_links(session: Session, before: datetime) -> int:
    """Drop the links that ended before a moment."""
    query = text("DELETE FROM tracking_link WHERE expires_at < :before OR revoked_at < :before")
    return int(session.execute(query, {"before": before}).rowcount)  # type: ignore[attr-defined]
