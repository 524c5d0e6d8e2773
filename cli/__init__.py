"""The `voc` command: parse, call, say in Chinese what happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from cli.listing import COMMANDS
from cli.mishaps import unforeseen
from cli.usage import call
from voc.errors import VocError

ENGINES = frozenset(
    {"score", "similar", "detect", "compare", "effect", "calibrate"}
)  # need no house to stand in


def build(modules: Iterable[str]) -> typer.Typer:
    """Put the commands of some modules together."""
    made = _empty()
    for name in modules:
        import_module(f"cli.{name}").attach(made)
    for command in made.registered_commands:
        words = COMMANDS[command.name or ""].words
        command.help, command.short_help = command.help or words, words
    for group in made.registered_groups:
        group.help = COMMANDS[group.name or ""].words
    return made


def listed() -> typer.Typer:
    """Put the names of all commands together, and what they do, without what does it."""
    made = _empty()
    for name, command in COMMANDS.items():
        made.command(name, help=command.words)(_together)
    return made


def _empty() -> typer.Typer:
    made = typer.Typer(
        help="客户之声闭环：采集 → 质检 → 分析 → 改进 → 验证 → 告知。", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    made.callback()(_together)
    return made


def _together() -> None:
    """客户之声闭环：采集 → 质检 → 分析 → 改进 → 验证 → 告知。"""


def __getattr__(name: str) -> typer.Typer:
    """Build `app`, with all commands, when somebody asks for it: importing their modules takes seconds."""
    if name != "app":
        raise AttributeError(name)
    modules = dict.fromkeys(command.module for command in COMMANDS.values())
    return globals().setdefault(name, build(modules))  # type: ignore[no-any-return]


def main() -> None:
    """Run a command; an error that people can mend is told in one Chinese sentence."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        if asked in COMMANDS and asked not in ENGINES:
            # Some commands import Prefect, which reads its environment at that moment.
            import_module("cli.server").prepare()
        sys.exit(call(build([COMMANDS[asked].module]) if asked in COMMANDS else listed()))
    except VocError as error:
        typer.echo(f"出错：{error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # nobody but us can mend it, and nobody else reads a traceback
        sys.exit(unforeseen(error))
