"""What 10,000 new rows cost the registry in its database, by the size of history.

Usage: VOC_HOME=/some/folder python -m benchmarks.registry_database 10000 100000 1000000
The history (benchmarks/registry_growth.py makes it) is loaded in bulk, without looking for groups in it; then 10,000
rows are registered as the stage does, timed, and rolled back. No feedback is stored: its foreign key is taken off.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import datetime

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.registry_growth import BATCH, made
from models.engine import migrate, transaction
from models.problems import registering
from tasks.register import background, take_in
from voc.registry.anchors import entries, of_streams, streams
from voc.registry.packing import packed
from voc.registry.signs import signs
from voc.zone import CHINA

START = 1_000_000_000  # numbers of the rows that are measured
REFERS = "fk_registry_member_feedback_id"  # taken off: no feedback is stored


def load(session: Session, first: int) -> None:
    """Append one batch of history in bulk."""
    texts, facts = made(BATCH, first)
    ids = np.arange(first, first + BATCH) + 1
    read = signs(texts, background())
    stream = streams([1] * BATCH, facts.product, facts.region)
    product, region = facts.product, facts.region
    registering.store_members(session, ids, facts.moment, stream, product, region, packed(read))
    index = entries(ids, facts.moment, stream, product, read.keys)
    registering.store_index(session, np.concatenate([index, of_streams(ids, facts.moment, stream)]))


def measure(session: Session, size: int) -> None:
    """Register new rows, print what it cost, and take them back."""
    texts, facts = made(BATCH, 10_000_019 + size)
    said = [
        registering.Said(START + row, words, at, 1, f"产品{row % 400}", None)
        for row, (words, at) in enumerate(zip(texts, facts.moment.tolist(), strict=True))
    ]
    said.sort(key=lambda row: (row.at, row.id))
    wall, cpu = time.perf_counter(), time.process_time()
    joined = []
    for at in range(0, len(said), 5_000):
        part = said[at : at + 5_000]
        joined.append(
            take_in(session, part, signs([row.text for row in part], background()), datetime.now(CHINA))
        )
    seconds, own = time.perf_counter() - wall, time.process_time() - cpu
    disk = session.scalar(
        text(
            """SELECT sum(pg_total_relation_size(c)) / 1048576 FROM unnest(CAST('{registry_member, index_run,
               index_block}' AS regclass[])) c"""
        )
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    groups = sum(len(part.opened) for part in joined)
    print(
        f"{size:,} | {seconds:.1f} | {own:.1f} | {memory:,.0f} | {float(disk or 0):,.0f} | {groups}",
        flush=True,
    )


def main() -> None:
    """Grow the history and measure at each size."""
    migrate()
    registering.ORPHANS = "SELECT 1 WHERE false"  # there is no feedback to refer to here
    with transaction() as session:
        session.execute(text("ALTER TABLE registry_member DROP CONSTRAINT IF EXISTS " + REFERS))
    print(
        "rows before | 10,000 rows: wall s | CPU s of this process | its memory MB | tables MB | groups opened"
    )
    for size in sorted(int(part) for part in sys.argv[1:]):
        with transaction() as session:
            stored = session.scalar(text("SELECT count(*) FROM registry_member")) or 0
            for first in range(stored, size, BATCH):
                load(session, first)
        with transaction() as session:
            session.execute(text("ANALYZE registry_member"))
            measure(session, size)
            session.rollback()


if __name__ == "__main__":
    main()
