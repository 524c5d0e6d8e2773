"""Examine: what is wrong with this installation and its data, why, and what mends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import yaml
from alembic.script import ScriptDirectory
from prefect.artifacts import create_markdown_artifact
from sqlalchemy.exc import SQLAlchemyError

from models.change import audit
from models.engine import migration_config, transaction
from models.house import health
from models.house.prefect_database import left_to_sqlite
from models.views import showing
from settings import get_settings
from tasks.api import Api, address
from tasks.common import stage
from tasks.naming import table
from voc.errors import VocError
from voc.health import Finding, Limits, late_sources, orchestration, waiting
from voc.kpi import PARTS
from voc.lifecycle import LIVES

DEPLOYMENTS = Path(__file__).resolve().parents[1] / "deployments"
OLDEST = 150_000
QUEUES = {"处理", "事件", "消息"}
Check = Callable[[datetime], Iterable[Finding]]


def database(now: datetime) -> list[Finding]:
    """Is the database there, new enough, and of the schema of this program?"""
    with transaction() as session:
        version, at = health.server_version(session), health.revision(session)
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    found = []
    if version < OLDEST:
        found.append(Finding("数据库", f"PostgreSQL 版本过低（{version}）。", "升级到 15 或更高。"))
    if at != head:
        found.append(
            Finding(
                "数据库", f"表结构为 {at}，程序需要 {head}。", "任何 voc 命令都会自动升级；请重启 voc serve。"
            )
        )
    return found


def disk(now: datetime) -> list[Finding]:
    """Is there room in the home folder?"""
    free = shutil.disk_usage(get_settings().folder("")).free
    if free >= Limits().disk_bytes:
        return []
    return [
        Finding("磁盘", f"数据目录所在磁盘只剩 {free / 1e6:.0f} MB。", "清理磁盘或扩容，然后运行「保养」。")
    ]


def channels(now: datetime) -> list[Finding]:
    """Is every channel that is used configured?"""
    settings = get_settings()
    used = {settings.customer_channel, settings.department_channel}
    used |= {*settings.department_channels.values(), *settings.customer_channels.values()}
    missing = sorted(used - set(settings.channels) - {"log"})
    fix = "在 voc.toml 的 [channels] 中补上，见 docs/channels.md。"
    return [Finding("渠道", f"渠道「{name}」没有配置。", fix) for name in missing]


def queues(now: datetime) -> list[Finding]:
    """Does anything wait too long? Where nothing is served, it waits for the next command, and that is no trouble."""
    with transaction() as session:
        counts, sources = health.counts(session, now), health.sources(session)
    served = Api(address()).healthy()
    found = waiting(counts, Limits())
    return [
        *(
            found
            if served
            else [replace(one, serious=False) if one.where in QUEUES else one for one in found]
        ),
        *late_sources(sources, now, Limits()),
    ]


def prefect(now: datetime) -> list[Finding]:
    """Is Prefect there, with its deployments, automations and workers?"""
    api = Api(address())
    if not api.healthy():
        what = f"没有连上 Prefect 服务（{api.url}），定时任务和事件反应都停着。"
        return [Finding("Prefect", what, "运行 voc serve，或检查 PREFECT_API_URL。", False)]
    written = yaml.safe_load((DEPLOYMENTS / "prefect.yaml").read_text("utf-8"))
    wanted = [one["name"] for one in (*written["deployments"], *written.get("reactive", ()))]
    deployed = [one["name"] for one in api.deployments()]
    found = orchestration(wanted, deployed, api.automations(), len(api.workers()), len(api.late(now)))
    return [*found, *_tables_of_prefect()]


def _tables_of_prefect() -> list[Finding]:
    if "PREFECT_API_URL" in os.environ or not left_to_sqlite():
        return []
    fix = "用 PREFECT_SERVER_DATABASE_CONNECTION_URL 给它一个带 pg_trgm 的 PostgreSQL，见 docs/operations/scale.md。"
    return [Finding("Prefect", "Prefect 的记录存在 SQLite 中，繁忙时会互相等待。", fix, False)]


def accounts(now: datetime) -> list[Finding]:
    """Does every row that was read stand somewhere?"""
    with transaction() as session:
        rows = showing.deliveries(session)
        open_ = {row["id"] for row in showing.unfinished(session)} | showing.not_analysed(session)
    wrong = [row for row in rows if (row["read"] or 0) != sum(int(row[part] or 0) for part in PARTS)]
    return [
        Finding(
            "行数核对", f"采集 {row['id']}（{row['path']}）：读入与去向之和不等。", "请保留现场并联系开发者。"
        )
        for row in wrong
        if not row["error"] and row["id"] not in open_
    ]


def replay(life: str, now: datetime) -> list[Finding]:
    """Does every row of a life equal the replay of its log?"""
    with transaction() as session:
        said = audit(session, life)
    return [Finding("日志重放", sentence, "状态列与日志不符：请保留现场并联系开发者。") for sentence in said]


CHECKS: dict[str, Check] = {
    "数据库": database, "磁盘": disk, "渠道": channels, "采集与发送": queues, "Prefect": prefect,
}  # fmt: skip
AUDITS: dict[str, Check] = {
    "行数核对": accounts,
    **{f"日志重放·{LIVES[life].title}": partial(replay, life) for life in LIVES},
}


def run_check(title: str, check: Check, now: datetime) -> list[Finding]:
    """Run one check; one that cannot be run is a finding itself."""
    try:
        return list(check(now))
    except (VocError, SQLAlchemyError, httpx.HTTPError, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return [Finding(title, f"检查没有完成：{said}", "先解决这一条，再运行 voc doctor。")]


@stage("体检")
def examine_house(now: datetime, replay_logs: bool) -> list[str]:
    """Run every check, show what was found, and return what is serious."""
    checks = {**CHECKS, **(AUDITS if replay_logs else {})}
    found = [one for title, check in checks.items() for one in run_check(title, check, now)]
    rows = [{**vars(one), "serious": "需要处理" if one.serious else "留意"} for one in found]
    columns = {"serious": "程度", "where": "位置", "what": "问题", "fix": "怎么办"}
    said = table(rows, columns) if rows else "一切正常。"
    text = f"# 体检\n\n检查项：{'、'.join(checks)}\n\n{said}"
    create_markdown_artifact(text, key="examination", description="问题、原因和处理办法")
    return [f"{one.where}：{one.what}" for one in found if one.serious]
