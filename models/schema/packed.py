"""Indexes kept as sorted runs; models.packed writes and reads them."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key


class IndexRun(Base):
    """A sorted run of an index; it is written once, and goes when it becomes part of a larger one."""

    __tablename__ = "index_run"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(index=True, comment="index it belongs to")
    token: Mapped[str] = mapped_column(unique=True, comment="names it for ever, whatever becomes of its id")
    entries: Mapped[int] = mapped_column(comment="entries it has")
    width: Mapped[int] = mapped_column(comment="numbers of an entry")
    heads: Mapped[bytes] = mapped_column(
        LargeBinary, comment="first two numbers of each block, 64 bits each, lowest byte first"
    )


class IndexBlock(Base):
    """A part of a run, 256 entries."""

    __tablename__ = "index_block"

    run_id: Mapped[int] = mapped_column(ForeignKey("index_run.id"), primary_key=True, comment="run")
    place: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="0, 1, 2 … within the run"
    )
    body: Mapped[bytes] = mapped_column(LargeBinary, comment="entries, 64 bits a number, lowest byte first")
