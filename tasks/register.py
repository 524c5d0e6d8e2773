"""Register: find what new feedback belongs to by the events it speaks of, at a cost that does not grow with history."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.problems import registering
from models.problems.registering import Known, Said
from settings import asset_bytes
from voc.kernels.runs import ordered
from voc.registry import nearby
from voc.registry.anchors import entries, hashed, of_any, of_streams, streams, whole
from voc.registry.background import Background, load_background
from voc.registry.groups import Joined, join
from voc.registry.packing import packed, unpacked
from voc.registry.pairs import DAY, Facts, Rule, alike, compatible
from voc.registry.signs import Signs, signs
from voc.registry.surges import SURGES

AT_ONCE = 5_000
RULE = Rule()
FAR = int(RULE.longest * DAY)  # as far as anything is looked for, in seconds: surges look back half of it

Ints = NDArray[np.int64]


@lru_cache(maxsize=1)
def background() -> Background:
    """Return how common pairs of characters are."""
    return load_background(asset_bytes("background.npz"))


def register(session: Session, batches: list[int], now: datetime) -> set[int]:
    """Register the feedback of these batches; return the groups that gained members or took others over."""
    ids = registering.unregistered(session, batches)
    if ids:
        _index_again(session)
    touched: set[int] = set()
    for said, read in _read_ahead(session, ids):
        joined = take_in(session, said, read, now)
        touched = {joined.merged.get(group, group) for group in touched} | set(joined.group.values())
    return touched


def _read_ahead(session: Session, ids: list[int]) -> Iterator[tuple[list[Said], Signs]]:
    """Read feedback part by part; while one is put together, the signs of the next are looked for."""
    with ThreadPoolExecutor(1, "signs") as reader:
        begun: tuple[list[Said], Future[Signs]] | None = None
        for start in range(0, len(ids), AT_ONCE):
            said = registering.said(session, ids[start : start + AT_ONCE])
            following = said, reader.submit(signs, [row.text for row in said], background())
            if begun:
                yield begun[0], begun[1].result()
            begun = following
        if begun:
            yield begun[0], begun[1].result()


def take_in(session: Session, said: list[Said], read: Signs, now: datetime) -> Joined:
    """Store feedback and its signs, find what it belongs to among all that is registered, and put that together."""
    new = _store(session, said, read)
    first, last = said[0].at, said[-1].at
    keys = np.concatenate([new[:, nearby.KEY], whole(new[:, nearby.STREAM])])
    near = registering.index_near(session, keys, first - FAR, last + FAR)
    rare = background().rarity(of_any(new[:, nearby.KEY])) >= RULE.rare
    pairs = nearby.neighbours(near, new, FAR, RULE.nearest, rare)
    surges = nearby.surges(near, new, background(), SURGES)
    edges, known = _edges(session, pairs, surges)
    met = {member for edge in edges for member in edge}
    groups = zip(known.ids, known.groups, strict=True)
    group_of = {id_: group for id_, group in groups if group is not None and id_ in met}
    kept_apart = registering.apart(session, set(group_of.values()))
    joined = join(edges, group_of, registering.next_group(session), kept_apart)
    registering.open_groups(session, joined.opened, now)
    registering.put_together(session, joined.group, joined.merged)
    return joined


def _store(session: Session, said: list[Said], read: Signs) -> Ints:
    """Store new feedback and what it is found by; return its entries by key, in the order of the index."""
    ids = np.array([row.id for row in said], dtype=np.int64)
    moment = np.array([row.at for row in said], dtype=np.int64)
    product, region = hashed([row.product for row in said]), hashed([row.region for row in said])
    stream = streams([row.source for row in said], product, region)
    registering.store_members(session, ids, moment, stream, product, region, packed(read))
    new = ordered(entries(ids, moment, stream, product, read.keys))
    registering.store_index(session, np.concatenate([new, of_streams(ids, moment, stream)]))
    return new


def _index_again(session: Session) -> None:
    """Make the index of what is registered where there is none: after an upgrade, or when it was emptied."""
    known = registering.not_indexed(session)
    for start in range(0, len(known), AT_ONCE):
        registering.index_members(session, known[start : start + AT_ONCE])


def _edges(session: Session, pairs: Ints, surges: Ints) -> tuple[list[tuple[int, int]], Known]:
    """Of pairs and surges, those that the core puts together, and what is known of all of them."""
    # What was erased is nobody's any more.
    pairs, surges = (some[(some > 0).all(axis=1)] for some in (pairs, surges))
    known = registering.known(session, np.unique(np.concatenate([pairs, surges])).tolist())
    if not known.ids:
        return [], known
    ids = np.array(known.ids, dtype=np.int64)
    facts = Facts(*(np.array(column, dtype=np.int64) for column in (known.at, known.product, known.region)))
    read = unpacked(known.signs)
    left, right = np.searchsorted(ids, pairs.T)
    first, then = np.searchsorted(ids, surges.T)
    same, risen = alike(read, facts, left, right, RULE), compatible(read, facts, first, then)
    return [(a, b) for a, b in np.concatenate([pairs[same], surges[risen]]).tolist()], known
