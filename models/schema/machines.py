"""Machines that talk to the house: keys of the API, secrets of webhooks, and what has come in already."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment

SCOPES = {
    "feedback:write": "送入反馈",
    "cases:read": "读取个案",
    "problems:read": "读取问题",
    "actions:read": "读取改进措施",
    "verifications:read": "读取效果验证",
}


class ApiKey(Base):
    """A key of a machine, with what it may do; the key itself is shown once and kept as a hash."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint(
            f"scopes <@ ARRAY[{', '.join(repr(one) for one in SCOPES)}]::text[]", name="scopes_known"
        ),
        CheckConstraint("per_minute > 0", name="some_allowance"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True, comment="what people call it")
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="sha256 of the key")
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT), comment="what it may do")
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("source.id"), comment="source its feedback belongs to"
    )
    departments: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), comment="whose cases and measures it reads; empty: all"
    )
    per_minute: Mapped[int] = mapped_column(comment="requests it may make in a minute")
    created_at: Mapped[Moment] = mapped_column(comment="when it was made")
    created_by: Mapped[str] = mapped_column(comment="by whom")
    expires_at: Mapped[Moment | None] = mapped_column(comment="when it stops working by itself")
    revoked_at: Mapped[Moment | None] = mapped_column(comment="when it was taken back")
    used_at: Mapped[Moment | None] = mapped_column(comment="last use, to the minute")


class WebhookSecret(Base):
    """What a sender signs with; two at a time, so that one can be changed without losing a message."""

    __tablename__ = "webhook_secret"
    __table_args__ = (
        Index("ix_webhook_secret_valid", "source_id", postgresql_where=text("retired_at IS NULL")),
    )

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), comment="source it protects")
    secret: Mapped[str] = mapped_column(
        comment="shared with the sender; signatures cannot be checked by a hash"
    )
    created_at: Mapped[Moment] = mapped_column(comment="when it was made")
    retired_at: Mapped[Moment | None] = mapped_column(comment="since when it is not accepted any more")


class InboundMessage(Base):
    """A message that was taken in: the same one again is answered, and not taken in again."""

    __tablename__ = "inbound_message"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("source.id"), primary_key=True, comment="source it came for"
    )
    message_id: Mapped[str] = mapped_column(primary_key=True, comment="id the sender gave it")
    body_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="sha256 of its body")
    delivery_id: Mapped[int | None] = mapped_column(
        ForeignKey("delivery.id"), comment="what became of it; none: there was nothing to store"
    )
    at: Mapped[Moment] = mapped_column(comment="when")
