"""Queries of the registry: what is not registered yet, its index, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import packed
from models.analysis.analysing import array_of
from models.change import lock_out
from models.loading import by_index, copy_bytes, copy_rows, fetched, references_by_batch
from voc.registry import nearby
from voc.registry.anchors import entries, of_streams
from voc.registry.packing import unpacked

INDEX = "registry"
# What `references_by_batch` asks after feedback was registered.
ORPHANS = """SELECT 1 FROM unnest(CAST(:ids AS bigint[])) AS m(id)
             WHERE (SELECT true FROM feedback f WHERE f.id = m.id) IS NULL LIMIT 1"""

Ints = NDArray[np.int64]
Member = tuple[int, int, int, int, bytes]  # feedback, moment, stream, product, signs


class Said(NamedTuple):
    """A feedback the registry does not know yet."""

    id: int
    text: str
    at: int
    source: int
    product: str | None
    region: str | None


def unregistered(session: Session, batches: Sequence[int]) -> list[int]:
    """List what these batches brought that is neither praise nor suspect nor registered, in order of time."""
    query = text(
        """
        SELECT f.id FROM feedback f JOIN annotation a ON a.feedback_id = f.id AND a.current
        WHERE f.batch_id = ANY(:batches) AND f.disposition = 'accepted' AND f.superseded_by IS NULL
          AND f.suspect IS NULL AND a.type <> 'praise'
          AND NOT EXISTS (SELECT 1 FROM registry_member r WHERE r.feedback_id = f.id)
        ORDER BY f.occurred_at, f.id
        """
    )
    return list(session.scalars(query, {"batches": list(batches)}))


def said(session: Session, ids: Sequence[int]) -> list[Said]:
    """Read some feedback, in order of time."""
    query = """SELECT id, text, extract(epoch FROM occurred_at)::bigint, source_id, product, region
               FROM feedback WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY occurred_at, id"""
    with by_index(session):
        return [Said(*row) for row in fetched(session, query, ids=array_of(ids))]


def store_members(
    session: Session, ids: Ints, at: Ints, stream: Ints, product: Ints, region: Ints, signs: Sequence[bytes]
) -> None:
    """Store feedback with its signs; columns of equal length."""
    columns = {"feedback_id": ids, "at": at, "stream": stream, "product": product, "region": region}
    numbers = {name: column.tolist() for name, column in columns.items()}
    with references_by_batch(session, ORPHANS, ids=array_of(numbers["feedback_id"])):
        copy_bytes(session, "registry_member", numbers, "signs", signs)


def store_index(session: Session, entries: Ints) -> None:
    """Add entries (key, moment, feedback, stream) to the index; the caller holds the lock of aggregating."""
    packed.add(session, INDEX, entries)


def index_near(session: Session, keys: Ints, since: int, until: int) -> list[Ints]:
    """Return the runs of the index, at least what they hold of some keys from one second to another."""
    distinct = np.unique(keys)
    low, high = (np.stack([distinct, np.full_like(distinct, at)], axis=1) for at in (since, until))
    return packed.between(session, INDEX, low, high)


def not_indexed(session: Session) -> list[Member]:
    """List all members if there are any and nothing of them is in the index."""
    if not packed.is_empty(session, INDEX):
        return []
    return _members(session, "ORDER BY feedback_id")


def index_members(session: Session, members: Sequence[Member]) -> None:
    """Add members to the index; the caller holds the lock of aggregating."""
    store_index(session, _entries_of(members))


def forget_members(session: Session, ids: Sequence[int]) -> None:
    """Overwrite the signs of feedback, pieces of its words, and let its entries in the index lead to nobody."""
    lock_out(session, "aggregate")
    members = _members(session, "WHERE feedback_id = ANY(CAST(:ids AS bigint[]))", ids=array_of(ids))
    if not members:
        return
    packed.forget(session, INDEX, _entries_of(members), nearby.FEEDBACK)
    query = text(
        """UPDATE registry_member SET signs = decode(repeat('00', octet_length(signs)), 'hex')
           WHERE feedback_id = ANY(CAST(:ids AS bigint[]))"""
    )
    session.execute(query, {"ids": array_of(ids)})


def _members(session: Session, which: str, **values: str) -> list[Member]:
    query = text(f"SELECT feedback_id, at, stream, product, signs FROM registry_member {which}")  # noqa: S608
    return [(row[0], row[1], row[2], row[3], bytes(row[4])) for row in session.execute(query, values)]


def _entries_of(members: Sequence[Member]) -> Ints:
    ids, moment, stream, product = np.array([member[:4] for member in members], dtype=np.int64).T
    keys = unpacked([member[4] for member in members]).keys
    return np.concatenate([entries(ids, moment, stream, product, keys), of_streams(ids, moment, stream)])


@dataclass(frozen=True)
class Known:
    """What the registry knows of feedback: columns of equal length."""

    ids: Sequence[int]
    groups: Sequence[int | None]
    at: Sequence[int]
    product: Sequence[int]
    region: Sequence[int]
    stream: Sequence[int]
    signs: list[bytes]


def known(session: Session, ids: Iterable[int]) -> Known:
    """Read registered feedback by number."""
    query = """SELECT feedback_id, group_id, at, product, region, stream, signs FROM registry_member
               WHERE feedback_id = ANY(CAST(:ids AS bigint[])) ORDER BY feedback_id"""
    rows = fetched(session, query, ids=array_of(ids))
    numbers, groups, at, product, region, stream, signs = zip(*rows, strict=True) if rows else ((),) * 7
    return Known(numbers, groups, at, product, region, stream, [*map(bytes, signs)])


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
