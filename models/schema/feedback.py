"""What customers said: pseudonymous customers, feedback, and what was understood of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema.base import Base, Json, Key, Moment, one_of

DISPOSITIONS = ("accepted", "near_duplicate", "rejected")
TYPES = ("praise", "suggestion", "complaint", "enquiry")
TONES = ("positive", "neutral", "negative")
PRIORITIES = ("urgent", "high", "medium", "low")
SUSPICIONS = ("praise_burst", "copy_wave", "crawler")


class Customer(Base):
    """A customer under a pseudonym; the same person over all channels that share an identifier."""

    __tablename__ = "customer"
    __table_args__ = (CheckConstraint("value BETWEEN 0 AND 3", name="value_range"),)

    id: Mapped[Key]
    pseudonym: Mapped[str] = mapped_column(unique=True, comment="keyed hash of the strongest identifier")
    value: Mapped[int] = mapped_column(SmallInteger, default=0, comment="0 ordinary … 3 most valuable")
    first_seen_at: Mapped[Moment] = mapped_column(comment="earliest feedback")


class Feedback(Base):
    """What one customer said, once. Never edited; a later version of a record supersedes it."""

    __tablename__ = "feedback"
    __table_args__ = (
        one_of("disposition", DISPOSITIONS),
        one_of("suspect", SUSPICIONS),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
        CheckConstraint("(disposition = 'near_duplicate') = (copy_of IS NOT NULL)", name="copy_named"),
        Index("ix_feedback_occurred", "occurred_at"),
        Index("ix_feedback_record", "source_id", "record_key"),
        # Whether a customer has said the same before is answered without reading what else he said.
        Index("ix_feedback_customer", "customer_id", "content_hash"),
    )

    id: Mapped[Key]
    tracking_number: Mapped[str] = mapped_column(
        unique=True, comment="unguessable number told to the customer"
    )
    raw_record_id: Mapped[int] = mapped_column(
        ForeignKey("vault.raw_record.id"), unique=True, comment="the words as received"
    )
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True, comment="batch it came with")
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), comment="where it came from")
    record_key: Mapped[str] = mapped_column(comment="key within the source")
    channel: Mapped[str] = mapped_column(comment="channel code")
    touchpoint: Mapped[str | None] = mapped_column(comment="moment of the journey it was given at")
    occurred_at: Mapped[Moment] = mapped_column(comment="when the customer said it")
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), comment="who said it")
    agent: Mapped[str | None] = mapped_column(comment="staff member who served, by staff number")
    region: Mapped[str | None] = mapped_column(comment="region served")
    product: Mapped[str | None] = mapped_column(comment="product spoken about")
    version: Mapped[str | None] = mapped_column(
        comment="release of the application, firmware or product, as given"
    )
    rating: Mapped[float | None] = mapped_column(comment="1–5, whatever the source's own scale was")
    text: Mapped[str] = mapped_column(comment="the words, personal data masked")
    content_hash: Mapped[int] = mapped_column(BigInteger, comment="hash of the words without punctuation")
    disposition: Mapped[str] = mapped_column(comment="accepted, near_duplicate or rejected")
    reason: Mapped[str | None] = mapped_column(comment="why it was rejected")
    copy_of: Mapped[int | None] = mapped_column(
        ForeignKey("feedback.id"), comment="feedback whose words it repeats"
    )
    superseded_by: Mapped[int | None] = mapped_column(
        ForeignKey("feedback.id"), comment="later version of the same record"
    )
    suspect: Mapped[str | None] = mapped_column(
        comment="why it counts neither as praise nor as complaint; its case is answered all the same"
    )


class IssueDay(Base):
    """Complaints about an issue on a day, kept beside the mentions so that nobody has to read them again."""

    __tablename__ = "issue_day"
    __table_args__ = (CheckConstraint("events >= 0", name="not_negative"),)

    issue: Mapped[str] = mapped_column(primary_key=True, comment="issue code; empty: all accepted feedback")
    day: Mapped[date] = mapped_column(primary_key=True, comment="day in UTC")
    events: Mapped[int] = mapped_column(comment="complaints of that day")
    moments: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger),
        comment="when the first of them were made, in seconds since 1970; more do not change a priority",
    )
    customers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), comment="by whom those were made")


class TaxonomyVersion(Base):
    """A taxonomy as it was when annotations were made with it."""

    __tablename__ = "taxonomy_version"

    version: Mapped[str] = mapped_column(primary_key=True, comment="version named in the file")
    fingerprint: Mapped[str] = mapped_column(unique=True, comment="sha256 of the file")
    body: Mapped[str] = mapped_column(comment="the file")
    used_since: Mapped[Moment] = mapped_column(comment="first use")


class Annotation(Base):
    """What was understood of a feedback by one model and one taxonomy.

    Exactly one annotation of a feedback is current; `models.analysis.recoding` is the only place that turns it.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        UniqueConstraint("feedback_id", "model_version", "taxonomy_version"),
        one_of("type", TYPES),
        one_of("priority", PRIORITIES),
        one_of("tone", TONES),
        CheckConstraint("sentiment BETWEEN -1 AND 1", name="sentiment_range"),
        Index("uq_annotation_current", "feedback_id", unique=True, postgresql_where="current"),
    )

    id: Mapped[Key]
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), comment="feedback")
    model_version: Mapped[str] = mapped_column(comment="model that read it")
    taxonomy_version: Mapped[str] = mapped_column(
        ForeignKey("taxonomy_version.version"), comment="taxonomy used"
    )
    type: Mapped[str] = mapped_column(comment="praise, suggestion, complaint or enquiry")
    type_confidence: Mapped[float] = mapped_column(comment="calibrated, 0–1")
    sentiment: Mapped[float] = mapped_column(comment="−1 … 1")
    sentiment_confidence: Mapped[float] = mapped_column(comment="calibrated, 0–1")
    dimension: Mapped[str | None] = mapped_column(comment="process, people, technology, product, environment")
    severity: Mapped[int] = mapped_column(SmallInteger, comment="0 none, 1 severe words, 2 safety or outage")
    vague: Mapped[bool] = mapped_column(comment="a complaint that names nothing concrete")
    priority: Mapped[str] = mapped_column(comment="urgent, high, medium or low")
    priority_parts: Mapped[Json] = mapped_column(comment="score, parts, reasons, and what would raise it")
    current: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="the annotation that figures are made from"
    )
    tone: Mapped[str | None] = mapped_column(comment="positive, neutral or negative")
    dimension_confidence: Mapped[float | None] = mapped_column(comment="calibrated, 0–1")
    areas: Mapped[list[Json] | None] = mapped_column(
        JSONB, comment="business areas spoken of: area, sentiment, start, end, confidence"
    )
    unsure: Mapped[list[str] | None] = mapped_column(comment="what the model does not dare to say")


class Mention(Base):
    """A place in a feedback that speaks of one issue, for or against."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("annotation_id", "issue"),
        CheckConstraint("polarity IN (-1, 0, 1)", name="polarity_known"),
        Index("ix_mention_issue", "issue", "feedback_id"),
    )

    id: Mapped[Key]
    annotation_id: Mapped[int] = mapped_column(
        ForeignKey("annotation.id"), comment="annotation it belongs to"
    )
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), index=True, comment="feedback")
    area: Mapped[str] = mapped_column(comment="business area code")
    issue: Mapped[str] = mapped_column(comment="issue code")
    polarity: Mapped[int] = mapped_column(SmallInteger, comment="−1 against, 0 neutral, 1 for")
    span_start: Mapped[int] = mapped_column(comment="first character in the masked text")
    span_end: Mapped[int] = mapped_column(comment="one past the last character")
    confidence: Mapped[float] = mapped_column(comment="0–1")
    current: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="belongs to the current annotation"
    )
