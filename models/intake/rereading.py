"""Whether what was received is still what it was, and what stands on a row that was changed; for replays only.

A fingerprint of the raw rows of each batch is kept with a report. Where a batch has another one by now, its rows are
read again, and what differs is put in place of what stands, in a transaction that is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.loading import copy_frame, new_ids

ASIDE = ("channel", "touchpoint", "agent", "region", "product", "version")
SAID = ("type", "type_confidence", "sentiment", "sentiment_confidence", "dimension", "dimension_confidence",
        "severity", "vague", "tone")  # fmt: skip
_FINGERPRINTS = """
    SELECT r.batch_id, sum(hashtextextended(concat_ws('|', r.id, r.payload::text), 1)::numeric)::text || ':' ||
           sum(hashtextextended(concat_ws('|', r.id, r.payload::text), 2)::numeric)::text AS sums
    FROM vault.raw_record r JOIN batch b ON b.id = r.batch_id AND b.analysed_at <= :now GROUP BY 1 ORDER BY 1
"""
# A row that was erased at its customer's wish has an empty payload; that is no change to be followed.
_STANDS = f"""
    SELECT f.id, f.raw_record_id, r."row", f.disposition, f.text, f.rating, f.occurred_at, c.pseudonym,
           {", ".join(f"f.{name}" for name in ASIDE)}
    FROM feedback f JOIN vault.raw_record r ON r.id = f.raw_record_id
    LEFT JOIN customer c ON c.id = f.customer_id
    WHERE f.batch_id = :batch AND f.superseded_by IS NULL AND r.payload <> '{{}}' ORDER BY f.raw_record_id
"""  # noqa: S608
_PUT = f"""
    UPDATE feedback SET {", ".join(f"{name} = :{name}" for name in ASIDE)}, rating = :rating, text = :text,
           occurred_at = :occurred_at, customer_id = :customer, disposition = :disposition WHERE id = :id
"""  # noqa: S608
_CUSTOMER = """
    INSERT INTO customer (pseudonym, value, first_seen_at) VALUES (:name, 0, :at)
    ON CONFLICT (pseudonym) DO UPDATE SET value = customer.value RETURNING id
"""
_UNSAY = (
    """DELETE FROM problem_member WHERE feedback_id = :id AND method IN ('rule:issue', 'rule:part')""",
    """UPDATE problem_member SET mention_id = NULL WHERE feedback_id = :id""",
    """DELETE FROM mention WHERE feedback_id = :id AND current""",
)


def fingerprints(session: Session, now: datetime) -> dict[str, str]:
    """Return a fingerprint of the raw rows of every batch that had been analysed by a moment."""
    return {str(batch): sums for batch, sums in session.execute(text(_FINGERPRINTS), {"now": now})}


def stands(session: Session, batch: int) -> list[dict[str, Any]]:
    """Return what is stored of each row of a batch, without what was erased."""
    return [dict(row) for row in session.execute(text(_STANDS), {"batch": batch}).mappings()]


def put(session: Session, feedback: int, values: Mapping[str, Any]) -> None:
    """Put what a row says now in place of what stands; `pseudonym` names its customer."""
    name = values["pseudonym"]
    known = {"name": name, "at": values["occurred_at"]}
    customer = session.execute(text(_CUSTOMER), known).scalar_one() if name else None
    session.execute(text(_PUT), {**values, "customer": customer, "id": feedback})


def say_again(
    session: Session,
    feedback: int,
    said: Mapping[str, Any] | None,
    mentions: pl.DataFrame,
    versions: tuple[str, str],
) -> None:
    """Put a new reading and its mentions in place of the old ones; None when nothing is said any more.

    `versions`: model and taxonomy, for a feedback that had no annotation.
    """
    for statement in _UNSAY:
        session.execute(text(statement), {"id": feedback})
    if said is None:
        query = "UPDATE annotation SET current = false WHERE feedback_id = :id AND current"
        session.execute(text(query), {"id": feedback})
        return
    id_ = _annotation(session, feedback, said, versions)
    if len(mentions):
        copy_frame(session, "mention", mentions.drop("place").with_columns(
            pl.Series("id", new_ids(session, "mention", len(mentions)), dtype=pl.Int64),
            annotation_id=pl.lit(id_), feedback_id=pl.lit(feedback),
        ))  # fmt: skip


def _annotation(session: Session, feedback: int, said: Mapping[str, Any], versions: tuple[str, str]) -> int:
    values = {"id": feedback, "model": versions[0], "taxonomy": versions[1], **{n: said[n] for n in SAID}}
    written = ", ".join(f"{name} = :{name}" for name in SAID)
    query = f"UPDATE annotation SET {written} WHERE feedback_id = :id AND current RETURNING id"  # noqa: S608
    known = session.scalar(text(query), values)
    if known is not None:
        return int(known)
    query = f"""INSERT INTO annotation (feedback_id, model_version, taxonomy_version, priority, priority_parts,
                                        {", ".join(SAID)})
                VALUES (:id, :model, :taxonomy, 'low', '{{}}', {", ".join(f":{name}" for name in SAID)})
                ON CONFLICT (feedback_id, model_version, taxonomy_version) DO UPDATE SET current = true, {written}
                RETURNING id"""  # noqa: S608
    return int(session.scalar(text(query), values) or 0)


def leave_events(session: Session, feedback: int) -> None:
    """Take a feedback that complains of nothing any more out of the events it was a part of."""
    query = """DELETE FROM problem_member k
               WHERE k.feedback_id = :id AND k.method IN ('rule:event', 'rule:lasting') AND NOT EXISTS (
                   SELECT 1 FROM mention m WHERE m.feedback_id = :id AND m.current AND m.polarity = -1)"""
    session.execute(text(query), {"id": feedback})


def files_of(session: Session, batches: Sequence[int]) -> dict[int, str]:
    """Return the file or address that each batch came from."""
    query = (
        "SELECT b.id, d.origin FROM batch b JOIN delivery d ON d.id = b.delivery_id WHERE b.id = ANY(:ids)"
    )
    return {int(id_): str(name) for id_, name in session.execute(text(query), {"ids": list(batches)})}
