"""Records that came with a feedback (ticket, order, transcript), kept in one cell under the titles they had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

OPEN, CLOSE = "〔", "〕"  # no export uses them; in a cell they are taken for ordinary brackets
_TITLE = re.compile(rf"^{OPEN}([^{CLOSE}\n]{{1,60}}){CLOSE}", re.MULTILINE)
_PLAIN = str.maketrans({OPEN: "（", CLOSE: "）"})


@dataclass(frozen=True)
class Record:
    """One record: the title of its column, and where its words stand in the joined cell."""

    source: str
    start: int
    text: str


def joined(cells: Mapping[str, str | None]) -> str | None:
    """Put the cells of one row under their titles; None where all are empty."""
    written = [
        f"{OPEN}{title.translate(_PLAIN)[:60]}{CLOSE}{cell.translate(_PLAIN)}"
        for title, cell in cells.items()
        if cell
    ]
    return "\n".join(written) or None


def split(cell: str) -> list[Record]:
    """Read the records of a joined cell again; words without a title are a record without a source."""
    titles = [(found.group(1), found.start(), found.end()) for found in _TITLE.finditer(cell)]
    starts = [*titles] if titles and titles[0][1] == 0 else [("", 0, 0), *titles]
    ends = [start for _, start, _ in starts[1:]] + [len(cell)]
    parts = [
        Record(source, begin, cell[begin:end].rstrip())
        for (source, _, begin), end in zip(starts, ends, strict=True)
    ]
    return [record for record in parts if record.text.strip()]
