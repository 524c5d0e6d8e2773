"""Tables as files that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from voc.exporting import defused


@dataclass(frozen=True)
class Table:
    """A name, the titles of its columns, and its rows."""

    name: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Any]]


def as_csv(tables: Sequence[Table]) -> bytes:
    """Write tables one below the other, with a mark that lets Excel read the encoding."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    for table in tables:
        writer.writerow([table.name])
        writer.writerow([defused(title) for title in table.titles])
        writer.writerows([[defused(cell) for cell in row] for row in table.rows])
        writer.writerow([])
    return stream.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """Write each table as a sheet, its cells as plain texts and numbers."""
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for table in tables:
            sheet = book.add_worksheet(table.name[:31])
            sheet.write_row(0, 0, table.titles, bold)
            for number, row in enumerate(table.rows, 1):
                sheet.write_row(number, 0, row)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.titles) - 1, 18)
    return stream.getvalue()
