"""Queries of being logged in: begin, recognise, list and end sessions."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from models.schema.identity import SecondFactor, User, UserSession
from settings import get_settings

# Noting each use would write a row a click; to the minute is exact enough for half an hour.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Person:
    """Who is logged in, and by which session."""

    id: int
    login: str
    name: str
    roles: frozenset[str]
    departments: frozenset[str]
    session_id: int = 0
    owes_factor: bool = False  # has to set up a second factor before anything else

    @property
    def who(self) -> str:
        """Name of the person in logs."""
        return f"person:{self.login}"


def hashed(token: str) -> bytes:
    """The form in which a token is kept: useless to whoever reads the table."""
    return hashlib.sha256(token.encode()).digest()


def begin_session(session: Session, user_id: int, method: str, browser: str, now: datetime) -> str:
    """Log a person in and return the token of the cookie; it is always a new one."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hashed(token), user_id=user_id, method=method, browser=browser[:80],
            started_at=now, seen_at=now,
        )
    )  # fmt: skip
    return token


def recognise(session: Session, token: str, now: datetime) -> Person | None:
    """Return who a cookie's token belongs to, if the session still holds, and note that it is used."""
    found = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hashed(token), UserSession.ended_at.is_(None))
    ).first()
    if found is None:
        return None
    held, user = found
    if user.disabled_at is not None or not _alive(held, now):
        _end(session, [held.id], "timed out" if user.disabled_at is None else "disabled", now)
        return None
    if now - held.seen_at >= NOTED_EVERY:
        held.seen_at = now
    return replace(person_of(user, held.id), owes_factor=_owes_factor(session, held, user))


def factor_asked(roles: Collection[str]) -> bool:
    """Tell whether one of these roles has to prove with a second factor."""
    return not set(get_settings().second_factor_roles).isdisjoint(roles)


def _owes_factor(session: Session, held: UserSession, user: User) -> bool:
    # Who logs in elsewhere has proved there what is asked for there.
    asked = held.method == "password" and factor_asked(user.roles)
    return asked and session.get(SecondFactor, user.id) is None


def person_of(user: User, session_id: int = 0) -> Person:
    """Describe a person without the database row."""
    return Person(
        user.id, user.login, user.name, frozenset(user.roles), frozenset(user.departments), session_id
    )


def _alive(held: UserSession, now: datetime) -> bool:
    limits = get_settings()
    return now - held.seen_at < timedelta(
        minutes=limits.session_idle_minutes
    ) and now - held.started_at < timedelta(hours=limits.session_hours)


def open_sessions(session: Session, user_id: int, now: datetime) -> Sequence[Row[tuple[UserSession]]]:
    """List the sessions of a person that still hold, newest first."""
    query = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    return [row for row in session.execute(query.order_by(UserSession.id.desc())) if _alive(row[0], now)]


def end_session(session: Session, user_id: int, session_id: int, by: str, now: datetime) -> bool:
    """End one session of a person; False when it is not theirs or was ended before."""
    own = session.scalar(
        select(UserSession.id).where(UserSession.id == session_id, UserSession.user_id == user_id)
    )
    return own is not None and _end(session, [own], by, now) > 0


def end_all(session: Session, user_id: int, by: str, now: datetime, but: int = 0) -> int:
    """End every session of a person, but for one perhaps; return how many that were."""
    query = select(UserSession.id).where(
        UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != but
    )
    return _end(session, session.scalars(query).all(), by, now)


def _end(session: Session, ids: Sequence[int], by: str, now: datetime) -> int:
    done = session.execute(
        update(UserSession)
        .where(UserSession.id.in_(ids), UserSession.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
