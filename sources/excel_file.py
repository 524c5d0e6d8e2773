"""Excel files: the zip directory is looked at first, then python-calamine reads one sheet."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain, dropwhile, islice
from pathlib import Path
from typing import Any

from sources.base import Chunk, RawRow, Unreadable, column_names, empty_chunk, said_of_header, storable
from voc.errors import FileUnsafe, InputError, reason
from voc.intake.heading import LOOKED_AT, heading

MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
_SMALL = 1024 * 1024  # below this a high ratio is harmless: an empty sheet compresses very well


class ExcelFile:
    """A sheet of a workbook, the first if none is named, with one header row."""

    def __init__(self, path: Path, sheet: str = "") -> None:
        self.path, self.sheet = path, sheet

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield chunks of `size` rows; `row` is the number Excel shows."""
        check_safe(self.path)
        others: list[str] = []
        filled = dropwhile(_is_empty, _rows(self.path, others, self.sheet))
        head = list(islice(filled, LOOKED_AT))
        passed, columns, notes = _header(head, self.path.name)
        rows = chain(head[passed:], filled)
        notes += (
            [f"工作簿还有别的工作表，没有读入：{'、'.join(others)}；要读哪一张，请用 --sheet 指明。"]
            if others
            else []
        )
        first = True
        while (block := list(islice(rows, size))) or first:
            chunk = empty_chunk(columns)
            chunk.notes.extend(notes if first else ())
            if not block:
                chunk.notes.append("工作表只有表头，没有数据行。")
            for row, cells in block:
                _add(chunk, row, cells)
            yield chunk
            first = False


def check_safe(path: Path) -> None:
    """Refuse a workbook that unpacks to too much, before anything unpacks it into memory."""
    try:
        head = path.read_bytes()[:8] if path.stat().st_size < 8 else _head(path)
    except OSError as error:
        raise InputError(f"打不开文件「{path.name}」：{reason(error)}。") from error
    if not head:
        raise InputError(f"文件「{path.name}」是空的，请检查导出是否成功。")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if path.stat().st_size > MAX_UNPACKED:
            raise FileUnsafe(f"「{path.name}」超过 200 MB，没有打开；请拆成几份再导入。")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist(), path)
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, ValueError, EOFError) as error:
        raise InputError(f"「{path.name}」不是完整的 Excel 文件，请重新导出为 .xlsx。") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _check_directory(entries: list[zipfile.ZipInfo], path: Path) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise FileUnsafe(f"「{path.name}」里有 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个，没有打开。")
    if unpacked > MAX_UNPACKED:
        raise FileUnsafe(
            f"「{path.name}」解压后有 {unpacked >> 20} MB，超过 200 MB，没有打开；请拆成几份再导入。"
        )
    if unpacked > _SMALL and unpacked > MAX_RATIO * path.stat().st_size:
        raise FileUnsafe(f"「{path.name}」的压缩比超过 {MAX_RATIO} 倍，像压缩炸弹，没有打开；请重新导出。")
    with path.open("rb") as file:
        for entry in entries:
            if _unpacks_beyond(file, entry):
                raise FileUnsafe(
                    f"「{path.name}」的目录与内容不符（{entry.filename}），没有打开；请重新导出。"
                )


def _unpacks_beyond(file: Any, entry: zipfile.ZipInfo) -> bool:
    # The directory can lie about sizes and readers believe the stream, so count what really comes out.
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        return entry.compress_type != zipfile.ZIP_STORED or entry.compress_size > entry.file_size
    file.seek(entry.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    file.seek(name + extra, 1)
    inflate, out, left = zlib.decompressobj(-15), 0, entry.compress_size
    pending = b""
    while not inflate.eof and out <= entry.file_size and (left or pending):
        if not pending:
            pending = file.read(min(left, 65536))
            left -= len(pending)
            if not pending:
                break
        out += len(inflate.decompress(pending, 1 << 20))
        pending = inflate.unconsumed_tail
    return out > entry.file_size


def _rows(path: Path, others: list[str], wanted: str) -> Iterator[tuple[int, list[Any]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with path.open("rb") as file:  # by its path it would be taken for what its suffix says
            book = CalamineWorkbook.from_filelike(file)
        name = _sheet(book.sheet_names, wanted, path)
        others += [other for other in book.sheet_names if other != name]
        sheet = book.get_sheet_by_name(name)
        yield from enumerate(sheet.iter_rows(), start=1)
    except (CalamineError, IndexError, OSError) as error:
        raise InputError(f"「{path.name}」读不出来：{error}；请重新导出为 .xlsx。") from error


def _sheet(names: list[str], wanted: str, path: Path) -> str:
    """The sheet of a name, or of a number from 1."""
    if wanted and wanted not in names:
        if wanted.isdecimal() and 0 < int(wanted) <= len(names):
            return names[int(wanted) - 1]
        raise InputError(f"「{path.name}」里没有工作表「{wanted}」；有的是：{'、'.join(names)}。")
    return wanted or names[0]


def _header(first: list[tuple[int, list[Any]]], name: str) -> tuple[int, tuple[str, ...], list[str]]:
    """How many of the first rows end with the header, its names, and notes on it."""
    texts = [[cell_text(cell) for cell in cells] for _, cells in first]
    at = heading(texts)
    names = texts[at] if texts else []
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise InputError(f"「{name}」要读的工作表是空的，没有表头。")
    columns, notes = column_names(names)
    return at + 1, columns, [*said_of_header(first[at][0] - 1 if at else 0), *notes]


def _is_empty(row: tuple[int, list[Any]]) -> bool:
    return not any(cell_text(cell).strip() for cell in row[1])


def _add(chunk: Chunk, row: int, cells: list[Any]) -> None:
    width = len(chunk.columns)
    texts = [cell_text(cell) for cell in cells]
    if any(text.strip() for text in texts[width:]):
        raw = "\t".join(texts)
        chunk.unreadable.append(
            Unreadable(row, raw, f"第 {row} 行在表头最后一列的右边还有内容，请补上列名或删去。")
        )
    elif any(text.strip() for text in texts):
        texts += [""] * (width - len(texts))
        chunk.rows.append(RawRow(row, dict(zip(chunk.columns, texts[:width], strict=True))))
    else:
        chunk.blank.append(row)


def cell_text(cell: Any) -> str:
    """A cell as the text a person sees: 13800000000.0 is a number typed without a point."""
    if isinstance(cell, str):
        return storable(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        # Excel keeps days as floats, so a whole second may come out a few microseconds short.
        return (cell + dt.timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
    return "" if cell is None else str(cell)
