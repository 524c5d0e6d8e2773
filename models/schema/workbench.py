"""What people at a desk leave beside a case, a measure or a problem: notes, files, and who has it in hand."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Key, Moment, one_of

SUBJECTS = ("case", "action", "problem")
NOTE_KINDS = ("comment", "progress")


class Note(Base):
    """A remark or a report of progress; never changed, never removed."""

    __tablename__ = "desk_note"
    __table_args__ = (
        one_of("life", SUBJECTS),
        one_of("kind", NOTE_KINDS),
        CheckConstraint("(kind = 'progress') = (percent IS NOT NULL)", name="progress_told"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        Index("ix_desk_note_subject", "life", "subject_id"),
    )

    id: Mapped[Key]
    life: Mapped[str] = mapped_column(comment="case, action or problem")
    subject_id: Mapped[int] = mapped_column(comment="number of it")
    kind: Mapped[str] = mapped_column(comment="comment or progress")
    percent: Mapped[int | None] = mapped_column(SmallInteger, comment="how much of the work is done")
    text: Mapped[str] = mapped_column(comment="what was said, masked")
    at: Mapped[Moment] = mapped_column(comment="when")
    by: Mapped[str] = mapped_column(comment="person:…")


class Attachment(Base):
    """A file that shows what was done; only handed out as a download, never shown in place."""

    __tablename__ = "desk_file"
    __table_args__ = (
        one_of("life", SUBJECTS),
        CheckConstraint("size = octet_length(content) AND size > 0", name="whole"),
        UniqueConstraint("life", "subject_id", "sha256"),
    )

    id: Mapped[Key]
    life: Mapped[str] = mapped_column(comment="case, action or problem")
    subject_id: Mapped[int] = mapped_column(comment="number of it")
    name: Mapped[str] = mapped_column(comment="name of the file, made harmless")
    media_type: Mapped[str] = mapped_column(comment="what its first bytes show it to be")
    size: Mapped[int] = mapped_column(comment="bytes")
    sha256: Mapped[str] = mapped_column(comment="of the content")
    content: Mapped[bytes] = mapped_column(comment="the file")
    at: Mapped[Moment] = mapped_column(comment="when it was put there")
    by: Mapped[str] = mapped_column(comment="person:…")


class Holder(Base):
    """Who has a case or a measure in hand; the department answers for it all the same."""

    __tablename__ = "desk_holder"
    __table_args__ = (one_of("life", SUBJECTS),)

    life: Mapped[str] = mapped_column(primary_key=True, comment="case, action or problem")
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="number of it")
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True, comment="who")
    since: Mapped[Moment] = mapped_column(comment="when it was handed to them")
    by: Mapped[str] = mapped_column(comment="person:… who handed it")
