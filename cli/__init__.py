"""The `voc` command: parse, call, say in Chinese what happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from cli.mishaps import unforeseen
from cli.usage import call
from voc.errors import VocError

# Each module with an `attach`, and the commands it adds: only the module that is asked for is imported, because
# importing them all takes seconds.
COMMANDS = {
    "run": ("run",),
    "demo": ("demo",),
    "score": ("score",),
    "similar": ("similar",),
    "detect": ("detect",),
    "compare": ("compare",),
    "effect": ("effect",),
    "calibrate": ("calibrate",),
    "show": ("problems", "actions", "verifications", "notices", "deliveries"),
    "problems": ("problem",),
    "alarms": ("alarms", "reviews", "review"),
    "causes": ("causes", "pareto", "changes"),
    "figures": ("figures",),
    "drivers": ("drivers", "agents"),
    "customers": ("customer", "segments", "coverage", "interviews"),
    "suspects": ("suspects",),
    "source": ("source",),
    "audit": ("audit",),
    "report": ("replay", "report"),
    "themes": ("themes", "needs"),
    "clarify": ("vague",),
    "backtest": ("backtest",),
    "decide": ("accept", "start", "implement", "return", "cancel", "case", "quarantine"),
    "contract": ("contract",),
    "approve": ("approvals", "approve"),
    "sla": ("sla",),
    "procedures": ("rootcause", "sop", "joint"),
    "classes": ("class",),
    "kb": ("kb",),
    "label": ("label",),
    "train": ("train", "evaluate", "adopt", "models"),
    "recode": ("recode",),
    "tell": ("resend", "dispatch", "channel"),
    "survey": ("survey",),
    "privacy": ("privacy",),
    "backup": ("backup", "restore"),
    "serve": ("serve",),
    "deploy": ("deploy",),
    "react": ("react",),
    "guard": ("guard",),
    "events": ("events",),
    "status": ("status",),
    "doctor": ("doctor",),
    "portal": ("portal",),
    "user": ("user",),
    "key": ("key", "webhook"),
}
ENGINES = frozenset(
    {"score", "similar", "detect", "compare", "effect", "calibrate"}
)  # need no house to stand in


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
    return globals().setdefault(name, build(COMMANDS))  # type: ignore[no-any-return]


def main() -> None:
    """Run a command; an error that people can mend is told in one Chinese sentence."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        needed = [module for module, names in COMMANDS.items() if asked in names] or COMMANDS
        if asked not in ENGINES:
            # Some commands import Prefect, which reads its environment at that moment.
            import_module("cli.server").prepare()
        sys.exit(call(build(needed)))
    except VocError as error:
        typer.echo(f"出错：{error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # nobody but us can mend it, and nobody else reads a traceback
        sys.exit(unforeseen(error))
