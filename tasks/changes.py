"""Changes in the business: a file of releases, campaigns, suppliers … becomes rows that problems are set beside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.engine import transaction
from models.intake.business import store_changes
from sources.base import Chunk
from sources.registry import open_source
from voc.causes.changes import Change, read_changes
from voc.errors import InputError

CHUNK = 10_000


@dataclass(frozen=True)
class Taken:
    """What became of a file of changes: how many were new, how many known, and what was wrong with which rows."""

    new: int
    known: int
    errors: tuple[str, ...]


def take_in_changes(path: Path) -> Taken:
    """Read a file of changes and store those that are right; the same file twice changes nothing."""
    changes: list[Change] = []
    errors: list[str] = []
    chunk: Chunk | None = None
    for chunk in open_source(path).chunks(CHUNK):
        read = read_changes(
            chunk.columns, [row.payload for row in chunk.rows], [row.row for row in chunk.rows]
        )
        changes += read.changes
        errors += [*(f"第 {bad.row} 行：{bad.reason}" for bad in chunk.unreadable), *read.errors]
    if chunk is None:
        raise InputError(f"「{path.name}」是空的。第一行要写列名：类型、名称、开始时间……")
    unique = list(dict.fromkeys(changes))
    with transaction() as session:
        new = store_changes(session, unique)
    return Taken(new, len(unique) - new, tuple(errors))
