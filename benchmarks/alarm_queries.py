"""What the queries of the alarms cost by the size of a house.

Usage: VOC_HOME=/some/folder python -m benchmarks.alarm_queries 100000
Feedback of three years in ten regions and five products is written straight into an empty house, three of ten
negative, a tenth of all in groups of the registry; then each query of a nightly walk is timed three times.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.portal_rows import lay_out
from models.engine import migrate, transaction
from models.problems import series
from voc.alarms.events import EventPolicy

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LAST = date(2026, 11, 19)
HOURS = 3 * 365 * 24
FEW = 10  # cases laid out beside
_FEEDBACK = """
    INSERT INTO customer (pseudonym, value, first_seen_at)
        SELECT 'many-' || n, n % 4, :now FROM generate_series(1, :many / 3) n;
    INSERT INTO vault.raw_record (source_id, batch_id, "row", record_key, payload_hash, payload, outcome)
        SELECT d.source_id, b.id, :few + n, 'M' || n, '', '{}', 'stored'
        FROM generate_series(1, :many) n, delivery d JOIN batch b ON b.delivery_id = d.id;
    INSERT INTO feedback (tracking_number, raw_record_id, batch_id, source_id, record_key, channel, occurred_at,
                          customer_id, region, product, rating, text, content_hash, disposition)
        SELECT 'MANY-' || r."row", r.id, r.batch_id, r.source_id, r.record_key, 'web',
               :now - (r."row" % :hours) * interval '1 hour', (SELECT max(id) FROM customer) - r."row" % (:many / 3),
               '地区' || r."row" % 10, '产品' || r."row" / 7 % 5, 3, '约好的师傅没来，等了一下午' || r."row",
               r."row", 'accepted'
        FROM vault.raw_record r WHERE r.record_key LIKE 'M%';
    INSERT INTO annotation (feedback_id, model_version, taxonomy_version, type, type_confidence, sentiment,
                            sentiment_confidence, severity, vague, priority, priority_parts)
        SELECT id, 'm', 't', CASE WHEN id % 10 < 3 THEN 'complaint' ELSE 'praise' END, 0.9, 0, 0.9, 0, false, 'low',
               '{}'
        FROM feedback WHERE record_key LIKE 'M%';
    INSERT INTO registry_group (id, opened_at) SELECT n, :now FROM generate_series(1, :many / 30) n;
    INSERT INTO registry_member (feedback_id, group_id, at, stream, product, region, signs)
        SELECT id, CASE WHEN id % 3 = 0 THEN 1 + (extract(epoch FROM occurred_at)::bigint / 2592000 * 20 + id % 20)
                   % (:many / 30) END, extract(epoch FROM occurred_at)::bigint, 1, 1, 1,
               decode(repeat('ab', 120), 'hex')
        FROM feedback WHERE record_key LIKE 'M%' AND id % 10 < 3
"""


def fill(session: Session, many: int) -> None:
    """Write the house."""
    lay_out(session, FEW, NOW)
    values = {"now": NOW, "many": many, "few": FEW, "hours": HOURS}
    for statement in _FEEDBACK.split(";"):
        session.execute(
            text(statement), {key: value for key, value in values.items() if f":{key}" in statement}
        )


def queries(session: Session) -> dict[str, Callable[[], Sequence[object]]]:
    """Return the queries of a walk by name."""
    back = timedelta(days=240)
    return {
        "counts of all series, three years": lambda: series.daily_counts(
            session, 20, LAST - timedelta(days=1095)
        ).rows(),
        "texts for words, 240 days": lambda: series.spoken(session, LAST - back, LAST, 500).rows(),
        "groups for events, 240 days": lambda: series.heard(
            session, LAST - back, LAST, EventPolicy(), paired=True
        ),
        "first day of each slice": lambda: list(series.births(session)),
        "all feedback by source and day": lambda: series.everything(session).rows(),
        "urgent words": lambda: series.urgent_words(session).rows(),
    }


def timed(query: Callable[[], Sequence[object]]) -> tuple[float, int]:
    """Run a query three times; return the median of seconds, and its rows."""
    spent, rows = [], 0
    for _ in range(3):
        started = time.perf_counter()
        rows = len(query())
        spent.append(time.perf_counter() - started)
    return median(spent), rows


def main() -> None:
    """Fill an empty house and time the queries in it."""
    many = int(sys.argv[1])
    migrate()
    with transaction() as session:
        if not session.scalar(text("SELECT count(*) FROM feedback")):
            fill(session, many)
    with transaction() as session:
        session.execute(text("ANALYZE"))
    with transaction() as session:
        held = session.scalar(text("SELECT count(*) FROM feedback"))
        print(f"{held:,} pieces of feedback\n\n| query | s | rows |\n|---|---|---|")
        for name, query in queries(session).items():
            seconds, rows = timed(query)
            print(f"| {name} | {seconds:.2f} | {rows:,} |", flush=True)


if __name__ == "__main__":
    main()
