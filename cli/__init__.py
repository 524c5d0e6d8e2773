"""The `voc` command: parse, call, say in Chinese what happened."""

from __future__ import annotations

import sys

import typer

from cli import decide, demo, doctor, run, serve, show, tell
from voc.errors import VocError

app = typer.Typer(
    help="客户之声闭环：采集 → 质检 → 分析 → 改进 → 验证 → 告知。", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
for module in (run, demo, show, decide, tell, serve, doctor):
    module.attach(app)


def main() -> None:
    """Run a command; an error that people can mend is told in one Chinese sentence."""
    try:
        app()
    except VocError as error:
        typer.echo(f"出错：{error}", err=True)
        sys.exit(1)
