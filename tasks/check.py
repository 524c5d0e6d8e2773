"""Check: hold every collected batch against the expectations, and set bad rows aside with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from prefect import get_run_logger
from sqlalchemy.orm import Session

from expectations.docs import write_docs
from expectations.feedback import BatchRefused, Validation, validate
from models.checking import claim, quarantine, settle, validations, waiting
from models.collecting import raw_rows, source_of
from models.engine import transaction
from models.intake import Batch, RawRecord, Source
from settings import get_settings
from tasks.common import run_id, stage
from voc.errors import SchemaBroken
from voc.intake import Definition, Mapped, definition_from_dict, map_rows, parse_ratings, parse_times


@stage("检查批次", tags=["质检"])
def check_waiting(now: datetime) -> dict[str, int]:
    """Check every collected batch, each in a transaction of its own, and count rows that pass and that do not."""
    counts = {"batches": 0, "passed": 0, "quarantined": 0, "blank": 0, "refused": 0}
    with transaction() as session:
        batches = waiting(session, "collected")
    for batch in batches:
        for name, number in check_batch(batch, now).items():
            counts[name] += number
    return counts


@stage("生成质检页", tags=["质检"])
def build_docs() -> str:
    """Write the data docs of the latest checks and return where they are."""
    with transaction() as session:
        results = validations(session)
    return str(write_docs(get_settings().folder("docs") / "quality", results))


def check_batch(batch_id: int, now: datetime) -> dict[str, int]:
    """Check one batch if it still waits; a batch that is wrong as a whole is refused and says why."""
    with transaction() as session:
        batch = claim(session, batch_id, "collected")
        if batch is None:
            return {}
        records = raw_rows(session, batch_id, "pending")
        source = source_of(session, batch_id)
        try:
            return _pass(session, batch, records, source, now)
        except SchemaBroken as broken:
            get_run_logger().error("%s 第 %s 批被拒收：%s", source.title, batch.part, broken)
            return _refuse(session, batch, records, broken)


def _pass(
    session: Session, batch: Batch, records: Sequence[RawRecord], source: Source, now: datetime
) -> dict[str, int]:
    definition = definition_from_dict(source.definition)
    mapped = map_rows([record.payload for record in records], definition).require()
    blank = {i for i in range(len(records)) if not _says_anything(mapped, i)}
    checked = [i for i in range(len(records)) if i not in blank]
    validation = _validate(records, mapped, checked, definition, batch, now)
    reasons: dict[int, tuple[str, str]] = {}
    for bad in validation.bad if validation else ():
        column, reason = reasons.get(bad.index, (bad.column, ""))
        reasons[bad.index] = (column, f"{reason}；{bad.reason}" if reason else bad.reason)
    wrong = {records[i].id: records[i] for i in checked if records[i].row in reasons}
    quarantine(session, batch.id, [(r.id, r.row, *reasons[r.row]) for r in wrong.values()])
    settle(session, {r.id: ("quarantined", reasons[r.row][1]) for r in wrong.values()})
    settle(session, {records[i].id: ("passed", None) for i in checked if records[i].id not in wrong})
    settle(session, {records[i].id: ("blank", None) for i in blank})
    batch.rows_blank += len(blank)
    batch.state = "checked"
    if validation:
        batch.quality_score, batch.validation = validation.score, validation.result
    passed = len(checked) - len(wrong)
    return {"batches": 1, "passed": passed, "quarantined": len(wrong), "blank": len(blank)}


def _says_anything(mapped: Mapped, i: int) -> bool:
    return bool(mapped["text"][i] or mapped["title"][i] or mapped["rating"][i])


def _validate(
    records: Sequence[RawRecord],
    mapped: Mapped,
    checked: Sequence[int],
    definition: Definition,
    batch: Batch,
    now: datetime,
) -> Validation | None:
    if not checked:
        return None
    times = parse_times(mapped["occurred_at"])
    ratings = parse_ratings(mapped["rating"], definition.rating_scale)
    frame = pd.DataFrame(
        {
            "row": [records[i].row for i in checked],
            "text": [mapped["text"][i] or mapped["title"][i] for i in checked],
            "occurred_at": [times[i] for i in checked],
            "occurred_raw": [mapped["occurred_at"][i] for i in checked],
            "rating": [ratings[i] for i in checked],
            "rating_raw": [mapped["rating"][i] for i in checked],
            "channel": [mapped["channel"][i] for i in checked],
            "external_id": [mapped["external_id"][i] for i in checked],
        }
    )
    name = f"{definition.name}-{batch.id}"
    timed = "occurred_at" in definition.mapping
    return validate(frame, name, now=now, time_required=timed, run=run_id() or "")


def _refuse(
    session: Session, batch: Batch, records: Sequence[RawRecord], broken: SchemaBroken
) -> dict[str, int]:
    reason = f"整批被拒收：{broken}"
    quarantine(session, batch.id, [(record.id, record.row, "*", reason) for record in records])
    settle(session, {record.id: ("quarantined", reason) for record in records})
    batch.state, batch.refused_because = "checked", str(broken)
    if isinstance(broken, BatchRefused):
        batch.quality_score, batch.validation = broken.validation.score, broken.validation.result
    return {"batches": 1, "quarantined": len(records), "refused": 1}
