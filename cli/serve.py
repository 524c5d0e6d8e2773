"""voc serve: everything a single machine needs, in one process tree that brings back whatever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec

import typer
from sqlalchemy.exc import SQLAlchemyError

from cli.deploy import deploy
from cli.guard import catch_up
from cli.output import console
from cli.server import prepare, spawn, start_server, stop, wait_healthy
from models.engine import answers, migrate, transaction
from models.measures.improving import store_departments
from settings import get_settings
from tasks.api import POOL, Api
from tasks.assets import organisation
from voc.errors import ConfigError

STATUS = "serve.json"
DATABASE_EVERY = 3.0
DEAF = 45.0  # seconds without an answer after which a server that still runs is started again
CALM = 60.0  # a child that lived so long may be started again at once
# Runs at once: after a night without a server all schedules are due, and each run is a Python of its own.
AT_ONCE = max(2, os.cpu_count() or 1)
STOPPING = threading.Event()
# What every child and every run below it is told.
RUNNING = {
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve")(serve)


@dataclass
class Child:
    """A process that is to live as long as this one."""

    name: str
    title: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    restarts: int = 0
    again_at: float = 0.0
    heard_at: float = field(default_factory=time.monotonic)

    def keep(self, now: float) -> bool:
        """Start it unless it lives or has to wait after dying young; return whether it was started."""
        if self.process and self.process.poll() is None:
            return False
        if self.process and self.since:
            young = now - self.since < CALM
            self.again_at = now + (min(30.0, 2.0**self.restarts) if young else 0.0)
            self.restarts, self.since = self.restarts + 1, 0.0
        if now < self.again_at:
            return False
        self.process, self.since, self.heard_at = self.start(), now, now
        return True


def serve() -> None:
    """Start everything, bring back what dies, and stop all of it cleanly when told to."""
    prepare()
    os.environ.update({name: os.environ.get(name, value) for name, value in RUNNING.items()})
    console.print("正在准备数据库……")
    migrate()
    # An urgent case may be the first thing that happens in a fresh house.
    with transaction() as session:
        store_departments(session, organisation())
    port = get_settings().prefect_port
    api = Api(f"http://127.0.0.1:{port}/api")
    # Started in the background by a script, it would inherit an ignored SIGINT and not stop on Ctrl+C.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, stop_now)
    server = Child("prefect-server", "Prefect 服务", lambda: start_server(port))
    children = [server]
    try:
        deployed = _first(server, api)
        children += _others()
        go_on(children, api, deployed)
    finally:
        console.print("正在停止……")
        for child in reversed(children):
            if child.process:
                stop(child.process)
        (get_settings().folder("") / STATUS).unlink(missing_ok=True)


def stop_now(*_: object) -> None:
    """End what runs; while a child is forked Python swallows what a signal raises, so the loop looks here as well."""
    STOPPING.set()
    sys.exit(0)


def _first(server: Child, api: Api) -> bool:
    """Bring up the server; a house that was deployed before works on while it is deployed again, later."""
    if api.healthy():
        raise ConfigError(
            2, f"端口 {get_settings().prefect_port} 上已有 Prefect 服务：请先停掉另一个 voc serve。"
        )
    console.print("正在启动 Prefect 服务（首次要建表，约一分钟）……")
    server.keep(time.monotonic())
    assert server.process  # noqa: S101  (just started)
    wait_healthy(api.url, server.process)
    os.environ["PREFECT_API_URL"] = api.url
    for sentence in catch_up(api, datetime.now(UTC)):
        console.print(sentence, markup=False)
    if api.deployments():
        return False
    console.print("正在登记部署、定时任务和自动化规则……")
    deploy()
    return True


def _others() -> list[Child]:
    commands = {
        "worker": ("执行进程", ["-m", "prefect", "worker", "start", "--pool", POOL, "--limit", str(AT_ONCE)]),
        "react": ("反应进程", ["-m", "cli", "react"]),
        "dispatch": ("消息发送", ["-m", "cli", "dispatch", "--watch"]),
        "events": ("事件通知", ["-m", "cli", "events", "post", "--watch"]),
        "guard": ("任务看护", ["-m", "cli", "guard", "--watch"]),
    }
    if find_spec("portal") and find_spec("portal.app"):
        commands["portal"] = ("门户", ["-m", "cli", "portal"])
    return [Child(name, title, _starter(name, arguments)) for name, (title, arguments) in commands.items()]


def _starter(name: str, arguments: list[str]) -> Callable[[], subprocess.Popen[bytes]]:
    # People read the logs of runs in the Prefect UI; what a command says on a screen is kept short.
    said = {"PREFECT_LOGGING_LEVEL": "INFO"} if name in ("worker", "react") else {}
    return lambda: spawn(arguments, name, {**os.environ, **said})


def go_on(children: list[Child], api: Api, deployed: bool) -> None:
    """Start what is not running, again and again, until told to stop."""
    told, next_look = False, 0.0
    deploying = None if deployed else Deploying()
    while not STOPPING.is_set():
        now = time.monotonic()
        started = [child for child in children if child.keep(now)]
        if told:
            for child in started:
                console.print(f"「{child.title}」已重新启动（第 {child.restarts} 次）。")
        if now >= next_look:
            _database()
            _listen(children[0], api, now)
            next_look = now + DATABASE_EVERY
        _write_down(children)
        if not told:
            _announce(children)
            told = True
        elif deploying and deploying.done(now):
            deploying = None
        time.sleep(0.5)


@dataclass
class Deploying:
    """Deploying once more, beside everything else: on a busy machine it takes minutes, in which children may die."""

    process: subprocess.Popen[bytes] | None = None
    again_at: float = 0.0

    def done(self, now: float) -> bool:
        """Start it, look after it, and tell whether it has succeeded; one that failed is tried again later."""
        if self.process is None:
            if now >= self.again_at:
                self.process = spawn(["-m", "cli", "deploy"], "deploy", os.environ)
            return False
        if self.process.poll() is None:
            return False
        succeeded = self.process.returncode == 0
        if not succeeded:
            console.print("重新登记部署没有成功，已有的部署照常运行，稍后重试；原因见日志 deploy.log。")
        self.process, self.again_at = None, now + CALM
        return succeeded


def _database() -> None:
    try:
        if not answers():
            console.print("数据库没有应答，已尝试重新启动。")
    except (SQLAlchemyError, ConfigError) as error:
        console.print(f"数据库没有应答：{str(error).splitlines()[0]}", markup=False)


def _listen(server: Child, api: Api, now: float) -> None:
    """Start a Prefect server again that runs and does not answer."""
    if api.healthy():
        server.heard_at = now
    elif server.process and now - server.heard_at > DEAF:
        server.process.kill()
        server.process.wait()


def _write_down(children: list[Child]) -> None:
    """Leave a note of who runs, for `voc status`."""
    rows = [
        {
            "name": c.name,
            "title": c.title,
            "pid": c.process.pid if c.process else None,
            "restarts": c.restarts,
        }
        for c in children
    ]
    path = get_settings().folder("") / STATUS
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"pid": os.getpid(), "children": rows}, ensure_ascii=False), "utf-8")
    draft.replace(path)


def _announce(children: list[Child]) -> None:
    settings = get_settings()
    home = settings.home.resolve()
    console.print(f"Prefect 界面：http://127.0.0.1:{settings.prefect_port}")
    console.print(f"日志：{home / 'logs'}　报告：{home / 'reports'}　质检页：{home / 'docs' / 'quality'}")
    console.print(f"已启动：数据库、{'、'.join(child.title for child in children)}。按 Ctrl+C 停止。")
    console.print("哪里不对：voc status 看现状，voc doctor 看原因和办法。")
