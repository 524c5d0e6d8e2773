"""voc guard: looks after runs whose process died, and lets what was missed be caught up once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import typer

from cli.metrics import publish
from cli.output import console
from cli.server import prepare
from models.engine import migrate
from settings import get_settings
from tasks.api import Api, address

# A run gives a sign of life every 30 seconds; two that are missing are one too many.
SILENT = timedelta(seconds=75)
STUCK = timedelta(seconds=150)
RECENT = timedelta(hours=2)
# A worker that saw a run's process end still holds its place for it for some seconds, and asks for runs ten seconds
# early: given the same run again meanwhile, it falls itself, and with it whatever else it was running.
LET_GO = timedelta(seconds=40)
SEEN = "exited with"
TRIES = 4
# What a run says that failed because something it needs was away, not because of its work.
AWAY = (
    "OperationalError", "InterfaceError", "AdminShutdown", "ConnectError", "ConnectionRefused", "ReadError",
    "RemoteProtocolError", "ReadTimeout", "ConnectTimeout", "ServiceUnavailable", "server closed the connection",
    "503 Service Unavailable", "500 Internal Server Error",
)  # fmt: skip


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("guard")(guard)


def guard(
    watch: Annotated[bool, typer.Option("--watch", help="持续运行，并提供 /metrics")] = False,
    every: Annotated[float, typer.Option(min=1, help="两次之间的秒数")] = 10.0,
) -> None:
    """Look after the runs, once or for ever."""
    prepare()
    migrate()
    api = Api(address())
    if watch:
        publish(get_settings().metrics_port)
    while True:
        try:
            for sentence in look_after(api, datetime.now(UTC)):
                console.print(sentence, markup=False, highlight=False)
        except httpx.HTTPError:
            pass  # away: whoever supervises brings it back, and this asks again
        if not watch:
            return
        time.sleep(every)


def look_after(api: Api, now: datetime) -> list[str]:
    """Revive what died, queue again what is stuck, drop what was missed more than once; say what was done."""
    return [
        *_revive(api, _silent(api, now), "没有心跳"),
        *_revive(api, _broken(api, now), "中断"),
        *_revive(api, _stuck(api, now), "卡在等待"),
        *catch_up(api, now),
    ]


def _silent(api: Api, now: datetime) -> list[dict[str, Any]]:
    """List the runs that are said to run and give no sign of life."""
    long_ago = (now - SILENT).isoformat()
    running = api.in_state("RUNNING", "CANCELLING", start_time={"before_": long_ago})
    running = [run for run in running if _since(run) < now - SILENT]
    alive = api.last_heartbeats(now - SILENT) if running else set()
    return [run for run in running if run["id"] not in alive]


def _stuck(api: Api, now: datetime) -> list[dict[str, Any]]:
    return [run for run in api.in_state("PENDING") if _since(run) < now - STUCK]


def _broken(api: Api, now: datetime) -> list[dict[str, Any]]:
    """List the runs that crashed, or failed because something was away, not long ago."""
    ended = {"after_": (now - RECENT).isoformat()}
    crashed = api.in_state("CRASHED", end_time=ended)
    failed = api.in_state("FAILED", end_time=ended)
    return crashed + [
        run for run in failed if any(word in (run["state"].get("message") or "") for word in AWAY)
    ]


def _let_go(run: dict[str, Any]) -> datetime | None:
    return _since(run) + LET_GO if SEEN in (run["state"].get("message") or "") else None


def _since(run: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(run["state"]["timestamp"])


def _revive(api: Api, runs: Iterable[dict[str, Any]], why: str) -> list[str]:
    """Queue runs of deployments again, each a few times at most; they go on where their tables say."""
    said = []
    for run in runs:
        # Part of another run, or started by hand: nobody would pick it up again.
        if run["parent_task_run_id"] or not run["deployment_id"]:
            if run["state"]["type"] == "RUNNING":
                api.put_in_state(run["id"], "CRASHED", "Crashed", f"{why}，进程已不在")
            continue
        # A run that dies before it begins is not counted by Prefect.
        tries = max(run["run_count"], api.times_queued_again(run["id"]))
        if tries >= TRIES:
            if run["state"]["type"] not in ("CRASHED", "FAILED"):
                api.put_in_state(run["id"], "CRASHED", "Crashed", f"{why}，已试 {TRIES} 次")
            continue
        api.put_in_state(run["id"], "SCHEDULED", "AwaitingRetry", f"{why}，自动接续", _let_go(run))
        said.append(f"接续「{run['name']}」（{why}，第 {tries + 1} 次）")
    return said


def catch_up(api: Api, now: datetime) -> list[str]:
    """Of the scheduled runs of each deployment that were missed keep the newest; the rest would do it again."""
    missed: dict[str, list[dict[str, Any]]] = {}
    for run in api.late(now):
        if run["auto_scheduled"]:
            missed.setdefault(run["deployment_id"], []).append(run)
    # A run gets its own name when it begins; until then people know only its deployment.
    names = {one["id"]: one["name"] for one in api.deployments()} if missed else {}
    said = []
    for runs in missed.values():
        *earlier, last = sorted(runs, key=lambda run: run["expected_start_time"])
        for run in earlier:
            api.put_in_state(run["id"], "CANCELLED", "Cancelled", "错过多次，只补跑最近一次")
        if earlier:
            said.append(f"「{names.get(last['deployment_id'], last['name'])}」错过 {len(runs)} 次，补跑一次")
    return said
