"""voc react: starts urgent flows within a second or two of their event.

Prefect's own runner starts a fresh Python for every run, which costs seconds of imports. This one has everything
imported and forks: the child runs the flow with Prefect's engine, like any other run of the deployment.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx
import typer

from cli.deploy import ROOT, written
from cli.server import PR_SET_PDEATHSIG, hand_in, prepare
from cli.standby import watch_urgent
from models import engine as connections
from tasks.api import Api, address

EVERY = 0.3
SLOTS = 4
AGAIN = 15.0  # seconds after which the names of the deployments are asked for again


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("react")(react)


def react() -> None:
    """Run what the reactive deployments are asked to, until stopped."""
    prepare()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    connections.migrate()
    flows = {entry["name"]: flow_of(entry) for entry in written()["reactive"]}
    _warm()
    connections.engine().dispose()
    api, children, ids, asked = Api(address()), set[int](), {}, -AGAIN
    standby = _fork(watch_urgent)
    while True:
        _reap(children)
        if os.waitpid(standby, os.WNOHANG)[0]:
            standby = _fork(watch_urgent)
        try:
            if time.monotonic() - asked > AGAIN:
                ids, asked = _deployed(api, flows), time.monotonic()
            for run in _due(api, ids) if len(children) < SLOTS else ():
                if _taken(api, run["id"]):
                    children.add(_fork(partial(_run, run["id"], ids[run["deployment_id"]])))
        except httpx.HTTPError:
            asked = -AGAIN  # away, perhaps with another database when it is back
        time.sleep(EVERY)


def flow_of(entry: Mapping[str, Any]) -> Any:
    """Import the flow of an entry of deployments/prefect.yaml."""
    path, _, name = str(entry["entrypoint"]).partition(":")
    return getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)


def register() -> None:
    """Create or update the deployments of the reactive flows, with their schedules."""
    here = os.getcwd()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for entry in written()["reactive"]:
        _deployment(entry).apply()
    os.chdir(here)


def _deployment(entry: Mapping[str, Any]) -> Any:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig
    from prefect.schedules import Cron

    limit = entry.get("concurrency_limit")
    return flow_of(entry).to_deployment(
        entry["name"],
        description=entry["description"],
        tags=entry["tags"],
        parameters=entry.get("parameters"),
        concurrency_limit=ConcurrencyLimitConfig(**limit) if limit else None,
        schedules=[
            Cron(one["cron"], timezone=one["timezone"], slug=one["slug"])
            for one in entry.get("schedules", ())
        ],
    )


def _warm() -> None:
    """Load what every run would load: the engine, the taxonomy, the organisation, the measures."""
    from prefect import flow_engine, task_engine  # noqa: F401

    from tasks.aggregate import organisation
    from tasks.assets import taxonomy

    organisation()
    taxonomy()


def _deployed(api: Api, flows: Mapping[str, Any]) -> dict[str, Any]:
    """Find the deployments of the flows by name, and let people see that somebody takes their runs."""
    ids = {one["id"]: flows[one["name"]] for one in api.deployments() if one["name"] in flows}
    if ids:
        api.ask("/deployments/get_scheduled_flow_runs", {"deployment_ids": list(ids), "limit": 1})
    return ids


def _due(api: Api, ids: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the runs whose time has come; asked like this, because Prefect's own question writes at each call."""
    if not ids:
        return []
    chosen = {
        "deployment_id": {"any_": list(ids)},
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    body = {"flow_runs": chosen, "sort": "NEXT_SCHEDULED_START_TIME_ASC", "limit": SLOTS}
    return list(api.ask("/flow_runs/filter", body))


def _taken(api: Api, run: str) -> bool:
    """Ask for the run; the server says no when another took it or its turn has not come."""
    answer = api.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "PENDING", "name": "Pending"}})
    return bool(answer["status"] == "ACCEPT")


def _fork(work: Callable[[], int | None]) -> int:
    """Do some work in a child that dies with this process; return its pid."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        code = work() or 0
    finally:
        # Not sys.exit: what the parent registered to do at its end is the parent's.
        os._exit(code)


def _run(run: str, flow: Any) -> int:
    """Run the flow with Prefect's engine in this child; how it ended, or that it sleeps, stands in Prefect."""
    import asyncio

    from prefect.engine import handle_engine_signals
    from prefect.flow_engine import load_flow_run, run_flow

    os.environ["PREFECT__FLOW_RUN_ID"] = run
    try:
        with handle_engine_signals(UUID(run)):
            running: Any = run_flow(flow, flow_run=load_flow_run(UUID(run)), return_type="state")
            asyncio.run(running)
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        hand_in()
    return 0


def _reap(children: set[int]) -> None:
    for child in list(children):
        if os.waitpid(child, os.WNOHANG)[0]:
            children.discard(child)
