"""Indexes kept as sorted runs (voc.kernels.runs): thousands of entries are one row, and little is read for a few keys.

Runs are written and joined in the transaction of whoever adds to the index, who holds a lock of his own. They can
be made anew from what they lead to. A run never changes, so what was read of it stays good: tokens are never reused.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.loading import copy_bytes
from models.schema.packed import IndexRun
from voc.kernels import runs

# Numbers of all runs that a process keeps, 320 MB, what a million feedbacks take; what is beyond is read again. With a
# third of it, analysing cost half as much again once a million were stored.
AT_HAND = 40_000_000
MOST_OF_IT = 3  # a run of which a third is asked for is read as a whole
WRITTEN = 1_000  # blocks written at once

NO_END = 1 << 62  # beyond every moment and number

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Run:
    id: int
    token: str
    entries: int
    width: int


class _Kept:
    """Arrays by name, the one that was not asked for longest given up first."""

    def __init__(self) -> None:
        self._arrays: OrderedDict[str, Ints] = OrderedDict()

    def get(self, name: str) -> Ints | None:
        if name in self._arrays:
            self._arrays.move_to_end(name)
        return self._arrays.get(name)

    def drop(self, name: str) -> None:
        self._arrays.pop(name, None)

    def put(self, name: str, array: Ints) -> None:
        self._arrays[name] = array
        while sum(one.size for one in list(self._arrays.values())) > AT_HAND:
            self._arrays.popitem(last=False)


_kept = _Kept()


def add(session: Session, kind: str, entries: Ints) -> None:
    """Add entries, shape (n, columns), to an index; the caller is the only one who adds to it now."""
    if len(entries):
        _write(session, kind, runs.ordered(entries))
    known = _runs(session, kind)
    while together := [known[n] for n in runs.due([run.entries for run in known])]:
        joined = runs.merged([_whole(session, run) for run in together])
        _drop(session, together)
        _write(session, kind, joined)
        known = _runs(session, kind)


def between(session: Session, kind: str, low: Ints, high: Ints) -> list[Ints]:
    """Return for each run of an index at least its entries from `low` to `high`, both (n, 2): first two columns."""
    if not len(low):
        return []
    return [_part(session, run, low, high) for run in _runs(session, kind)]


def is_empty(session: Session, kind: str) -> bool:
    """Tell whether an index has no entries."""
    return not _runs(session, kind)


def found(session: Session, kind: str, keys: Ints) -> Ints:
    """Return the entries, shape (n, columns), of an index under some keys."""
    distinct = np.unique(keys)
    low, high = (np.stack([distinct, np.full_like(distinct, then)], axis=1) for then in (0, NO_END))
    entries = [runs.matching(run, distinct) for run in between(session, kind, low, high)]
    return np.concatenate(entries) if entries else np.empty((0, 2), dtype=np.int64)


def forget(session: Session, kind: str, entries: Ints, whose: int = 1) -> None:
    """Put 0 where these entries say (in column `whose`) who they are of; the keys stay, and lead to nobody."""
    low, high = entries[:, :2].copy(), entries[:, :2].copy()
    low[:, 1], high[:, 1] = 0, NO_END
    gone = set(_as_bytes(entries))
    for run in _runs(session, kind):
        heads = _heads(session, run)
        for place in runs.places(heads, low, high).tolist():
            (block,) = _blocks(session, run, [place])
            nobody = block.copy()
            nobody[[row in gone for row in _as_bytes(block)], whose] = 0
            _overwrite(session, run, place, nobody)
        session.execute(
            text("UPDATE index_run SET token = :token WHERE id = :id"),
            {"token": uuid.uuid4().hex, "id": run.id},
        )


def _as_bytes(entries: Ints) -> list[bytes]:
    """Each entry as one value: hundreds of thousands are forgotten at once when a source's time is over."""
    return np.ascontiguousarray(entries).view(f"V{entries.itemsize * entries.shape[1]}").ravel().tolist()


def _overwrite(session: Session, run: _Run, place: int, block: Ints) -> None:
    query = text("UPDATE index_block SET body = :body WHERE run_id = :run AND place = :place")
    session.execute(query, {"body": block.tobytes(), "run": run.id, "place": place})


def _runs(session: Session, kind: str) -> list[_Run]:
    query = text("SELECT id, token, entries, width FROM index_run WHERE kind = :kind ORDER BY id")
    return [_Run(*row) for row in session.execute(query, {"kind": kind})]


def _heads(session: Session, run: _Run) -> Ints:
    known = _kept.get(f"{run.token}:heads")
    if known is None:
        body = session.scalar(text("SELECT heads FROM index_run WHERE id = :id"), {"id": run.id})
        known = np.frombuffer(bytes(body or b""), dtype="<i8").astype(np.int64).reshape(-1, 2)
        _kept.put(f"{run.token}:heads", known)
    return known


def _part(session: Session, run: _Run, low: Ints, high: Ints) -> Ints:
    known = _kept.get(run.token)
    if known is not None:
        return known
    heads = _heads(session, run)
    wanted = runs.places(heads, low, high)
    if len(wanted) * MOST_OF_IT > len(heads):
        return _whole(session, run)
    return _joined(_blocks(session, run, wanted.tolist()), run)


def _whole(session: Session, run: _Run) -> Ints:
    known = _kept.get(run.token)
    if known is None:
        known = _joined(_blocks(session, run), run)
        _kept.put(run.token, known)
    return known


def _joined(blocks: Iterator[Ints], run: _Run) -> Ints:
    return np.concatenate([np.empty((0, run.width), dtype=np.int64), *blocks])


def _blocks(session: Session, run: _Run, places: Sequence[int] | None = None) -> Iterator[Ints]:
    query = text(
        """SELECT body FROM index_block WHERE run_id = :run
           AND (CAST(:places AS bigint[]) IS NULL OR place = ANY(CAST(:places AS bigint[]))) ORDER BY place"""
    )
    values = {"run": run.id, "places": places}
    for body in session.scalars(query, values):
        yield np.frombuffer(body, dtype="<i8").reshape(-1, run.width)


def _write(session: Session, kind: str, run: Ints) -> None:
    token = uuid.uuid4().hex
    made = IndexRun(
        kind=kind, token=token, entries=len(run), width=run.shape[1], heads=runs.heads(run).tobytes()
    )
    session.add(made)
    session.flush()
    starts = range(0, len(run), runs.BLOCK)
    for first in range(0, len(starts), WRITTEN):
        bodies = [run[start : start + runs.BLOCK].tobytes() for start in starts[first : first + WRITTEN]]
        numbers = {"run_id": [made.id] * len(bodies), "place": range(first, first + len(bodies))}
        copy_bytes(session, "index_block", numbers, "body", bodies)
    _kept.put(token, run)


def _drop(session: Session, gone: Sequence[_Run]) -> None:
    for run in gone:
        _kept.drop(run.token)
    ids = [run.id for run in gone]
    session.execute(text("DELETE FROM index_block WHERE run_id = ANY(:ids)"), {"ids": ids})
    session.execute(text("DELETE FROM index_run WHERE id = ANY(:ids)"), {"ids": ids})
