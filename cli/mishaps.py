"""What no command foresaw, told in a sentence; where it happened is kept in a file for whoever mends it."""

from __future__ import annotations

import tempfile
import traceback

import typer

from voc.errors import reason


def unforeseen(error: Exception) -> int:
    """Tell of an error and return the exit code."""
    if isinstance(error, OSError) and error.filename:
        typer.echo(f"出错：「{error.filename}」：{reason(error)}。", err=True)
    else:
        said = " ".join(str(error).split())[:200]
        typer.echo(f"出错：程序遇到没有预料到的情况（{type(error).__name__}：{said}）。", err=True)
    with tempfile.NamedTemporaryFile("w", prefix="voc-", suffix=".log", delete=False) as file:
        traceback.print_exception(error, file=file)
    typer.echo(f"出错的位置记在「{file.name}」，请把它交给维护系统的人。", err=True)
    return 1
