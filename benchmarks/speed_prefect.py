"""What Prefect costs in a cycle: the clock of the whole flow beside that of the steps' own functions.

    python -m benchmarks.speed_prefect --rows 100000

The flow is the one of `voc run`, against a real Prefect server started as `voc run` starts it. What is left when the
steps' own time is taken away is orchestration: runs, states, parameters, logs, events. Starting is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

from benchmarks import speed_rows
from benchmarks.speed_house import house, processes, register, table

WITHIN = "steps"


@contextmanager
def steps_timed(spent: dict[str, float]) -> Iterator[None]:
    """Add the time within the functions of all tasks; a task called by a task is within it already."""
    from prefect import Task

    import tasks

    inside = [0]
    for one in pkgutil.iter_modules(tasks.__path__):
        for value in vars(importlib.import_module(f"tasks.{one.name}")).values():
            # The one step that waits for Prefect is orchestration itself.
            if isinstance(value, Task) and not value.isasync and not hasattr(value.fn, "timed"):
                value.fn = _timed(value.fn, spent, inside)
    yield


def _timed(function: Callable[..., Any], spent: dict[str, float], inside: list[int]) -> Callable[..., Any]:
    @wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        started, inside[0] = time.perf_counter(), inside[0] + 1
        try:
            return function(*args, **kwargs)
        finally:
            inside[0] -= 1
            if not inside[0]:
                spent[WITHIN] = spent.get(WITHIN, 0.0) + time.perf_counter() - started

    watched.timed = True  # type: ignore[attr-defined]
    return watched


def prefect_cpu() -> float:
    """CPU seconds of the Prefect server that was started here."""

    def said(pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        except OSError:
            return ""

    return sum(
        cpu
        for pid, (parent, cpu, _) in processes().items()
        if parent == os.getpid() and "prefect" in said(pid)
    )


def main() -> None:
    """Run a cycle and print where its time went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    asked = parser.parse_args()
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with house() as home:
        source = register("web", speed_rows.write(home / "rows.csv", 0, asked.rows), speed_rows.MAP)
        from cli.server import prefect_server

        spent: dict[str, float] = {}
        begun = time.perf_counter()
        with prefect_server():
            from flows.cycle import cycle
            from tasks.parameters import Cycle

            started, before = time.perf_counter(), prefect_cpu()
            with steps_timed(spent):
                asyncio.run(cycle(Cycle(sources=[source], report=False)))
            took, server = time.perf_counter() - started, prefect_cpu() - before
    rest = took - spent[WITHIN]
    lines = [
        ("the cycle", took, "100%"),
        ("steps' own functions", spent[WITHIN], f"{spent[WITHIN] / took:.1%}"),
        ("orchestration", rest, f"{rest / took:.1%}"),
        ("CPU of the Prefect server meanwhile", server, ""),
        ("start-up before it", started - begun, ""),
    ]
    table(f"A cycle of {asked.rows:,} rows", ("", "seconds", "share"), lines)


if __name__ == "__main__":
    main()
