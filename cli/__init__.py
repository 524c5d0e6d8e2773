"""The `voc` command: parse, call, say in Chinese what happened."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from voc.errors import VocError

# Modules with an `attach`. Those of LIGHT need neither database nor Prefect and are imported alone.
MODULES = (
    "run",
    "demo",
    "score",
    "similar",
    "detect",
    "compare",
    "effect",
    "calibrate",
    "show",
    "problems",
    "alarms",
    "causes",
    "figures",
    "drivers",
    "customers",
    "suspects",
    "source",
    "audit",
    "report",
    "themes",
    "clarify",
    "backtest",
    "decide",
    "contract",
    "approve",
    "sla",
    "procedures",
    "classes",
    "kb",
    "label",
    "train",
    "recode",
    "tell",
    "survey",
    "privacy",
    "serve",
    "deploy",
    "react",
    "guard",
    "events",
    "status",
    "doctor",
    "portal",
    "user",
    "key",
)
LIGHT = {
    "score": "score",
    "similar": "similar",
    "detect": "detect",
    "compare": "compare",
    "effect": "effect",
    "calibrate": "calibrate",
}


def build(modules: Iterable[str]) -> typer.Typer:
    """Put the commands of some modules together."""
    made = typer.Typer(
        help="客户之声闭环：采集 → 质检 → 分析 → 改进 → 验证 → 告知。", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    made.callback()(_together)
    for name in modules:
        import_module(f"cli.{name}").attach(made)
    return made


def _together() -> None:
    """客户之声闭环：采集 → 质检 → 分析 → 改进 → 验证 → 告知。"""


def __getattr__(name: str) -> typer.Typer:
    """Build `app`, with all commands, when somebody asks for it: importing them all takes seconds."""
    if name != "app":
        raise AttributeError(name)
    return globals().setdefault(name, build(MODULES))  # type: ignore[no-any-return]


def main() -> None:
    """Run a command; an error that people can mend is told in one Chinese sentence."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if asked in LIGHT:
            build((LIGHT[asked],))()
            return
        # Some commands import Prefect, which reads its environment at that moment.
        import_module("cli.server").prepare()
        build(MODULES)()
    except VocError as error:
        typer.echo(f"出错：{error}", err=True)
        sys.exit(1)
