"""voc sla: which promised times run, how many were kept, and new promises for what is open."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from cli.asking import Who, by_person, day_of
from cli.output import as_json, as_table, console
from models import sla
from models.cases.retiming import changes
from models.change import advance
from models.engine import migrate, transaction
from models.views import gaming
from voc.errors import InputError
from voc.sla import STATES, TITLES
from voc.wording import left_in_words, who
from voc.zone import CHINA

app_ = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Department = Annotated[str, typer.Option("--department", help="只看一个部门，写部门代码")]
Since = Annotated[str, typer.Option("--since", help="起始日，留空为 28 天前")]


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(app_, name="sla")
    app_.command("list", help="在走的时限，最急的在前")(listed)
    app_.command("share", help="达成率：未关闭但已超时的算未达成")(share)
    app_.command("flags", help="看上去不寻常的关闭：套话、临期停钟、批量关闭、赶点关闭、自行确认")(flags)
    app_.command("adopt", help="让未关闭的个案换用现行时限（config/sla.toml），已用时间和暂停都保留")(adopt)


def listed(department: Department = "", json: AsJson = False) -> None:
    """List the open clocks."""
    migrate()
    with transaction() as session:
        rows = sla.waiting(session, department or None, now=datetime.now(UTC))
    if json:
        return as_json(rows)
    held = sla.policy().promises
    shown = [
        {**row, "life": TITLES[row["life"]], "promise": held[row["promise"]].title,
         "state": STATES[row["state"]] + "（暂估）" * row["provisional"],
         "left": left_in_words(row["left_s"], row["day_s"])}
        for row in rows
    ]  # fmt: skip
    columns = {"life": "类别", "subject_id": "编号", "about": "事项", "promise": "承诺", "due_at": "期限",
               "left": "剩余工作时间", "state": "状态"}  # fmt: skip
    return as_table("时限（每分钟更新）", shown, columns)


def share(since: Since = "", department: Department = "", json: AsJson = False) -> None:
    """Show the shares of promises kept."""
    migrate()
    now = datetime.now(UTC)
    with transaction() as session:
        rows = sla.shares(session, _start(since, now), now, department or None)
    if json:
        return as_json(rows)
    shown = [{**row, "life": TITLES[row["life"]], "share": f"{row['share']:.1%}"} for row in rows]
    columns = {"life": "类别", "title": "承诺", "share": "达成率", "met": "按时", "missed": "超时完成",
               "open_overdue": "超时未完成", "judged": "合计"}  # fmt: skip
    return as_table("时限达成率", shown, columns)


def flags(since: Since = "", json: AsJson = False) -> None:
    """List closures that look better than they are."""
    migrate()
    now = datetime.now(UTC)
    with transaction() as session:
        rows = gaming.flags(session, _start(since, now), now)
    if json:
        return as_json(rows)
    columns = {"at": "时间", "name": "类别", "department": "部门", "by": "由谁", "sentence": "说明"}
    as_table("需要核实的关闭（不计入解决率）", [{**row, "by": who(row["by"])} for row in rows], columns)
    return None


def adopt(
    reason: Annotated[str, typer.Option("--reason", help="理由，写进每个个案的记录")] = "", by: Who = ""
) -> None:
    """Give open cases the promises now in force."""
    if not reason.strip():
        raise InputError("请用 --reason 写明为什么换用新的时限。")
    migrate()
    with transaction() as session:
        found = changes(session, datetime.now(UTC))
        facts = {id_: {**change, "reason": reason.strip()} for id_, change in found.items()}
        moved = advance(session, "case", "retime", facts, by_person(by), strict=False)
    console.print(f"{len(moved)} 个未关闭的个案已换用现行时限；已用时间、暂停和已发生的超时都保留。")


def _start(since: str, now: datetime) -> datetime:
    return datetime.combine(day_of(since), time(), CHINA) if since else now - timedelta(days=28)
