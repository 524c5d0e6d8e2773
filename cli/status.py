"""voc status: what runs, what waits, what comes next, on one screen."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import typer

from cli.output import as_json, as_table, console
from models.engine import migrate, transaction
from models.house import health
from settings import get_settings
from tasks.api import Api, address
from voc.lifecycle import LIVES
from voc.zone import CHINA

WAITING = {
    "batches_collected": "等待质检的批次",
    "batches_checked": "等待分析的批次",
    "rows_quarantined": "隔离区待修复的行",
    "events_waiting": "待通知 Prefect 的事件",
    "channels_stopped": "停用的渠道",
    "reviews_late": "逾期的预警复核",
    "actions_late": "逾期的措施",
}
SHOWN = 8
RUN_STATES = {
    "SCHEDULED": "已排定", "PENDING": "等待", "RUNNING": "运行中", "COMPLETED": "完成", "FAILED": "失败",
    "CRASHED": "崩溃", "CANCELLED": "已取消", "CANCELLING": "取消中", "PAUSED": "暂停",
}  # fmt: skip


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("status")(status)


def status(json_: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """Show what runs, what waits and what comes next."""
    migrate()
    now = datetime.now(UTC)
    with transaction() as session:
        counts, states = health.counts(session, now), health.by_state(session)
        sources = health.sources(session)
    found = {
        "processes": processes(),
        "waiting": counts,
        "states": states,
        "sources": sources,
        **_prefect(),
    }
    return as_json(found) if json_ else _say(found)


def processes() -> list[dict[str, Any]]:
    """List the processes of the `voc serve` of this home, if one runs."""
    path = get_settings().home.resolve() / "serve.json"
    if not path.exists():
        return []
    noted = json.loads(path.read_text("utf-8"))
    return [
        {**child, "alive": _alive(child["pid"])}
        for child in (
            {"name": "serve", "title": "看护", "pid": noted["pid"], "restarts": 0},
            *noted["children"],
        )
    ]


def _alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return pid is not None


def _prefect() -> dict[str, Any]:
    api = Api(address())
    try:
        names = {one["id"]: one["name"] for one in api.deployments()}
        return {
            "prefect": True,
            "active": [_run(run, names) for run in api.in_state("RUNNING", "PENDING")],
            "next": _next(api, names),
            "last": _newest(api, names, "END_TIME_DESC", SHOWN, "COMPLETED", "FAILED", "CRASHED"),
            "workers": len(api.workers()),
        }
    except httpx.HTTPError:
        return {"prefect": False, "active": [], "next": [], "last": [], "workers": 0}


def _next(api: Api, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """List the next run of each deployment; the sweep of every minute would fill the list alone."""
    first: dict[str, dict[str, Any]] = {}
    for run in _newest(api, names, "EXPECTED_START_TIME_ASC", 200, "SCHEDULED"):
        first.setdefault(run["name"], run)
    return list(first.values())[:SHOWN]


def _newest(api: Api, names: Mapping[str, str], order: str, limit: int, *states: str) -> list[dict[str, Any]]:
    chosen = {"state": {"type": {"any_": list(states)}}, "parent_task_run_id": {"is_null_": True}}
    runs = api.ask("/flow_runs/filter", {"flow_runs": chosen, "sort": order, "limit": limit})
    return [_run(run, names) for run in runs]


def _run(run: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    # A run gets its own name when it begins; until then people know only its deployment.
    begun = bool(run.get("start_time"))
    at = run.get("start_time") or run.get("expected_start_time")
    return {
        "name": run["name"] if begun else names.get(run["deployment_id"], run["name"]),
        "state": RUN_STATES.get(run["state_type"], run["state_type"]),
        "at": f"{datetime.fromisoformat(at).astimezone(CHINA):%m-%d %H:%M}" if at else None,
        "tries": run["run_count"],
        "message": (run["state"].get("message") or "")[:80],
    }


def _say(found: Mapping[str, Any]) -> None:
    rows = [{**row, "alive": "运行中" if row["alive"] else "已停"} for row in found["processes"]]
    if rows:
        as_table("进程", rows, {"title": "进程", "pid": "进程号", "alive": "状态", "restarts": "重启次数"})
    else:
        console.print("本目录没有正在运行的 voc serve。")
    said = (
        f"Prefect：已连上，在线执行进程 {found['workers']} 个。"
        if found["prefect"]
        else "Prefect：没有连上。"
    )
    console.print(said)
    runs = {"name": "任务", "state": "状态", "at": "时间", "tries": "第几次", "message": "说明"}
    for key, title in (("active", "正在运行"), ("next", "接下来"), ("last", "最近结束")):
        if found[key]:
            as_table(title, found[key], runs)
    waits = {name: found["waiting"][key] for key, name in WAITING.items() if found["waiting"][key]}
    console.print("等待：" + ("，".join(f"{name} {count:.0f}" for name, count in waits.items()) or "没有。"))
    for life in ("case", "problem", "action"):
        counts = found["states"][life]
        named = "，".join(f"{LIVES[life].states.get(state, state)} {n}" for state, n in counts.items())
        if named:
            console.print(f"{LIVES[life].title}：{named}")
    as_table(
        "来源",
        found["sources"],
        {"title": "来源", "every": "周期", "last_success_at": "上次成功", "error": "未能读取的原因"},
    )
