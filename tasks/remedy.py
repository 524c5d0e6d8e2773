"""Remedy: rows that a mended source definition makes good are taken in; of the rest the owner is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect.artifacts import create_markdown_artifact

from models.engine import transaction
from models.intake import remedying
from models.intake.checking import repair
from models.schema.intake import RawRecord
from settings import get_settings
from tasks.common import stage
from tasks.naming import table
from voc.intake.rows import Definition, definition_from_dict, map_rows, parse_ratings, parse_times

WHO = "system:remedy"
AT_ONCE = 1_000  # rows; each becomes a delivery of its own, with its own account


@stage("按现行定义重新质检")
def check_again(batch: int, now: datetime) -> dict[str, int]:
    """Send rows that read well by the definition in force through the checks again; count them and what is left."""
    with transaction() as session:
        found = remedying.batch_source(session, batch)
        if found is None:
            return {"again": 0, "left": 0}
        definition = definition_from_dict(found[1].definition)
        rows = remedying.set_aside_rows(session, batch, AT_ONCE)
        mended = [id_ for id_, raw in rows if _reads_well(raw, definition)]
        if found[0].refused_because and 2 * len(mended) < len(rows):
            mended = []  # the column is still mapped wrongly
        for id_ in mended:
            repair(session, id_, {}, WHO, now)
        session.flush()
        left = sum(row["rows"] for row in remedying.reasons(session, batch))
    return {"again": len(mended), "left": left}


def _reads_well(raw: RawRecord, definition: Definition) -> bool:
    """Tell whether a row has words, a time and a rating that can be read, as far as the definition asks for them."""
    mapped: Any = map_rows([raw.payload], definition)
    says = bool(mapped["text"][0] or mapped["title"][0])
    timed = "occurred_at" not in definition.mapping or parse_times(mapped["occurred_at"])[0] is not None
    rating = mapped["rating"][0]
    rated = not rating or parse_ratings([rating], definition.rating_scale)[0] is not None
    return says and timed and rated


@stage("通知来源负责人")
def tell_owner(batch: int, now: datetime) -> bool:
    """Queue one message to the owner of the source."""
    with transaction() as session:
        return remedying.tell_owner(session, batch, get_settings().department_channel, now)


@stage("展示整改清单")
def show_remedy(batch: int) -> None:
    """Show what is wrong with the batch and what to do about it."""
    with transaction() as session:
        found = remedying.batch_source(session, batch)
        rows = remedying.reasons(session, batch)
    if found is None:
        return
    columns = {"column": "列", "reason": "原因", "rows": "行数", "first_row": "首个行号"}
    steps = (
        "1. 同一列大面积出错，通常是列对应写错：修改来源定义（map、rating_scale），再运行本任务，"
        "读得通的行会自动重新质检。\n"
        "2. 个别行出错：voc quarantine release 编号 --set 列名=值，或 voc quarantine discard 编号。"
    )
    head = (
        f"# 整改：{found[1].title} 第 {batch} 批\n\n文件 {found[2].origin}，质量分 {found[0].quality_score}。"
    )
    text = f"{head}\n\n{table(rows, columns)}\n\n## 怎么做\n\n{steps}"
    create_markdown_artifact(
        text, key=f"remedy-{found[1].name}".replace("_", "-"), description="未通过质检的原因与做法"
    )
