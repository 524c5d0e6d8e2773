"""What the library of the command line says by itself, said in Chinese: the frame of help pages, wrong calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import typer
from typer import rich_utils

# typer carries its own copy of click and hands out neither its errors nor its pages under a public name.
from typer._click.exceptions import MissingParameter, NoArgsIsHelpError, UsageError
from typer._click.formatting import HelpFormatter
from typer.core import TyperArgument

from cli.breaking import break_chinese
from cli.listing import GROUPS

FRAME: Mapping[str, str] = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "ENVVAR_STRING": "[环境变量：{}]",
    "RANGE_STRING": "（{}）",
    "ABORTED_TEXT": "已中止。",
}
KINDS: Mapping[str, str] = {
    "int": "整数", "float": "数", "str": "文字", "path": "路径", "file": "文件", "directory": "文件夹", "bool": "",
    "%Y-%m-%d": "年-月-日",
}  # fmt: skip
# What the library says of a wrong call, and how it is said here; groups are filled in by their order.
SENTENCES: tuple[tuple[str, str], ...] = (
    (r"Missing argument '(.+?)'\..*", "缺少参数 {0}"),
    (r"Missing option '(.+?)'\..*", "缺少选项 {0}"),
    (r"Missing command\.", "没有写要做什么"),
    (r"No such command '(.+?)'\. Did you mean (.+)\?", "没有命令 {0}；是不是 {1}"),
    (r"No such command '(.+?)'\.?", "没有命令 {0}"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "没有选项 {0}；是不是 {1}"),
    (r"No such option: (\S+)", "没有选项 {0}"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "多出了 {0}"),
    (r"Option '(.+?)' requires .*", "选项 {0} 后面要跟一个值"),
    (r"Option '(.+?)' does not take a value\.", "选项 {0} 后面不跟值"),
    (r"Invalid value for '(.+?)': Input should be a valid integer.*", "{0} 要写整数"),
    (r"Invalid value for '(.+?)': Input should be a valid number.*", "{0} 要写数"),
    (r"Invalid value for '(.+?)': Input should be a valid datetime.*", "{0} 要写日期，如 2026-11-01"),
    (r"Invalid value for '(.+?)': Input should be a valid boolean.*", "{0} 要写是或否（true、false）"),
    (r"Invalid value for '(.+?)': Input should be greater than or equal to (.+)", "{0} 不能小于 {1}"),
    (r"Invalid value for '(.+?)': Input should be less than or equal to (.+)", "{0} 不能大于 {1}"),
    (r"Invalid value for '(.+?)': Input should be greater than (.+)", "{0} 要大于 {1}"),
    (r"Invalid value for '(.+?)': Input should be less than (.+)", "{0} 要小于 {1}"),
    (r"Invalid value for '(.+?)': Input should be (.+)", "{0} 只能是 {1}"),
    (r"Invalid value for '(.+?)': Value error, (.+) is not one of (.+)\.", "{0} 不能是 {1}，只能是 {2}"),
    (r"Invalid value for '(.+?)': \S+ (.+) does not exist\.", "{0}：没有 {1}"),
    (r"Invalid value for '(.+?)': (.+)", "{0}：{1}"),
)


class _Page(HelpFormatter):
    """A help page that begins in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")


class _Context(typer.Context):
    formatter_class = _Page


def call(app: typer.Typer) -> int:
    """Run the command that was asked for; tell in one Chinese sentence what was wrong with the call."""
    try:
        left = in_chinese(typer.main.get_command(app))(standalone_mode=False)
    except UsageError as error:
        _tell(error)
        return error.exit_code
    except typer.Abort:
        typer.echo("已中止。", err=True)
        return 1
    return left if isinstance(left, int) else 0


def in_chinese(command: Any) -> Any:
    """Let the help pages of a command, and of those below it, say in Chinese what the library says in them."""
    _dress()
    for each in _all(command):
        _translate(each)
    _group(command)
    return command


def _group(command: Any) -> None:
    found = command.commands
    for title, names in GROUPS.items():
        for name in names:
            if name in found:
                found[name].rich_help_panel = title
                found[name] = found.pop(name)  # to the end: the page lists them as they stand


@cache
def _dress() -> None:
    break_chinese()
    for name, words in FRAME.items():
        setattr(rich_utils, name, words)
    plain: Callable[..., Any] = rich_utils._make_rich_text

    def whole(**told: Any) -> Any:
        # Chinese has no spaces to break at: by itself a table cuts off what does not fit.
        text = plain(**told)
        text.overflow = "fold"
        return text

    rich_utils._make_rich_text = whole


def _all(command: Any) -> Iterator[Any]:
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from _all(each)


def _translate(command: Any) -> None:
    command.context_class = _Context
    command.options_metavar = "[选项]"
    if hasattr(command, "commands"):
        command.subcommand_metavar = "命令 [参数]"
    context = _Context(command)
    if helps := command.get_help_option(context):
        helps.help, helps.metavar = "显示这段说明", ""
    for option in command.params:
        _call_kind(option, option.display_type(context) or "")


def _call_kind(option: Any, shown: str) -> None:
    several = "list[" in shown
    kind = KINDS.get(re.sub(r"list\[(.*)\]", r"\1", re.sub(r"[<>]| range", "", shown)).lower())
    if kind is None:
        return
    words = f"{kind}，可多个" if several else kind
    if isinstance(option, TyperArgument):  # its metavar stands for its name
        option.display_type_rich = lambda ctx: words  # type: ignore[method-assign]
    elif option.metavar is None:
        option.metavar = words


def sentence(said: str) -> str:
    """Say in Chinese what the library said of a wrong call; what is not known stays as it is."""
    for pattern, words in SENTENCES:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return words.format(
                *(
                    re.sub(r"'|\n", "", part.replace(", ", "、").replace(" or ", "、"))
                    for part in found.groups()
                )
            )
    return said


def _tell(error: UsageError) -> None:
    if isinstance(error, NoArgsIsHelpError):  # the page itself has been printed
        return
    asked = getattr(error, "param", None)
    helps = f"（{asked.help}）" if isinstance(error, MissingParameter) and asked and asked.help else ""
    if error.ctx:
        typer.echo(error.ctx.get_usage(), err=True)
    typer.echo(f"出错：{sentence(error.format_message())}{helps}。", err=True)
    if error.ctx:
        typer.echo(f"全部用法：{error.ctx.command_path} --help", err=True)
