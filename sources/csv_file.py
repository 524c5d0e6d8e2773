"""CSV files as people have them: any delimiter, any encoding, quotes that were never closed."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from sources.base import Chunk, RawRow, Unreadable, column_names, empty_chunk, said_of_header, storable
from sources.encoding import codec_named, detect_file, open_text, undecodable
from voc.errors import InputError, reason
from voc.intake.heading import LOOKED_AT, heading

DELIMITERS = (",", "\t", ";", "|")
NONE = "\x1f"  # of a file of one column, whose commas belong to the words
MAX_LINES = 200  # a quoted cell over more physical lines is taken for a quote that was never closed
MAX_LINE = 4_000_000  # characters of one physical line; what is longer is cut, and said so
_SNIFFED = 64 * 1024
_MOST = 0.8  # of the rows below a title that agree in their width if it is a table


class CsvFile:
    """A delimited text file with one header row; `encoding` and `delimiter` are found out when empty."""

    def __init__(self, path: Path, encoding: str = "", delimiter: str = "") -> None:
        self.path, self.encoding, self.delimiter = path, encoding, delimiter

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield chunks of `size` physical records; memory does not grow with the file."""
        codec = check_text_file(self.path, self.encoding)
        with open_text(self.path, codec) as stream:
            head = stream.read(_SNIFFED)
            stream.seek(0)
            delimiter = self.delimiter or sniff(head)
            yield from _Records(_Lines(stream, _titles(head, delimiter)), delimiter, codec).chunks(size)


def check_text_file(path: Path, encoding: str) -> str:
    """The codec to open a text file with; refuses missing, empty and binary files in Chinese."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(f"打不开文件「{path.name}」：{reason(error)}。") from error
    if not head:
        raise InputError(f"文件「{path.name}」是空的，请检查导出是否成功。")
    return codec_named(encoding) if encoding else detect_file(path)


def sniff(head: str) -> str:
    """The delimiter under which the first records agree best with the header, or with each other below a title."""
    rows = {mark: [cells for cells, _ in _records(head, mark)] for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: (_agreement(rows[mark]), -DELIMITERS.index(mark)))
    return best if _agreement(rows[best])[0] else NONE


def _records(head: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The first filled records of a text, each with the number of physical lines up to its end."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    with contextlib.suppress(csv.Error):
        for cells, _ in zip(reader, range(LOOKED_AT), strict=False):
            if cells:
                yield cells, reader.line_num


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    widths = [len(cells) for cells in rows]
    if not widths or max(widths) < 2:
        return 0.0, 0
    if widths[0] > 1:
        return widths.count(widths[0]) / len(widths), widths[0]
    # Below a title, most rows are as wide as each other; commas inside one column of words are not.
    width, count = Counter(widths).most_common(1)[0]
    return (count / len(widths) / 2, width) if width > 1 and count > _MOST * (len(widths) - 1) else (0.0, 0)


def _titles(head: str, delimiter: str) -> int:
    """The number of physical lines above the header."""
    rows = list(_records(head, delimiter))
    at = heading([cells for cells, _ in rows])
    return rows[at - 1][1] if at else 0


class _Lines:
    """Physical lines with a memory of the present record, so that a broken record can be given back."""

    def __init__(self, stream: io.TextIOWrapper, skipped: int = 0) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        for _ in range(skipped):
            self._read()
        self.skipped = skipped
        self.row = skipped + 1  # physical line at which the present record starts

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES:
            raise StopIteration
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line.replace("\x00", "") if "\x00" in line else line

    def _read(self) -> str:
        line = self._stream.readline(MAX_LINE)
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            while (more := self._stream.readline(MAX_LINE)) and not more.endswith(("\n", "\r")):
                pass
        return line

    def accept(self) -> None:
        """The present record is done with."""
        self.row += len(self.taken)
        self.taken.clear()

    def give_back(self) -> str:
        """Keep only the first line of the present record; the others will be read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        first = self.taken[0]
        del self.taken[1:]
        self.accept()
        return first


class _Records:
    """Turns physical lines into chunks, recovering at the next line after each broken record."""

    def __init__(self, lines: _Lines, delimiter: str, codec: str) -> None:
        self._lines, self._delimiter, self._codec = lines, delimiter, codec
        self._columns, self._notes = self._header()

    def chunks(self, size: int) -> Iterator[Chunk]:
        chunk = empty_chunk(self._columns)
        chunk.notes.extend(self._notes)
        started = False
        while self._fill(chunk, size):
            yield chunk
            chunk, started = empty_chunk(self._columns), True
        if not len(chunk) and not started:
            chunk.notes.append("文件只有表头，没有数据行。")
        if len(chunk) or not started:
            yield chunk

    def _fill(self, chunk: Chunk, size: int) -> bool:
        """Read on until the chunk is full (True) or the file has ended (False)."""
        width, row = len(self._columns), self._lines.row
        reader = self._reader()
        while len(chunk) < size:
            row = self._lines.row
            try:
                cells = next(reader)
            except StopIteration:
                return False
            except csv.Error as error:
                self._refuse(chunk, row, _quote_reason(row, str(error)))
                reader = self._reader()
                continue
            if len(cells) > width and not any(cells[width:]):
                del cells[width:]
            if len(cells) not in (width, 0):
                self._refuse(chunk, row, _width_reason(row, len(cells), width, len(self._lines.taken)))
                reader = self._reader()
                continue
            self._take(chunk, row, cells)
        return True

    def _take(self, chunk: Chunk, row: int, cells: list[str]) -> None:
        raw = self._lines.taken[0] if len(self._lines.taken) == 1 else "".join(self._lines.taken)
        if undecodable(raw):
            reason = (
                f"第 {row} 行有字节不是 {self._codec} 编码，请核对这一行，或用 --encoding 指明文件的编码。"
            )
            chunk.unreadable.append(Unreadable(row, storable(raw), reason))
        elif len(raw) >= MAX_LINE:
            chunk.unreadable.append(Unreadable(row, storable(raw), _long_reason(row)))
        elif any(cell and not cell.isspace() for cell in cells):
            chunk.rows.append(RawRow(row, dict(zip(self._columns, cells, strict=True))))
        else:
            chunk.blank.append(row)
            chunk.bare.extend([] if cells else [row])
        if "\x00" in raw:
            chunk.notes.append(f"第 {row} 行去掉了 {raw.count(chr(0))} 个 NUL 字符。")
        self._lines.accept()

    def _refuse(self, chunk: Chunk, row: int, reason: str) -> None:
        raw = self._lines.give_back()
        if len(raw) >= MAX_LINE:
            reason = _long_reason(row)
        chunk.unreadable.append(Unreadable(row, storable(raw), reason))

    def _reader(self) -> Iterator[list[str]]:
        # strict: the lenient mode glues `"a"b` together and so hides a quote that was never closed
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)

    def _header(self) -> tuple[tuple[str, ...], list[str]]:
        reader = self._reader()
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                raise InputError("文件里只有空行，没有表头。") from None
            except csv.Error:
                raise InputError(f"表头（第 {self._lines.row} 行）的引号没有成对，请修改后再导入。") from None
            if undecodable("".join(cells)):
                raise InputError(f"表头不是 {self._codec} 编码，请用 --encoding 指明文件的编码。")
            row = self._lines.row
            self._lines.accept()
            if any(cell.strip() for cell in cells):
                names, notes = column_names(cells)
                return names, [*said_of_header(row - 1 if self._lines.skipped else 0), *notes]


def _quote_reason(row: int, error: str) -> str:
    if "field limit" in error:
        limit = f"{csv.field_size_limit():,}"
        return f"第 {row} 行有一格超过 {limit} 个字符，或引号没有成对；请把这一格改短，或补上引号。"
    return f'第 {row} 行的引号没有成对；文字里的 " 请写成 ""，并用引号把整格括起来。'


def _width_reason(row: int, cells: int, width: int, lines: int) -> str:
    spread = f"（从第 {row} 行连到第 {row + lines - 1} 行）" if lines > 1 else ""
    return f"第 {row} 行读出 {cells} 格，表头是 {width} 列{spread}；请检查这一行的分隔符和引号。"


def _long_reason(row: int) -> str:
    return f"第 {row} 行超过 {MAX_LINE:,} 个字符，只留下开头部分；请检查文件的换行。"
