"""voc customer, segments, coverage, interviews: who speaks, who is hardly heard, and whom to ask."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console, dates
from models.analysis.newest import lately
from models.customers import profiles
from models.engine import migrate, transaction
from voc.customers import FEWEST, MOST, SEGMENTS, Habits, Heard, coverage, groups, sample
from voc.errors import InputError
from voc.intake.definitions import CHANNELS
from voc.lifecycle import CASE
from voc.priority import TYPE_NAMES

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
PLACES = {"region": "地区", "product": "产品"}
BASES = {"customers": "客户数", "orders": "订单量"}


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("customer")(customer)
    app.command("segments")(segments)
    app.command("coverage")(show_coverage)
    app.command("interviews")(interviews)


def customer(
    number: Annotated[int, typer.Argument(metavar="编号", help="客户编号")], json: AsJson = False
) -> None:
    """Show everything one customer said, over all channels."""
    migrate()
    with transaction() as session:
        rows = profiles.timeline(session, number)
    if not rows:
        raise InputError(f"没有编号为 {number} 的客户，或他还没有可计入的反馈。")
    if json:
        return as_json(rows)
    shown = [
        {"at": row["at"], "channel": CHANNELS.get(row["channel"], row["channel"]), "what": _what(row)}
        for row in rows
    ]
    return as_table(f"客户 {number} 的时间线", shown, {"at": "时间", "channel": "渠道", "what": "经过"})


def _what(row: dict[str, Any]) -> str:
    match row["what"]:
        case "said":
            return f"{TYPE_NAMES[row['detail']]}：{row['text']}"
        case "case":
            step = CASE.steps.get(row["detail"])
            return f"个案：{step.title if step else row['detail']}"
        case _:
            return f"已通知（{row['detail']}）"


def segments(json: AsJson = False) -> None:
    """Sum up the segments."""
    found = [asdict(one) for one in groups(_heard(), datetime.now(UTC))]
    if json:
        return as_json(found)
    rows = [{**row, "code": SEGMENTS[row["code"]], "rating": _rating(row["rating"])} for row in found]
    return as_table("客户分群", rows, {"code": "分群", "customers": "客户", "feedback": "反馈",
                                  "complaints": f"近 {Habits().window.days} 天投诉", "rating": "平均评分"})  # fmt: skip


def _rating(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _heard() -> list[Heard]:
    migrate()
    now = datetime.now(UTC)
    with transaction() as session:
        return profiles.heard(session, now - Habits().window, now)


def show_coverage(
    by: Annotated[str, typer.Option("--by", help="region（地区）或 product（产品）")] = "region",
    days: Annotated[int, typer.Option("--days", min=7, max=3650, help="看最近多少天")] = 90,
    json: AsJson = False,
) -> None:
    """Set the answers of each region or product against its share of the customer base."""
    if by not in PLACES:
        raise InputError(f"--by 只能是 {'、'.join(PLACES)}。")
    migrate()
    with transaction() as session:
        span = lately(session, days, datetime.now(UTC))
        answers, (figure, base) = (
            profiles.answers_by(session, by, *span),
            profiles.base_by(session, by, *span),
        )
    if not base:
        raise InputError(f"没有分{PLACES[by]}的客户数或订单量；请先用 voc figures import 导入。")
    found = coverage(answers, base)
    if json:
        return as_json([asdict(one) for one in found])
    rows = [{"name": one.name, "answers": one.answers, "base": f"{one.base:,.0f}",
             "ratio": f"{one.ratio:.2f}（{one.low:.2f} 至 {one.high:.2f}）",
             "missed": "声音偏少，建议补做调查" if one.missed else ""} for one in found]  # fmt: skip
    as_table(f"按{PLACES[by]}的覆盖（{dates(span)}，以{BASES[figure]}为基数）", rows,
             {"name": PLACES[by], "answers": "反馈", "base": BASES[figure], "ratio": "倍数（95% 区间）",
              "missed": "提示"})  # fmt: skip
    return console.print("倍数 1 表示声音的占比与客户基数的占比相同。")


def interviews(
    count: Annotated[int, typer.Option("--count", min=FEWEST, max=MOST, help="访谈几位")] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="随机种子，写进访谈记录以便复核")] = 1,
    json: AsJson = False,
) -> None:
    """Draw whom to interview."""
    drawn = sample(_heard(), count, seed, datetime.now(UTC))
    rows = [{"segment": code, **asdict(one)} for code, one in drawn]
    if json:
        return as_json(rows)
    shown = [{**row, "segment": SEGMENTS[row["segment"]], "rating": _rating(row["rating"])} for row in rows]
    columns = {"segment": "分群", "customer": "客户编号", "feedback": "反馈", "complaints": "近期投诉",
               "rating": "平均评分", "last": "最近一次"}  # fmt: skip
    as_table(f"访谈名单（种子 {seed}）", shown, columns)
    return console.print("用 voc customer 编号 看他说过什么；访谈原话登记为渠道「访谈」的反馈。")
