"""What a sweep over promised times costs: when nothing is due among many subjects, and for each subject that is.

Usage: VOC_HOME=a-house-with-cases python -m benchmarks.sla [WATCHED]   (everything is rolled back)
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.cases.sweeping import due_subjects, look
from models.engine import engine, migrate

FILL = text(
    "INSERT INTO sla_watch (life, subject_id, next_at) "
    "SELECT 'case', -n, :now + n * interval '1 second' FROM generate_series(1, :count) AS n"
)


def main() -> None:
    """Measure in one transaction and roll it back."""
    migrate()
    watched = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with Session(engine()) as session:
        now = datetime.now(UTC)
        session.execute(text("UPDATE sla_watch SET next_at = NULL"))
        session.execute(FILL, {"now": now, "count": watched})
        session.execute(text("ANALYZE sla_watch"))
        began, cpu = time.perf_counter(), time.process_time()
        rounds = 50
        for _ in range(rounds):
            found = due_subjects(session, now, 5_000)
        spent = (time.perf_counter() - began) / rounds * 1000
        print(f"{watched:,} subjects watched, {sum(map(len, found.values()))} due: {spent:.2f} ms a sweep")
        ids = list(session.scalars(text('SELECT id FROM "case" ORDER BY id LIMIT 5000')))
        began, cpu = time.perf_counter(), time.process_time()
        look(session, "case", ids, now + timedelta(days=1))
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"{len(ids):,} cases looked at: {wall:.2f} s, {used / max(len(ids), 1) * 1000:.2f} ms of CPU each"
        )
        session.rollback()


if __name__ == "__main__":
    main()
