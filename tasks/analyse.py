"""Analyse: understand the rows of checked batches, find copies, rank, and store them, batch after batch."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.analysis.analysing import (
    ORPHANS,
    array_of,
    store_customers,
    store_feedback,
    supersede,
    tracking_numbers,
)
from models.analysis.clarifying import store_clarified, store_evidence
from models.analysis.recurring import counted, keep
from models.change import lock_out
from models.engine import transaction
from models.events import announce
from models.intake.checking import claim, set_aside, waiting_rows
from models.loading import look_again, new_ids, references_by_batch
from models.schema.intake import Batch
from settings import get_settings
from tasks.assets import model as model
from tasks.assets import taxonomy as taxonomy
from tasks.common import stage
from tasks.interpreter import at_work
from tasks.understanding.annotating import note_taxonomy_in_force, rank, ranked, voices
from tasks.understanding.copies import copies_of
from tasks.understanding.prepare import Prepared, prepare, prepare_as, readers
from tasks.understanding.workers import in_order
from voc.priority import EMERGENCY, Priorities

# What the stages after this one choose rows by.
GROWN = {
    "feedback": "batch_id, occurred_at, customer_id, disposition, superseded_by",
    "mention": "feedback_id, issue, polarity, current",
}
MANY = 1_000  # rows; after fewer, what PostgreSQL knew of its tables still holds


@stage("分析批次", tags=["分析"])
def analyse_waiting(now: datetime) -> dict[str, int]:
    """Analyse every checked batch, each in a transaction of its own, and count what became of the rows."""
    with transaction() as session:
        batches = waiting_rows(session, "checked")
        if batches:
            note_taxonomy_in_force(session, now)
    counts: Counter[str] = Counter()
    rows, ids = sum(rows for _, rows in batches), [id_ for id_, _ in batches]
    with at_work(), in_order(partial(prepare_as, readers()), ids, rows) as prepared:
        for one in prepared:
            counts.update(store_batch(one, now))
    if rows >= MANY:
        with transaction() as session:
            look_again(session, GROWN, counts["stored"])
    return dict(counts)


def analyse_batch(batch_id: int, now: datetime) -> dict[str, int]:
    """Analyse one batch if it still waits."""
    return store_batch(prepare(batch_id), now)


def store_batch(prepared: Prepared, now: datetime) -> dict[str, int]:
    """Store a batch if it still waits; one after the other, so that a copy always follows its original."""
    with transaction() as session:
        lock_out(session, "analyse")
        batch = claim(session, prepared.batch, "checked")
        if batch is None:
            return {}
        outcomes = _store(session, prepared, now) if len(prepared.rows) else Counter()
        return _account(session, batch, outcomes, now)


def _store(session: Session, prepared: Prepared, now: datetime) -> Counter[str]:
    rows = _with_customers(session, prepared.rows)
    ids = new_ids(session, "feedback", len(rows))
    copies = pl.Series(
        "copy_of", copies_of(session, ids, prepared.source, rows, prepared.keys), dtype=pl.Int64
    )
    rows = _as_feedback(rows, ids, copies, prepared)
    said = prepared.said.filter(copies.gather(prepared.said["place"]).is_null())
    said = said.with_columns(
        pl.Series("id", new_ids(session, "annotation", len(said)), dtype=pl.Int64),
        rows["id"].gather(said["place"]).alias("feedback_id"),
    )
    mentions = prepared.mentions.join(said.select("place"), on="place", how="semi", maintain_order="left")
    priorities = _rank(session, rows, said, mentions)
    named = said.select("place", "feedback_id", pl.col("id").alias("annotation_id"))
    with references_by_batch(session, *ORPHANS, feedback=array_of(ids), annotations=array_of(said["id"])):
        store_feedback(
            session,
            rows.drop("value", "pseudonym", "phone", "email"),
            _keys(prepared.keys, said),
            ranked(said, priorities),
            mentions.join(named, on="place", maintain_order="left").drop("place"),
        )
        _store_records(session, prepared, named)
    supersede(session, ids)
    _cry_out(session, prepared.batch, rows, said, now)
    return Counter({str(name): int(rows) for name, rows in rows["disposition"].value_counts().iter_rows()})


def _cry_out(session: Session, batch: int, rows: pl.DataFrame, said: pl.DataFrame, now: datetime) -> None:
    """Note one event for what is urgent in a batch, unless it is history that nobody answers any more."""
    since = now - timedelta(days=get_settings().case_max_age_days)
    emergency = said.filter(pl.col("severity") >= EMERGENCY)["place"]
    recent = rows[emergency].filter(pl.col("occurred_at") >= since)
    if len(recent):
        facts = {"batch": batch, "count": len(recent), "feedback": recent["id"].head(100).to_list()}
        announce(session, "voc.feedback.urgent", f"voc.batch.{batch}", facts, now, f"batch:{batch}")


def _rank(session: Session, rows: pl.DataFrame, said: pl.DataFrame, mentions: pl.DataFrame) -> Priorities:
    own = rows[said["place"]]
    spoken = voices(own["id"].to_list(), own["occurred_at"], own["customer_id"], own["value"])
    priorities, days = rank(session, spoken, said, mentions, counted)
    keep(session, days)
    return priorities


def _store_records(session: Session, prepared: Prepared, named: pl.DataFrame) -> None:
    place = {place: n for n, place in enumerate(named["place"].to_list())}
    feedback = named["feedback_id"].to_list()
    store_evidence(
        session, [(feedback[place[i]], words) for i, words in prepared.evidence.items() if i in place]
    )
    found = {place[i]: one for i, one in prepared.clarified.items() if i in place}
    store_clarified(session, named["annotation_id"].to_list(), feedback, found)


def _with_customers(session: Session, rows: pl.DataFrame) -> pl.DataFrame:
    signed = rows.filter(pl.col("pseudonym").is_not_null())
    people = signed.select(
        "pseudonym", "value", pl.col("occurred_at").alias("first_seen_at"), "phone", "email"
    )
    return rows.join(store_customers(session, people), on="pseudonym", how="left", maintain_order="left")


def _as_feedback(rows: pl.DataFrame, ids: list[int], copies: pl.Series, prepared: Prepared) -> pl.DataFrame:
    disposition = (
        pl.when(pl.col("reason").is_not_null())
        .then(pl.lit("rejected"))
        .when(pl.col("copy_of").is_not_null())
        .then(pl.lit("near_duplicate"))
        .otherwise(pl.lit("accepted"))
    )
    named = rows.with_columns(
        pl.Series("id", ids, dtype=pl.Int64),
        pl.Series("tracking_number", tracking_numbers(len(ids))),
        copies,
        batch_id=pl.lit(prepared.batch),
        source_id=pl.lit(prepared.source),
    )
    return named.with_columns(disposition=disposition)


def _keys(keys: NDArray[np.int64], said: pl.DataFrame) -> NDArray[np.int64]:
    """Entries (key, feedback) of the index of copies, shape (n, 2)."""
    own = keys[said["place"].to_numpy()]
    row, column = np.nonzero(own)
    return np.stack([own[row, column], said["feedback_id"].to_numpy()[row]], axis=1)


def _account(session: Session, batch: Batch, outcomes: Counter[str], now: datetime) -> dict[str, int]:
    counts = {"stored": outcomes["accepted"], "near_duplicate": outcomes["near_duplicate"],
              "rejected": outcomes["rejected"], **set_aside(session, batch.id)}  # fmt: skip
    batch.rows_stored = counts["stored"]
    batch.rows_near_duplicate = counts["near_duplicate"]
    batch.rows_rejected = counts["rejected"]
    batch.rows_quarantined = counts.get("quarantined", 0)
    batch.state, batch.analysed_at = "analysed", now
    return {name: rows for name, rows in counts.items() if rows}
