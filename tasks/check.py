"""Check: hold every collected batch against the expectations, and set bad rows aside with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from prefect import get_run_logger
from sqlalchemy.orm import Session

from expectations.docs import write_docs
from expectations.feedback import Validation, validate_together
from models.checking import claim, quarantine, settle, validations, waiting_rows
from models.collecting import raw_rows, source_of
from models.engine import transaction
from models.intake import Batch, RawRecord, Source
from settings import get_settings
from tasks.common import stage
from voc.intake import Definition, Mapped, definition_from_dict, map_rows, parse_ratings, parse_times


@stage("检查批次")
def check_waiting(now: datetime) -> dict[str, int]:
    """Check every collected batch and count rows that pass and that do not."""
    with transaction() as session:
        batches = waiting_rows(session, "collected")
    counts = {"batches": 0, "passed": 0, "quarantined": 0, "blank": 0, "refused": 0}
    for group in _groups(batches, get_settings().batch_rows):
        for name, number in check_batches(group, now).items():
            counts[name] += number
    return counts


def _groups(batches: Sequence[tuple[int, int]], most: int) -> list[list[int]]:
    """Put small batches together: a run of Great Expectations costs the same for ten rows as for thousands."""
    groups: list[list[int]] = []
    room = 0
    for batch, rows in batches:
        if rows > room or not groups:
            groups.append([])
            room = most
        groups[-1].append(batch)
        room -= rows
    return groups


@stage("生成质检页")
def build_docs() -> str:
    """Write the data docs of the latest checks and return where they are."""
    with transaction() as session:
        results = validations(session)
    return str(write_docs(get_settings().folder("docs") / "quality", results))


@dataclass(frozen=True)
class Waiting:
    """A claimed batch with its rows mapped; `blank` and `said` are places in `records`."""

    batch: Batch
    source: Source
    definition: Definition
    records: Sequence[RawRecord]
    mapped: Mapped
    blank: list[int]
    said: list[int]


def check_batches(batch_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Check batches that still wait, in one transaction; one that is wrong as a whole is refused and says why."""
    counts: dict[str, int] = {}
    with transaction() as session:
        read = [one for id_ in batch_ids if (one := _read(session, id_))]
        for timed in (True, False):
            group = [one for one in read if ("occurred_at" in one.definition.mapping) == timed]
            for one, validation in zip(group, _validate(group, now, timed), strict=True):
                for name, number in _settle(session, one, validation).items():
                    counts[name] = counts.get(name, 0) + number
    return counts


def _read(session: Session, batch_id: int) -> Waiting | None:
    batch = claim(session, batch_id, "collected")
    if batch is None:
        return None
    source = source_of(session, batch_id)
    definition = definition_from_dict(source.definition)
    records = raw_rows(session, batch_id, "pending")
    mapped = map_rows([record.payload for record in records], definition)
    blank = [i for i in range(len(records)) if not _says_anything(mapped, i)]
    said = sorted(set(range(len(records))) - set(blank))
    return Waiting(batch, source, definition, records, mapped, blank, said)


def _validate(group: Sequence[Waiting], now: datetime, timed: bool) -> list[Validation]:
    if not group:
        return []
    titles = [f"{one.source.title}·第 {one.batch.id} 批" for one in group]
    return validate_together(
        [_frame(one) for one in group], "feedback", now=now, time_required=timed, runs=titles
    )


def _settle(session: Session, one: Waiting, validation: Validation) -> dict[str, int]:
    batch, refusal = one.batch, validation.refusal
    if refusal:
        get_run_logger().error("%s 第 %s 批被拒收：%s", one.source.title, batch.part, refusal)
    said = {one.records[i].row: one.records[i] for i in one.said}
    reasons = _reasons(validation) if not refusal else dict.fromkeys(said, ("*", f"整批被拒收：{refusal}"))
    quarantine(session, batch.id, [(said[row].id, row, *reason) for row, reason in reasons.items()])
    outcomes: dict[int, tuple[str, str | None]] = {
        record.id: ("passed", None) for row, record in said.items() if row not in reasons
    }
    outcomes |= {said[row].id: ("quarantined", reason) for row, (_, reason) in reasons.items()}
    outcomes |= {one.records[i].id: ("blank", None) for i in one.blank}
    settle(session, outcomes)
    batch.rows_blank += len(one.blank)
    batch.state, batch.refused_because = "checked", refusal or None
    batch.quality_score, batch.validation = validation.score, validation.result
    passed = len(said) - len(reasons)
    counts = {"batches": 1, "passed": passed, "quarantined": len(reasons), "blank": len(one.blank)}
    return {**counts, "refused": int(bool(refusal))}


def _reasons(validation: Validation) -> dict[int, tuple[str, str]]:
    """Join the reasons of each bad row, under the first column that is wrong."""
    reasons: dict[int, tuple[str, str]] = {}
    for bad in validation.bad:
        column, before = reasons.get(bad.index, (bad.column, ""))
        reasons[bad.index] = (column, f"{before}；{bad.reason}" if before else bad.reason)
    return reasons


def _says_anything(mapped: Mapped, i: int) -> bool:
    return bool(mapped["text"][i] or mapped["title"][i] or mapped["rating"][i])


def _frame(one: Waiting) -> pd.DataFrame:
    mapped, said = one.mapped, one.said
    times = parse_times(mapped["occurred_at"])
    ratings = parse_ratings(mapped["rating"], one.definition.rating_scale)
    return pd.DataFrame(
        {
            "row": [one.records[i].row for i in said],
            "text": [mapped["text"][i] or mapped["title"][i] for i in said],
            "occurred_at": [times[i] for i in said],
            "occurred_raw": [mapped["occurred_at"][i] for i in said],
            "rating": [ratings[i] for i in said],
            "rating_raw": [mapped["rating"][i] for i in said],
            "channel": [mapped["channel"][i] for i in said],
            "external_id": [mapped["external_id"][i] for i in said],
        }
    )
