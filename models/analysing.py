"""Queries of analysing: customers, words already known, recurrence of issues, and storing what was understood."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.feedback import Feedback, TaxonomyVersion
from models.loading import copy_rows, stage
from voc.copies import Words
from voc.errors import ConfigError

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def tracking_numbers(count: int) -> list[str]:
    """Draw tracking numbers that cannot be guessed."""
    return ["VOC-" + "".join(_CROCKFORD[byte & 31] for byte in secrets.token_bytes(10)) for _ in range(count)]


@dataclass(frozen=True)
class Person:
    """A customer as one row of input shows him."""

    pseudonym: str
    value: int
    seen_at: datetime
    phone: str | None
    email: str | None


def store_customers(session: Session, people: Sequence[Person]) -> dict[str, int]:
    """Insert or update customers and their contacts; return ids by pseudonym."""
    if not people:
        return {}
    stage(
        session,
        "staged_customer",
        "customer",
        ("pseudonym", "value", "first_seen_at"),
        ((p.pseudonym, p.value, p.seen_at) for p in people),
    )
    known = text(
        """
        INSERT INTO customer (pseudonym, value, first_seen_at)
        SELECT pseudonym, max(value), min(first_seen_at) FROM pg_temp.staged_customer
        GROUP BY pseudonym ORDER BY pseudonym
        ON CONFLICT (pseudonym) DO UPDATE SET value = GREATEST(customer.value, excluded.value),
            first_seen_at = LEAST(customer.first_seen_at, excluded.first_seen_at)
        RETURNING pseudonym, id
        """
    )
    ids = {pseudonym: id_ for pseudonym, id_ in session.execute(known)}
    _store_contacts(session, {ids[p.pseudonym]: p for p in people if p.phone or p.email})
    return ids


def _store_contacts(session: Session, people: Mapping[int, Person]) -> None:
    stage(
        session,
        "staged_contact",
        "vault.contact",
        ("customer_id", "phone", "email"),
        ((id_, person.phone, person.email) for id_, person in sorted(people.items())),
    )
    session.execute(
        text(
            """
            INSERT INTO vault.contact (customer_id, phone, email)
            SELECT customer_id, phone, email FROM pg_temp.staged_contact
            ON CONFLICT (customer_id) DO UPDATE SET phone = COALESCE(excluded.phone, contact.phone),
                email = COALESCE(excluded.email, contact.email)
            """
        )
    )


def known_words(
    session: Session, hashes: Sequence[int], bands: Sequence[int], customers: Sequence[int], since: datetime
) -> list[Words]:
    """Read the accepted feedback that new feedback might repeat; the cost does not grow with history."""
    # Short texts ("很好") stand there thousands of times: of those only the same customers' are of interest.
    query = text(
        """
        WITH near AS (
            SELECT DISTINCT feedback_id AS id FROM duplicate_band WHERE key = ANY(:bands)
            UNION
            SELECT id FROM feedback WHERE customer_id = ANY(:customers) AND content_hash = ANY(:hashes)
        )
        SELECT f.id, f.text, f.content_hash, f.customer_id, f.occurred_at,
               f.source_id || ':' || f.record_key AS record,
               COALESCE((SELECT array_agg(key) FROM duplicate_band b WHERE b.feedback_id = f.id), '{}') AS bands
        FROM near JOIN feedback f USING (id)
        WHERE f.disposition = 'accepted' AND f.occurred_at >= :since ORDER BY f.id
        """
    )
    values = {
        "hashes": list(hashes),
        "bands": list(bands),
        "customers": list(customers),
        "since": since,
    }
    return [
        Words(r.id, r.text, r.content_hash, tuple(r.bands), r.customer_id, r.occurred_at, r.record)
        for r in session.execute(query, values)
    ]


FEEDBACK_COLUMNS = (
    "id", "tracking_number", "raw_record_id", "batch_id", "source_id", "record_key", "channel", "touchpoint",
    "occurred_at", "customer_id", "agent", "region", "product", "rating", "text", "content_hash", "disposition",
    "reason", "copy_of",
)  # fmt: skip
ANNOTATION_COLUMNS = (
    "id", "feedback_id", "model_version", "taxonomy_version", "type", "type_confidence", "sentiment",
    "sentiment_confidence", "dimension", "severity", "vague", "priority", "priority_parts", "tone",
    "dimension_confidence", "areas", "unsure",
)  # fmt: skip
MENTION_COLUMNS = (
    "annotation_id", "feedback_id", "area", "issue", "polarity", "span_start", "span_end", "confidence",
)  # fmt: skip


def store_feedback(
    session: Session,
    feedback: Sequence[Sequence[Any]],
    bands: Sequence[tuple[int, int, int]],
    annotations: Sequence[Sequence[Any]],
    mentions: Sequence[Sequence[Any]],
) -> None:
    """Load a batch of feedback with everything understood of it."""
    copy_rows(session, "feedback", FEEDBACK_COLUMNS, feedback)
    copy_rows(session, "duplicate_band", ("feedback_id", "band", "key"), bands)
    copy_rows(session, "annotation", ANNOTATION_COLUMNS, annotations)
    copy_rows(session, "mention", MENTION_COLUMNS, mentions)


def supersede(session: Session, batch_id: int) -> int:
    """Point earlier versions of the same record to the one this batch brought; return how many."""
    query = text(
        """
        UPDATE feedback old SET superseded_by = new.id FROM feedback new
        WHERE new.batch_id = :batch AND old.source_id = new.source_id AND old.record_key = new.record_key
          AND old.id < new.id AND old.superseded_by IS NULL
        """
    )
    return session.execute(query, {"batch": batch_id}).rowcount  # type: ignore[attr-defined, no-any-return]


def issue_events(
    session: Session, issues: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[tuple[datetime, int]]]:
    """Read when, and by whom, each issue was complained about, in time order."""
    query = text(
        """
        SELECT m.issue, f.occurred_at, COALESCE(f.customer_id, -f.id) AS customer
        FROM mention m JOIN feedback f ON f.id = m.feedback_id
        WHERE m.issue = ANY(:issues) AND m.polarity = -1 AND m.current AND f.superseded_by IS NULL
          AND f.occurred_at BETWEEN :since AND :until
        ORDER BY f.occurred_at, f.id
        """
    )
    events: dict[str, list[tuple[datetime, int]]] = {}
    for issue, at, customer in session.execute(
        query, {"issues": list(issues), "since": since, "until": until}
    ):
        events.setdefault(issue, []).append((at, customer))
    return events


def feedback_times(session: Session, since: datetime, until: datetime) -> list[datetime]:
    """Read when accepted feedback with words was given, in time order."""
    query = select(Feedback.occurred_at).where(
        Feedback.disposition == "accepted",
        Feedback.superseded_by.is_(None),
        Feedback.occurred_at >= since,
        Feedback.occurred_at <= until,
    )
    return list(session.scalars(query.order_by(Feedback.occurred_at)))


def note_taxonomy(session: Session, version: str, fingerprint: str, body: str, now: datetime) -> None:
    """Keep the taxonomy that annotations are about to be made with."""
    values = {"version": version, "fingerprint": fingerprint, "body": body, "used_since": now}
    session.execute(upsert(TaxonomyVersion).values(**values).on_conflict_do_nothing())
    if session.get_one(TaxonomyVersion, version).fingerprint != fingerprint:
        raise ConfigError(42, f"taxonomy.toml 的内容变了，版本号还是 {version}：请改写文件里的 version。")
