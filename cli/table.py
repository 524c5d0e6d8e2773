"""Tables in, tables out, for commands that work on one file without the database."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO

from sources.base import Chunk, Source
from sources.json_lines import JsonLines
from sources.registry import open_source
from voc.errors import InputError, reason
from voc.intake.rows import definition_from_dict

STANDARD_OUT = "-"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Row:
    """One data row: its cells in the order of the columns, its number as an editor or Excel shows it.

    `unreadable` says why, when it could not be read.
    """

    cells: list[str]
    number: int
    unreadable: str = ""


def open_table(path: Path, encoding: str = "", sheet: str = "") -> Source:
    """The reader for a file of any known kind."""
    given = {"name": "file", "channel": "web", "encoding": encoding, "sheet": sheet}
    return open_source(path, definition_from_dict(given))


def text_of(path: Path) -> str:
    """The text of a small file that people wrote by hand, such as a definition in TOML."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"「{path}」不是 UTF-8 编码，请用编辑器另存为 UTF-8。") from None
    except OSError as error:
        raise InputError(f"读不了「{path}」：{reason(error)}。") from error


def columns_of(source: Source) -> tuple[tuple[str, ...], list[str]]:
    """All columns of a file and the notes on its header; JSON lines are read through for them."""
    first = next(source.chunks(100), None)
    columns, notes = (first.columns, first.notes) if first is not None else ((), [])  # a chunk may be empty
    if isinstance(source, JsonLines):
        for chunk in source.chunks(10_000):
            columns = chunk.columns
    return columns, notes


def find_column(wanted: str, columns: Sequence[str], option: str) -> str:
    """The column a person named; InputError with the nearest name and all there are."""
    name = wanted.strip()
    if name in columns:
        return name
    folded = {column.casefold(): column for column in reversed(columns)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.5)
    guess = f"是不是「{folded[near[0]]}」？" if near else ""
    raise InputError(f"没有列「{wanted}」（{option}）。{guess}文件里有的列：{'、'.join(columns)}。")


def rows_of(chunk: Chunk, columns: Sequence[str], shown_in: str) -> list[Row]:
    """The data rows of a chunk in file order, blank ones included, empty lines not.

    A row that could not be read keeps its whole text in the column `shown_in`.
    """
    found = {row.row: Row([row.payload.get(column, "") for column in columns], row.row) for row in chunk.rows}
    bare = set(chunk.bare)
    found |= {row: Row([""] * len(columns), row) for row in chunk.blank if row not in bare}
    for bad in chunk.unreadable:
        cells = [bad.raw.rstrip("\r\n") if column == shown_in else "" for column in columns]
        found[bad.row] = Row(cells, bad.row, bad.reason)
    return [found[row] for row in sorted(found)]


def count_lines(path: Path) -> int | None:
    """About how many rows a text file has, for a progress bar; None for a workbook."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        return None
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))


def parse_scale(text: str) -> tuple[float, float]:
    """The worst and the best rating of a scale written as 1-5."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", text)
    if not found or float(found[1]) == float(found[2]):
        raise InputError(f"评分范围「{text}」看不懂，请写成 1-5 或 0-10。")
    return float(found[1]), float(found[2])


def own_names(ours: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Our columns under the names they get beside the input's: `type_voc` where `type` is taken."""
    taken, names = set(columns), {}
    for column in ours:
        name, copy = column, 1
        while name in taken:
            name, copy = f"{column}_voc{copy if copy > 1 else ''}", copy + 1
        taken.add(name)
        names[column] = name
    return names


def check_target(path: Path, out: str, option: str = "--out") -> None:
    """Refuse, before any work is done, a target that cannot be written or would overwrite the input."""
    if out == STANDARD_OUT:
        return
    target = Path(out)
    if target.is_dir():
        raise InputError(f"不能写到「{out}」：这是一个文件夹。请在 {option} 里写上文件名。")
    if not target.parent.is_dir():
        raise InputError(f"不能写到「{out}」：没有文件夹「{target.parent}」。请检查 {option}。")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"不能写到「{out}」：没有写文件夹「{target.parent}」的权限。请检查 {option}。")
    if target.exists() and path.exists() and target.samefile(path):
        raise InputError(f"{option} 与输入是同一个文件，会把原文件覆盖；请换一个名字。")
    if target.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise InputError(f"结果写成 CSV；请把 {option} 的扩展名写成 .csv（要用 Excel 打开，请加 --excel）。")


@contextlib.contextmanager
def target(out: str, excel: bool) -> Iterator[IO[str]]:
    """A text stream to write to; the file gets its name only when all of it is written."""
    encoding = "utf-8-sig" if excel else "utf-8"
    if out == STANDARD_OUT:
        stream = open(sys.stdout.fileno(), "w", encoding=encoding, newline="", closefd=False)  # noqa: SIM115
        with stream:
            yield stream
        return
    part = Path(out + ".part")
    try:
        with part.open("w", encoding=encoding, errors="replace", newline="") as file:
            yield file
        os.replace(part, out)
    except OSError as error:
        raise InputError(f"写不了「{out}」：{reason(error)}。") from error
    finally:
        part.unlink(missing_ok=True)
