"""Pairs of nearly the same words that differ in a 不 or in a number: they look alike and mean something else.

Of 58 public pairs that are alike but for a negation 10 mean the same, of 15 that are alike but for a number 6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

DENIED, COUNTED = -2.0, -1.5  # logits
ALIKE = 90.0  # per cent, once what differs is put aside
_ASKED = re.compile(r"可不可以|能不能|是不是|有没有|会不会|要不要|行不行|好不好|对不对")
_DENIAL = re.compile("[不没未无]有?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十百千万两]+(?=[天个月年次元块号岁倍折期万千百件台])")


def denials(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """Logits to add to each pair, 0 or less, shape (n,)."""
    return np.array([_denial(a, b) for a, b in zip(left, right, strict=True)], dtype=np.float64)


def _denial(a: str, b: str) -> float:
    told = _ASKED.sub("", a), _ASKED.sub("", b)
    if sum(len(_DENIAL.findall(one)) for one in told) % 2 and _alike(*told, _DENIAL):
        return DENIED
    counts = sorted(_NUMBER.findall(a)), sorted(_NUMBER.findall(b))
    return COUNTED if all(counts) and counts[0] != counts[1] and _alike(a, b, _NUMBER) else 0.0


def _alike(a: str, b: str, aside: re.Pattern[str]) -> bool:
    return ratio(aside.sub("", a), aside.sub("", b)) >= ALIKE
