"""Which feedback people are asked to label: a random half to measure on, a telling half to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.learning.features import grams_of

RESERVED = 5  # every fifth lot is kept for measuring: never learnt from, however telling the text is
ALIKE = 0.5  # share of bigrams at which two texts teach the same
FLOOR = 0.5  # worth of a row the model is sure of: most of what is to be learnt looks ordinary
WINDOW = 200  # rows among which the spread over channels and types is kept
COMMON = 3  # texts of the pool an n-gram must stand in to be worth learning

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Candidate:
    """A feedback that may be worth labelling, as the model in use reads it; confidences are calibrated."""

    id: int
    text: str
    channel: str
    type: str
    confidences: tuple[float, ...]
    contradicts: bool


@dataclass(frozen=True)
class Chosen:
    """A feedback to label, and in Chinese why."""

    id: int
    reason: str


def lots(ids: Ids, seed: int) -> NDArray[np.uint64]:
    """Draw a lot for each id, shape (n,): uniform over 64 bits, and the same on every machine (splitmix64)."""
    with np.errstate(over="ignore"):
        value = ids.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        value = value + np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return value ^ (value >> np.uint64(31))


def reserved(ids: Ids, seed: int) -> NDArray[np.bool_]:
    """Say which ids are kept for measuring, shape (n,): the smallest fifth of all possible lots."""
    limit = np.uint64(2**64 // RESERVED)
    return lots(ids, seed) < limit


def audit(ids: Ids, drawn: Ids, count: int, seed: int) -> Ids:
    """Draw `count` more ids at random: the smallest lots not drawn yet, so that all draws make one sample."""
    fresh = np.setdiff1d(ids, drawn)
    fresh = fresh[reserved(fresh, seed)]
    return fresh[np.argsort(lots(fresh, seed), kind="stable")[:count]]


def weights(ids: Ids, frames: Ids, labelled: Ids) -> NDArray[np.float64]:
    """Weigh labelled audit rows so that they stand for all `ids` up to the last draw, shape (n,), summing to one.

    frames: the highest id there was at each draw. What arrived between two draws was drawn from the same number
    of times, and within it every row had the same chance; what arrived after the last draw is not stood for: its
    weight is 0. A cohort without a labelled row is stood for by the one before it.
    """
    edges = np.unique(frames)
    cohort = np.searchsorted(edges, labelled)
    held = np.bincount(cohort[cohort < len(edges)], minlength=len(edges))
    size = (
        np.bincount(np.searchsorted(edges, ids[ids <= edges[-1]]), minlength=len(edges))
        if len(edges)
        else held
    )
    if not held.any():
        return np.zeros(len(labelled))
    filled = np.flatnonzero(held)
    home = filled[np.maximum(np.searchsorted(filled, np.arange(len(edges)), side="right") - 1, 0)]
    total = np.bincount(home, weights=size, minlength=len(edges))
    share = np.append(np.divide(total, held, out=np.zeros(len(edges)), where=held > 0), 0.0)
    found: NDArray[np.float64] = share[np.minimum(cohort, len(edges))]
    return found / found.sum() if found.sum() else found


def active(pool: Sequence[Candidate], known: Sequence[str], count: int, seed: int) -> list[Chosen]:
    """Choose telling feedback of a pool, no two alike, spread over channels and types.

    `known` holds the texts labelled so far: n-grams common in the pool and absent there are worth asking about.
    The worth of a row is its chance, not its rank: only the hardest rows would teach a crooked picture.
    """
    told = [grams_of(one.text) for one in pool]
    fresh = _unseen(told, known)
    worth = FLOOR + _doubts(pool) + fresh
    # Whose exponential clock, running at the speed of its worth, rings first is chosen first.
    left = (lots(np.array([one.id for one in pool], dtype=np.int64), seed + 1) >> np.uint64(11)) + np.uint64(
        1
    )
    clock = -np.log(left / 2.0**53) / worth
    open_ = list(np.argsort(clock, kind="stable"))
    chosen: list[int] = []
    taken: Counter[tuple[str, str]] = Counter()
    while open_ and len(chosen) < count:
        # A channel and type of which much is chosen already waits its turn.
        best = min(open_[:WINDOW], key=lambda k: clock[k] * (1 + taken[pool[k].channel, pool[k].type]))
        open_.remove(best)
        if not any(_alike(told[best], told[other]) for other in chosen):
            chosen.append(int(best))
            taken[pool[best].channel, pool[best].type] += 1
    return [Chosen(pool[k].id, _reason(pool[k], float(fresh[k]))) for k in chosen]


def _doubts(pool: Sequence[Candidate]) -> NDArray[np.float64]:
    """Doubt from 0 to about 1.5, shape (n,): how unsure the model is, and whether it contradicts its cues."""
    unsure = [
        1 - min(one.confidences, default=1.0) + 0.25 * sum(c < 0.7 for c in one.confidences) for one in pool
    ]
    return np.array(unsure) + 0.3 * np.array([one.contradicts for one in pool], dtype=np.float64)


def _unseen(told: Sequence[frozenset[str]], known: Sequence[str]) -> NDArray[np.float64]:
    """Share of a text's common n-grams that no labelled text holds, halved, shape (n,)."""
    common = Counter(gram for grams in told for gram in grams)
    seen = frozenset().union(*(grams_of(text) for text in known)) if known else frozenset()
    shares = []
    for grams in told:
        usual = [gram for gram in grams if common[gram] >= COMMON]
        shares.append(sum(gram not in seen for gram in usual) / len(usual) if usual else 0.0)
    return 0.5 * np.array(shares, dtype=np.float64)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > ALIKE * max(1, len(one | other))


def _reason(one: Candidate, fresh: float) -> str:
    if one.contradicts:
        return "类型与线索不一致"
    if min(one.confidences, default=1.0) < 0.7:
        return "模型把握不足"
    return "用词少见" if fresh > 0.25 else "随机补充"
