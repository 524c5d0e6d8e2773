"""The protocol of every file source: chunks of rows, with nothing lost and nothing counted twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

# Finds a secret by the name a definition gives it.
Secret = Callable[[str], str]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class RawRow:
    """One readable row; `row` is its number as an editor or Excel shows it (a header is row 1)."""

    row: int
    payload: dict[str, str]


@dataclass(frozen=True)
class Unreadable:
    """One physical row that could not be read, with a Chinese reason that says how to mend it."""

    row: int
    raw: str
    reason: str


@dataclass(frozen=True)
class Chunk:
    """A piece of a file: every physical record is in exactly one of rows, unreadable and blank."""

    columns: tuple[str, ...]
    rows: list[RawRow]
    unreadable: list[Unreadable]
    blank: list[int]
    notes: list[str] = field(default_factory=list)  # what was silently mended, in Chinese
    bare: list[int] = field(default_factory=list)  # those of blank that are empty lines, without any cell

    def __len__(self) -> int:
        """Number of physical records in this chunk."""
        return len(self.rows) + len(self.unreadable) + len(self.blank)


class Source(Protocol):
    """Anything that can be read as a stream of chunks."""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield chunks of about `size` physical records, in file order."""
        ...


@dataclass(frozen=True)
class Page:
    """What one question to another system brought, and how far the source has been read with it."""

    chunk: Chunk
    mark: str


class Pulled(Protocol):
    """Another system that is asked for what is new since a mark."""

    @property
    def origin(self) -> str:
        """Where it is, without secrets."""

    def pages(self, mark: str | None, size: int, now: datetime) -> Iterator[Page]:
        """Yield what is new since `mark`, page by page; once a page is stored, its mark may be."""
        ...


def empty_chunk(columns: tuple[str, ...]) -> Chunk:
    """A chunk to be filled."""
    return Chunk(columns=columns, rows=[], unreadable=[], blank=[], notes=[])


def said_of_header(skipped: int) -> list[str]:
    """A Chinese note on the rows that stand above the header."""
    return [f"列名取自第 {skipped + 1} 行，上面的 {skipped} 行（标题或空行）不算数据。"] if skipped else []


def storable(text: str) -> str:
    """`text` without NUL and lone surrogates, which PostgreSQL refuses."""
    return _UNSTORABLE.sub("", text)


def column_names(header: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Unique, non-empty column names and Chinese notes on what had to be renamed."""
    taken = {storable(name).strip() for name in header}
    names: list[str] = []
    notes: list[str] = []
    for position, raw in enumerate(header, start=1):
        wanted = storable(raw).strip() or f"列{position}"
        name, copy = wanted, 2
        while name in names or (name != wanted and name in taken):
            name, copy = f"{wanted}_{copy}", copy + 1
        if name != raw.strip():
            notes.append(f"表头第 {position} 列「{storable(raw).strip()}」改称「{name}」（重名或空白）。")
        names.append(name)
    return tuple(names), notes
