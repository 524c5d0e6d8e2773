"""voc themes, needs: what rises before it has a label, and what customers ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console
from models.engine import migrate
from notifications.theme_pages import render_needs, render_themes
from tasks import themes as stages
from tasks.common import moment
from voc.errors import InputError, reason
from voc.themes.emerging import Theme
from voc.themes.needs import Need

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="只看到这一天为止，如 2026-06-01；留空为最新一天"),
]
Out = Annotated[Path | None, typer.Option("--out", help="另写一份 HTML")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("themes")(themes)
    app.command("needs")(needs)


def themes(as_of: AsOf = None, json: AsJson = False, out: Out = None) -> None:
    """List the rising themes."""
    migrate()
    looked, found = stages.rising(stages.day_asked(as_of.date() if as_of else None))
    if json:
        return as_json({"since": looked.since, "until": looked.until, "feedback": looked.feedback,
                        "themes": [_theme(one) for one in found]})  # fmt: skip
    rows = [
        {**_theme(one), "phrases": "、".join(one.phrases), "share": f"{one.share:.1%}", "before": f"{one.before:.1%}",
         "label": stages.issue_name(one.label) or "新话题", "quotations": _first(one.quotations)}
        for one in found
    ]  # fmt: skip
    as_table(f"新兴话题（截至 {looked.until}）", rows,
             {"phrases": "话题", "count": "近四周", "customers": "客户", "share": "占比", "before": "此前",
              "first": "首次出现", "label": "已归入", "quotations": "一句原话"})  # fmt: skip
    return _written(out, lambda: render_themes(looked, found, stages.issue_name, moment(None)))


def needs(
    as_of: AsOf = None,
    days: Annotated[int, typer.Option("--days", min=1, help="看多少天")] = 365,
    fewest: Annotated[int, typer.Option("--min-customers", min=1, help="至少多少位客户提到才列出")] = 2,
    json: AsJson = False,
    out: Out = None,
) -> None:
    """List what customers ask for."""
    migrate()
    until = stages.day_asked(as_of.date() if as_of else None)
    looked, found = stages.wanted(until - timedelta(days=days - 1), until, fewest)
    if json:
        return as_json({"since": looked.since, "until": looked.until, "feedback": looked.feedback,
                        "needs": [_need(one) for one in found]})  # fmt: skip
    rows = [
        {**_need(one), "strength": f"{one.strength:.1f}", "quotations": _first(one.quotations)}
        for one in found[:30]
    ]
    as_table(f"未满足的需求（{looked.since} 至 {looked.until}）", rows,
             {"what": "客户想要", "customers": "客户", "strength": "迫切程度", "valued": "重要客户", "last": "最近一次",
              "quotations": "一句原话"})  # fmt: skip
    if len(found) > len(rows):
        console.print(f"另有 {len(found) - len(rows)} 项，用 --json 或 --out 查看全部。", highlight=False)
    return _written(out, lambda: render_needs(looked, found, moment(None)))


def _first(quotations: tuple[str, ...]) -> str:
    """Choose one quotation: a screen of three each is read by nobody; --out and --json give all."""
    return quotations[0] if quotations else ""


def _theme(one: Theme) -> dict[str, Any]:
    return {
        "phrases": list(one.phrases), "count": one.count, "customers": one.customers, "share": one.share,
        "before": one.before, "ratio": one.ratio, "chance": one.chance, "first": stages.day_of(one.first),
        "weeks": list(one.weeks), "label": one.label, "quotations": list(one.quotations),
    }  # fmt: skip


def _need(one: Need) -> dict[str, Any]:
    return {
        "what": one.what, "customers": one.customers, "asks": one.asks, "strength": one.strength,
        "valued": one.valued, "score": one.score, "first": stages.day_of(one.first), "last": stages.day_of(one.last),
        "quotations": list(one.quotations),
    }  # fmt: skip


def _written(out: Path | None, render: Any) -> None:
    if out is None:
        return
    try:
        out.write_text(render(), encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不了「{out}」：{reason(error)}。请检查 --out。") from error
    console.print(f"已写到 {out}", highlight=False)
