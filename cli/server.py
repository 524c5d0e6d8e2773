"""The Prefect server as a child process, and the environment Prefect runs in."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx

from settings import get_settings
from voc.errors import ConfigError

START_WITHIN = 120
PR_SET_PDEATHSIG = 1
# Measured: with batches of one, the default, the server falls behind a few hundred task runs.
SERVER = {
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "cli.ordering",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "P90D",
}

# A server that lives as long as one command has no schedules, triggers or workers to look after, and nobody asks it
# for the events of last week. Each of those services writes to the SQLite the runs themselves have to write to.
BRIEF = {
    **{
        f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
        for service in (
            "SCHEDULER", "LATE_RUNS", "TRIGGERS", "FOREMAN", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP",
            "REPOSSESSOR", "CLEANUP_RECONCILER", "EVENT_PERSISTER", "DB_VACUUM",
        )
    },
}  # fmt: skip


def prepare() -> None:
    """Set what Prefect and Great Expectations read when they are imported; nothing reaches the internet."""
    # A flow run by a worker has another working folder: it must find the same home and the same voc.toml.
    os.environ["VOC_HOME"] = str(get_settings().home.resolve())
    defaults = {
        "VOC_CONFIG": str(Path(os.environ.get("VOC_CONFIG", "voc.toml")).resolve()),
        "PREFECT_HOME": str(get_settings().folder("prefect")),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "OMP_NUM_THREADS": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    _reread()


def _reread() -> None:
    """Let Prefect, when it is imported already, read its settings again.

    It reads the environment once, on import. A server it does not hear of is answered by starting one of its own, on
    a database it shares with whoever else does: then both wait a minute for each other's locks.
    """
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


@contextmanager
def prefect_server(port: int | None = None) -> Iterator[str]:
    """Run flows against the server of PREFECT_API_URL, or a real local one that lives as long as this block."""
    prepare()
    given = os.environ.get("PREFECT_API_URL")
    if given:
        with _one_client():
            yield given
        return
    port = port or free_port()
    process = start_server(port, BRIEF)
    api = f"http://127.0.0.1:{port}/api"
    os.environ["PREFECT_API_URL"] = api
    try:
        wait_healthy(api, process)
        _reread()
        with _one_client():
            yield api
    finally:
        hand_in()
        os.environ.pop("PREFECT_API_URL", None)
        _reread()
        stop(process)


def _one_client() -> AbstractContextManager[object]:
    """Share one client among all tasks: each would open its own, and read every root certificate for it."""
    from prefect.context import SyncClientContext

    return SyncClientContext.get_or_create()


def hand_in() -> None:
    """Let Prefect's client hand in logs and events while there is still a server to take them."""
    if "prefect.logging.handlers" in sys.modules:
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        APILogWorker.drain_all(timeout=10)
        EventsWorker.drain_all(timeout=10)


def start_server(port: int, more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a Prefect server on a port of this machine."""
    # Imported here: `prepare` runs before every command and must stay quick.
    from models.house.prefect_database import GIVEN, prefect_database

    database = prefect_database()
    environment = {
        **os.environ,
        **SERVER,
        **(more or {}),
        **({GIVEN[0]: database} if database else {}),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api",
    }
    arguments = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    return spawn(arguments, "prefect-server", environment)


def spawn(arguments: list[str], name: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a Python child that writes its output to the log folder and dies with this process."""
    log = (get_settings().folder("logs") / f"{name}.log").open("ab")
    with log:
        return subprocess.Popen(  # noqa: S603  (our own interpreter and arguments)
            [sys.executable, *arguments],
            env=dict(environment),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    # A child started in the background inherits an ignored SIGINT and would not stop on the first SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_healthy(api: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, or raise ConfigError saying where its log is."""
    deadline = time.monotonic() + START_WITHIN
    # One client for all attempts: each new one reads every root certificate, while the server needs the processor.
    with httpx.Client(timeout=2, trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{api}/health").status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
    log = get_settings().folder("logs") / "prefect-server.log"
    raise ConfigError(2, f"Prefect 服务没有启动成功，请查看 {log}。")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a child cleanly, and for good when it does not listen."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Find a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
