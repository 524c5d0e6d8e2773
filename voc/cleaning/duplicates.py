"""Feedback that came twice: the same words, or words copied with small changes or their clauses moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from voc.kernels.signatures import SHORTEST, WIDTH, sign

__all__ = ["BANDS", "NEAR", "SHORTEST", "bands", "bare", "content_hash", "copied", "similarity"]

# Copies with one to three characters changed reach 0.9; differently worded questions with one meaning do not
# (docs/benchmarks/rejection.md).
NEAR = 0.9
SAME_LETTERS, SAME_PAIRS = (
    0.95,
    0.8,
)  # shares of letters and of pairs of letters that moved clauses leave alike
BANDS = WIDTH  # keys a text may have

_PUNCTUATION = re.compile(r"[\W_]+")
_NOT = str.maketrans("", "", "不没无未非别")


def bare(text: str) -> str:
    """The letters, digits and characters of a text, without punctuation, spaces and emoji."""
    return _PUNCTUATION.sub("", text).lower()


def content_hash(texts: Sequence[str]) -> NDArray[np.int64]:
    """Hash each text without punctuation, shape (n,); a text of mere punctuation is hashed as it is."""
    return signed(texts)[0]


def bands(texts: Sequence[str]) -> NDArray[np.int64]:
    """Keys, shape (n, BANDS), 0 for none; texts that share a key may be copies, too short ones have no key.

    Keys are the same in every process and on every machine, and all fit one index column.
    """
    return signed(texts)[1]


def signed(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What `content_hash` and `bands` say, in one pass."""
    return sign([text.replace("\x1e", " ") for text in texts])


def similarity(a: str, b: str) -> float:
    """Share of characters two texts have in common in order, 0 to 1, punctuation ignored."""
    return fuzz.ratio(bare(a), bare(b)) / 100


def copied(a: str, b: str) -> bool:
    """Whether one bare text is the other with small changes or its clauses in another order.

    Texts that differ in nothing but 不, 没 … say opposite things and are no copies.
    """
    if a == b:
        return True
    near = fuzz.ratio(a, b, score_cutoff=100 * NEAR) > 0 or _moved(a, b)
    return near and a.translate(_NOT) != b.translate(_NOT)


def _moved(a: str, b: str) -> bool:
    if min(len(a), len(b)) < SAME_LETTERS * max(len(a), len(b)):
        return False
    # What only one of them has is in no pair of equal letters; most pairs fall already here, at a third of the cost.
    alone = len(set(a) ^ set(b))
    if len(a) + len(b) - alone < SAME_LETTERS * (len(a) + len(b)) or _shared(a, b) < SAME_LETTERS:
        return False
    return _shared(list(pairwise(a)), list(pairwise(b))) >= SAME_PAIRS


def _shared(a: Sequence[object], b: Sequence[object]) -> float:
    """Dice coefficient of two collections with repetition."""
    return 2 * (Counter(a) & Counter(b)).total() / max(len(a) + len(b), 1)
