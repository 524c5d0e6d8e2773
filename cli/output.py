"""How commands speak: tables for people, JSON for machines; progress goes to standard error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cli.breaking import break_chinese
from voc.zone import CHINA

break_chinese()
# Widths of columns: what stays whole, a name to be typed too, what words need at least, what stands between.
SHORT, NAME, LEAST, BORDER = 10, 24, 12, 3
# Sentences are left for the screen to break, so that addresses and commands in them can be copied.
console = Console(soft_wrap=True)
progress_console = Console(stderr=True, soft_wrap=True)


def as_json(value: object) -> None:
    """Print one JSON value, times in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain, indent=2))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def as_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Print rows as a table; no rows are said to be none."""
    if not rows:
        console.print(f"{title}：暂无。")
        return
    # As a title of the table it would be broken at its width.
    console.print(title, style="italic", highlight=False)
    table = Table(header_style="bold")
    cells = [[shown(row.get(key)) for key in columns] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(columns.values(), *cells, strict=True)]
    # What is short stays in one line where there is room: words give way to numbers, unless nothing is left of them.
    whole = [
        _stays_whole(column, width) for column, width in zip(zip(*cells, strict=True), widths, strict=True)
    ]
    room = (
        sum((width if kept else LEAST) + BORDER for width, kept in zip(widths, whole, strict=True))
        <= console.width
    )
    for (key, heading), kept in zip(columns.items(), whole, strict=True):
        counted = all(isinstance(row.get(key), int | float) for row in rows)
        table.add_column(heading, overflow="fold", no_wrap=room and kept,
                         justify="right" if counted else "left")  # fmt: skip
    for line in cells:
        table.add_row(*line)
    console.print(table, soft_wrap=False)


def _stays_whole(cells: Sequence[str], width: int) -> bool:
    return width <= SHORT or (
        width <= NAME and all(re.fullmatch(r"[\w.:-]+|—", cell, re.ASCII) for cell in cells)
    )


def dates(span: tuple[datetime, datetime]) -> str:
    """Write a stretch of time by its first and last day."""
    first, last = (at.astimezone(CHINA) for at in span)
    return f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def shown(value: Any) -> str:
    """Write a value as people read it."""
    match value:
        case None:
            return "—"
        case datetime():
            return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
        case list() | tuple():
            return "\n".join(map(str, value))
        case _:
            return str(value)
