"""JSON lines (one object a line), files that hold one JSON array of objects, and answers of interfaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sources.base import Chunk, RawRow, Unreadable, empty_chunk, storable
from sources.csv_file import MAX_LINE, check_text_file
from sources.encoding import open_text, undecodable
from voc.intake.guess import guess_mapping

_BLOCK = 1 << 20
MAX_DOCUMENT = 64 * _BLOCK  # characters of a file that is one JSON object: it is read as a whole
_SPACE = " \t\r\n"
# Numbers stay as they are written: 1.0 is not 1, and a long number is an identifier, not a float.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_Item = tuple[int, str, Any, str]  # row, raw text, parsed value, reason why it could not be parsed


class JsonLines:
    """A JSON lines file; `row` is the line number, or the position in the array when it is one array."""

    def __init__(self, path: Path, encoding: str = "") -> None:
        self.path, self.encoding = path, encoding

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield chunks of `size` records; columns are those seen so far, in order of appearance."""
        seen: dict[str, None] = {}
        chunk, yielded = empty_chunk(()), False
        for row, raw, value, reason in self._items():
            if len(chunk) >= size:
                yield replace(chunk, columns=tuple(seen))
                chunk, yielded = empty_chunk(()), True
            add_item(chunk, row, raw, value, reason)
            if chunk.rows and chunk.rows[-1].row == row:
                seen.update(dict.fromkeys(chunk.rows[-1].payload))
        if len(chunk) or not yielded:
            if not len(chunk):
                chunk.notes.append("文件里没有数据。")
            yield replace(chunk, columns=tuple(seen))

    def _items(self) -> Iterator[_Item]:
        codec = check_text_file(self.path, self.encoding)
        with open_text(self.path, codec) as stream:
            start = stream.read(4096).lstrip(_SPACE + "\ufeff")
            stream.seek(0)
            if start.startswith("["):
                yield from _array(stream)
            elif (document := _document(stream)) is not None:
                yield from document
            else:
                yield from _lines(stream)


def _document(stream: Any) -> list[_Item] | None:
    """The records of a file that is one JSON object, as an interface answers; None for one object a line."""
    first = stream.readline(MAX_LINE)
    one = bool(first.strip()) and not stream.read(4096).strip()
    stream.seek(0)
    if not one and _parsed(first.strip(_SPACE + "\ufeff"), 1)[1] == "":
        return None
    text = stream.read(MAX_DOCUMENT).strip(_SPACE + "\ufeff")
    stream.seek(0)
    value, reason = _parsed(text, 1)
    if reason or not isinstance(value, dict):
        return None
    records = max(_lists(value, 3), key=_worth, default=[])
    # One record on one line may hold a list as well: an order its goods.
    if not records or (one and not _worth(records)[0]):
        return None if one else [(1, text, value, "")]
    return [
        (row, json.dumps(record, ensure_ascii=False), record, "") for row, record in enumerate(records, 1)
    ]


def _lists(value: dict[str, Any], depth: int) -> Iterator[list[Any]]:
    for inner in value.values():
        if isinstance(inner, list) and inner and all(isinstance(record, dict) for record in inner):
            yield inner
        elif isinstance(inner, dict) and depth > 1:
            yield from _lists(inner, depth - 1)


def _worth(records: list[Any]) -> tuple[bool, int]:
    """Lists of records with words in them go before longer ones."""
    columns: dict[str, str] = {}
    for record in records[:20]:
        _flatten(record, "", columns)
    return "text" in guess_mapping(list(columns)), len(records)


def _lines(stream: Any) -> Iterator[_Item]:
    row = 0
    while line := stream.readline(MAX_LINE):
        row += 1
        cut = len(line) == MAX_LINE and not line.endswith(("\n", "\r"))
        while cut and (more := stream.readline(MAX_LINE)) and not more.endswith(("\n", "\r")):
            pass
        raw = line.strip(_SPACE + "\ufeff\x00")
        if cut:
            yield row, raw, None, f"第 {row} 行超过 {MAX_LINE:,} 个字符，只留下开头部分。"
        elif not raw:
            yield row, raw, {}, ""
        else:
            yield row, raw, *_parsed(raw, row)


def _parsed(raw: str, row: int) -> tuple[Any, str]:
    try:
        return _DECODER.decode(raw), ""
    except json.JSONDecodeError as error:
        return None, f"第 {row} 行不是完整的 JSON（第 {error.pos + 1} 个字符处出错）；一行应是一个对象。"
    except RecursionError:
        return None, f"第 {row} 行的 JSON 嵌套太深。"


def _array(stream: Any) -> Iterator[_Item]:
    """Items of one JSON array, read block by block."""
    text = stream.read(_BLOCK).lstrip(_SPACE + "\ufeff")[1:]
    row, done = 0, False
    while True:
        text = text.lstrip(_SPACE + ",") if row else text.lstrip(_SPACE)
        if text.startswith("]"):
            return
        try:
            value, end = _DECODER.raw_decode(text) if text else (None, 0)
            # A scalar that touches the end of the block may go on in the next one.
            whole = bool(text) and (end < len(text) or done)
        except json.JSONDecodeError:
            whole = False
        except RecursionError:
            yield row + 1, text, None, f"第 {row + 1} 个元素嵌套太深，从这里起没有读入。"
            return
        if whole:
            row += 1
            yield row, text[:end], value, ""
            text = text[end:]
        elif done or len(text) > MAX_LINE:
            yield (
                row + 1,
                text[:MAX_LINE],
                None,
                f"第 {row + 1} 个元素不是完整的 JSON，从这里起没有读入；请检查括号和引号。",
            )
            return
        else:
            block = stream.read(_BLOCK)
            text, done = text + block, not block


def add_item(chunk: Chunk, row: int, raw: str, value: Any, reason: str = "") -> None:
    """Put one JSON value where it belongs: among the rows, the unreadable or the blank ones."""
    if not reason and not isinstance(value, dict):
        reason = f'第 {row} 行不是 JSON 对象；每一行应是 {{"列名": "内容"}}。'
    if not reason and undecodable(raw):
        reason = f"第 {row} 行有字节不合文件的编码，请核对，或用 --encoding 指明编码。"
    if reason:
        chunk.unreadable.append(Unreadable(row, storable(raw), reason))
        return
    payload: dict[str, str] = {}
    try:
        _flatten(value, "", payload)
    except RecursionError:
        chunk.unreadable.append(Unreadable(row, storable(raw), f"第 {row} 行的 JSON 嵌套太深。"))
        return
    if "\\u0000" in raw or "\\ud" in raw.lower() or "\x00" in raw:
        payload = _cleaned(chunk, row, payload)
    if any(cell and not cell.isspace() for cell in payload.values()):
        chunk.rows.append(RawRow(row, payload))
    else:
        chunk.blank.append(row)
        chunk.bare.extend([] if raw else [row])


def _flatten(value: dict[str, Any], prefix: str, into: dict[str, str]) -> None:
    for key, cell in value.items():
        if isinstance(cell, str):
            into[prefix + key] = cell
        elif isinstance(cell, dict):
            _flatten(cell, f"{prefix}{key}.", into)
        elif cell is None:
            into[prefix + key] = ""
        elif isinstance(cell, bool):
            into[prefix + key] = "true" if cell else "false"
        else:
            into[prefix + key] = json.dumps(cell, ensure_ascii=False)


def _cleaned(chunk: Chunk, row: int, payload: dict[str, str]) -> dict[str, str]:
    clean = {storable(key): storable(cell) for key, cell in payload.items()}
    if clean != payload:
        chunk.notes.append(f"第 {row} 行去掉了 NUL 或不成对的代理字符。")
    return clean
