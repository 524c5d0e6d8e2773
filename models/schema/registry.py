"""The registry's own tables: what feedback is recognised by, and its groups; the index is in models.packed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment


class RegistryGroup(Base):
    """Feedback that speaks of one event; a group taken over by an older one keeps its number and says by which."""

    __tablename__ = "registry_group"
    __table_args__ = (CheckConstraint("merged_into < id", name="older_survives"),)

    id: Mapped[Key]
    opened_at: Mapped[Moment] = mapped_column(comment="when its first two members met")
    merged_into: Mapped[int | None] = mapped_column(
        ForeignKey("registry_group.id"), index=True, comment="older group that took it over"
    )


class RegistryMember(Base):
    """A feedback as the registry compares it."""

    __tablename__ = "registry_member"

    feedback_id: Mapped[int] = mapped_column(
        ForeignKey("feedback.id"), primary_key=True, autoincrement=False, comment="feedback"
    )
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("registry_group.id"), index=True, comment="group; empty while nothing like it is known"
    )
    at: Mapped[int] = mapped_column(comment="when it was said, seconds since 1970")
    stream: Mapped[int] = mapped_column(comment="hash of the product, or of the source, and the region")
    product: Mapped[int] = mapped_column(comment="hash of the product; 0: not known")
    region: Mapped[int] = mapped_column(comment="hash of the region; 0: not known")
    signs: Mapped[bytes] = mapped_column(LargeBinary, comment="packed by voc.registry.packing")


class RegistryApart(Base):
    """Two groups a person set apart: no later feedback joins them."""

    __tablename__ = "registry_apart"
    __table_args__ = (CheckConstraint("older < younger", name="in_order"),)

    older: Mapped[int] = mapped_column(ForeignKey("registry_group.id"), primary_key=True, comment="one group")
    younger: Mapped[int] = mapped_column(
        ForeignKey("registry_group.id"), primary_key=True, comment="the other"
    )
