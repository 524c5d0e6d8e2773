"""A house of its own for measuring: temporary home, real PostgreSQL, the stages called as the flows call them."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Times:
    """Seconds by stage: on the clock, of this program and its workers, of PostgreSQL."""

    wall: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    server: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Add what happens in this block to a stage."""
        wall, own, server = time.perf_counter(), own_cpu(), server_cpu()
        yield
        self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - wall
        self.own[stage] = self.own.get(stage, 0.0) + own_cpu() - own
        self.server[stage] = self.server.get(stage, 0.0) + server_cpu() - server


@contextmanager
def timed(module: ModuleType, name: str, times: Times, stage: str) -> Iterator[None]:
    """Add what happens within one function of a module to a stage of its own."""
    function = getattr(module, name)

    @wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        with times.of(stage):
            return function(*args, **kwargs)

    setattr(module, name, watched)
    yield
    setattr(module, name, function)


def table(title: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    print(f"\n### {title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for line in lines:
        cells = (f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in line)
        print(f"| {' | '.join(cells)} |", flush=True)


def processes() -> dict[int, tuple[int, float, str]]:
    """Read (parent, CPU seconds with those of dead children, name) of every process of this machine."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            name, rest = stat[stat.index("(") + 1 :].rsplit(")", 1)
            values = rest.split()
            spent = sum(int(values[n]) for n in (11, 12, 13, 14)) / _TICKS
            found[int(entry.name)] = (int(values[1]), spent, name)
    return found


def _below(root: int, known: dict[int, tuple[int, float, str]]) -> float:
    total, open_ = 0.0, [root]
    while open_:
        pid = open_.pop()
        total += known[pid][1]
        open_ += [child for child, (parent, _, _) in known.items() if parent == pid]
    return total


def own_cpu() -> float:
    """CPU seconds of this process and its children, without PostgreSQL."""
    known = {pid: one for pid, one in processes().items() if not one[2].startswith("postgres")}
    return _below(os.getpid(), known)


def server_cpu() -> float:
    """CPU seconds of the PostgreSQL server of the house."""
    home = os.environ.get("VOC_HOME", "")
    pids = list(Path(home, "postgres").glob("postmaster.pid")) if home else []
    known = processes()
    roots = [int(path.read_text().split()[0]) for path in pids]
    return sum(_below(root, known) for root in roots if root in known)


def own_memory() -> float:
    """Largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peak_memory() -> float:
    """Largest resident memory so far, in MB: of this process, plus the largest worker."""
    return own_memory() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@contextmanager
def house(**values: object) -> Iterator[Path]:
    """Be in an empty house with some settings; PostgreSQL as it comes, nothing tuned."""
    # On disk, not in a memory file system: PostgreSQL has to write for real, and may still be leaving afterwards.
    where = os.environ.get("VOC_SPEED_DIR")
    with tempfile.TemporaryDirectory(prefix="voc-speed-", dir=where, ignore_cleanup_errors=True) as folder:
        os.environ["VOC_HOME"] = folder
        for name, value in values.items():
            os.environ[f"VOC_{name.upper()}"] = str(value)
        from models.engine import engine, migrate
        from settings import get_settings

        get_settings.cache_clear()
        migrate()
        yield Path(folder)
        engine().dispose()


def register(name: str, path: Path, mapping: dict[str, str]) -> str:
    """Make a source of one file."""
    from models.engine import transaction
    from models.intake.collecting import register_source

    values = {"name": name, "title": name, "kind": "csv", "channel": "store_review", "map": mapping}
    with transaction() as session:
        register_source(session, name, {**values, "path": str(path)})
    return name


def take_in(source: str, times: Times, now: datetime = NOW) -> dict[str, Any]:
    """Bring a source from its file to problems, as the cycle does, and note the time of every stage."""
    from tasks.aggregate import aggregate_problems
    from tasks.analyse import analyse_waiting
    from tasks.check import check_waiting
    from tasks.collect import read_source

    steps: dict[str, Callable[[], Any]] = {
        "collect": lambda: read_source(source, now),
        "check": lambda: check_waiting.fn(now),
        "analyse": lambda: analyse_waiting.fn(now),
        "aggregate": lambda: aggregate_problems.fn(now),
    }
    done = {}
    for stage, step in steps.items():
        with times.of(stage):
            done[stage] = step()
    return done
