"""A file of reviews, the tables a run ends in, and a house of its own whose processes may be killed."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2
import pytest

from voc.simulation.company import Scenario
from voc.simulation.weeks import simulate_week

COMPANY = Scenario(weeks=10, rows_per_week=500)
MAP = {
    "text": "评价内容", "title": "标签", "occurred_at": "评价时间", "rating": "星级", "external_id": "评价ID",
    "customer": "买家", "phone": "电话", "region": "收货城市",
}  # fmt: skip
SETTINGS = {
    "VOC_BATCH_ROWS": "150", "VOC_PROBLEM_MIN_CUSTOMERS": "4", "VOC_PROBLEM_MIN_SHARE": "0.002",
    "VOC_AUTO_CONFIRM_CUSTOMERS": "6", "VOC_CASE_MAX_AGE_DAYS": "3650",
}  # fmt: skip
# Everything that must be the same however often a run was killed; what a clock or a sequence made is left out: when
# messages are put together, and whether a review was edited before or after its case was opened.
FINAL = {
    "feedback": """
        SELECT f.record_key, f.text, f.disposition, f.reason, f.rating, f.occurred_at, o.record_key AS copy_of,
               s.record_key AS superseded_by
        FROM feedback f LEFT JOIN feedback o ON o.id = f.copy_of LEFT JOIN feedback s ON s.id = f.superseded_by""",
    "annotations": """
        SELECT f.record_key, f.text, a.type, a.sentiment, a.severity, a.vague, a.priority, a.priority_parts::text
        FROM annotation a JOIN feedback f ON f.id = a.feedback_id""",
    "mentions": """
        SELECT f.record_key, f.text, m.issue, m.polarity, m.span_start, m.span_end
        FROM mention m JOIN feedback f ON f.id = m.feedback_id""",
    "problems": """
        SELECT p.key, p.state, p.round, p.first_seen_at, p.alarm_from, p.alarm_until, p.root_cause, f.record_key
        FROM problem p JOIN problem_member m ON m.problem_id = p.id JOIN feedback f ON f.id = m.feedback_id""",
    "cases": """
        SELECT f.record_key, k.state, k.department, k.priority, k.issue, (SELECT count(*) FROM case_log l
        WHERE l.subject_id = k.id AND l.step <> 'amend') AS steps
        FROM "case" k JOIN feedback f ON f.id = k.feedback_id""",
    "actions": """
        SELECT p.key, a.measure, a.state, a."round", a.department
        FROM action a JOIN problem p ON p.id = a.problem_id""",
    "outbox": """
        SELECT o.event, o.audience, CASE WHEN o.audience <> 'customer' THEN o.recipient END AS recipient, f.record_key
        FROM outbox o LEFT JOIN "case" k ON o.subject = 'case:' || k.id LEFT JOIN feedback f ON f.id = k.feedback_id
        WHERE o.event <> 'digest'""",
    "accounting": """
        SELECT sum(rows_read), sum(rows_stored), sum(rows_near_duplicate), sum(rows_rejected), sum(rows_quarantined),
               sum(rows_duplicate + rows_blank) FROM batch b JOIN delivery d ON d.id = b.delivery_id
        WHERE d.id IN (SELECT min(id) FROM delivery GROUP BY source_id)""",
}  # fmt: skip


def reviews() -> list[dict[str, str]]:
    """About 1,500 reviews with telephones, some of them copies, advertising or out of shape."""
    files = [one for week in range(11) for one in simulate_week(COMPANY, week, {}).files]
    rows = [row for one in files if one.source == "store_review" for row in one.rows if "__raw__" not in row]
    return [{**row, "电话": f"139{n:08d}"} for n, row in enumerate(rows)]


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write reviews as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_final(execute: Callable[[str], Sequence[Any]]) -> dict[str, list[str]]:
    """Read the tables a run ends in, in an order of their own."""
    return {name: sorted(repr(tuple(row)) for row in execute(query)) for name, query in FINAL.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class House:
    """A `voc serve` with a home, a database and ports of its own."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Return what its commands are told; nothing of the tests' own database."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VOC_", "PREFECT_"))}
        own = {
            "VOC_HOME": str(self.home),
            "VOC_CONFIG": str(self.home / "voc.toml"),
            "VOC_PREFECT_PORT": str(self.port),
            "VOC_PORTAL_PORT": str(free_port()),
            "VOC_METRICS_PORT": "0",
            "OMP_NUM_THREADS": "1",
        }
        return {**kept, **SETTINGS, **own}

    def run(self, *arguments: str) -> str:
        """Run Python with this house's settings and return what it says."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def register(self, **sources: Sequence[dict[str, str]]) -> None:
        """Register sources with one file each."""
        definitions = {
            name: {"name": name, "title": name, "kind": "csv", "channel": "store_review", "map": MAP,
                   "path": str(write(self.home / "inbox" / name / "reviews.csv", rows))}
            for name, rows in sources.items()
        }  # fmt: skip
        code = (
            "import json, sys; from models.intake.collecting import register_source\n"
            "from models.engine import migrate, transaction\nmigrate()\n"
            "with transaction() as session:\n"
            "    for name, one in json.loads(sys.argv[1]).items(): register_source(session, name, one)"
        )
        self.run("-c", code, json.dumps(definitions))

    def serve(self) -> None:
        """Run the one command that brings everything up, and wait until it has."""
        command = [sys.executable, "-m", "cli", "serve"]
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.until(lambda: len([c for c in self.children().values() if c]) > 5, 300, "voc serve is not up")

    def close(self) -> None:
        """Stop it cleanly."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(120)

    def children(self) -> dict[str, int]:
        """Return the pids of its processes by name."""
        path = self.home / "serve.json"
        noted = json.loads(path.read_text("utf-8")) if path.exists() else {"children": []}
        return {child["name"]: child["pid"] for child in noted["children"]}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask its database, past everything that might be dead."""
        lines = (self.home / "postgres" / "postmaster.pid").read_text().splitlines()
        with (
            contextlib.closing(
                psycopg2.connect(host=lines[4], port=lines[3], user="postgres", dbname="postgres")
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query)
            return list(cursor.fetchall())

    def answer(self, query: str) -> list[tuple[Any, ...]]:
        """Ask a question; while the database is away there is no answer."""
        try:
            return self.ask(query)
        except (psycopg2.Error, OSError, IndexError):
            return []

    def true(self, query: str) -> bool:
        """Ask whether something is so; while the database is away it is not known to be."""
        return bool((self.answer(query) or [(False,)])[0][0])

    def asleep(self, question: Callable[[House], Any]) -> Any:
        """Ask a house in which nothing runs: its database is started for the question and stopped again."""
        code = "import sys; from models.engine import database_url; database_url(); print(flush=True); sys.stdin.read()"
        with subprocess.Popen(
            [sys.executable, "-c", code], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as awake:
            assert awake.stdout
            awake.stdout.readline()
            found = question(self)
            awake.communicate()
        return found

    def revive(self, victim: str) -> None:
        """Do what an administrator or systemd does: after everything was killed, run the one command again."""
        if victim == "everything":
            self.serve()

    def api(self, path: str, body: object) -> Any:
        """Ask its Prefect."""
        answer = httpx.post(f"http://127.0.0.1:{self.port}/api{path}", json=body, timeout=30, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def start(self, name: str, **what: Any) -> str:
        """Start a run of a deployment, as one does in the UI as soon as it is there; return its id."""
        self.until(lambda: self.active() >= 0, 180, "Prefect is away")
        (found,) = [d for d in self.api("/deployments/filter", {"limit": 200}) if d["name"] == name]
        body = {"parameters": {"what": what} if what else {}, "state": {"type": "SCHEDULED"}}
        return str(self.api(f"/deployments/{found['id']}/create_flow_run", body)["id"])

    def state_of(self, run: str) -> str:
        """Return the state type of a run; empty while Prefect is away."""
        try:
            return str(self.api("/flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})[0]["state_type"])
        except httpx.HTTPError:
            return ""

    def active(self) -> int:
        """Count the runs under way or to be taken up again; -1 while Prefect is away."""
        body = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CRASHED"]}}}}
        try:
            runs = self.api("/flow_runs/filter", body)
        except httpx.HTTPError:
            return -1
        # A step of a run that was killed stays as it fell: the run goes on with steps of its own.
        return sum(run["state_type"] != "CRASHED" or run["deployment_id"] is not None for run in runs)

    def until(self, question: Callable[[], bool], patience: float, otherwise: str) -> float:
        """Wait until something is so and return how many seconds it took."""
        started = time.monotonic()
        while not question():
            assert time.monotonic() - started < patience, f"{otherwise}: {self.said()}"
            assert self.process is None or self.process.poll() is None, self.said()
            time.sleep(0.02)
        return time.monotonic() - started

    def said(self) -> str:
        """Return the end of what `voc serve` said."""
        return (self.home / "serve.log").read_text("utf-8")[-3000:]

    def kill(self, victim: str) -> None:
        """Kill a part of the house with -9: flow, worker, prefect-server, postgres or everything."""
        for pid in self._pids(victim):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victim == "everything" and self.process:
            self.process.wait()
            (self.home / "serve.json").unlink(missing_ok=True)

    def _pids(self, victim: str) -> list[int]:
        assert self.process
        if victim == "postgres":
            return [int((self.home / "postgres" / "postmaster.pid").read_text().split()[0])]
        root = {"flow": "worker"}.get(victim, victim)
        pid = self.process.pid if victim == "everything" else self.children()[root]
        below = [one.pid for one in psutil.Process(pid).children(recursive=True)]
        if victim == "flow":
            assert below, "no flow runs"
            return below
        if victim == "everything":
            return [pid, *below, *self._pids("postgres")]
        return [pid, *(below if victim == "prefect-server" else ())]

    def hold(self, victim: str) -> None:
        """Kill a part and keep it away: whoever would bring it back sleeps."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        self.kill(victim)

    def go_on(self) -> None:
        """Wake up whoever brings things back."""
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def collect_at_once(self, name: str) -> subprocess.Popen[bytes]:
        """Start a process that reads a source, without waiting for it; it fails when another one is reading."""
        code = (
            "import sys; from datetime import UTC, datetime; from tasks.collect import read_source\n"
            "read_source(sys.argv[1], datetime.now(UTC), again=True)"
        )
        return subprocess.Popen(
            [sys.executable, "-c", code, name], env=self.environment, stderr=subprocess.DEVNULL
        )

    def say_urgent(self) -> None:
        """Take in one feedback about safety."""
        code = (
            "from benchmarks.urgent import commit_one, house\n"
            "from prefect.logging import disable_run_logger\n"
            "with disable_run_logger(): commit_one(house())"
        )
        self.run("-c", code)


@pytest.fixture(scope="session", name="write")
def write_fixture() -> Callable[..., Path]:
    """Return the function that writes reviews as a file."""
    return write


@pytest.fixture(scope="session", name="as_final")
def as_final_fixture() -> Callable[..., dict[str, list[str]]]:
    """Return the function that reads the tables a run ends in."""
    return as_final


@pytest.fixture(scope="session")
def run_settings() -> dict[str, str]:
    """Return the settings under which a few reviews make batches, problems and cases."""
    return dict(SETTINGS)


@pytest.fixture(scope="session")
def rows() -> list[dict[str, str]]:
    """Return about 1,500 reviews."""
    return reviews()


@pytest.fixture(scope="session")
def final() -> Callable[[House], dict[str, list[str]]]:
    """Return a function that reads the tables a house ended in."""
    return lambda house: as_final(house.ask)


@pytest.fixture(scope="session")
def seed() -> int:
    """Return the seed of whatever is random here, and print it."""
    value = int(os.environ.get("VOC_FAULT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"\nVOC_FAULT_SEED={value}")  # noqa: T201  (whoever repeats a failure needs it)
    return value


@pytest.fixture
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], House]]:
    """Return a function that founds a house; all of them are stopped in the end."""
    founded: list[House] = []

    def found() -> House:
        # Not below pytest's own folder: the embedded PostgreSQL runs as another user.
        import tempfile

        founded.append(House(Path(tempfile.mkdtemp(prefix="voc-house-"))))
        return founded[-1]

    yield found
    for house in founded:
        house.close()
