"""The machinery of `voc score`: rows stream through one or two processes into a file of columns.

Two passes: labels and copies are written as rows come in; priority depends on how often the whole file
complains of an issue, so it is added when everything has been read.
"""

from __future__ import annotations

import csv
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from io import StringIO
from math import nan
from multiprocessing import get_context
from typing import IO

import numpy as np
from numpy.typing import NDArray

from cli.table import Row, rows_of
from sources.base import Source
from tasks.assets import cleaning, model, taxonomy
from voc.cleaning.repeats import Repeats
from voc.intake.identity import tiers
from voc.intake.rows import known, not_understood, parse_ratings, parse_times
from voc.priority import Factors, prioritise
from voc.reading.model import TYPES
from voc.reading.scoring import REASON_NAMES, UNDERSTOOD, UNREADABLE, Scored, ranks, score
from voc.standing import Standing

CHUNK = 2_000  # rows read, understood and written at a time
AHEAD = 4  # chunks under way at once: enough to keep two processes busy
BLOCK = 20_000  # rows ranked at a time
PERIOD = timedelta(days=28)
QUOTED = 3  # cells that were not understood


@dataclass(frozen=True)
class Plan:
    """What to read from which columns; `text` may join several with a line break."""

    source: Source
    columns: tuple[str, ...]
    text: tuple[str, ...]
    rating: str
    scale: tuple[float, float]
    time: str
    customer: str
    value: str
    processes: int


@dataclass
class Unread:
    """Cells that hold something nobody understood, a few of them word for word."""

    count: int = 0
    cells: list[str] = field(default_factory=list)

    def add(self, given: Sequence[str | None], read: Sequence[object]) -> None:
        """Compare cells with what was read from them."""
        lost = not_understood(given, read)
        self.count += len(lost)
        self.cells = list(dict.fromkeys([*self.cells, *lost[:QUOTED]]))[:QUOTED]


@dataclass
class Tally:
    """What is told when everything is written."""

    rows: int = 0
    types: Counter[str] = field(default_factory=Counter)
    sentiments: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    priorities: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    ratings: Unread = field(default_factory=Unread)
    times: Unread = field(default_factory=Unread)


class Scoring:
    """One run over one file: `read` as chunks come in, then `write` once."""

    def __init__(self, plan: Plan, spool: IO[bytes]) -> None:
        self._plan, self._spool = plan, spool
        self._repeats, self._standing = Repeats(), Standing()
        self._lengths, self._type, self._severity = array("L"), array("b"), array("b")
        self._sentiment, self._value, self._copies = array("f"), array("b"), array("q")
        self.tally = Tally()

    def read(self) -> Iterator[int]:
        """Understand and spool the whole file, yielding the number of rows done so far."""
        with ExitStack() as stack:
            for rows, scored in self._scored(stack):
                self._take(rows, scored)
                yield self.tally.rows

    def _scored(self, stack: ExitStack) -> Iterator[tuple[list[Row], Scored]]:
        if self._plan.processes == 1:
            yield from ((rows, understand_rows(*self._asked(rows))) for rows in self._chunks())
            return
        # A plain fork would copy locks held by threads of this process; the fork server has none.
        context = get_context("forkserver")
        context.set_forkserver_preload(["voc.reading.scoring", "tasks.assets"])
        pool = stack.enter_context(ProcessPoolExecutor(self._plan.processes, context))
        waiting: deque[tuple[list[Row], Future[Scored]]] = deque()
        for rows in self._chunks():
            waiting.append((rows, pool.submit(understand_rows, *self._asked(rows))))
            if len(waiting) > AHEAD:
                yield _done(*waiting.popleft())
        while waiting:
            yield _done(*waiting.popleft())

    def _chunks(self) -> Iterator[list[Row]]:
        plan = self._plan
        for chunk in plan.source.chunks(CHUNK):
            self.tally.notes += [bad.reason for bad in chunk.unreadable]
            rows = rows_of(chunk, plan.columns, plan.text[0])
            if rows:
                yield rows

    def _column(self, rows: Sequence[Row], name: str) -> list[str | None]:
        if not name:
            return [None] * len(rows)
        place = self._plan.columns.index(name)
        return known([row.cells[place].strip() or None for row in rows])

    def _asked(self, rows: Sequence[Row]) -> tuple[list[str], list[float | None]]:
        places = [self._plan.columns.index(name) for name in self._plan.text]
        texts = [
            "" if row.unreadable else "\n".join(filter(None, (row.cells[place] for place in places)))
            for row in rows
        ]
        given = self._column(rows, self._plan.rating)
        ratings = parse_ratings(given, self._plan.scale)
        self.tally.ratings.add(given, ratings)
        return texts, ratings

    def _take(self, rows: list[Row], scored: Scored) -> None:
        first = self.tally.rows + 1
        customers = self._column(rows, self._plan.customer)
        signed = customers if self._plan.customer else None
        copies = self._repeats.find(first, scored.words, scored.hashes, scored.bands, signed)
        reasons = [
            UNREADABLE if row.unreadable else reason or (copy[1] if copy else None)
            for row, reason, copy in zip(rows, scored.reasons, copies, strict=True)
        ]
        scored.cells["reject_reason"] = [
            REASON_NAMES.get(reason, reason) if reason else "" for reason in reasons
        ]
        scored.cells["duplicate_of"] = [str(copy[0]) if copy else "" for copy in copies]
        self._copies.extend(copy[0] if copy else 0 for copy in copies)
        self._note(rows, customers, scored, [copy is not None for copy in copies])
        self._write_down(rows, scored)

    def _note(
        self, rows: list[Row], customers: Sequence[str | None], scored: Scored, copied: Sequence[bool]
    ) -> None:
        """Keep what priority depends on; rejected and copied complaints are not counted."""
        given = self._column(rows, self._plan.time)
        moments = parse_times(given)
        self.tally.times.add(given, moments)
        counted = [
            set() if copy or reason else codes
            for codes, reason, copy in zip(scored.complaints, scored.reasons, copied, strict=True)
        ]
        self._standing.add(
            counted,
            [moment.timestamp() if moment else nan for moment in moments],
            [_number(customer, self.tally.rows + n) for n, customer in enumerate(customers)],
        )
        self._type.extend(TYPES.index(kind) for kind in scored.type)
        self._severity.extend(scored.severity.tolist())
        self._sentiment.extend(scored.sentiment.tolist())
        self._value.extend(tiers(self._column(rows, self._plan.value)))

    def _write_down(self, rows: list[Row], scored: Scored) -> None:
        tally, cells = self.tally, scored.cells
        tally.rows += len(rows)
        tally.types.update(filter(None, cells["type"]))
        tally.sentiments.update(filter(None, cells["sentiment"]))
        tally.areas.update(name for names in scored.areas for name in names)
        tally.reasons.update(filter(None, cells["reject_reason"]))
        ours = zip(*(cells[name] for name in UNDERSTOOD), strict=True)
        for row, own in zip(rows, ours, strict=True):
            record = _line([*row.cells, *own])
            self._lengths.append(len(record))
            self._spool.write(record)

    def write(self, out: IO[str], header: Sequence[str]) -> Iterator[int]:
        """Write header and rows with their priority, yielding the number of rows written so far."""
        frequency, scope = self._counts()
        out.write(_line(header).decode() + "\n")
        self._spool.seek(0)
        for start in range(0, self.tally.rows, BLOCK):
            part = slice(start, start + BLOCK)
            priorities = prioritise(
                Factors(
                    frequency=frequency[part],
                    scope=scope[part],
                    customer_value=np.array(self._value[part], dtype=np.float64),
                    severity=np.array(self._severity[part], dtype=np.int64),
                    sentiment=np.array(self._sentiment[part], dtype=np.float64),
                    type=[TYPES[kind] for kind in self._type[part]],
                )
            )
            cells = ranks(priorities, dated=bool(self._plan.time))
            self.tally.priorities.update(level for level, _, _ in cells)
            for length, own in zip(self._lengths[part], cells, strict=True):
                out.write(f"{self._spool.read(length).decode('utf-8', 'replace')},{_line(own).decode()}\n")
            yield start + len(cells)

    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Frequency and scope of every row; a copy stands where its original stands."""
        counts = self._standing.finish(PERIOD if self._plan.time else None)
        originals = np.array(self._copies, dtype=np.int64)
        at = np.where(originals > 0, originals - 1, np.arange(len(originals)))
        return counts[0][at], counts[1][at]


def understand_rows(texts: list[str], ratings: list[float | None]) -> Scored:
    """Understand a chunk with the model in force; runs in a process of its own for large files."""
    return score(texts, ratings, taxonomy(), model(), cleaning())


def _done(rows: list[Row], future: Future[Scored]) -> tuple[list[Row], Scored]:
    return rows, future.result()


def _number(customer: str | None, row: int) -> int:
    """A number per customer; who did not sign is a customer of his own."""
    if customer is None:
        return -row - 1
    return int.from_bytes(blake2b(customer.encode("utf-8", "replace"), digest_size=7).digest(), "big")


def _line(cells: Sequence[str]) -> bytes:
    """One CSV record without its line end."""
    buffer = StringIO()
    # The writer quotes a cell for a line break only if its own line end holds one.
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n").encode("utf-8", "replace")
