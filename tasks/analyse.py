"""Analyse: mask, reject, find copies, annotate and rank the rows of a checked batch, and store them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.analysing import (
    Person,
    known_words,
    note_taxonomy,
    store_customers,
    store_feedback,
    supersede,
    tracking_numbers,
)
from models.change import lock_out
from models.checking import claim, count_outcomes, settle, waiting
from models.clarifying import store_clarified, store_evidence
from models.collecting import raw_rows, source_of
from models.engine import transaction
from models.intake import Batch, RawRecord
from models.loading import new_ids
from settings import asset_text, get_settings
from tasks.annotating import Voices, annotation_rows, mention_rows, rank
from tasks.assets import cleaning
from tasks.assets import model as model
from tasks.assets import taxonomy as taxonomy
from tasks.common import stage
from voc.concrete import make_concrete
from voc.copies import Words, find_copies
from voc.identity import pseudonyms, tiers
from voc.intake import Mapped, definition_from_dict, map_rows, parse_ratings, parse_times
from voc.privacy import mask
from voc.text import normalise
from voc.understanding import Understood, take, understand

ASIDE = ("touchpoint", "agent", "region", "product")


@stage("分析批次", tags=["分析"])
def analyse_waiting(now: datetime) -> dict[str, int]:
    """Analyse every checked batch, each in a transaction of its own, and count what became of the rows."""
    counts: dict[str, int] = {}
    with transaction() as session:
        batches = waiting(session, "checked")
        if batches:
            _note_taxonomy(session, now)
    for batch in batches:
        for outcome, rows in analyse_batch(batch, now).items():
            counts[outcome] = counts.get(outcome, 0) + rows
    return counts


def analyse_batch(batch_id: int, now: datetime) -> dict[str, int]:
    """Analyse one batch if it still waits; in order, so that a copy always follows its original."""
    with transaction() as session:
        lock_out(session, "analyse")
        batch = claim(session, batch_id, "checked")
        if batch is None:
            return {}
        records = raw_rows(session, batch_id, "passed")
        if records:
            _understand(session, batch, records, now)
        return _account(session, batch, now)


@dataclass(frozen=True)
class Read:
    """The rows of a batch as columns, masked, with what was decided about each so far."""

    records: Sequence[RawRecord]
    channels: list[str | None]
    aside: Mapping[str, list[str | None]]
    at: list[datetime]
    ratings: list[float | None]
    understood: Understood
    evidence: list[str | None]
    customers: list[int | None]
    values: list[int]

    @property
    def texts(self) -> list[str]:
        """The masked words."""
        return self.understood.masked

    @property
    def rejected(self) -> list[str | None]:
        """Why a row is no feedback."""
        return self.understood.rejected


def _understand(session: Session, batch: Batch, records: Sequence[RawRecord], now: datetime) -> None:
    source = source_of(session, batch.id)
    read = _read(
        session,
        records,
        map_rows([r.payload for r in records], definition_from_dict(source.definition)),
        source,
        batch,
    )
    ids = new_ids(session, "feedback", len(records))
    hashes, keys = read.understood.hashes, read.understood.bands
    copies = _copies(session, ids, read, hashes, keys)
    single = [n for n, i in enumerate(read.understood.kept) if copies[i] is None]
    kept = [read.understood.kept[n] for n in single]
    evidence = [read.evidence[i] for i in kept]
    annotations, clarified = make_concrete(
        take(read.understood.annotations, single),
        [read.texts[i] for i in kept],
        evidence,
        taxonomy(),
        model(),
    )
    kept_ids = [ids[i] for i in kept]
    voices = Voices(
        kept_ids,
        [read.at[i] for i in kept],
        [read.customers[i] for i in kept],
        [read.values[i] for i in kept],
    )
    priorities = rank(session, voices, annotations)
    annotation_ids = new_ids(session, "annotation", len(kept))
    store_feedback(
        session,
        [
            _feedback_row(i, ids[i], batch, read, int(hashes[i]), copies[i], number)
            for i, number in enumerate(tracking_numbers(len(ids)))
        ],
        [(ids[i], band, int(key)) for i in kept for band, key in enumerate(keys[i]) if key],
        annotation_rows(annotation_ids, kept_ids, annotations, priorities),
        mention_rows(annotation_ids, kept_ids, annotations),
    )
    store_evidence(session, zip(kept_ids, evidence, strict=True))
    store_clarified(session, annotation_ids, kept_ids, clarified)
    supersede(session, batch.id)
    settle(session, {r.id: _outcome(read.rejected[i], copies[i]) for i, r in enumerate(records)})


def _read(session: Session, records: Sequence[RawRecord], mapped: Mapped, source: Any, batch: Batch) -> Read:
    at = [moment or batch.collected_at for moment in parse_times(mapped["occurred_at"])]
    scale = definition_from_dict(source.definition).rating_scale
    ratings = parse_ratings(mapped["rating"], scale)
    values = tiers(mapped["customer_value"])
    names = pseudonyms(mapped["phone"], mapped["email"], mapped["customer"], get_settings().pseudonym_key())
    people = [
        Person(name, values[i], at[i], mapped["phone"][i], mapped["email"][i])
        for i, name in enumerate(names)
        if name
    ]
    ids = store_customers(session, people)
    return Read(
        records=records,
        channels=mapped["channel"],
        aside={field: _masked(mapped[field]) for field in ASIDE},
        at=at,
        ratings=ratings,
        understood=understand(_words(mapped), ratings, taxonomy(), model(), cleaning=cleaning()),
        evidence=_masked_records(mapped["evidence"]),
        customers=[ids[name] if name else None for name in names],
        values=values,
    )


def _masked(values: Sequence[str | None]) -> list[str | None]:
    # A comma that was not quoted puts a telephone where a city should be.
    known = sorted({value for value in values if value})
    shown: dict[str | None, str | None] = dict(zip(known, mask(known).texts, strict=True))
    return [shown.get(value) for value in values]


def _masked_records(cells: Sequence[str | None]) -> list[str | None]:
    rows = [row for row, cell in enumerate(cells) if cell]
    masked = dict(zip(rows, mask(normalise([cells[row] or "" for row in rows])).texts, strict=True))
    return [masked.get(row) for row in range(len(cells))]


def _words(mapped: Mapped) -> list[str]:
    pairs = zip(mapped["title"], mapped["text"], strict=True)
    return ["\n".join(dict.fromkeys(filter(None, pair))) for pair in pairs]


def _copies(
    session: Session, ids: Sequence[int], read: Read, hashes: NDArray[np.int64], keys: NDArray[np.int64]
) -> list[int | None]:
    new = [
        Words(
            ids[i],
            read.texts[i],
            int(hashes[i]),
            tuple(int(k) for k in keys[i] if k),
            read.customers[i],
            read.at[i],
            f"{read.records[i].source_id}:{read.records[i].record_key}",
        )
        for i in range(len(ids))
        if read.texts[i] and read.rejected[i] is None
    ]
    if not new:
        return [None] * len(ids)
    window = timedelta(days=get_settings().near_window_days)
    known = known_words(
        session,
        [words.content_hash for words in new],
        [key for words in new for key in words.bands],
        [words.customer for words in new if words.customer is not None],
        min(words.at for words in new) - window,
    )
    found = dict(zip((words.id for words in new), find_copies(new, known, window), strict=True))
    return [found.get(id_) for id_ in ids]


def _feedback_row(
    i: int, id_: int, batch: Batch, read: Read, content: int, copy: int | None, number: str
) -> tuple[Any, ...]:
    record, aside = read.records[i], read.aside
    disposition = "rejected" if read.rejected[i] else "near_duplicate" if copy else "accepted"
    return (
        id_, number, record.id, batch.id, record.source_id, record.record_key, read.channels[i],
        aside["touchpoint"][i], read.at[i], read.customers[i], aside["agent"][i], aside["region"][i],
        aside["product"][i], read.ratings[i], read.texts[i], content, disposition, read.rejected[i], copy,
    )  # fmt: skip


def _outcome(rejected: str | None, copy: int | None) -> tuple[str, str | None]:
    if rejected:
        return "rejected", rejected
    return ("near_duplicate", f"feedback:{copy}") if copy else ("stored", None)


def _account(session: Session, batch: Batch, now: datetime) -> dict[str, int]:
    session.flush()
    counts: Mapping[str, int] = count_outcomes(session, batch.id)
    batch.rows_stored = counts.get("stored", 0)
    batch.rows_near_duplicate = counts.get("near_duplicate", 0)
    batch.rows_rejected = counts.get("rejected", 0)
    batch.rows_quarantined = counts.get("quarantined", 0)
    batch.state, batch.analysed_at = "analysed", now
    return dict(counts)


def _note_taxonomy(session: Session, now: datetime) -> None:
    body = asset_text("taxonomy.toml")
    note_taxonomy(session, taxonomy().version, hashlib.sha256(body.encode()).hexdigest(), body, now)
