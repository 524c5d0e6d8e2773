"""Cheap repeatable choices: numpy's generator drawn in blocks, because one scalar draw costs a microsecond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
BLOCK = 1024


def generator(*key: int) -> np.random.Generator:
    """A generator that depends on all parts of the key and on nothing else."""
    return np.random.default_rng(np.random.SeedSequence([part & 0xFFFFFFFF for part in key]))


class Dice:
    """Uniform numbers taken one by one from blocks of a seeded generator."""

    __slots__ = ("_pool", "_rng")

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._pool: list[float] = []

    def roll(self) -> float:
        """A number in [0, 1)."""
        if not self._pool:
            self._pool = self._rng.random(BLOCK).tolist()
        return self._pool.pop()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.roll() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.roll() * len(options))]

    def digits(self, count: int) -> str:
        """A string of decimal digits."""
        return "".join([str(int(self.roll() * 10)) for _ in range(count)])
