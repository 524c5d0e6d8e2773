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
from models.engine import transaction
from models.events import announce
from models.intake.checking import claim, quarantine, settle, validations, waiting_rows
from models.intake.reading import Raw, raw_of
from models.schema.intake import Batch, Source
from settings import get_settings
from tasks.common import stage
from tasks.interpreter import at_work
from voc.intake.rows import parse_ratings, parse_times

TOGETHER = 8  # batches of full size in one run of Great Expectations, most of whose cost is the run itself


@stage("检查批次")
def check_waiting(now: datetime) -> dict[str, int]:
    """Check every collected batch and count rows that pass and that do not."""
    with transaction() as session:
        batches = waiting_rows(session, "collected")
    counts = {"batches": 0, "passed": 0, "quarantined": 0, "blank": 0, "refused": 0}
    with at_work():
        for group in _groups(batches, TOGETHER * get_settings().batch_rows):
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
    """A claimed batch with its rows; `blank` and `said` are places in `raw`."""

    batch: Batch
    raw: Raw
    blank: list[int]
    said: list[int]


def check_batches(batch_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Check batches that still wait, in one transaction; one that is wrong as a whole is refused and says why."""
    counts: dict[str, int] = {}
    with transaction() as session:
        read = [one for id_ in batch_ids if (one := _read(session, id_))]
        for timed in (True, False):
            group = [one for one in read if ("occurred_at" in one.raw.definition.mapping) == timed]
            for one, validation in zip(group, _validate(group, now, timed), strict=True):
                for name, number in _settle(session, one, validation, now).items():
                    counts[name] = counts.get(name, 0) + number
    return counts


def _read(session: Session, batch_id: int) -> Waiting | None:
    batch = claim(session, batch_id, "collected")
    if batch is None:
        return None
    raw = raw_of(session, batch_id)
    cells = zip(raw.mapped["text"], raw.mapped["title"], raw.mapped["rating"], strict=True)
    says = [bool(text or title or rating) for text, title, rating in cells]
    blank = [i for i, anything in enumerate(says) if not anything]
    said = [i for i, anything in enumerate(says) if anything]
    return Waiting(batch, raw, blank, said)


def _validate(group: Sequence[Waiting], now: datetime, timed: bool) -> list[Validation]:
    if not group:
        return []
    titles = [f"{one.raw.title}·第 {one.batch.id} 批" for one in group]
    return validate_together(
        [_frame(one) for one in group], "feedback", now=now, time_required=timed, runs=titles
    )


def _settle(session: Session, one: Waiting, validation: Validation, now: datetime) -> dict[str, int]:
    batch, raw, refusal = one.batch, one.raw, validation.refusal
    if refusal:
        get_run_logger().error("%s 第 %s 批被拒收：%s", raw.title, batch.part, refusal)
    said = {raw.rows[i]: raw.ids[i] for i in one.said}
    reasons = _reasons(validation) if not refusal else dict.fromkeys(said, ("*", f"整批被拒收：{refusal}"))
    quarantine(session, batch.id, [(said[row], row, *reason) for row, reason in reasons.items()])
    # Only what is set aside is written down; the others stay pending until they are feedback.
    outcomes: dict[int, tuple[str, str | None]] = {
        said[row]: ("quarantined", reason) for row, (_, reason) in reasons.items()
    }
    settle(session, outcomes | {raw.ids[i]: ("blank", None) for i in one.blank})
    batch.rows_blank += len(one.blank)
    batch.state, batch.refused_because = "checked", refusal or None
    batch.quality_score, batch.validation = validation.score, validation.result
    if refusal or validation.score < get_settings().quality_floor:
        _failed(session, one, len(reasons), now)
    passed = len(said) - len(reasons)
    counts = {"batches": 1, "passed": passed, "quarantined": len(reasons), "blank": len(one.blank)}
    return {**counts, "refused": int(bool(refusal))}


def _failed(session: Session, one: Waiting, bad: int, now: datetime) -> None:
    batch, source = one.batch, session.get_one(Source, one.raw.source)
    facts = {
        "batch": batch.id,
        "source": source.name,
        "title": source.title,
        "score": batch.quality_score,
        "bad": bad,
        "rows": batch.rows_read,
        "refused_because": batch.refused_because,
    }
    announce(session, "voc.quality.failed", f"voc.batch.{batch.id}", facts, now, f"batch:{batch.id}")


def _reasons(validation: Validation) -> dict[int, tuple[str, str]]:
    """Join the reasons of each bad row, under the first column that is wrong."""
    reasons: dict[int, tuple[str, str]] = {}
    for bad in validation.bad:
        column, before = reasons.get(bad.index, (bad.column, ""))
        reasons[bad.index] = (column, f"{before}；{bad.reason}" if before else bad.reason)
    return reasons


def _frame(one: Waiting) -> pd.DataFrame:
    mapped = one.raw.mapped
    columns = {
        "row": one.raw.rows,
        "text": [text or title for text, title in zip(mapped["text"], mapped["title"], strict=True)],
        "occurred_at": parse_times(mapped["occurred_at"]),
        "occurred_raw": mapped["occurred_at"],
        "rating": parse_ratings(mapped["rating"], one.raw.definition.rating_scale),
        "rating_raw": mapped["rating"],
        "channel": mapped["channel"],
        "external_id": mapped["external_id"],
    }
    return pd.DataFrame({name: [values[i] for i in one.said] for name, values in columns.items()})
