"""Who works with the system: people, how they prove who they are, their sessions, and what they did."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of
from voc.roles import ROLES

METHODS = ("password", "oidc", "wecom")


class User(Base):
    """A person who works with the system."""

    __tablename__ = "app_user"
    __table_args__ = (
        CheckConstraint(
            f"roles <@ ARRAY[{', '.join(repr(role) for role in ROLES)}]::text[]", name="roles_known"
        ),
    )

    id: Mapped[Key]
    login: Mapped[str] = mapped_column(unique=True, comment="log-in name")
    name: Mapped[str] = mapped_column(comment="name shown")
    roles: Mapped[list[str]] = mapped_column(ARRAY(TEXT), comment="what the person may do")
    departments: Mapped[list[str]] = mapped_column(ARRAY(TEXT), comment="departments the person works for")
    created_at: Mapped[Moment] = mapped_column(comment="when the account was made")
    disabled_at: Mapped[Moment | None] = mapped_column(comment="since when the person may not log in")


class Credential(Base):
    """The password of a person; those who log in elsewhere have none."""

    __tablename__ = "credential"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id"), primary_key=True, autoincrement=False, comment="whose password it is"
    )
    password_hash: Mapped[str] = mapped_column(comment="argon2id, with its salt and parameters")
    changed_at: Mapped[Moment] = mapped_column(comment="when it was set")


class SecondFactor(Base):
    """What a person proves with beside the password: an authenticator app, and one-time codes on paper."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id"), primary_key=True, autoincrement=False, comment="whose it is"
    )
    sealed_secret: Mapped[bytes] = mapped_column(
        LargeBinary, comment="shared with the app; encrypted, the key is not in the database"
    )
    last_step: Mapped[int] = mapped_column(comment="half minute of the code used last: none works twice")
    spares: Mapped[list[bytes]] = mapped_column(
        ARRAY(LargeBinary), comment="sha256 of the one-time codes that are left"
    )
    since: Mapped[Moment] = mapped_column(comment="when it was set up")


class UserLink(Base):
    """An identity elsewhere (OpenID provider, 企业微信) that is one of our people."""

    __tablename__ = "user_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True, comment="who it is here")
    issuer: Mapped[str] = mapped_column(comment="who vouches: issuer of the tokens, or wecom:corp id")
    subject: Mapped[str] = mapped_column(comment="the identity there, which never changes")
    linked_at: Mapped[Moment] = mapped_column(comment="when")
    linked_by: Mapped[str] = mapped_column(comment="who decided it")


class UserSession(Base):
    """A person who is logged in, from one browser; the cookie's token is kept as a hash only."""

    __tablename__ = "user_session"
    __table_args__ = (
        one_of("method", METHODS),
        Index("ix_user_session_open", "user_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="sha256 of the cookie")
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), comment="who")
    method: Mapped[str] = mapped_column(comment="how the person proved who it is")
    browser: Mapped[str] = mapped_column(comment="browser and system in a few words, to recognise it by")
    started_at: Mapped[Moment] = mapped_column(comment="when")
    seen_at: Mapped[Moment] = mapped_column(comment="last use, to the minute")
    ended_at: Mapped[Moment | None] = mapped_column(comment="when it was ended")
    ended_by: Mapped[str | None] = mapped_column(comment="logged out, revoked or timed out")


class AuditEvent(Base):
    """Who did or looked at what; insert-only, ids only, each row holding the hash of the one before."""

    __tablename__ = "audit_event"

    id: Mapped[Key]
    at: Mapped[Moment] = mapped_column(comment="when")
    who: Mapped[str] = mapped_column(comment="person:id, key:id or system:…")
    action: Mapped[str] = mapped_column(comment="code of what was done")
    subject: Mapped[str] = mapped_column(comment="kind:id of what it was done to")
    detail: Mapped[Json] = mapped_column(comment="ids and codes, never words or personal data")
    previous: Mapped[bytes] = mapped_column(
        LargeBinary, comment="hash of the row before; empty for the first"
    )
    hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="sha256 over the row and `previous`"
    )


class Allowance(Base):
    """A bucket of tokens: how much somebody may still do just now."""

    __tablename__ = "allowance"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  (losing it in a crash forgives, no more)

    key: Mapped[str] = mapped_column(
        primary_key=True, comment="what is limited: log-in, key, address, hashed"
    )
    tokens: Mapped[float] = mapped_column(comment="left at `at`")
    at: Mapped[Moment] = mapped_column(comment="when that was")


class UserSkill(Base):
    """What a person knows: an issue, an area, a type of feedback, or vip."""

    __tablename__ = "user_skill"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True, comment="who")
    skill: Mapped[str] = mapped_column(primary_key=True, comment="issue, area, type of feedback, or vip")
