"""Queries of analysing: customers, words already known, and storing what was understood."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models import packed
from models.analysis.recurring import uncount
from models.change import lock_out
from models.loading import by_index, copy_frame, fetched, references_by_batch, stage_frame
from models.schema.feedback import Feedback, TaxonomyVersion
from voc.cleaning.copies import Words
from voc.cleaning.duplicates import bands
from voc.errors import ConfigError

COPIES = "copies"
Ints = NDArray[np.int64]
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ" * 8  # one letter for each value of a byte


def tracking_numbers(count: int) -> list[str]:
    """Draw tracking numbers that cannot be guessed."""
    drawn = secrets.token_bytes(10 * count).translate(_CROCKFORD).decode()
    return ["VOC-" + drawn[start : start + 10] for start in range(0, 10 * count, 10)]


def array_of(values: Iterable[int]) -> str:
    """Write numbers as an array literal: thousands of them as single parameters take PostgreSQL long to read."""
    return "{" + ",".join(map(str, values)) + "}"


def store_customers(session: Session, people: pl.DataFrame) -> pl.DataFrame:
    """Insert or update customers (pseudonym, value, first_seen_at, phone, email); return customer_id by pseudonym."""
    if people.is_empty():
        return pl.DataFrame(schema={"pseudonym": pl.String, "customer_id": pl.Int64})
    unique = people.group_by("pseudonym").agg(pl.max("value"), pl.min("first_seen_at")).sort("pseudonym")
    stage_frame(session, "staged_customer", "customer", unique)
    # Who is known already and brings nothing new is left alone: an update writes a whole new row.
    session.execute(
        text(
            """
            INSERT INTO customer (pseudonym, value, first_seen_at)
            SELECT pseudonym, value, first_seen_at FROM pg_temp.staged_customer ORDER BY pseudonym
            ON CONFLICT (pseudonym) DO UPDATE SET value = GREATEST(customer.value, excluded.value),
                first_seen_at = LEAST(customer.first_seen_at, excluded.first_seen_at)
            WHERE customer.value < excluded.value OR customer.first_seen_at > excluded.first_seen_at
            """
        )
    )
    with by_index(session):
        query = "SELECT s.pseudonym, c.id FROM pg_temp.staged_customer s JOIN customer c USING (pseudonym)"
        rows = fetched(session, query)
    ids = pl.DataFrame(rows, schema={"pseudonym": pl.String, "customer_id": pl.Int64}, orient="row")
    _store_contacts(session, people.join(ids, on="pseudonym"))
    return ids


def _store_contacts(session: Session, people: pl.DataFrame) -> None:
    given = people.filter(pl.col("phone").is_not_null() | pl.col("email").is_not_null())
    if given.is_empty():
        return
    last = given.group_by("customer_id").agg(pl.last("phone", "email")).sort("customer_id")
    stage_frame(session, "staged_contact", "vault.contact", last)
    with references_by_batch(session):  # the customers were stored by the statement before
        session.execute(
            text(
                """
                INSERT INTO vault.contact (customer_id, phone, email)
                SELECT customer_id, phone, email FROM pg_temp.staged_contact
                ON CONFLICT (customer_id) DO UPDATE SET phone = COALESCE(excluded.phone, contact.phone),
                    email = COALESCE(excluded.email, contact.email)
                WHERE (contact.phone, contact.email) IS DISTINCT FROM
                    (COALESCE(excluded.phone, contact.phone), COALESCE(excluded.email, contact.email))
                """
            )
        )


def known_words(
    session: Session, keys: Ints, said: Sequence[tuple[int, int]], since: datetime
) -> list[Words]:
    """Read the accepted feedback that new feedback might repeat: `keys` of bands, `said` of (customer, hash).

    Only rows found through an index are looked at, so the cost does not grow with history.
    """
    # Short texts ("很好") stand there thousands of times: of those only the same customers' are of interest.
    # OFFSET 0 keeps the moment out of the look-up: by it, all of a quarter was read for each of the thousands found.
    query = """
        WITH near AS (
            SELECT unnest(CAST(:sharing AS bigint[])) AS id
            UNION
            SELECT f.id FROM unnest(CAST(:customers AS bigint[]), CAST(:hashes AS bigint[])) AS n(customer, hash)
            JOIN feedback f ON f.customer_id = n.customer AND f.content_hash = n.hash
        )
        SELECT f.id, f.text, f.content_hash, f.customer_id, f.occurred_at,
               f.source_id || ':' || f.record_key AS record
        FROM near CROSS JOIN LATERAL (SELECT * FROM feedback o WHERE o.id = near.id OFFSET 0) f
        WHERE f.disposition = 'accepted' AND f.occurred_at >= :since ORDER BY f.id
        """
    values = {
        "sharing": array_of(np.unique(packed.found(session, COPIES, keys)[:, 1]).tolist()),
        "customers": array_of(customer for customer, _ in said),
        "hashes": array_of(hash_ for _, hash_ in said),
        "since": since,
    }
    with by_index(session):
        rows = fetched(session, query, **values)
    found = bands([words for _, words, *_ in rows]).tolist()
    return [
        Words(id_, words, content, tuple(filter(None, own)), *rest)
        for (id_, words, content, *rest), own in zip(rows, found, strict=True)
    ]


# What `references_by_batch` asks after feedback was loaded: rows without the row they refer to. Each is looked up
# by its key in a query within the query: written as NOT EXISTS, whole tables were read for every batch. What all
# rows of a batch share is looked up once.
ORPHANS = (
    """SELECT 1 FROM feedback f WHERE f.id = ANY(CAST(:feedback AS bigint[]))
       AND ((SELECT true FROM vault.raw_record r WHERE r.id = f.raw_record_id) IS NULL
            OR (f.customer_id IS NOT NULL AND (SELECT true FROM customer c WHERE c.id = f.customer_id) IS NULL)
            OR (f.copy_of IS NOT NULL AND (SELECT true FROM feedback o WHERE o.id = f.copy_of) IS NULL)) LIMIT 1""",
    """SELECT 1 FROM (SELECT DISTINCT batch_id, source_id FROM feedback WHERE id = ANY(CAST(:feedback AS bigint[]))) f
       WHERE (SELECT true FROM batch b WHERE b.id = f.batch_id) IS NULL
          OR (SELECT true FROM source s WHERE s.id = f.source_id) IS NULL LIMIT 1""",
    """SELECT 1 FROM annotation a WHERE a.id = ANY(CAST(:annotations AS bigint[]))
       AND (SELECT true FROM feedback f WHERE f.id = a.feedback_id) IS NULL LIMIT 1""",
    """SELECT 1 FROM (SELECT DISTINCT taxonomy_version FROM annotation
                      WHERE id = ANY(CAST(:annotations AS bigint[]))) a
       WHERE (SELECT true FROM taxonomy_version t WHERE t.version = a.taxonomy_version) IS NULL LIMIT 1""",
    """SELECT 1 FROM mention m WHERE m.feedback_id = ANY(CAST(:feedback AS bigint[]))
       AND (SELECT a.feedback_id FROM annotation a WHERE a.id = m.annotation_id) IS DISTINCT FROM m.feedback_id
       LIMIT 1""",
)


def store_feedback(
    session: Session,
    feedback: pl.DataFrame,
    keys: Ints,
    annotations: pl.DataFrame,
    mentions: pl.DataFrame,
) -> None:
    """Load a batch of feedback with everything understood of it; the columns are called like the tables'.

    keys: entries (key of a band, feedback), shape (n, 2); the caller holds the lock of analysing.
    """
    copy_frame(session, "feedback", feedback)
    packed.add(session, COPIES, keys)
    copy_frame(session, "annotation", annotations)
    copy_frame(session, "mention", mentions)


def not_indexed(session: Session) -> list[tuple[int, str]]:
    """List all accepted feedback (id, text) if there is any and nothing of it is in the index of copies."""
    if not packed.is_empty(session, COPIES):
        return []
    query = select(Feedback.id, Feedback.text).where(Feedback.disposition == "accepted", Feedback.text != "")
    return [(id_, words) for id_, words in session.execute(query.order_by(Feedback.id))]


def forget_copies(session: Session, ids: Sequence[int]) -> None:
    """Take feedback out of the index of copies; to be called while its words are still there."""
    query = select(Feedback.id, Feedback.text).where(Feedback.id.in_(ids), Feedback.disposition == "accepted")
    lock_out(session, "analyse")
    packed.forget(session, COPIES, entries_of(session.execute(query).all()))


def entries_of(said: Sequence[Any]) -> Ints:
    """Entries of the index of copies for feedback (id, text), shape (n, 2)."""
    keys = bands([words for _, words in said])
    ids = np.array([id_ for id_, _ in said], dtype=np.int64)
    row, column = np.nonzero(keys)
    return np.stack([keys[row, column], ids[row]], axis=1)


def index_copies(session: Session, entries: Ints) -> None:
    """Add entries to the index of copies; the caller holds the lock of analysing."""
    packed.add(session, COPIES, entries)


def supersede(session: Session, feedback: Sequence[int]) -> int:
    """Point earlier versions of the same records to the new feedback; return how many there were."""
    query = text(
        """
        UPDATE feedback old SET superseded_by = new.id FROM feedback new
        WHERE new.id = ANY(CAST(:feedback AS bigint[])) AND old.source_id = new.source_id
          AND old.record_key = new.record_key AND old.id < new.id AND old.superseded_by IS NULL
        RETURNING old.id
        """
    )
    with by_index(session):
        replaced = list(session.scalars(query, {"feedback": array_of(feedback)}))
    if replaced:
        uncount(session, array_of(replaced))
    return len(replaced)


def issue_events(
    session: Session, issues: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[tuple[datetime, int]]]:
    """Read when, and by whom, each issue was complained about, in time order."""
    query = text(
        """
        SELECT m.issue, f.occurred_at, COALESCE(f.customer_id, -f.id) AS customer
        FROM mention m JOIN feedback f ON f.id = m.feedback_id
        WHERE m.issue = ANY(:issues) AND m.polarity = -1 AND m.current AND f.superseded_by IS NULL
          AND f.suspect IS NULL AND f.occurred_at BETWEEN :since AND :until
        ORDER BY f.occurred_at, f.id
        """
    )
    events: dict[str, list[tuple[datetime, int]]] = {}
    for issue, at, customer in session.execute(
        query, {"issues": list(issues), "since": since, "until": until}
    ):
        events.setdefault(issue, []).append((at, customer))
    return events


def feedback_times(session: Session, since: datetime, until: datetime) -> NDArray[np.float64]:
    """Read when accepted feedback with words was given, in seconds since 1970 and in time order."""
    # Read from the driver: new feedback of a whole quarter asks for all of it, and a row costs a tenth so.
    query = """SELECT extract(epoch FROM occurred_at)::float8 FROM feedback
               WHERE disposition = 'accepted' AND superseded_by IS NULL AND suspect IS NULL
                 AND occurred_at BETWEEN %s AND %s ORDER BY occurred_at"""
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(query, (since, until))
        return np.fromiter((at for (at,) in cursor), dtype=np.float64)


def note_taxonomy(session: Session, version: str, fingerprint: str, body: str, now: datetime) -> None:
    """Keep the taxonomy that annotations are about to be made with."""
    values = {"version": version, "fingerprint": fingerprint, "body": body, "used_since": now}
    session.execute(upsert(TaxonomyVersion).values(**values).on_conflict_do_nothing())
    if session.get_one(TaxonomyVersion, version).fingerprint != fingerprint:
        raise ConfigError(42, f"taxonomy.toml 的内容变了，版本号还是 {version}：请改写文件里的 version。")
