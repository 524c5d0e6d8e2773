"""voc serve, voc deploy: everything a single machine needs, in one process tree."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import typer

from cli.output import console
from cli.server import prepare, spawn, start_server, stop, wait_healthy
from models.engine import migrate
from settings import get_settings
from voc.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
POOL = "voc"
DEPLOYMENTS = ROOT / "deployments" / "prefect.yaml"


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve", help="启动 Prefect 服务、执行进程和消息发送")(serve)
    app.command("deploy", help="登记所有部署和定时任务（可重复执行）")(deploy)


def serve() -> None:
    """Start the database, the Prefect server, a worker and the dispatcher, and keep them until stopped."""
    prepare()
    migrate()
    port = get_settings().prefect_port
    api = f"http://127.0.0.1:{port}/api"
    children = [start_server(port)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        wait_healthy(api, children[0])
        os.environ["PREFECT_API_URL"] = api
        deploy()
        environment = dict(os.environ, PREFECT_WORKER_QUERY_SECONDS="2")
        children.append(spawn(["-m", "prefect", "worker", "start", "--pool", POOL], "worker", environment))
        children.append(spawn(["-m", "cli", "dispatch", "--watch"], "dispatch", environment))
        _announce(port)
        _watch(children)
    except KeyboardInterrupt:
        console.print("正在停止……")
    finally:
        for child in reversed(children):
            stop(child)


def _announce(port: int) -> None:
    home = get_settings().home.resolve()
    console.print(f"Prefect 界面：http://127.0.0.1:{port}")
    console.print(f"日志：{home / 'logs'}　报告：{home / 'reports'}　质检页：{home / 'docs' / 'quality'}")
    console.print("已启动：数据库、Prefect 服务、执行进程、消息发送。按 Ctrl+C 停止。")


def _watch(children: list[subprocess.Popen[bytes]]) -> None:
    while True:
        dead = [child for child in children if child.poll() is not None]
        if dead:
            raise ConfigError(3, f"有子进程意外退出，请查看 {get_settings().folder('logs')} 里的日志。")
        time.sleep(1)


def deploy() -> None:
    """Create or update the work pool and every deployment of deployments/prefect.yaml."""
    prepare()
    if not os.environ.get("PREFECT_API_URL"):
        raise ConfigError(4, "没有找到 Prefect 服务：请先运行 voc serve，或设置 PREFECT_API_URL。")
    _prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    _prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(DEPLOYMENTS))
    console.print("全部部署已登记。")


def _prefect(*arguments: str) -> None:
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ConfigError(5, f"部署没有成功：{(done.stderr or done.stdout).strip()[-800:]}")
