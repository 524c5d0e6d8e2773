"""Which of our people an account elsewhere is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people.accounts import person_named
from models.people.sessions import Person, person_of
from models.schema.identity import User, UserLink
from models.trail import note
from voc.errors import InputError


def person_for(
    session: Session, issuer: str, subject: str, name: str, now: datetime, *, by_name: bool
) -> Person | None:
    """Return who an account elsewhere is here, or None.

    The link is by the identity that never changes, made once: by a person, or, `by_name`, at the first log-in
    by the account's name. Never by an e-mail address (anybody may claim one), never to an administrator, and
    never to somebody who is linked to that house already.
    """
    query = select(User).join(UserLink, UserLink.user_id == User.id)
    user = session.scalars(query.where(UserLink.issuer == issuer, UserLink.subject == subject)).first()
    if user is None and by_name and name:
        user = _namesake(session, issuer, name)
        if user is not None:
            _linked(session, user, issuer, subject, "rule:login", now)
    return person_of(user) if user is not None and user.disabled_at is None else None


def _namesake(session: Session, issuer: str, name: str) -> User | None:
    user = session.scalars(select(User).where(User.login == name.strip().lower()).with_for_update()).first()
    if user is None or "admin" in user.roles or user.disabled_at is not None:
        return None
    taken = select(UserLink.id).where(UserLink.user_id == user.id, UserLink.issuer == issuer)
    return user if session.scalar(taken) is None else None


def link(session: Session, login: str, issuer: str, subject: str, by: str, now: datetime) -> None:
    """Say that an account elsewhere is one of our people."""
    user = person_named(session, login)
    taken = select(UserLink.user_id).where(UserLink.issuer == issuer, UserLink.subject == subject)
    if session.scalar(taken) is not None:
        raise InputError("这个企业账号已经关联了用户，先用 voc user unlink 解除。")
    _linked(session, user, issuer, subject, by, now)


def _linked(session: Session, user: User, issuer: str, subject: str, by: str, now: datetime) -> None:
    session.add(UserLink(user_id=user.id, issuer=issuer, subject=subject, linked_at=now, linked_by=by))
    session.flush()
    note(session, now, by, "user.link", f"user:{user.id}")


def unlink(session: Session, login: str, by: str, now: datetime) -> int:
    """Take back all links of a person; return how many there were."""
    user = person_named(session, login)
    links = session.scalars(select(UserLink).where(UserLink.user_id == user.id)).all()
    for one in links:
        session.delete(one)
    note(session, now, by, "user.unlink", f"user:{user.id}", count=len(links))
    return len(links)
