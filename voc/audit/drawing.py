"""Drawing a stratified sample whose chances are known: each stratum a fixed number, systematically along an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST = 4  # rows of each stratum, if it has as many: fewer tell nothing of its errors
SURE = 0.8  # confidence from which a reading counts as sure


@dataclass(frozen=True)
class Draw:
    """The rows drawn, shape (n,), each with its stratum and the chance it had; all strata with their sizes."""

    rows: Ints
    strata: Ints
    chances: Floats
    sizes: Ints


def strata_of(types: Sequence[str], confidence: Floats) -> tuple[Ints, list[str]]:
    """Number rows by predicted type and by whether the model is sure; return the names of the numbers too."""
    named = [f"{kind}{'' if sure else '?'}" for kind, sure in zip(types, confidence >= SURE, strict=True)]
    names = sorted(set(named))
    place = {name: n for n, name in enumerate(names)}
    return np.array([place[name] for name in named], dtype=np.int64), names


def allocate(sizes: Ints, wanted: int) -> Ints:
    """Share a sample out over strata: a few to each, the rest by the square root of sizes, so that rare ones count."""
    given = np.minimum(sizes, FEWEST)
    while (left := wanted - int(given.sum())) > 0 and (room := sizes > given).any():
        weight = np.where(room, np.sqrt(sizes), 0.0)
        more = np.minimum(np.floor(left * weight / weight.sum()).astype(np.int64), sizes - given)
        if not more.any():
            more[int(np.argmax(np.where(room, weight / (given + 1), 0.0)))] = 1
        given = given + more
    return given


def draw(strata: Ints, order: Sequence[Sequence[str]], wanted: int, seed: int) -> Draw:
    """Draw about `wanted` rows; within a stratum evenly along `order` (area, channel, …), so that each kind comes in.

    Every row of a stratum has the same chance n/N: the start is random, and so is the order of equal rows.
    """
    rng = np.random.default_rng(seed)
    sizes = np.bincount(strata)
    given = allocate(sizes, wanted)
    shuffled = rng.permutation(len(strata))
    ranked = np.array(
        sorted(shuffled.tolist(), key=lambda row: (strata[row], *(key[row] for key in order))), dtype=np.int64
    )
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    parts = [
        ranked[start + _evenly(int(size), int(count), rng)]
        for start, size, count in zip(starts, sizes, given, strict=True)
        if count
    ]
    rows = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    own = strata[rows]
    return Draw(rows, own, given[own] / sizes[own], sizes)


def _evenly(size: int, count: int, rng: np.random.Generator) -> Ints:
    return np.floor((np.arange(count) + rng.random()) * size / count).astype(np.int64)
