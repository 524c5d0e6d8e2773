"""What is wrong with a running house, why, and what mends it: judged from numbers others have gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from voc.wording import in_days
from voc.zone import CHINA

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
UNIT_NAMES = {"m": "分钟", "h": "小时", "d": "天", "w": "周"}


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: where, what, and what to do about it; not serious: worth knowing."""

    where: str
    what: str
    fix: str
    serious: bool = True


@dataclass(frozen=True)
class Limits:
    """How long things may wait before somebody should look; `late` is in periods of a source."""

    batch: timedelta = timedelta(hours=1)
    event: timedelta = timedelta(minutes=5)
    message: timedelta = timedelta(minutes=10)
    late: float = 2.0
    disk_bytes: int = 1_000_000_000


def period(every: str | None) -> timedelta | None:
    """Return how often a source is read (30m, 12h, 1d, 1w); None when nobody said."""
    found = re.fullmatch(r"(\d+)([mhdw])", every or "")
    return int(found[1]) * UNITS[found[2]] if found else None


def how_often(every: str | None) -> str:
    """Say how often a source is read: 30m is 每 30 分钟, 1d is 每天."""
    if period(every) is None:
        return "不定期"
    count, unit = str(every)[:-1], UNIT_NAMES[str(every)[-1]]
    return f"每{unit}" if count == "1" else f"每 {count} {unit}"


# What may wait too long: the number, where it is, what is said of it, what mends it.
OLD = (
    ("oldest_batch_seconds", "batch", "处理", "有批次等待质检或分析",
     "用 voc status 看「处理」为什么没有运行，或在 Prefect 中立即运行「处理」。"),
    ("oldest_event_seconds", "event", "事件", "有事件没有通知 Prefect",
     "用 voc status 确认 Prefect 和事件通知进程在运行；事件不会丢，恢复后补发。"),
    ("oldest_message_seconds", "message", "消息", "有到期消息没有发出",
     "用 voc status 确认消息发送进程在运行，或运行 voc dispatch。"),
)  # fmt: skip
# What should be none, the same way; True: serious.
MANY = (
    ("channels_stopped", "渠道", "{:.0f} 个渠道因配置有误停用，消息已保留。",
     "voc channel list 看原因，修正配置后 voc channel resume 渠道名。", True),
    ("deliveries_broken", "采集", "{:.0f} 个文件未能读取。",
     "用 voc status 看原因，修正文件后再次采集。", False),
    ("rows_quarantined", "隔离区", "{:.0f} 行待修复。",
     "voc quarantine list 查看，再 release 或 discard。", False),
    ("reviews_late", "预警", "{:.0f} 项预警复核已逾期。", "voc alarms 查看，请责任部门给出结论。", False),
    ("actions_late", "措施", "{:.0f} 项措施已逾期。", "voc actions 查看，请责任部门更新进展。", False),
)  # fmt: skip


def waiting(counts: Mapping[str, float], limits: Limits) -> list[Finding]:
    """Judge what waits: batches, events, messages, channels, deliveries, quarantine."""
    old = [
        Finding(where, f"{what}，最久已等 {in_days(timedelta(seconds=counts[key]))}。", fix)
        for key, limit, where, what, fix in OLD
        if counts[key] > getattr(limits, limit).total_seconds()
    ]
    many = [
        Finding(where, what.format(counts[key]), fix, serious)
        for key, where, what, fix, serious in MANY
        if counts[key]
    ]
    return old + many


def late_sources(sources: Iterable[Mapping[str, Any]], now: datetime, limits: Limits) -> list[Finding]:
    """Name the sources that were not read for longer than they say: those that failed one by one, the rest at once."""
    late = [source for source in sources if is_late(source, now, limits)]
    failed = [
        Finding(
            "采集",
            f"来源「{source['title']}」{_since(source)}。原因：{source['error']}",
            f"在 Prefect 中运行「采集」，来源填 {source['name']}，看失败原因。",
            False,
        )
        for source in late
        if source["error"]
    ]
    quiet = [f"「{source['title']}」{_since(source)}" for source in late if not source["error"]]
    return failed + [_nothing_came(quiet)] * bool(quiet)


def _nothing_came(quiet: Sequence[str]) -> Finding:
    what = f"{len(quiet)} 个来源迟迟没有采集：{'；'.join(quiet)}。"
    fix = "没有新文件，请对方核对导出；采集没有运行，用 voc status 看原因。"
    return Finding("采集", what, fix, False)


def is_late(source: Mapping[str, Any], now: datetime, limits: Limits) -> bool:
    """Tell whether a source that does not rest was not read for longer than its own period allows."""
    every, last = period(source["every"]), source["last_success_at"]
    return (
        every is not None
        and source["paused_at"] is None
        and (last is None or now - last > limits.late * every)
    )


def _since(source: Mapping[str, Any]) -> str:
    last = source["last_success_at"]
    since = f"自 {last.astimezone(CHINA):%Y-%m-%d %H:%M} 起没有" if last else "从未"
    return f"应{how_often(source['every'])}采集一次，{since}成功采集"


def orchestration(
    wanted: Sequence[str],
    deployed: Sequence[str],
    automations: Sequence[Mapping[str, Any]],
    workers: int,
    late: int,
) -> list[Finding]:
    """Judge Prefect: what should be deployed and is not, automations that are off, workers, late runs."""
    missing = sorted(set(wanted) - set(deployed))
    off = sorted(one["name"] for one in automations if not one["enabled"])
    checks = (
        (missing, f"没有登记的部署：{'、'.join(missing)}。", "运行 voc deploy。"),
        (not automations, "没有登记自动化规则，事件不会触发任何任务。", "运行 voc deploy。"),
        (
            off,
            f"已关闭的自动化规则：{'、'.join(off)}。",
            "在 Prefect 的 Automations 中打开，或运行 voc deploy。",
        ),
        (not workers, "没有在线的执行进程，定时任务不会运行。", "运行 voc serve，或启动 voc-worker 服务。"),
        (
            late,
            f"有 {late} 个任务迟迟没有开始。",
            "执行进程可能过少或已停：voc status；voc serve 会补跑一次。",
        ),
    )
    return [Finding("Prefect", what, fix) for wrong, what, fix in checks if wrong]
