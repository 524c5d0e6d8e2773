"""The kinds of files that can be read: to add one, copy a file and add a line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from sources.base import Pulled, Secret, Source
from sources.csv_file import CsvFile
from sources.excel_file import ExcelFile
from sources.http_pull import open_http
from sources.json_lines import JsonLines
from sources.mailbox import open_mailbox
from voc.errors import InputError, reason
from voc.intake.rows import Definition

KINDS: Final[dict[str, Callable[[Path, str, str], Source]]] = {
    "csv": lambda path, encoding, _: CsvFile(path, encoding),
    "excel": lambda path, _, sheet: ExcelFile(path, sheet),
    "jsonl": lambda path, encoding, _: JsonLines(path, encoding),
}
SUFFIXES: Final[dict[str, str]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}

PULLED: Final[dict[str, Callable[[Mapping[str, Any], Secret], Pulled]]] = {
    "http": open_http,
    "imap": open_mailbox,
}


def open_pulled(definition: Definition, secret: Secret) -> Pulled:
    """The system a definition of kind http or imap describes; `secret` finds a secret by its name."""
    return PULLED[definition.kind](definition.pull, secret)


_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf|\s)*<(?:!doctype|html|head|meta|table|style|\?xml)\b", re.IGNORECASE
)


def open_source(path: Path, definition: Definition | None = None) -> Source:
    """The reader for a file: the definition's kind, encoding and sheet, or what the suffix says."""
    kind = (definition.kind if definition else "") or SUFFIXES.get(path.suffix.lower(), "")
    _check_there(path)
    if not kind:
        raise InputError(f"不认识「{path.name}」的类型；可以读 {'、'.join(SUFFIXES)}。")
    if kind not in KINDS:
        raise InputError(f"不认识来源类型「{kind}」；可用的有 {'、'.join(KINDS)}。")
    kind = _kind_inside(path, kind)
    encoding, sheet = (definition.encoding, definition.sheet) if definition else ("", "")
    if sheet and kind != "excel":
        raise InputError(f"「{path.name}」不是 Excel 文件，没有工作表「{sheet}」可选。")
    return KINDS[kind](path, encoding, sheet)


def _check_there(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"「{path}」是一个文件夹，请写出里面的文件。")
    if str(path) == "-" or (path.exists() and not path.is_file()):
        raise InputError(f"「{path}」不是文件：文件要读不止一遍，不能来自管道，请先存成文件。")
    if not path.is_file():
        raise InputError(f"找不到文件「{path.name}」，请检查路径。")


def _kind_inside(path: Path, named: str) -> str:
    """The kind a file really is of: systems export text and web pages under the suffix of a workbook."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(f"打不开文件「{path.name}」：{reason(error)}。") from error
    if head.startswith(_WORKBOOKS):
        return "excel"
    if _PAGE.match(head):
        raise InputError(f"「{path.name}」其实是网页表格，请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。")
    return "csv" if named == "excel" and head else named
