"""voc contract: what will count as success, suggested by the system and locked before a measure goes live."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from cli.asking import ActionId, Who, by_person, day_of
from cli.output import as_json, console
from cli.where import Where, rollout
from models.engine import migrate, transaction
from models.measures import contracting, observing
from models.measures.proving import contract_of
from models.schema.loop import Action, Problem
from voc.effect.contract import Contract, faults, parse, windows
from voc.effect.ladder import NAMES as DESIGN_NAMES
from voc.effect.names import METRIC_NAMES
from voc.errors import InputError
from voc.zone import CHINA

app = typer.Typer(no_args_is_help=True)
KIND_NAMES = {"region": "地区", "product": "产品", "agent": "服务人员"}
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def attach(parent: typer.Typer) -> None:
    """Add the commands of this file."""
    parent.add_typer(app, name="contract")
    app.command("show", help="查看一项措施的验证合同和以前的版本")(show)
    app.command("propose", help="看看系统会建议怎样的合同（不保存）")(propose)
    app.command("set", help="上线前改写合同：旧版本保留，新版本重新锁定")(rewrite)


def show(action: ActionId, json: AsJson = False) -> None:
    """Show the contract of a measure."""
    migrate()
    with transaction() as session:
        row, measure = contract_of(session, action), session.get(Action, action)
        if measure is None:
            raise InputError(f"没有编号为 {action} 的措施，用 voc actions 查看。")
        if row is None:
            raise InputError(
                f"措施 {action} 还没有验证合同；接单（voc accept）时会生成，也可先看 voc contract propose。"
            )
        contract = parse(row.body)
        earlier = [
            (old.revision, old.locked_at, old.locked_hash) for old in contracting.versions(session, action)
        ]
        live = measure.went_live.astimezone(CHINA).date() if measure.went_live else None
        live = live or contracting.planned(session, action, measure)
        locked = row.locked_at, row.locked_hash or "", row.revision
    if json:
        as_json({**asdict(contract), "locked_hash": locked[1], "revision": locked[2], "live_on": live})
        return
    _print(contract, live)
    if locked[0]:
        console.print(
            f"第 {locked[2]} 版，{locked[0].astimezone(CHINA):%Y-%m-%d %H:%M} 锁定，指纹 {locked[1][:12]}"
        )
    for revision, at, digest in earlier:
        console.print(
            f"  此前第 {revision} 版，{at.astimezone(CHINA):%Y-%m-%d %H:%M} 锁定，指纹 {digest[:12]}"
        )


Smallest = Annotated[float | None, typer.Option("--smallest", help="最小有意义的变化，如 0.15")]
Followup = Annotated[int | None, typer.Option("--followup-weeks", min=2, max=104, help="观察几周")]
Design = Annotated[
    str | None, typer.Option("--design", help="auto、its、before_after、cits、did、sc、cohort；留空由系统选")
]
LiveOn = Annotated[str, typer.Option("--live-on", help="计划上线日，如 2026-12-01")]


def _terms(smallest: float | None, followup_weeks: int | None, design: str | None) -> dict[str, Any]:
    asked = {
        "smallest_effect": smallest, "design": design,
        "followup_days": followup_weeks * 7 if followup_weeks else None,
    }  # fmt: skip
    return {name: value for name, value in asked.items() if value is not None}


def propose(
    action: ActionId, live_on: LiveOn = "", where: Where = None, smallest: Smallest = None,
    followup_weeks: Followup = None, design: Design = None, json: AsJson = False,
) -> None:  # fmt: skip
    """Show what the system would suggest; nothing is kept."""
    migrate()
    who = by_person("")
    with transaction() as session:
        measure = session.get(Action, action)
        if measure is None:
            raise InputError(f"没有编号为 {action} 的措施，用 voc actions 查看。")
        day = day_of(live_on) if live_on else contracting.planned(session, action, measure)
        planned = rollout(where, day)
        if planned:
            observing.plan(session, action, planned.kind, planned.days)
            day = min(planned.days.values())
        problem = session.get_one(Problem, measure.problem_id)
        contract = contracting.draft(
            session, problem, action, day, who.at, **_terms(smallest, followup_weeks, design)
        )
        session.rollback()
    for fault in faults(contract):
        raise InputError(f"验证合同不成立：{fault}。")
    if json:
        as_json(asdict(contract))
        return
    _print(contract, day)
    console.print("这是建议，没有保存；接单（voc accept）时锁定。")


def rewrite(
    action: ActionId, live_on: LiveOn = "", where: Where = None, smallest: Smallest = None,
    followup_weeks: Followup = None, design: Design = None, by: Who = "",
) -> None:  # fmt: skip
    """Write a locked contract anew before the go-live."""
    migrate()
    who = by_person(by)
    with transaction() as session:
        day = day_of(live_on) if live_on else None
        measure = session.get(Action, action)
        if measure and where:
            planned = rollout(where, day or contracting.planned(session, action, measure))
            if planned:
                observing.plan(session, action, planned.kind, planned.days)
        terms = _terms(smallest, followup_weeks, design)
        contract = contracting.rewrite(session, action, who, live_on=day, **terms)
        measure = session.get_one(Action, action)
        day = day or contracting.planned(session, action, measure)
    _print(contract, day)
    console.print("合同已改写并重新锁定；旧版本保留，voc contract show 可查。")


def _print(contract: Contract, live_on: date) -> None:
    for line in said(contract, live_on):
        console.print(line)


def said(contract: Contract, live_on: date) -> list[str]:
    """A contract in the words of its department."""
    spans = windows(contract, live_on)
    goal = "下降" if contract.direction == "decrease" else "上升"
    lines = [
        f"指标：{METRIC_NAMES[contract.metric]}，至少{goal} {contract.smallest_effect:.0%} 才算有效",
        f"设计：{DESIGN_NAMES[contract.design.replace('_', '-')]}（{contract.design_reason or '按旧版合同'}）",
        f"基线期：{spans.baseline_start} 至 {spans.baseline_end}，计 {contract.baseline_days} 天",
        f"观察期：{spans.followup_start} 至 {spans.followup_end}（上线后先缓冲 {contract.washout_days} 天）",
    ]
    lines += [f"不计入：{first} 至 {last}" for first, last in contract.excluded]
    lines += [f"已知的水平变化：{'、'.join(map(str, contract.steps))}"] if contract.steps else []
    lines += [f"实施范围：{_units(contract.population)}"] if contract.population else []
    lines += [f"对照：{_units(contract.control)}"] if contract.control else []
    if contract.season_swing:
        lines.append(f"季节：历史不足一年，区间按全年上下 {contract.season_swing:.0%} 放宽")
    weeks = contract.weeks_needed
    long = (
        f"按目前的量约需观察 {weeks} 周"
        if weeks
        else "按目前的量，两年也难有八成把握，请考虑分地区上线或放宽目标"
    )
    lines.append(f"把握：要有八成把握看出最小幅度的变化，{long}")
    return lines


def _units(named: Any) -> str:
    return "；".join(f"{KIND_NAMES.get(kind, kind)} {'、'.join(units)}" for kind, units in named.items())
