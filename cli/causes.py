"""voc causes, changes, pareto: why a problem is there, what changed before it, and which few make up most."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.intake.business import changes_between
from models.problems.causes import find_problems
from notifications.cause_pages import render_causes, render_pareto
from settings import get_settings
from tasks.causes import costs, counted, page_path, view_of
from tasks.changes import take_in_changes
from tasks.common import moment
from voc.causes.changes import KINDS, begin_of
from voc.causes.pareto import BY, MEASURES, Bar, pareto, sentence
from voc.causes.view import View, beginning, summary
from voc.causes.wording import concentration, value_name
from voc.errors import InputError, reason
from voc.zone import CHINA

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Out = Annotated[str, typer.Option("--out", help="写到哪个 HTML 文件；留空写到数据目录的 reports 下")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期，如 2026-06-01")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("causes")(causes)
    app.command("pareto")(pareto_page)
    changes = typer.Typer(no_args_is_help=True)
    changes.command("import", help="导入变更文件（CSV、Excel 或 JSON 行）")(import_changes)
    changes.command("list", help="列出已登记的变更")(list_changes)
    app.add_typer(changes, name="changes")


def causes(
    problem: Annotated[str, typer.Argument(help="问题编号，或名称里的几个字")],
    json: AsJson = False,
    out: Out = "",
) -> None:
    """Write the root-cause page of a problem, or print what it says as JSON."""
    migrate()
    with transaction() as session:
        number = int(problem) if problem.isdecimal() else _found(find_problems(session, problem), problem)
        view = view_of(session, number, moment(None))
    if json:
        return as_json(_plain(view))
    path = Path(out) if out else page_path(number)
    _write(path, render_causes(view))
    console.print(f"[bold]问题 {number}：{view.head.name}[/bold]", highlight=False)
    for told in summary(view):
        console.print(told, highlight=False, markup=False)
    return console.print(f"根因页已写到 {path}", highlight=False)


def _found(found: list[tuple[int, str]], words: str) -> int:
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise InputError(f"没有名称含「{words}」的问题；voc problems 列出所有问题。")
    listed = "；".join(f"{number}「{name}」" for number, name in found[:8])
    raise InputError(f"名称含「{words}」的问题有 {len(found)} 个：{listed}。请用编号。")


def _plain(view: View) -> dict[str, Any]:
    """The view with what people read beside the numbers."""
    lifts = [{**asdict(lift), "name": value_name(lift.kind, lift.value)} for lift in view.lifts]
    for lift in lifts:
        if lift["kind"] == "agent":  # what is no staff number may be a name
            lift["value"] = lift["name"]
    told = {"summary": summary(view), "beginning": beginning(view)}
    where = {"concentration": concentration(view.lifts), "lifts": lifts}
    return {**told, **where, **{k: v for k, v in asdict(view).items() if k != "lifts"}}


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"写不了「{path}」：{reason(error)}。请检查 --out。") from error


def import_changes(file: Annotated[Path, typer.Argument(help="变更文件")]) -> None:
    """Take in a file of changes; rows that are wrong are told one by one and the others go on."""
    migrate()
    taken = take_in_changes(file)
    for error in taken.errors:
        console.print(f"[red]✗[/red] {error}", highlight=False)
    known = f"，{taken.known} 项原已登记" if taken.known else ""
    console.print(f"新登记 {taken.new} 项变更{known}。", highlight=False)
    if taken.errors:
        console.print(
            f"{len(taken.errors)} 行没有收下，改好后再导入同一个文件即可，不会重复。", highlight=False
        )
        raise typer.Exit(1)


def list_changes(json: AsJson = False) -> None:
    """List the changes, latest first."""
    migrate()
    with transaction() as session:
        rows = [asdict(change) for change in changes_between(session, None, None)]
    if json:
        return as_json(rows)
    named = [{**row, "kind": KINDS[row["kind"]], "scope": _scope(row)} for row in rows]
    columns = {
        "at": "开始",
        "kind": "类型",
        "title": "名称",
        "scope": "范围",
        "until": "结束",
        "source": "来源",
    }
    return as_table("业务变更", named, columns)


def _scope(row: dict[str, Any]) -> str:
    return "、".join(row[name] for name in ("product", "region", "channel", "version") if row[name]) or "不限"


def pareto_page(
    by: Annotated[
        str, typer.Option("--by", help="按什么分：problem 问题、issue 类别、area 领域、department 部门")
    ] = "problem",
    measure: Annotated[
        str, typer.Option("--measure", help="按什么排：count 条数、customers 客户、cost 估算成本")
    ] = "count",
    since: Day = None,
    until: Day = None,
    json: AsJson = False,
    out: Out = "",
) -> None:
    """Order problems, issues, areas or departments by size, and write the Pareto picture."""
    for value, known, option in ((by, BY, "--by"), (measure, MEASURES, "--measure")):
        if value not in known:
            raise InputError(
                f"{option} 不能是「{value}」；可用的有 {'、'.join(f'{k}（{v}）' for k, v in known.items())}。"
            )
    migrate()
    first = begin_of(since.date()) if since else None
    last = begin_of(until.date() + timedelta(days=1)) if until else None
    with transaction() as session:
        bars = pareto(counted(session, by, first, last), measure)
    if json:
        return as_json({"by": by, "measure": measure, "sentence": sentence(bars, by, measure),
                        "bars": [_bar(bar) for bar in bars]})  # fmt: skip
    now = moment(None)
    default = get_settings().folder("reports") / f"pareto-{by}-{now.astimezone(CHINA):%Y%m%d}.html"
    path = Path(out) if out else default
    page = render_pareto(
        bars, by, measure, _period(since, until), get_settings().company, now, not costs().confirmed
    )
    _write(path, page)
    console.print(sentence(bars, by, measure), highlight=False)
    return console.print(f"帕累托图已写到 {path}", highlight=False)


def _bar(bar: Bar) -> dict[str, Any]:
    return {**asdict(bar.item), "share": bar.share, "running": bar.running, "vital": bar.vital}


def _period(since: datetime | None, until: datetime | None) -> str:
    if since is None and until is None:
        return "全部时间"
    begin = f"{since:%Y-%m-%d}" if since else "最早"
    return f"{begin} 至 {f'{until:%Y-%m-%d}' if until else '最近'}"
