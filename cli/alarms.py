"""voc alarms, reviews, review: what happened, who looks at it, and what it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.asking import Who, by_person, day_of
from cli.output import as_json, as_table, console
from models.change import advance
from models.engine import migrate, transaction
from models.problems.upholding import conclude
from models.views import alarm_list
from voc.alarms.cause import rounded
from voc.alarms.values import KINDS
from voc.errors import InputError
from voc.lifecycle import REVIEW

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
SHOWN = 30
STEPS = {"real": "uphold", "false": "refute", "known": "explain"}


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("alarms")(alarms)
    app.command("reviews")(reviews)
    app.command("review")(review)


def alarms(
    since: Annotated[str, typer.Option("--since", help="只列这一天及以后仍在持续的预警，如 2026-05-01")] = "",
    kind: Annotated[str, typer.Option("--kind", help=f"只列一类：{'、'.join(KINDS)}")] = "",
    limit: Annotated[int, typer.Option(min=0, help="最多列出多少条；留空时 JSON 列出全部，表格列 30 条")] = 0,
    json: AsJson = False,
) -> None:
    """List the alarms, newest first."""
    if kind and kind not in KINDS:
        raise InputError(f"没有「{kind}」这类预警；有：{'、'.join(KINDS)}。")
    migrate()
    with transaction() as session:
        rows = alarm_list.alarms(
            session, day_of(since) if since else None, kind or None, limit or (None if json else SHOWN)
        )
        shares = alarm_list.precision(session)
    if json:
        return as_json(rows)
    shown = [
        {
            **row,
            "kind": KINDS[row["kind"]],
            "when": f"{row['start']} 至 {row['end']}",
            "counts": f"{row['observed']}／{rounded(row['expected'])}",
        }
        for row in rows
    ]
    columns = {
        "id": "编号",
        "kind": "类型",
        "label": "对象",
        "when": "起止",
        "counts": "实际／预期",
        "raised_at": "发出",
    }
    as_table("预警", shown, columns)
    for row in rows:
        said = "".join(f"\n    “{quotation}”" for quotation in row["quotations"])
        # The counts of the table go on with the alarm; its cause is what was known when it was raised.
        then = "发出时：" if row["kind"] in ("spike", "safety") else ""
        console.print(f"{row['id']:>4}  {then}{row['cause']}{said}", highlight=False, markup=False)
    return _precision(shares)


def reviews(
    all_: Annotated[bool, typer.Option("--all", help="已有结论的和历史预警也列出")] = False,
    json: AsJson = False,
) -> None:
    """List the reviews that wait for a conclusion."""
    migrate()
    with transaction() as session:
        rows = alarm_list.reviews(session, all_, datetime.now(UTC))
        shares = alarm_list.precision(session)
    if json:
        return as_json({"reviews": rows, "precision": shares})
    shown = [
        {
            **row,
            "kind": KINDS[row["kind"]],
            "state": REVIEW.states[row["state"]] + "，已超时" * row["overdue"],
        }
        for row in rows
    ]
    columns = {"id": "编号", "kind": "类型", "label": "对象", "start": "起始", "department": "责任部门",
               "due_at": "期限", "state": "状态", "conclusion": "结论", "cause": "可能的原因"}  # fmt: skip
    as_table("预警复核", shown, columns)
    return _precision(shares)


def review(
    id_: Annotated[int, typer.Argument(metavar="编号", help="复核编号（见 voc reviews）")],
    real: Annotated[
        str, typer.Option("--real", help="属实：写明是什么问题；还不属于哪个问题的，由此成为问题")
    ] = "",
    false: Annotated[str, typer.Option("--false", help="误报：写明为什么不是问题")] = "",
    known: Annotated[str, typer.Option("--known", help="原因已知：写明原因，如大促、节假日")] = "",
    reopen: Annotated[str, typer.Option("--reopen", help="重新复核：写明理由")] = "",
    by: Who = "",
) -> None:
    """Conclude a review, or take it up again."""
    given = {
        name: said for name, said in (("real", real), ("false", false), ("known", known)) if said.strip()
    }
    if len(given) + bool(reopen.strip()) != 1:
        raise InputError("请给且只给一个结论：--real、--false、--known 或 --reopen，后面写一句说明。")
    step = STEPS[next(iter(given))] if given else "reconsider"
    migrate()
    with transaction() as session:
        if not given:
            advance(session, "review", step, {id_: {"reason": reopen}}, by_person(by))
        problem = conclude(session, id_, step, next(iter(given.values())), by_person(by)) if given else None
        belongs = f"属于问题 {problem.id}「{problem.name}」。" if problem else ""
    console.print(f"复核 {id_}：{REVIEW.steps[step].title}。{belongs}", highlight=False, markup=False)


def _precision(shares: list[dict[str, object]]) -> None:
    rows = [
        {**row, "kind": KINDS[str(row["kind"])], "precision": _percent(row["precision"])} for row in shares
    ]
    columns = {"kind": "类型", "raised": "发出", "real": "属实", "known": "原因已知", "false_alarm": "误报",
               "open": "待复核", "precision": "准确率"}  # fmt: skip
    as_table("预警准确率（按已复核的算）", rows, columns)


def _percent(value: object) -> str:
    return "—" if not isinstance(value, float) else f"{value:.0%}"
