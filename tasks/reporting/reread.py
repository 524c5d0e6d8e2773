"""Read again what was received, where it is no longer what it was when a report was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from models.intake import rereading
from models.problems.aggregating import enrol
from tasks.assets import model, taxonomy
from tasks.understanding.prepare import Prepared, prepare

NAMES = {
    "channel": "渠道", "touchpoint": "触点", "agent": "服务人员", "region": "地区",
    "product": "产品", "version": "版本", "occurred_at": "时间", "rating": "评分", "text": "内容", "pseudonym": "客户",
}  # fmt: skip


@dataclass(frozen=True)
class Reread:
    """A row as received that is another one now: its file, its number in it, and what of it changed."""

    file: str
    row: int
    parts: tuple[str, ...]


def reread(session: Session, was: Mapping[str, str], now: datetime) -> list[Reread]:
    """Let what changed among the raw rows stand in the session, which must not be kept; return the rows."""
    fresh = rereading.fingerprints(session, now)
    batches = [int(batch) for batch, sums in was.items() if fresh.get(batch) != sums]
    files = rereading.files_of(session, batches)
    return [row for batch in batches for row in _reread(session, batch, files.get(batch, ""))]


def _reread(session: Session, batch: int, file: str) -> list[Reread]:
    prepared = prepare(batch)
    rows = {
        row["raw_record_id"]: (place, row) for place, row in enumerate(prepared.rows.iter_rows(named=True))
    }
    found = []
    for old in rereading.stands(session, batch):
        place, new = rows.get(old["raw_record_id"], (-1, None))
        parts = () if new is None else tuple(name for name in NAMES if old[name] != new[name])
        if new is not None and parts:
            _replace(session, prepared, place, old, new, parts)
            found.append(Reread(file, old["row"], tuple(NAMES[name] for name in parts)))
    if found:
        enrol(session, [batch], None)
    return found


def _replace(
    session: Session, prepared: Prepared, place: int, old: Mapping[str, Any], new: Mapping[str, Any],
    parts: tuple[str, ...],
) -> None:  # fmt: skip
    rejected = new["reason"] is not None
    kept = "accepted" if old["disposition"] == "rejected" else old["disposition"]
    rereading.put(session, old["id"], {**new, "disposition": "rejected" if rejected else kept})
    if not {"text", "rating"} & set(parts):
        return
    said = prepared.said.filter(pl.col("place") == place)
    mentions = prepared.mentions.filter(pl.col("place") == place)
    one = None if rejected or said.is_empty() else said.row(0, named=True)
    rereading.say_again(session, old["id"], one, mentions, (model().version, taxonomy().version))
    rereading.leave_events(session, old["id"])
