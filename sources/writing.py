"""Writes tables as the files other systems export: CSV of any encoding, JSON lines, xlsx."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

RAW = "__raw__"  # a row's physical line, written as it stands: how broken rows are made


def write(
    folder: Path,
    name: str,
    kind: str,
    encoding: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str]],
) -> Path:
    """The path of the file `folder/name` holding the rows; kind is csv, jsonl or xlsx."""
    path = folder / name
    if kind == "xlsx":
        _write_xlsx(path, columns, rows)
    else:
        text = _csv(columns, rows) if kind == "csv" else _json_lines(columns, rows)
        path.write_bytes(text.encode(encoding or "utf-8"))
    return path


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        if RAW in row:
            buffer.write(row[RAW] + "\r\n")
        else:
            writer.writerow([row.get(column, "") for column in columns])
    return buffer.getvalue()


def _json_lines(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    lines = [
        row[RAW] if RAW in row else json.dumps({c: row.get(c, "") for c in columns}, ensure_ascii=False)
        for row in rows
    ]
    return "".join(line + "\n" for line in lines)


def _write_xlsx(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    # Customers' words must never become formulas, links or numbers.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "constant_memory": True}  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("反馈")
        for r, cells in enumerate([columns, *([row.get(c, "") for c in columns] for row in rows)]):
            for c, cell in enumerate(cells):
                if cell:
                    sheet.write_string(r, c, cell)
