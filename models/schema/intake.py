"""Where words come in: sources, deliveries, batches, the vault of raw records, and quarantine."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of

BATCH_STATES = ("collected", "checked", "analysed")
REMARKS = "tracking-page"  # the source of what customers add on the page of their case
OUTCOMES = ("pending", "passed", "stored", "near_duplicate", "rejected", "quarantined", "blank")


class Source(Base):
    """A system that words come from, with its definition and how far it was read."""

    __tablename__ = "source"
    __table_args__ = (CheckConstraint("(paused_at IS NULL) = (paused_because IS NULL)", name="paused"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True, comment="short name, used by people and in run names")
    title: Mapped[str] = mapped_column(comment="Chinese title")
    kind: Mapped[str] = mapped_column(comment="csv, excel, jsonl, …: a key of sources.registry.KINDS")
    channel: Mapped[str] = mapped_column(comment="channel code its feedback belongs to")
    owner: Mapped[str | None] = mapped_column(comment="department that answers for this source")
    definition: Mapped[Json] = mapped_column(comment="definition as the user wrote it")
    cursor: Mapped[str | None] = mapped_column(comment="how far a pulled source has been read")
    last_success_at: Mapped[Moment | None] = mapped_column(comment="end of the last delivery without errors")
    paused_at: Mapped[Moment | None] = mapped_column(comment="since when it is not read; empty: it is")
    paused_because: Mapped[str | None] = mapped_column(comment="why it is not read")


class Delivery(Base):
    """One file, pull or push; it is finished when every part of it is stored."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "uq_delivery_unfinished",
            "source_id",
            "fingerprint",
            unique=True,
            postgresql_where="finished_at IS NULL",
        ),
    )

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), comment="where it came from")
    origin: Mapped[str] = mapped_column(comment="file name or address, without secrets")
    fingerprint: Mapped[str] = mapped_column(
        comment="sha256 of the bytes; names a delivery that was cut short"
    )
    started_at: Mapped[Moment] = mapped_column(comment="when reading began")
    finished_at: Mapped[Moment | None] = mapped_column(comment="when the last part was stored")
    error: Mapped[str | None] = mapped_column(comment="why it could not be read, in Chinese, until it can")
    run: Mapped[str | None] = mapped_column(comment="flow run that read it last")


class Batch(Base):
    """A part of a delivery, handled in one transaction per stage; every row of it is accounted for."""

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("delivery_id", "part"),
        one_of("state", BATCH_STATES),
        CheckConstraint(
            "state <> 'analysed' OR rows_read = rows_stored + rows_duplicate + rows_near_duplicate"
            " + rows_rejected + rows_quarantined + rows_blank",
            name="rows_accounted",
        ),
        Index("ix_batch_open", "state", "id", postgresql_where="state IN ('collected', 'checked')"),
    )

    id: Mapped[Key]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), comment="delivery it is part of")
    part: Mapped[int] = mapped_column(comment="1, 2, 3 … in reading order")
    state: Mapped[str] = mapped_column(comment="how far it has come")
    rows_read: Mapped[int] = mapped_column(default=0, comment="rows of the source in this part")
    rows_stored: Mapped[int] = mapped_column(default=0, comment="became feedback")
    rows_duplicate: Mapped[int] = mapped_column(default=0, comment="already known by key")
    rows_near_duplicate: Mapped[int] = mapped_column(default=0, comment="copies of known words")
    rows_rejected: Mapped[int] = mapped_column(
        default=0, comment="advertising, abuse, test data, placeholders"
    )
    rows_quarantined: Mapped[int] = mapped_column(default=0, comment="waiting to be repaired")
    rows_blank: Mapped[int] = mapped_column(default=0, comment="without any content")
    quality_score: Mapped[float | None] = mapped_column(comment="0–100, from the check")
    validation: Mapped[Json | None] = mapped_column(comment="result of the check, without cell values")
    refused_because: Mapped[str | None] = mapped_column(comment="why the batch as a whole was not taken")
    collected_at: Mapped[Moment] = mapped_column(comment="when its raw records were stored")
    analysed_at: Mapped[Moment | None] = mapped_column(comment="when its rows were all accounted for")
    aggregated_at: Mapped[Moment | None] = mapped_column(
        comment="when its feedback was gathered into problems"
    )


class RawRecord(Base):
    """What was received, as received. Holds personal data: only tasks that notify or re-read may open it."""

    __tablename__ = "raw_record"
    __table_args__ = (
        UniqueConstraint("source_id", "record_key", "payload_hash"),
        one_of("outcome", OUTCOMES),
        Index("ix_raw_record_batch", "batch_id", "row"),
        {"schema": "vault"},
    )

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), comment="where it came from")
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), comment="batch that brought it first")
    row: Mapped[int] = mapped_column(comment="row number in the file, the header being row 1")
    record_key: Mapped[str] = mapped_column(comment="external id, or hash of text, author and minute")
    payload_hash: Mapped[str] = mapped_column(
        comment="hash of the payload: an edited record is a new version"
    )
    payload: Mapped[Json] = mapped_column(comment="column → cell, as read")
    outcome: Mapped[str] = mapped_column(default="pending", comment="what became of it")
    reason: Mapped[str | None] = mapped_column(comment="why it was rejected or what it is a copy of")


class Contact(Base):
    """How a customer can be reached. Only the notifying step reads it."""

    __tablename__ = "contact"
    __table_args__ = {"schema": "vault"}  # noqa: RUF012

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id"), primary_key=True, autoincrement=False, comment="whose contact it is"
    )
    phone: Mapped[str | None] = mapped_column(comment="mobile number")
    email: Mapped[str | None] = mapped_column(comment="mail address")


class Quarantine(Base):
    """A row that could not be taken, with the column and the reason, until it is repaired or given up."""

    __tablename__ = "quarantine"
    __table_args__ = (
        one_of("state", ("waiting", "released", "discarded")),
        Index("ix_quarantine_waiting", "id", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[Key]
    raw_record_id: Mapped[int] = mapped_column(
        ForeignKey("vault.raw_record.id"), unique=True, comment="the row as received"
    )
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), comment="batch it came with")
    row: Mapped[int] = mapped_column(comment="row number in the file")
    column: Mapped[str] = mapped_column(comment="column that is wrong; * for the whole row")
    reason: Mapped[str] = mapped_column(comment="what is wrong and how to mend it, in Chinese")
    state: Mapped[str] = mapped_column(default="waiting", comment="waiting, released or discarded")
    decided_by: Mapped[str | None] = mapped_column(comment="who released or discarded it")
    decided_at: Mapped[Moment | None] = mapped_column(comment="when that was")
