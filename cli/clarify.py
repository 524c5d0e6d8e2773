"""voc vague: what stays vague, what evidence made concrete, and the share of feedback that can be used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console
from models.analysis.clarifying import RULE, clarified, usage
from models.engine import migrate, transaction
from settings import asset_text
from voc.reading.taxonomy import parse_taxonomy


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("vague")(vague)


def vague(
    concrete: Annotated[bool, typer.Option("--concrete", help="改为列出已凭资料具体化的投诉")] = False,
    limit: Annotated[int, typer.Option(min=1, help="最多列出多少条")] = 50,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """List vague complaints with the question to ask, or those that evidence made concrete."""
    migrate()
    with transaction() as session:
        counts, rows = usage(session), clarified(session, concrete, limit)
    share = _shares(counts)
    if json:
        return as_json({**counts, **share, "rows": rows})
    console.print(_sentence(counts, share))
    if concrete:
        columns = {
            "number": "受理编号",
            "text": "原话",
            "issue": "具体问题",
            "source": "出处",
            "quote": "引文",
            "author": "依据",
        }
        return as_table("已具体化", [_named(row) for row in rows], columns)
    columns = {"number": "受理编号", "occurred_at": "时间", "text": "原话", "question": "追问"}
    return as_table("待追问", rows, columns)


def _shares(counts: dict[str, int]) -> dict[str, float | None]:
    total = counts["feedback"]
    shown = counts["by_rule"] + counts["by_assistant"]
    if not total:
        return {"used": None, "used_without_evidence": None}
    used = total - counts["vague"]
    return {"used": used / total, "used_without_evidence": (used - shown) / total}


def _sentence(counts: dict[str, int], share: dict[str, float | None]) -> str:
    used, without = share["used"], share["used_without_evidence"]
    if used is None or without is None:
        return "还没有反馈。"
    shown = counts["by_rule"] + counts["by_assistant"]
    helped = f"（其中助手 {counts['by_assistant']} 条）" if counts["by_assistant"] else ""
    return (
        f"反馈利用率 {used:.1%}；不看资料为 {without:.1%}。"
        f"笼统投诉 {counts['vague'] + shown} 条，凭资料具体化 {shown} 条{helped}，待追问 {counts['vague']} 条。"
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    taxonomy = parse_taxonomy(asset_text("taxonomy.toml"))
    name = taxonomy.issue(row["issue"]).name if row["issue"] in taxonomy else row["issue"]
    author = "规则" if row["author"] == RULE else f"助手 {row['author'].partition(':')[2]}"
    return {**row, "issue": name, "author": author}
