"""voc backtest: did the priority given on arrival tell what happened later?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import typer

from cli.output import as_json, as_table, console
from models.analysis.backtesting import complaints_and_after
from models.engine import migrate, transaction
from voc.backtest import OURS, OUTCOME_NAMES, RANKING_NAMES, Found, History, Outcome, backtest
from voc.priority import LEVEL_NAMES

WEEK = 7 * 86_400
CAVEATS = (
    "说明：权重是判断，不是拟合出来的；只统计投诉，按周内排序比较，区间由按周重抽样得到。",
    "「成为问题」本身按同类投诉的次数判定，与得分中的频次、范围同源；「超时」受级别影响，因为期限由级别决定。",
)


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("backtest")(back)


def back(
    days: Annotated[int, typer.Option(min=7, max=365, help="往后看多少天")] = 28,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print how the levels given on arrival compare with what followed."""
    migrate()
    with transaction() as session:
        rows = complaints_and_after(session, days)
    seen = [row for row in rows if row["seen"]]
    found = backtest(_history(seen), [_outcome(name, seen) for name in OUTCOME_NAMES]) if seen else []
    if json:
        return as_json(
            {"complaints": len(rows), "followed": len(seen), "outcomes": [_plain(f) for f in found]}
        )
    console.print(f"投诉 {len(rows)} 条，其中 {len(seen)} 条已满 {days} 天，可以检验。")
    for one in found:
        _say(one, days)
    if not found:
        return console.print("历史还不够：没有一种后果既发生过、又有没发生的。")
    return console.print("\n".join(CAVEATS))


def _history(rows: Sequence[Mapping[str, Any]]) -> History:
    at = np.array([row["at"].timestamp() for row in rows], dtype=np.float64)
    return History(
        at=at,
        week=((at - at.min()) // WEEK).astype(np.int64),
        level=[row["level"] for row in rows],
        score=np.array([row["score"] for row in rows], dtype=np.float64),
        rating=np.array([np.nan if row["rating"] is None else row["rating"] for row in rows]),
        sentiment=np.array([row["sentiment"] for row in rows], dtype=np.float64),
    )


def _outcome(name: str, rows: Sequence[Mapping[str, Any]]) -> Outcome:
    happened = np.array([bool(row[name]) for row in rows])
    return Outcome(name, happened, np.array([row[name] is not None for row in rows]))


def _plain(found: Found) -> object:
    return _finite(asdict(found))


def _finite(value: object) -> object:
    match value:
        case dict():
            return {key: _finite(one) for key, one in value.items()}
        case list():
            return [_finite(one) for one in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def _say(found: Found, days: int) -> None:
    name = OUTCOME_NAMES[found.outcome]
    levels = [
        {
            "level": LEVEL_NAMES[row.level],
            "count": row.count,
            "rate": _share(row.rate),
            "lift": _times(row.lift),
        }
        for row in found.levels
    ]
    title = f"{days} 天内{name}：{found.count} 条中占 {found.base:.1%}"
    as_table(title, levels, {"level": "级别", "count": "条数", "rate": "应验比例", "lift": "是平均的"})
    console.print(f"「高」及以上：应验 {_share(found.precision)}，覆盖全部应验的 {_share(found.recall)}。")
    rankings = [
        {
            "name": RANKING_NAMES[row.name],
            "auc": f"{row.auc:.3f}",
            "range": _range(row.low, row.high),
            "top": _share(row.top),
        }
        for row in sorted(found.rankings, key=lambda row: row.name != OURS)
    ]
    as_table(
        "排序方法",
        rankings,
        {"name": "方法", "auc": "AUC", "range": "95% 区间", "top": "每周前一成的应验比例"},
    )


def _share(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else "—"


def _times(value: float) -> str:
    return f"{value:.2f} 倍" if math.isfinite(value) else "—"


def _range(low: float, high: float) -> str:
    return f"{low:.3f}–{high:.3f}" if math.isfinite(low) else "周数不足"
