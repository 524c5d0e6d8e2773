"""voc demo: the simulated company, played through the real flows."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import Annotated, Any

import typer

from cli.output import as_table, console, progress_console
from cli.server import prefect_server
from models.engine import migrate, reset, transaction
from models.house.playing import is_played, is_unused
from models.views import showing
from settings import get_settings
from voc.effect.names import NAMES
from voc.errors import InputError
from voc.kpi import PART_NAMES

COMPANY = "晴川家电（模拟）"


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("demo")(demo)


def demo(
    weeks: Annotated[int, typer.Option(min=1, max=104, help="周数")] = 26,
    seed: Annotated[int, typer.Option(min=0, help="随机种子")] = 20260525,
    rows: Annotated[int, typer.Option("--rows-per-week", min=50, help="每周反馈条数")] = 720,
) -> None:
    """Play a simulated company through the loop and set the verdicts beside the planted truth."""
    started = time.monotonic()
    make_room()
    name_company()
    progress_console.print("正在启动 Prefect 服务……")
    with prefect_server() as api:
        progress_console.print(f"Prefect 界面（演示期间）：{api.removesuffix('/api')}")
        outcome = _play(weeks, seed, rows)
    _say(outcome, time.monotonic() - started)


def make_room() -> None:
    """Begin with an empty house: an earlier demo is cleared away, anybody's own data never are."""
    migrate()
    with transaction() as session:
        unused, played = is_unused(session), is_played(session)
    if not unused and not played:
        raise InputError(
            f"「{get_settings().home}」里已有您自己的数据，演示不会动它。请用 VOC_HOME=另一个目录 再运行演示。"
        )
    if played:
        reset()
        migrate()
        shutil.rmtree(get_settings().folder("inbox"))


def name_company() -> None:
    """Let everything that looks at this house later call it by the same name, unless somebody named it."""
    path = get_settings().folder("config") / "voc.toml"
    if not path.exists():
        path.write_text(f'company = "{COMPANY}"\n', "utf-8")
    get_settings.cache_clear()


def _play(weeks: int, seed: int, rows: int) -> dict[str, Any]:
    # Imported here: Prefect reads its settings when it is imported.
    from flows.rehearse import rehearse
    from tasks.parameters import Rehearse

    outcome: dict[str, Any] = asyncio.run(rehearse(Rehearse(weeks=weeks, seed=seed, rows_per_week=rows)))
    return outcome


def _say(outcome: dict[str, Any], seconds: float) -> None:
    with transaction() as session:
        rows = showing.accounting(session)
        problems = showing.problems(session)
        actions = showing.actions(session)
        notices = sum(row["count"] for row in showing.notice_counts(session))
    parts = " + ".join(f"{name} {rows[part]:,}" for part, name in PART_NAMES.items())
    console.rule("演示结果")
    console.print(f"读入 {rows['read']:,} 行 = {parts}")
    console.print(f"问题 {len(problems)} 个，改进措施 {len(actions)} 项，通知 {notices:,} 条。")
    named = [{**row, "verdict": NAMES.get(row["verdict"] or "", "未验证")} for row in outcome["truth"]]
    as_table(
        "结论与真相",
        named,
        {
            "problem": "问题",
            "round": "轮次",
            "truth": "植入的真相",
            "verdict": "系统结论",
            "sentence": "说明",
        },
    )
    console.print(f"用时 {seconds:.0f} 秒。领导报告：{outcome['report']}")
    console.print(
        "接下来可以：voc problems　voc verifications　voc quarantine list　voc doctor --audit　voc serve"
    )
