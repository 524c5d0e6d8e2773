"""How far a command is, on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.output import progress_console

SPOKEN = 100_000  # rows between two lines where there is no terminal


def follow(what: str, steps: Iterator[int], total: int | None) -> None:
    """Run a pass that yields the number of rows done to its end."""
    if progress_console.is_terminal:
        _bar(what, steps, total)
        return
    told = 0
    for done in steps:
        if done - told >= SPOKEN:
            progress_console.print(f"{what}：{done:,} 行", highlight=False)
            told = done


def _bar(what: str, steps: Iterator[int], total: int | None) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=progress_console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        for done in steps:
            bar.update(task, completed=done, total=total and max(total, done))
