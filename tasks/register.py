"""Register: find what new feedback belongs to by the events it speaks of, at a cost that does not grow with history."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models import registering
from models.registering import Said
from settings import asset_bytes
from voc.registry.anchors import anchors, by_day, hashed, of_any, streams
from voc.registry.background import Background, load_background
from voc.registry.groups import Joined, join
from voc.registry.packing import packed, unpacked
from voc.registry.pairs import DAY, Facts, Rule, alike, compatible
from voc.registry.signs import signs
from voc.registry.surges import SurgeRule, spread, surging

AT_ONCE = 5_000
RULE, SURGE = Rule(), SurgeRule()

Pairs = list[tuple[int, int]]
Bools = NDArray[np.bool_]


@lru_cache(maxsize=1)
def background() -> Background:
    """Return how common pairs of characters are."""
    return load_background(asset_bytes("background.npz"))


def register(session: Session, batches: list[int], now: datetime) -> set[int]:
    """Register the feedback of these batches; return the groups that gained members or took others over."""
    said = registering.unregistered(session, batches)
    touched: set[int] = set()
    for start in range(0, len(said), AT_ONCE):
        joined = take_in(session, said[start : start + AT_ONCE], now)
        touched = {joined.merged.get(group, group) for group in touched} | set(joined.group.values())
    return touched


def take_in(session: Session, said: list[Said], now: datetime) -> Joined:
    """Store feedback, find what it belongs to among all that is registered, and put that together."""
    keys = _index(session, said)
    rare = keys[background().rarity(of_any(keys)) >= RULE.rare].tolist()
    pairs = registering.neighbours(session, RULE.nearest, int(RULE.longest * DAY), rare)
    edges = _kept(session, pairs, surge=False) + _kept(session, _surges(session), surge=True)
    members = {member for edge in edges for member in edge}
    known = registering.known(session, members)
    group_of = {id_: group for id_, group in zip(known.ids, known.groups, strict=True) if group is not None}
    kept_apart = registering.apart(session, set(group_of.values()))
    joined = join(edges, group_of, registering.next_group(session), kept_apart)
    registering.open_groups(session, joined.opened, now)
    registering.put_together(session, joined.group, joined.merged)
    return joined


def _index(session: Session, said: list[Said]) -> NDArray[np.int64]:
    """Store what new feedback is found by; return its keys."""
    ids = np.array([row.id for row in said], dtype=np.int64)
    moment = np.array([row.at for row in said], dtype=np.int64)
    product, region = hashed([row.product for row in said]), hashed([row.region for row in said])
    stream = streams([row.source for row in said], product, region)
    read = signs([row.text for row in said], background())
    columns = {"feedback_id": ids, "at": moment, "stream": stream, "product": product, "region": region}
    registering.store_members(session, pl.DataFrame(columns), packed(read))
    index = anchors(ids, moment, stream, product, read)
    registering.store_anchors(session, index)
    registering.count_days(session, by_day(index, moment, stream))
    return index["key"].unique().to_numpy()


def _kept(session: Session, pairs: Pairs, surge: bool) -> Pairs:
    """Of pairs, those that the core puts together."""
    if not pairs:
        return []
    both = np.array(pairs, dtype=np.int64)
    known = registering.known(session, np.unique(both).tolist())
    ids = np.array(known.ids, dtype=np.int64)
    facts = Facts(*(np.array(column, dtype=np.int64) for column in (known.at, known.product, known.region)))
    left, right = np.searchsorted(ids, both[:, 0]), np.searchsorted(ids, both[:, 1])
    read = unpacked(known.signs)
    same = compatible(read, facts, left, right) if surge else alike(read, facts, left, right, RULE)
    return [(a, b) for a, b in both[same].tolist()]


def _surges(session: Session) -> Pairs:
    """Pair what speaks of something that surges in its stream."""
    busy = registering.busy_days(session, SURGE.window, SURGE.least)
    if busy.is_empty():
        return []
    whole = busy.with_columns(key=pl.lit(0, pl.Int64))
    own = registering.counted_days(session, busy, SURGE.window, SURGE.before)
    all_ = registering.counted_days(session, whole, SURGE.window, SURGE.before)
    rows = own.join(all_, on=["stream", "day"], suffix="_whole")
    events, whole_now, past, whole_past = (
        rows[name].to_numpy() for name in ("events", "events_whole", "past", "past_whole")
    )
    usual = np.exp(-background().rarity(of_any(rows["key"].to_numpy()))).astype(np.float64)
    hot = rows.filter(surging(events, whole_now, past, whole_past, usual, SURGE))
    found: set[tuple[int, int]] = set()
    for stream, key, day in hot.select("stream", "key", "day").rows():
        since = (day - SURGE.window + 1) * DAY
        found.update(spread(registering.holders(session, stream, key, since, (day + 1) * DAY)))
    return sorted(found)
