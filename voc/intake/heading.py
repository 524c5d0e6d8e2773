"""Which row of a table holds the names of its columns: titles and names of groups often stand above it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voc.amounts import MISSING, amount
from voc.intake.cells import parse_times
from voc.intake.guess import guess_mapping

LOOKED_AT: Final = 30  # first rows of a table in which its header is looked for
_NAME: Final = 30  # characters: what is longer is no name of a column
_KNOWN: Final = 2  # columns with usual names from which on a row is taken for a header


def heading(rows: Sequence[Sequence[str]]) -> int:
    """The place of the header among the first rows of a table, or of the first filled row if none is surely one.

    A row further down is the header only if all rows above fill fewer cells than it does, and if either it names
    more columns that are usually there than the first, or all above are titles of one cell and some column
    holds numbers or times from it on.
    """
    best = next((at for at, row in enumerate(rows) if _filled(row)), 0)
    widest = 0
    for at in range(best, len(rows)):
        own = len(_filled(rows[at]))
        if own > max(widest, 1) and _is_header(rows, best, at, widest):
            best = at
        widest = max(widest, own)
    return best


def _is_header(rows: Sequence[Sequence[str]], best: int, at: int, widest: int) -> bool:
    names = [rows[at][place].strip() for place in _filled(rows[at])]
    if len(set(names)) < len(names) or any(len(name) > _NAME or _measures(name) for name in names):
        return False
    known = len(guess_mapping(names))
    if known >= _KNOWN and known > len(guess_mapping([rows[best][place] for place in _filled(rows[best])])):
        return True
    return widest == 1 and any(_is_measured(rows[at + 1 :], place) for place in _filled(rows[at]))


def _is_measured(below: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
    told = [cell for cell in cells if cell.casefold() not in MISSING]
    return bool(told) and all(map(_measures, told))


def _measures(cell: str) -> bool:
    """Tell a number or a time."""
    return amount(cell) is not None or parse_times([cell])[0] is not None


def _filled(row: Sequence[str]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]
