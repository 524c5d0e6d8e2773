"""voc drivers, voc agents: what satisfaction hangs on, and which staff need help or deserve praise."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import as_json, as_table, console, dates
from models.analysis.driving import most_against, rated, served
from models.analysis.newest import lately
from models.engine import migrate, transaction
from tasks.assets import taxonomy
from tasks.common import moment
from voc.agents import standings
from voc.drivers import FEWEST, drivers

Days = Annotated[int, typer.Option("--days", min=7, max=3650, help="看最近多少天")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("drivers")(show_drivers)
    app.command("agents")(show_agents)


def show_drivers(
    days: Days = 90,
    by_issue: Annotated[bool, typer.Option("--issues", help="细到具体问题（默认按业务领域）")] = False,
    json: AsJson = False,
) -> None:
    """List what pulls satisfaction down, the heaviest first."""
    migrate()
    with transaction() as session:
        span = lately(session, days, moment(None))
        cells = rated(session, *span, "issue" if by_issue else "area")
    found = [{**asdict(one), "name": _names().get(one.code, one.code)} for one in drivers(cells)]
    if json:
        return as_json(found)
    total = sum(cell.count for cell in cells)
    if not found:
        return console.print(f"有评分的反馈 {total:,} 条，没有一类不满达到 {FEWEST} 条，还看不出影响。")
    rows = [{**row, "share": f"{row['share']:.1%}", "pull": f"{row['pull']:+.3f}",
             "difference": f"{row['difference']:+.2f}（{row['low']:+.2f} 至 {row['high']:+.2f}）",
             "q": "显著" if row["q"] < 0.05 else "不显著"} for row in found]  # fmt: skip
    as_table(f"满意度的影响因素（有评分的反馈 {total:,} 条，{dates(span)}）", rows,
             {"name": "不满", "count": "条数", "share": "占比", "difference": "评分相差（95% 区间）",
              "pull": "拉动总均分", "q": "显著性"})  # fmt: skip
    return console.print("同渠道内比较；这是关联，不等于因果：改进是否有效要看效果验证。")


def show_agents(days: Days = 90, json: AsJson = False) -> None:
    """List staff by complaints against what is expected of their channels, the worst first."""
    migrate()
    with transaction() as session:
        span = lately(session, days, moment(None))
        ranked = standings(served(session, *span))
        worst = most_against(session, [one.agent for one in ranked if one.named], *span)
    rows = [{**asdict(one), "advice": _advice(one.agent, one.named, one.praised, worst)} for one in ranked]
    if json:
        return as_json(rows)
    shown = [row for row in rows if row["named"] or row["praised"]]
    named = [{**row, "ratio": f"{row['ratio']:.2f}（{row['low']:.2f} 至 {row['high']:.2f}）",
              "expected": f"{row['expected']:.1f}"} for row in shown]  # fmt: skip
    as_table(f"员工对比（{dates(span)}，共 {len(rows)} 人）", named,
             {"agent": "工号", "feedback": "反馈", "complaints": "投诉", "expected": "同渠道应有",
              "ratio": "倍数（95% 区间）", "advice": "建议"})  # fmt: skip
    return console.print(
        "倍数 1 表示与众人持平；反馈少的人向众人收缩。只列出突出的人，其中误列的比例控制在一成以内。"
    )


def _advice(agent: str, named: bool, praised: bool, worst: dict[str, tuple[str, int]]) -> str:
    if praised:
        return "值得表扬，做法可收入案例库"
    if not named:
        return ""
    issue, count = worst.get(agent, ("", 0))
    return f"建议培训：{_names().get(issue, issue)}（{count} 条）" if issue else "建议主管了解情况"


def _names() -> dict[str, str]:
    known = taxonomy()
    return {**known.areas, **{issue.code: issue.name for issue in known.issues}}
