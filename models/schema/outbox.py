"""What is to be told, to people and to Prefect: one row each, written in the transaction of the change it tells of."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of

EVENT_STATES = ("waiting", "posted", "expired")
OUTBOX_STATES = ("pending", "sending", "sent", "retry", "dead", "unknown", "suppressed")
AUDIENCES = ("customer", "department", "owner", "leadership")


class OutboxMessage(Base):
    """A message that must be handed over at least once, and at most once unless its outcome is unknown."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("subject", "event", "round", "recipient", "channel"),
        one_of("state", OUTBOX_STATES),
        one_of("audience", AUDIENCES),
        Index(
            "ix_outbox_due",
            "next_attempt_at",
            postgresql_where="state IN ('pending', 'retry', 'sending', 'unknown')",
        ),
    )

    id: Mapped[Key]
    subject: Mapped[str] = mapped_column(comment="life:id, for example action:12")
    event: Mapped[str] = mapped_column(comment="what happened; names the template")
    round: Mapped[int] = mapped_column(SmallInteger, comment="round of the subject")
    audience: Mapped[str] = mapped_column(comment="kind of recipient")
    recipient: Mapped[str] = mapped_column(comment="customer:id or department:code; never an address")
    channel: Mapped[str] = mapped_column(comment="channel it goes out by")
    data: Mapped[Json] = mapped_column(comment="values for the template, without personal data")
    verification_id: Mapped[int | None] = mapped_column(comment="verification whose number it may quote")
    state: Mapped[str] = mapped_column(default="pending", comment="where its delivery stands")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, comment="how often it was handed over")
    next_attempt_at: Mapped[Moment] = mapped_column(comment="not before this time")
    lease_until: Mapped[Moment | None] = mapped_column(
        comment="a dispatcher that holds it is alive until then"
    )
    repeat: Mapped[bool] = mapped_column(default=False, comment="an earlier attempt may have arrived")
    receipt: Mapped[str | None] = mapped_column(comment="answer of the vendor")
    note: Mapped[str | None] = mapped_column(comment="why it waits or failed")
    created_at: Mapped[Moment] = mapped_column(comment="time of the change it tells of")
    sent_at: Mapped[Moment | None] = mapped_column(comment="when the vendor's success code was read")
    digest_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox.id"), index=True, comment="digest that tells it instead"
    )


class ChannelStop(Base):
    """A channel whose configuration is wrong: its messages are parked until somebody starts it again."""

    __tablename__ = "channel_stop"

    channel: Mapped[str] = mapped_column(primary_key=True, comment="channel")
    since: Mapped[Moment] = mapped_column(comment="when it was stopped")
    reason: Mapped[str] = mapped_column(comment="what the vendor answered, in Chinese")


class ChannelBucket(Base):
    """How many messages may leave by one robot just now."""

    __tablename__ = "channel_bucket"

    robot: Mapped[str] = mapped_column(primary_key=True, comment="hash of the robot's address")
    tokens: Mapped[float] = mapped_column(comment="left at `at`")
    at: Mapped[Moment] = mapped_column(comment="when that was")


class Event(Base):
    """An event that Prefect is to hear of, once."""

    __tablename__ = "event_outbox"
    __table_args__ = (
        UniqueConstraint("event", "key"),
        one_of("state", EVENT_STATES),
        Index("ix_event_outbox_waiting", "id", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[Key]
    event: Mapped[str] = mapped_column(comment="what happened, such as voc.alarm.raised")
    key: Mapped[str] = mapped_column(comment="makes it one of its kind: the same key again is the same event")
    event_id: Mapped[uuid.UUID] = mapped_column(Uuid(), comment="id under which it is posted, however often")
    resource: Mapped[str] = mapped_column(comment="what it happened to, such as voc.alarm.12")
    payload: Mapped[Json] = mapped_column(comment="facts for the reaction, without personal data")
    occurred_at: Mapped[Moment] = mapped_column(comment="when it happened")
    state: Mapped[str] = mapped_column(comment="waiting, posted, or expired: too old to be reacted to")
    posted_at: Mapped[Moment | None] = mapped_column(comment="when Prefect had taken it")
