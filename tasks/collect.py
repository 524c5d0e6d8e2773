"""Collect: read what is waiting in the sources and put it into the vault, part by part."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from prefect import State
from sqlalchemy import select

from models.engine import transaction
from models.intake.collecting import (
    errors_of,
    finish_delivery,
    known_delivery,
    note_error,
    open_delivery,
    part_size,
    reading,
    store_part,
)
from models.schema.intake import Source
from settings import get_settings
from sources.registry import open_source
from tasks.common import refused, run_id, stage
from tasks.interpreter import at_work
from tasks.pull import pull
from tasks.rows import rows_of
from voc.errors import InputError, VocError
from voc.intake.rows import Definition, definition_from_dict


@dataclass(frozen=True)
class File:
    """A file to read, with the source it belongs to."""

    source_id: int
    definition: Definition
    path: Path
    fingerprint: str


@stage("列出来源")
def list_sources(wanted: Sequence[str] = ()) -> list[str]:
    """List the sources to be read: those asked for, or all with somewhere to read from; none that rests."""
    with transaction() as session:
        sources = session.scalars(select(Source).order_by(Source.name)).all()
    resting = {one.name for one in sources if one.paused_at is not None}
    known = [one.name for one in sources if one.definition.get("path") or one.definition.get("pull")]
    return [name for name in wanted or known if name not in resting]


@stage("采集来源", task_run_name="采集·{source}")
def collect_source(source: str, now: datetime, again: bool = False) -> list[int] | State[Any]:
    """Read a source as a step of a flow; what keeps it from being read fails the step with one sentence."""
    try:
        return read_source(source, now, again)
    except VocError as error:
        return refused(error)


def read_source(source: str, now: datetime, again: bool = False) -> list[int]:
    """Read what is new in a source (all of its files, `again`) and return the deliveries.

    Raises SourceBusy while another run is reading it, InputError when there is nothing to read.
    """
    with reading(source):
        row, definition = _known(source)
        if definition.pull:
            return pull(row, definition, now)
        return [_deliver(file, now) for file in _files(row, definition, again)]


@stage("核对采集结果")
def failures(deliveries: list[int]) -> list[str]:
    """List the files among these deliveries that could not be read, with the reason."""
    with transaction() as session:
        return errors_of(session, deliveries)


def _known(source: str) -> tuple[int, Definition]:
    with transaction() as session:
        row = session.scalars(select(Source).where(Source.name == source)).first()
        if row is None:
            raise InputError(f"没有名为「{source}」的来源。")
        return row.id, definition_from_dict(row.definition)


def _files(source: int, definition: Definition, again: bool) -> list[File]:
    names = {name for pattern in definition.path.splitlines() for name in glob.glob(pattern)}
    paths = [Path(name) for name in sorted(names)]
    files = [File(source, definition, path, _fingerprint(path, definition.sheet)) for path in paths]
    if again and not files:
        raise InputError(f"找不到文件「{definition.path}」，请检查路径。")
    with transaction() as session:
        return [file for file in files if again or not known_delivery(session, source, file.fingerprint)]


def _fingerprint(path: Path, sheet: str) -> str:
    with path.open("rb") as file:
        told = hashlib.file_digest(file, "sha256")
    told.update(sheet.encode())  # another sheet of the same workbook holds other rows
    return told.hexdigest()


def _deliver(file: File, now: datetime) -> int:
    with transaction() as session:
        delivery, stored = open_delivery(
            session, file.source_id, file.path.name, file.fingerprint, now, run_id() or ""
        )
        size = part_size(session, delivery) or get_settings().batch_rows
    try:
        _store_parts(file, delivery, stored, size, now)
    except InputError as error:
        # One bad file must not keep the others out: it waits, and the run says why.
        with transaction() as session:
            note_error(session, delivery, str(error))
        return delivery
    with transaction() as session:
        finish_delivery(session, delivery, now)
    return delivery


def _store_parts(file: File, delivery: int, stored: int, size: int, now: datetime) -> None:
    def store(part: int, rows: pl.DataFrame, blank: int) -> None:
        with transaction() as session:
            store_part(session, file.source_id, delivery, part, rows, blank, now)

    # While PostgreSQL takes a part, the next one is read.
    with at_work(), ThreadPoolExecutor(1, "collect") as writer:
        begun: Future[None] | None = None
        for part, (rows, blank) in enumerate(_prepared(file, size), 1):
            # Parts that an earlier, interrupted run stored are read past: same bytes, same size, same parts.
            if part > stored:
                if begun:
                    begun.result()
                begun = writer.submit(store, part, rows, blank)
        if begun:
            begun.result()


def _prepared(file: File, size: int) -> Iterator[tuple[pl.DataFrame, int]]:
    for chunk in open_source(file.path, file.definition).chunks(size):
        if len(chunk):
            yield rows_of(chunk, file.definition), len(chunk.blank)
