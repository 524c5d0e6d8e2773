"""Re-code: read stored feedback again by the model and taxonomy in force, and mark the break in the series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl
from prefect.artifacts import create_markdown_artifact
from sqlalchemy.orm import Session

from models.analysis.clarifying import evidence_of, store_clarified
from models.analysis.recoding import (
    Unread,
    breaks,
    complaints,
    open_break,
    regroup,
    retire,
    revive,
    types_of,
    unread,
)
from models.analysis.recurring import count_again, recounted
from models.change import lock_out
from models.engine import transaction
from models.loading import copy_frame, new_ids
from models.schema.learned import CodingBreak
from settings import get_settings
from tasks.assets import model, taxonomy
from tasks.common import run_id, stage
from tasks.naming import table
from tasks.understanding.annotating import annotated, mentioned, note_taxonomy_in_force, rank, ranked, voices
from voc.evidence.concrete import make_concrete
from voc.reading.labels import annotate
from voc.zone import CHINA

START = (datetime.min.replace(tzinfo=UTC), 0)


@stage("重新编码历史反馈")
def recode_history(now: datetime, since: date | None = None, who: str = "system:recode") -> dict[str, int]:
    """Read again, batch by batch, what the versions in force have not read; killed, it goes on where it was.

    A batch is one transaction: what is still to be done is always what the tables say. In event time, so that
    the days before a feedback, from which its priority comes, are read by the same versions.
    """
    moment = None if since is None else datetime.combine(since, time(), CHINA)
    with transaction() as session:
        note_taxonomy_in_force(session, now)
    after, rows = START, 0
    while True:
        with transaction() as session:
            lock_out(session, "analyse")
            batch = unread(
                session, model().version, taxonomy().version, moment, after, get_settings().batch_rows
            )
            if not batch:
                break
            _read_again(session, batch, _break(session, now, moment, who))
        after, rows = (batch[-1].at, batch[-1].id), rows + len(batch)
    return {"recoded": rows, "left_problems": _finish(now)}


def _break(session: Session, now: datetime, since: datetime | None, who: str) -> CodingBreak:
    """Return the break under way to the versions in force; one to other versions ends where this one begins."""
    found = open_break(session)
    if found and (found.model_version, found.taxonomy_version) == (model().version, taxonomy().version):
        return found
    if found:
        found.finished_at = now
    fresh = CodingBreak(
        model_version=model().version, taxonomy_version=taxonomy().version, replaced=[], since=since,
        started_at=now, rows_recoded=0, type_changed=0, issue_changed=0, areas={}, by=who, run=run_id(),
    )  # fmt: skip
    session.add(fresh)
    return fresh


def _read_again(session: Session, batch: Sequence[Unread], note: CodingBreak) -> None:
    # The old readings step aside first: what is complained of in these days is counted without them.
    retire(session, [row.annotation for row in batch])
    known = [row for row in batch if row.known is not None]
    revive(session, [row.known for row in known if row.known is not None])
    fresh = [row for row in batch if row.known is None]
    made = dict(zip((row.id for row in fresh), _annotate(session, fresh), strict=True))
    _count(session, batch, {**made, **{row.id: row.known for row in known if row.known is not None}}, note)


def _annotate(session: Session, rows: Sequence[Unread]) -> list[int]:
    """Annotate feedback by the versions in force, exactly as on arrival; return the new annotations."""
    ids, texts = [row.id for row in rows], [row.text for row in rows]
    evidence = evidence_of(session, ids)
    said = annotate(texts, [row.rating for row in rows], taxonomy(), model())
    said, clarified = make_concrete(said, texts, [evidence.get(id_) for id_ in ids], taxonomy(), model())
    said_of = annotated(range(len(rows)), said).with_columns(
        pl.Series("id", annotations := new_ids(session, "annotation", len(rows)), dtype=pl.Int64),
        pl.Series("feedback_id", ids, dtype=pl.Int64),
    )
    mentions = mentioned(range(len(rows)), said)
    spoken = voices(
        ids,
        pl.Series([r.at for r in rows], dtype=pl.Datetime("us", "UTC")),
        pl.Series([r.customer for r in rows], dtype=pl.Int64),
        pl.Series([r.value for r in rows], dtype=pl.Int64),
    )
    priorities, _ = rank(session, spoken, said_of, mentions, recounted)
    copy_frame(session, "annotation", ranked(said_of, priorities))
    named = said_of.select("place", "feedback_id", pl.col("id").alias("annotation_id"))
    copy_frame(session, "mention", mentions.join(named, on="place", maintain_order="left").drop("place"))
    store_clarified(session, annotations, ids, clarified)
    return annotations


def _count(
    session: Session, batch: Sequence[Unread], now_current: Mapping[int, int], note: CodingBreak
) -> None:
    """Add to the break what reading again has changed."""
    types, issues = (
        types_of(session, list(now_current.values())),
        complaints(session, list(now_current.values())),
    )
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for row in batch:
        read = issues.get(now_current[row.id], [])
        note.rows_recoded += 1
        note.type_changed += types[now_current[row.id]] != row.type
        note.issue_changed += read != row.issues
        before.update({code.split(".")[0] for code in row.issues})
        after.update({code.split(".")[0] for code in read})
    pairs = {(row.model, row.taxonomy) for row in batch} | {(m, t) for m, t in note.replaced}
    note.replaced = [list(pair) for pair in sorted(pairs)]
    note.areas = {
        area: {
            "before": _part(note, area, "before") + before[area],
            "after": _part(note, area, "after") + after[area],
        }
        for area in sorted({*note.areas, *before, *after})
    }


def _part(note: CodingBreak, area: str, part: str) -> int:
    return int(note.areas.get(area, {}).get(part, 0))


def _finish(now: datetime) -> int:
    """End the break under way: problems let go of what is no longer complained of, and are gathered again."""
    with transaction() as session:
        lock_out(session, "aggregate")
        under_way = open_break(session)
        if under_way is None:
            return 0
        under_way.finished_at = now
        count_again(session)
        return regroup(session)


@stage("展示编码断点")
def show_breaks() -> None:
    """Show when history was read again, and what that changed."""
    with transaction() as session:
        rows = [told(row) for row in breaks(session)]
    create_markdown_artifact(
        f"# 编码断点\n\n{table(rows, COLUMNS)}",
        key="coding-breaks",
        description="何时按新模型或新分类体系重读了历史",
    )


COLUMNS = {
    "id": "编号", "finished_at": "完成时间", "from": "原版本", "to": "现版本", "rows_recoded": "重读条数",
    "type_share": "类型改变", "issue_share": "问题改变", "area_changes": "各领域投诉（前 → 后）",
}  # fmt: skip


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Put a break in the words of people."""
    rows, names = max(1, row["rows_recoded"]), taxonomy().areas
    return {
        **row,
        "from": "、".join(" / ".join(pair) for pair in row["replaced"]),
        "to": f"{row['model_version']} / {row['taxonomy_version']}",
        "type_share": f"{row['type_changed'] / rows:.1%}",
        "issue_share": f"{row['issue_changed'] / rows:.1%}",
        "area_changes": "，".join(
            f"{names.get(area, area)} {n['before']} → {n['after']}"
            for area, n in row["areas"].items()
            if n["before"] != n["after"]
        ),
    }
