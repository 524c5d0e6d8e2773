"""What all tasks share: how a task is made, who acts, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from prefect import State, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import MissingContextError
from prefect.runtime import flow_run
from prefect.states import Failed

from models.change import By
from voc.errors import VocError

# What the counts of the steps are called in the logs.
COUNTED = {
    "batches": "批次", "passed": "通过", "quarantined": "隔离", "blank": "空白", "refused": "整批拒收",
    "stored": "入库", "near_duplicate": "近似重复", "rejected": "无效", "duplicate": "重复", "alarms": "预警",
    "cases": "个案", "actions": "措施", "problems": "问题", "sent": "已交付", "retry": "待重试", "dead": "死信",
    "again": "重新质检", "left": "仍待修复", "effective": "有效", "ineffective": "无效果", "insufficient": "证据不足",
    "after_service": "服务后邀请", "quarterly": "季度邀请", "looked_at": "已巡检", "recomputed": "按新日历重算",
}  # fmt: skip


def stage(title: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a task with a Chinese name; results are small and never cached: the database is the memory."""

    def make(function: Callable[..., Any]) -> Any:
        # No tags on tasks: for each tagged task Prefect asks the server for a concurrency slot.
        settings = {"name": title, "cache_policy": NO_CACHE, "persist_result": False, **options}
        return task(function if iscoroutinefunction(function) else _telling(title, function), **settings)

    return make


def _telling(title: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a step say in the log of its run what it came to, in numbers: never a row, never a name."""

    @wraps(function)
    def tell(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if said := numbers(result):
            with suppress(MissingContextError):
                get_run_logger().info("%s：%s", title, said)
        return result

    return tell


def numbers(result: Any) -> str:
    """Write counts as people read them; nothing for what is not a count."""
    if isinstance(result, bool) or not isinstance(result, int | dict):
        return ""
    if isinstance(result, int):
        return str(result)
    counts = {name: value for name, value in result.items() if isinstance(value, int)}
    return "，".join(f"{COUNTED.get(str(name), name)} {value}" for name, value in counts.items())


def moment(now: datetime | None) -> datetime:
    """Return the time given to a flow, or the clock's when none was: the only place that reads it."""
    return now or datetime.now(UTC)


def run_id() -> str | None:
    """Return the id of the flow run this is part of, if any."""
    return str(flow_run.id) if flow_run.id else None


def by(who: str, now: datetime) -> By:
    """Name who acts: rule:…, system:… or person:…, from this flow run."""
    return By(who, now, run_id())


def refused(error: VocError) -> State[Any]:
    """Fail with one sentence for people, where an exception would fail with a traceback."""
    return Failed(message=str(error))


async def results(states: Sequence[State[Any]]) -> list[Any]:
    """Return what the steps that succeeded came to."""
    return [await state.aresult() for state in states if state.is_completed()]


def complain(reasons: Sequence[str], states: Sequence[State[Any]] = ()) -> State[Any] | None:
    """Fail the run, naming what could not be done; what could be done is done by now."""
    told = [*(state.message or "" for state in states if not state.is_completed()), *reasons]
    return Failed(message="；".join(told)) if told else None
