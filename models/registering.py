"""Queries of the registry: what is not registered yet, its neighbours in the index, counts by day, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.analysing import array_of
from models.loading import by_index, copy_frame, copy_rows, stage_frame


@dataclass(frozen=True)
class Said:
    """A feedback the registry does not know yet."""

    id: int
    text: str
    at: int
    source: int
    product: str | None
    region: str | None


def unregistered(session: Session, batches: Sequence[int]) -> list[Said]:
    """List what these batches brought that is neither praise nor suspect nor registered, in order of time."""
    query = text(
        """
        SELECT f.id, f.text, extract(epoch FROM f.occurred_at)::bigint, f.source_id, f.product, f.region
        FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.batch_id = ANY(:batches) AND f.disposition = 'accepted' AND f.superseded_by IS NULL
          AND f.suspect IS NULL AND a.type <> 'praise'
          AND NOT EXISTS (SELECT 1 FROM registry_member r WHERE r.feedback_id = f.id)
        ORDER BY f.occurred_at, f.id
        """
    )
    return [Said(*row) for row in session.execute(query, {"batches": list(batches)})]


def store_members(session: Session, members: pl.DataFrame, signs: Sequence[bytes]) -> None:
    """Store feedback (feedback_id, at, stream, product, region) with its signs."""
    # Written as a column: to escape these thousands of characters row by row took longer than all the rest.
    body = pl.concat_str(pl.lit("\\x"), pl.Series("signs", signs, dtype=pl.Binary).bin.encode("hex"))
    copy_frame(session, "registry_member", members.with_columns(signs=body))


def store_anchors(session: Session, anchors: pl.DataFrame) -> None:
    """Store index entries (key, at, feedback_id, stream) and keep them at hand for `neighbours`."""
    stage_frame(session, "staged_anchor", "registry_anchor", anchors)
    session.execute(
        text(
            """
            INSERT INTO registry_anchor (key, at, feedback_id, stream)
            SELECT key, at, feedback_id, stream FROM pg_temp.staged_anchor
            ORDER BY key, at, feedback_id ON CONFLICT DO NOTHING
            """
        )
    )


def count_days(session: Session, days: pl.DataFrame) -> None:
    """Add events (stream, key, day, events) to what is counted."""
    stage_frame(session, "staged_days", "registry_day", days.sort("stream", "key", "day"))
    session.execute(
        text(
            """
            INSERT INTO registry_day (stream, key, day, events)
            SELECT stream, key, day, events FROM pg_temp.staged_days
            ON CONFLICT (stream, key, day) DO UPDATE SET events = registry_day.events + excluded.events
            """
        )
    )


def neighbours(session: Session, nearest: int, far: int, rare: Sequence[int]) -> list[tuple[int, int]]:
    """Pair the staged feedback with the `nearest` before and after of each key, at most `far` seconds away.

    Only those that share two keys, or one of the `rare` ones, are paired.
    """
    query = text(
        """
        SELECT LEAST(n.feedback_id, o.feedback_id), GREATEST(n.feedback_id, o.feedback_id)
        FROM pg_temp.staged_anchor n CROSS JOIN LATERAL (
            (SELECT a.feedback_id FROM registry_anchor a
             WHERE a.key = n.key AND (a.at, a.feedback_id) < (n.at, n.feedback_id) AND a.at >= n.at - :far
             ORDER BY a.at DESC, a.feedback_id DESC LIMIT :nearest)
            UNION ALL
            (SELECT a.feedback_id FROM registry_anchor a
             WHERE a.key = n.key AND (a.at, a.feedback_id) > (n.at, n.feedback_id) AND a.at <= n.at + :far
             ORDER BY a.at, a.feedback_id LIMIT :nearest)) o
        GROUP BY n.feedback_id, o.feedback_id
        HAVING count(*) > 1 OR bool_or(n.key = ANY(CAST(:rare AS bigint[])))
        """
    )
    values = {"nearest": nearest, "far": far, "rare": array_of(rare)}
    with by_index(session):
        # Two new ones that find each other are listed twice.
        return sorted({(a, b) for a, b in session.execute(query, values)})


def busy_days(session: Session, window: int, least: int) -> pl.DataFrame:
    """List (stream, key, day, events) of the staged keys in whose window (days) enough was said to look closer."""
    query = text(
        """
        WITH near AS MATERIALIZED (
            SELECT n.stream, n.key
            FROM (SELECT stream, key, min(day) AS first, max(day) AS last
                  FROM pg_temp.staged_days WHERE key <> 0 GROUP BY stream, key) n
            JOIN registry_day d ON d.stream = n.stream AND d.key = n.key
             AND d.day BETWEEN n.first - :window + 1 AND n.last + :window - 1
            GROUP BY n.stream, n.key HAVING sum(d.events) >= :least)
        SELECT d.stream, d.key, t.day, sum(d.events)::bigint AS events
        FROM (SELECT DISTINCT s.stream, s.key, s.day + o AS day
              FROM near JOIN pg_temp.staged_days s USING (stream, key)
              CROSS JOIN generate_series(0, :window - 1) o) t
        JOIN registry_day d ON d.stream = t.stream AND d.key = t.key AND d.day BETWEEN t.day - :window + 1 AND t.day
        GROUP BY d.stream, d.key, t.day HAVING sum(d.events) >= :least ORDER BY 1, 2, 3
        """
    )
    with by_index(session):
        rows = session.execute(query, {"window": window, "least": least}).all()
    kinds = dict.fromkeys(("stream", "key", "day", "events"), pl.Int64)
    return pl.DataFrame([tuple(row) for row in rows], schema=kinds, orient="row")


def counted_days(session: Session, of: pl.DataFrame, window: int, before: int) -> pl.DataFrame:
    """Sum for each (stream, key, day) of `of` what was said in its window and in the days before it."""
    stage_frame(session, "staged_busy", "registry_day", of.select("stream", "key", "day").unique())
    query = text(
        """
        SELECT t.stream, t.key, t.day,
               COALESCE(sum(d.events) FILTER (WHERE d.day > t.day - :window), 0)::bigint AS events,
               COALESCE(sum(d.events) FILTER (WHERE d.day <= t.day - :window), 0)::bigint AS past
        FROM pg_temp.staged_busy t JOIN registry_day d
          ON d.stream = t.stream AND d.key = t.key AND d.day BETWEEN t.day - :window - :before + 1 AND t.day
        GROUP BY t.stream, t.key, t.day ORDER BY 1, 2, 3
        """
    )
    rows = session.execute(query, {"window": window, "before": before}).all()
    kinds = dict.fromkeys(("stream", "key", "day", "events", "past"), pl.Int64)
    return pl.DataFrame([tuple(row) for row in rows], schema=kinds, orient="row")


def holders(session: Session, stream: int, key: int, since: int, until: int) -> list[int]:
    """List the feedback of a stream that holds a key, from one second until before another, in order of time."""
    query = text(
        """SELECT feedback_id FROM registry_anchor WHERE key = :key AND at >= :since AND at < :until
           AND stream = :stream ORDER BY at, feedback_id"""
    )
    return list(session.scalars(query, {"stream": stream, "key": key, "since": since, "until": until}))


@dataclass(frozen=True)
class Known:
    """What the registry knows of feedback: columns of equal length."""

    ids: list[int]
    groups: list[int | None]
    at: list[int]
    product: list[int]
    region: list[int]
    signs: list[bytes]


def known(session: Session, ids: Iterable[int]) -> Known:
    """Read registered feedback by number."""
    query = text(
        """SELECT feedback_id, group_id, at, product, region, signs FROM registry_member
           WHERE feedback_id = ANY(CAST(:ids AS bigint[])) ORDER BY feedback_id"""
    )
    rows = session.execute(query, {"ids": array_of(ids)}).all()
    return Known(
        [row.feedback_id for row in rows],
        [row.group_id for row in rows],
        [row.at for row in rows],
        [row.product for row in rows],
        [row.region for row in rows],
        [bytes(row.signs) for row in rows],
    )


def apart(session: Session, groups: Iterable[int]) -> frozenset[tuple[int, int]]:
    """List the pairs of groups that people set apart, as far as they touch these."""
    query = text(
        """SELECT older, younger FROM registry_apart
           WHERE older = ANY(CAST(:groups AS bigint[])) OR younger = ANY(CAST(:groups AS bigint[]))"""
    )
    return frozenset((a, b) for a, b in session.execute(query, {"groups": array_of(groups)}))


def next_group(session: Session) -> int:
    """Return the number the next group gets; the caller holds the lock of aggregating."""
    return int(session.scalar(text("SELECT COALESCE(max(id), 0) + 1 FROM registry_group")) or 1)


def open_groups(session: Session, groups: Sequence[int], now: datetime) -> None:
    """Write new groups down."""
    copy_rows(session, "registry_group", ("id", "opened_at"), ((group, now) for group in groups))


def put_together(session: Session, group: Mapping[int, int], merged: Mapping[int, int]) -> None:
    """Give members their group, and hand the members of groups taken over to their heirs."""
    for query, values in (
        (
            """UPDATE registry_member m SET group_id = v.group_id
               FROM unnest(CAST(:keys AS bigint[]), CAST(:values AS bigint[])) AS v(id, group_id)
               WHERE m.feedback_id = v.id AND m.group_id IS DISTINCT FROM v.group_id""",
            group,
        ),
        (
            """UPDATE registry_member m SET group_id = v.heir
               FROM unnest(CAST(:keys AS bigint[]), CAST(:values AS bigint[])) AS v(id, heir)
               WHERE m.group_id = v.id""",
            merged,
        ),
        (
            """UPDATE registry_group g SET merged_into = v.heir
               FROM unnest(CAST(:keys AS bigint[]), CAST(:values AS bigint[])) AS v(id, heir) WHERE g.id = v.id""",
            merged,
        ),
    ):
        if values:
            session.execute(text(query), {"keys": array_of(values), "values": array_of(values.values())})
