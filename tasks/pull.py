"""Pull: ask another system for what is new and put it into the vault, each page with the mark that follows it."""

from __future__ import annotations

from datetime import datetime

from models.engine import transaction
from models.intake.collecting import (
    drop_delivery,
    end_cut_short,
    finish_delivery,
    move_mark,
    note_error,
    open_delivery,
    store_part,
)
from models.schema.intake import Source
from settings import get_settings
from sources.base import Page
from sources.registry import open_pulled
from tasks.common import run_id
from tasks.rows import rows_of
from voc.errors import InputError
from voc.intake.rows import Definition


def pull(source: int, definition: Definition, now: datetime) -> list[int]:
    """Store what a system has since its mark; return the delivery, if it brought any row or could not be read."""
    pulled = open_pulled(definition, get_settings().source_secret)
    with transaction() as session:
        mark = session.get_one(Source, source).cursor
        end_cut_short(session, source, pulled.origin, now)
        delivery, _ = open_delivery(
            session, source, pulled.origin, f"pull:{now.isoformat()}", now, run_id() or ""
        )
    try:
        part = 0
        for page in pulled.pages(mark, get_settings().batch_rows, now):
            part += bool(len(page.chunk))
            _store(source, definition, delivery, part, page, now)
    except InputError as error:
        with transaction() as session:
            note_error(session, delivery, str(error))
        return [delivery]
    with transaction() as session:
        end = finish_delivery if part else drop_delivery
        end(session, delivery, now)
    return [delivery] if part else []


def _store(source: int, definition: Definition, delivery: int, part: int, page: Page, now: datetime) -> None:
    # Rows and mark in one transaction: killed at any point, the next run misses nothing and doubles nothing.
    with transaction() as session:
        if len(page.chunk):
            rows = rows_of(page.chunk, definition)
            store_part(session, source, delivery, part, rows, len(page.chunk.blank), now)
        move_mark(session, source, page.mark)
