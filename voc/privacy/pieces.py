"""Which pieces of texts are read again: the clauses around a name in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable

Piece = tuple[int, int, int]  # row, start, end
_PAUSE = re.compile("[，。！？,!?；; \n]")
_REACH = 5  # characters to either side that the clauses hold at least


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clauses that reach some way to either side of text[start:end] start and end."""
    begun = max((found.end() for found in _PAUSE.finditer(text, 0, max(0, start - _REACH))), default=0)
    pause = _PAUSE.search(text, end + _REACH)
    return begun, pause.end() if pause else len(text)


def united(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces in order, those that overlap as one."""
    apart: list[Piece] = []
    for row, start, end in sorted(pieces):
        if apart and apart[-1][0] == row and start < apart[-1][2]:
            _, start, last = apart.pop()
            end = max(end, last)
        apart.append((row, start, end))
    return apart
