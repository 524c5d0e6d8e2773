"""How much somebody may do just now: buckets of tokens that fill up with time."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

TAKE = text(
    """
    INSERT INTO allowance AS a (key, tokens, at) VALUES (:key, :burst - 1, :now)
    ON CONFLICT (key) DO UPDATE SET at = :now, tokens =
        LEAST(:burst, a.tokens + GREATEST(0, EXTRACT(epoch FROM :now - a.at)) * :per_second) - 1
        WHERE LEAST(:burst, a.tokens + GREATEST(0, EXTRACT(epoch FROM :now - a.at)) * :per_second) >= 1
    RETURNING tokens
    """
)


def take(session: Session, what: str, whose: str, now: datetime, *, burst: int, per_minute: float) -> float:
    """Take one token; return 0 when there was one, otherwise the seconds until there is."""
    per_second = per_minute / 60
    values = {"key": key_of(what, whose), "now": now, "burst": burst, "per_second": per_second}
    if session.scalar(TAKE, values) is not None:
        return 0.0
    missing = text(
        "SELECT 1 - LEAST(:burst, tokens + GREATEST(0, EXTRACT(epoch FROM :now - at)) * :per_second)"
        " FROM allowance WHERE key = :key"
    )
    return max(1.0, float(session.scalar(missing, values) or 0) / per_second)


def key_of(what: str, whose: str) -> str:
    """Name a bucket; addresses and names are hashed, for the table shall hold neither."""
    return f"{what}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"


def forgive(session: Session, what: str, whose: str) -> None:
    """Fill a bucket up again."""
    session.execute(text("DELETE FROM allowance WHERE key = :key"), {"key": key_of(what, whose)})


def sweep(session: Session, before: datetime) -> int:
    """Drop buckets nobody has touched for long; they are full again anyway."""
    done = session.execute(text("DELETE FROM allowance WHERE at < :before"), {"before": before})
    return int(done.rowcount)  # type: ignore[attr-defined]
