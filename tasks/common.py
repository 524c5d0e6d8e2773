"""What all tasks share: how a task is made, who acts, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.states import Failed

from models.change import By
from voc.errors import VocError


def stage(title: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a task with a Chinese name; results are small and never cached: the database is the memory."""
    # No tags on tasks: for each tagged task Prefect asks the server for a concurrency slot.
    return task(name=title, cache_policy=NO_CACHE, persist_result=False, **options)


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
