"""voc suspects: feedback that is kept and answered but not counted, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.output import as_json, as_table
from models.analysis import suspects as queries
from models.engine import migrate, transaction
from voc.quotations import quoted
from voc.suspects.judging import NAMES, NOT_COUNTED


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("suspects")(suspects)


def suspects(json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """List bursts and waves, and count by source what is not counted."""
    migrate()
    with transaction() as session:
        found = [_quoted(row, queries.examples(session, row)) for row in queries.suspicions(session)]
        counts = queries.refused(session)
    if json:
        return as_json({"findings": found, "sources": counts})
    shown = [{**row, "kind": NAMES[row["kind"]], "days": f"{row['start']} 至 {row['end']}"} for row in found]
    product = {"product": "产品"} if any(row["product"] for row in shown) else {}
    as_table("可疑反馈", shown, {"kind": "类型", "title": "来源", **product, "days": "起止", "seen": "最早可发现",
                             "reason": "理由", "quotations": "原话"})  # fmt: skip
    return as_table("不计入统计的反馈（条）", counts, {"title": "来源", "feedback": "全部", **NOT_COUNTED})


def _quoted(row: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    renamed = {"started_on": "start", "ended_on": "end", "seen_on": "seen"}
    kept = {renamed.get(name, name): value for name, value in row.items() if name != "source_id"}
    return {**kept, "quotations": quoted(texts)}
