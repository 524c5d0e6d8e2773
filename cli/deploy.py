"""voc deploy: the work pool, every deployment and every automation, created or updated; repeat at will."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import typer
import yaml

from cli.output import console
from cli.server import prepare
from models.engine import migrate, transaction
from models.house import health
from settings import get_settings
from tasks.api import POOL
from voc.errors import ConfigError
from voc.health import how_often, period

ROOT = Path(__file__).resolve().parent.parent
DEPLOYMENTS = ROOT / "deployments" / "prefect.yaml"
AUTOMATIONS = ROOT / "deployments" / "automations.yaml"
COLLECT = "采集"
# A Monday, from which the periods of sources are counted, so that daily is at night and weekly at its beginning.
ANCHOR = "2026-01-05T00:{minute:02d}:00+08:00"


def attach(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("deploy")(deploy)


def deploy() -> None:
    """Create or update the work pool, every deployment of deployments/prefect.yaml and every automation."""
    prepare()
    if not os.environ.get("PREFECT_API_URL"):
        raise ConfigError(4, "没有找到 Prefect 服务：请先运行 voc serve，或设置 PREFECT_API_URL。")
    migrate()
    prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    prefect("--no-prompt", "deploy", "--all", "--prefect-file", str(_with_sources()))
    # The reactive ones are registered here too: the automations need them before their process is up.
    from cli.react import register

    register()
    count = automate()
    console.print(f"全部部署已登记；自动化规则 {count} 条。")


def prefect(*arguments: str) -> None:
    """Run a command of Prefect; raises ConfigError quoting what it said when it fails."""
    command = [sys.executable, "-m", "prefect", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ConfigError(5, f"部署没有成功：{(done.stderr or done.stdout).strip()[-800:]}")


def written() -> dict[str, Any]:
    """Read deployments/prefect.yaml."""
    return dict(yaml.safe_load(DEPLOYMENTS.read_text("utf-8")))


def _with_sources() -> Path:
    """Write the deployments with those of the sources of this house, and return where."""
    document = written()
    with transaction() as session:
        sources = health.sources(session)
    found = next(one for one in document["deployments"] if one["name"] == COLLECT)
    # The general one queues what is asked for by hand; of one source each run asks for the same again.
    general = {**found, "concurrency_limit": document["definitions"]["one"]}
    own = [of_source(general, source) for source in sources if period(source["every"])]
    document["deployments"] = [*document["deployments"], *own]
    path = get_settings().folder("prefect") / "deployments.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def of_source(general: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Make the deployment that reads one source as often as it says."""
    every = period(source["every"])
    seconds = int(every.total_seconds()) if every else 0
    # Spread over ten minutes, by name, so that not all sources are read in the same second.
    minute = 5 + crc32(source["name"].encode()) % 10
    owner = source["department"] or source["owner"]
    tags = ["采集", f"来源:{source['title']}", *([f"部门:{owner}"] if owner else [])]
    return {
        **general,
        "name": f"{COLLECT}·{source['title']}".replace("/", "／"),
        "description": f"按来源的设定，{how_often(source['every'])}采集一次",
        "tags": tags,
        "parameters": {"what": {"sources": [source["name"]]}},
        "schedules": [
            {
                "interval": seconds,
                "anchor_date": ANCHOR.format(minute=minute),
                "timezone": "Asia/Shanghai",
                "slug": source["name"],
            }
        ],
    }


def automate() -> int:
    """Create or update every automation of deployments/automations.yaml, by name; return how many there are."""
    from prefect.client.orchestration import get_client
    from prefect.events.schemas.automations import AutomationCore

    entries: Sequence[Mapping[str, Any]] = yaml.safe_load(AUTOMATIONS.read_text("utf-8"))["automations"]
    with get_client(sync_client=True) as client:
        ids = {
            f"{client.read_flow(one.flow_id).name}/{one.name}": str(one.id)
            for one in client.read_deployments(limit=200)
        }
        for entry in entries:
            core = AutomationCore.model_validate(
                {**entry, "actions": [_action(one, ids) for one in entry["actions"]]}
            )
            known = client.read_automations_by_name(core.name)
            if not known:
                client.create_automation(core)
            for first in known[:1]:
                client.update_automation(first.id, core)
            for spare in known[1:]:
                client.delete_automation(spare.id)
    return len(entries)


def _action(action: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Put the id of a deployment in the place of its name."""
    values = dict(action)
    name = values.pop("deployment", None)
    if name and name not in ids:
        raise ConfigError(5, f"自动化规则要启动的部署「{name}」没有登记。")
    return {**values, "deployment_id": ids[name]} if name else values
