"""Around the contract: where a measure goes live and when, and what a contract said before it was written anew."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of

KINDS = ("region", "product", "agent")


class ActionRollout(Base):
    """One region, product or agent in which a measure goes live, and its own day; none: it goes live everywhere."""

    __tablename__ = "action_rollout"
    __table_args__ = (one_of("kind", KINDS),)

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), primary_key=True, comment="measure")
    kind: Mapped[str] = mapped_column(primary_key=True, comment="region, product or agent")
    unit: Mapped[str] = mapped_column(primary_key=True, comment="its name as feedback has it")
    live_on: Mapped[date] = mapped_column(comment="day it goes or went live there, in Asia/Shanghai")


class ContractVersion(Base):
    """A contract as it was locked before it was written anew; a trigger keeps it."""

    __tablename__ = "contract_version"
    __table_args__ = (UniqueConstraint("action_id", "revision"),)

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), comment="measure it judged")
    revision: Mapped[int] = mapped_column(comment="1, 2, 3 …")
    body: Mapped[str] = mapped_column(comment="canonical JSON")
    locked_hash: Mapped[str] = mapped_column(comment="sha256 of the body")
    locked_at: Mapped[Moment] = mapped_column(comment="when it was locked")
    locked_by: Mapped[str] = mapped_column(comment="who locked it")
