"""The urgent path: from the commit of a feedback about safety to the messages of its departments in the outbox.

Run beside `voc serve`, with the same VOC_HOME and VOC_PREFECT_PORT: `python -m benchmarks.urgent --runs 20`.
What is timed: event_outbox → poster → Prefect → automation 紧急反馈立即分诊 → reactive process → flow 分诊 → outbox.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from sqlalchemy import text

SAID = "插座插上就冒烟起火，差点烧到孩子，太危险了，赶紧处理"
MAP = {"external_id": "编号", "text": "内容", "occurred_at": "时间", "phone": "电话"}
PATIENCE = 180.0
TOLD = """
    SELECT o.created_at FROM outbox o JOIN "case" k ON o.subject = 'case:' || k.id
    WHERE k.feedback_id = :feedback AND o.audience IN ('department', 'owner') ORDER BY o.id LIMIT 1
    """


def house() -> Path:
    """Register a source of its own and return its folder."""
    from models.engine import migrate, transaction
    from models.intake.collecting import register_source

    migrate()
    folder = Path(mkdtemp(prefix="voc-urgent-"))
    with transaction() as session:
        definition = {"name": "urgent", "title": "紧急计时", "kind": "csv", "channel": "hotline", "map": MAP}
        register_source(session, "urgent", {**definition, "path": str(folder / "*.csv")})
    return folder


def commit_one(folder: Path) -> int:
    """Take in one urgent feedback, as collecting, checking and analysing do, and return its id once it is committed."""
    from models.engine import transaction
    from tasks.analyse import analyse_batch
    from tasks.check import check_batches
    from tasks.collect import read_source
    from tasks.understanding.annotating import note_taxonomy_in_force

    key = uuid.uuid4().hex
    now = datetime.now(UTC)
    with (folder / f"{key}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [MAP.values(), [key, f"{SAID}（{key[:8]}）", now.isoformat(), "13900000000"]]
        )
    (delivery,) = read_source("urgent", now)
    with transaction() as session:
        note_taxonomy_in_force(session, now)
        batches = list(session.scalars(text("SELECT id FROM batch WHERE delivery_id = :d"), {"d": delivery}))
    check_batches(batches, now)
    for batch in batches:
        analyse_batch(batch, now)
    with transaction() as session:
        query = text("SELECT id FROM feedback WHERE batch_id = ANY(:b)")
        return int(session.scalars(query, {"b": batches}).one())


def wait_for_message(feedback: int) -> float:
    """Wait until a department's message stands in the outbox; return how many seconds that took."""
    from models.engine import transaction

    started = time.perf_counter()
    while time.perf_counter() - started < PATIENCE:
        with transaction() as session:
            if session.scalar(text(TOLD), {"feedback": feedback}):
                return time.perf_counter() - started
        time.sleep(0.05)
    return float("inf")


def main() -> None:
    """Time the path and print every run, the median and the worst."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    from prefect.logging import disable_run_logger

    folder = house()
    found = []
    with disable_run_logger():
        for run in range(1, runs + 1):
            found.append(wait_for_message(commit_one(folder)))
            print(f"run {run:2d}: {found[-1]:5.1f} s   load {os.getloadavg()[0]:.1f}", flush=True)
            time.sleep(5)
    print(
        f"median {median(found):.1f} s, worst {max(found):.1f} s, over 15 s: {sum(s > 15 for s in found)} of {runs}"
    )


if __name__ == "__main__":
    main()
