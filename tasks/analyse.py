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
    issue_events,
    known_words,
    note_taxonomy,
    store_customers,
    store_feedback,
    supersede,
    tracking_numbers,
)
from models.change import lock_out
from models.checking import claim, count_outcomes, settle, waiting
from models.collecting import raw_rows, source_of
from models.engine import transaction
from models.intake import Batch, RawRecord
from models.loading import new_ids
from settings import asset_text, get_settings
from tasks.assets import model as model
from tasks.assets import taxonomy as taxonomy
from tasks.common import stage
from voc.copies import Words, find_copies
from voc.identity import pseudonyms, tiers
from voc.intake import Mapped, definition_from_dict, map_rows, parse_ratings, parse_times
from voc.labels import Annotations
from voc.priority import Factors, Priorities, prioritise
from voc.privacy import mask
from voc.problems import recurrence, seconds
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
    annotations = take(read.understood.annotations, single)
    priorities = _rank(session, ids, read, kept, annotations)
    annotation_ids = new_ids(session, "annotation", len(kept))
    store_feedback(
        session,
        [
            _feedback_row(i, ids[i], batch, read, int(hashes[i]), copies[i], number)
            for i, number in enumerate(tracking_numbers(len(ids)))
        ],
        [(ids[i], band, int(key)) for i in kept for band, key in enumerate(keys[i]) if key],
        [_annotation_row(n, annotation_ids[n], ids[i], annotations, priorities) for n, i in enumerate(kept)],
        _mention_rows(annotation_ids, [ids[i] for i in kept], annotations),
    )
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
        understood=understand(_words(mapped), ratings, taxonomy(), model()),
        customers=[ids[name] if name else None for name in names],
        values=values,
    )


def _masked(values: Sequence[str | None]) -> list[str | None]:
    # A comma that was not quoted puts a telephone where a city should be.
    known = sorted({value for value in values if value})
    shown: dict[str | None, str | None] = dict(zip(known, mask(known).texts, strict=True))
    return [shown.get(value) for value in values]


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


def _rank(
    session: Session, ids: Sequence[int], read: Read, kept: Sequence[int], annotations: Annotations
) -> Priorities:
    complaints = [{m.issue for m in row if m.polarity < 0} for row in annotations.mentions]
    # A feedback nobody signed is a customer of its own, named as models.analysing.issue_events names it.
    people = [read.customers[i] or -ids[i] for i in kept]
    frequency, scope = _recurrences(session, [read.at[i] for i in kept], people, complaints)
    return prioritise(
        Factors(
            frequency=frequency,
            scope=scope,
            customer_value=np.array([read.values[i] for i in kept], dtype=np.float64),
            severity=np.array(annotations.severity, dtype=np.int64),
            sentiment=np.asarray(annotations.sentiment, dtype=np.float64),
            type=annotations.type,
        )
    )


def _recurrences(
    session: Session, at: Sequence[datetime], customers: Sequence[int], complaints: Sequence[set[str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count, for each row, complaints and customers of its most frequent issue in the days before it."""
    frequency, scope = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    issues = sorted(set().union(*complaints)) if complaints else []
    if not issues:
        return frequency, scope
    window = timedelta(days=get_settings().problem_window_days)
    history = issue_events(session, issues, min(at) - window, max(at))
    for issue in issues:
        rows = [n for n, named in enumerate(complaints) if issue in named]
        events = sorted([*history.get(issue, []), *((at[n], customers[n]) for n in rows)])
        counted, people = recurrence(
            seconds([moment for moment, _ in events]),
            np.array([customer for _, customer in events], dtype=np.int64),
            seconds([at[n] for n in rows]),
            window,
        )
        frequency[rows] = np.maximum(frequency[rows], counted)
        scope[rows] = np.maximum(scope[rows], people)
    return frequency, scope


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


def _annotation_row(
    n: int, id_: int, feedback: int, annotations: Annotations, priorities: Priorities
) -> tuple[Any, ...]:
    explained = {
        "score": round(float(priorities.score[n]), 4),
        "parts": priorities.parts[n],
        "reasons": priorities.reasons[n],
        "to_high": priorities.to_high[n],
    }
    return (
        id_, feedback, model().version, taxonomy().version, annotations.type[n],
        float(annotations.type_confidence[n]), float(annotations.sentiment[n]),
        float(annotations.sentiment_confidence[n]), annotations.dimension[n], int(annotations.severity[n]),
        bool(annotations.vague[n]), priorities.level[n], explained,
    )  # fmt: skip


def _mention_rows(
    annotation_ids: Sequence[int], feedback_ids: Sequence[int], annotations: Annotations
) -> list[tuple[Any, ...]]:
    rows = []
    for annotation, feedback, mentions in zip(
        annotation_ids, feedback_ids, annotations.mentions, strict=True
    ):
        # One mention an issue: the most negative, then the surest, is the one that is kept.
        best: dict[str, Any] = {}
        for m in sorted(mentions, key=lambda m: (m.polarity, -m.confidence, m.start)):
            best.setdefault(m.issue, m)
        rows += [
            (annotation, feedback, m.area, m.issue, m.polarity, m.start, m.end, float(m.confidence))
            for m in best.values()
        ]
    return rows


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
