"""What the learned layer sees of a text: hashed character n-grams, weighed by rarity, of length one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

SLOT_BITS = 17
SLOTS = 2**SLOT_BITS
ORDERS = (1, 2, 3)
# Single characters say little and would drown what pairs and triples say.
WEIGHTS = {1: 0.5, 2: 1.0, 3: 1.0}
_SEPARATOR = "\x00"
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Floats = NDArray[np.float64]


def presence(texts: Sequence[str]) -> sparse.csr_matrix:
    """Weigh which n-grams occur in each text, shape (texts, SLOTS); how often does not matter."""
    folded = [text.lower() for text in texts]
    joined = _SEPARATOR.join(folded) + _SEPARATOR * len(ORDERS)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in folded], dtype=np.int64)
    row = np.repeat(np.arange(len(folded)), lengths + 1)
    parts = [_order(codes, row, len(folded), order) for order in ORDERS]
    found: sparse.csr_matrix = sum(parts[1:], start=parts[0])
    return found


def _order(codes: NDArray[np.uint64], row: NDArray[np.int64], texts: int, order: int) -> sparse.csr_matrix:
    from scipy import sparse  # a fifth of a second, needed only where there is a layer

    size = len(row) - order + 1
    if size <= 0:
        return sparse.csr_matrix((texts, SLOTS))
    value = np.full(size, order, dtype=np.uint64)
    whole = np.ones(size, dtype=bool)
    for place in range(order):
        here = codes[place : place + size]
        value = (value ^ here) * _MULTIPLIER
        value ^= value >> np.uint64(29)
        whole &= here != 0  # an n-gram never reaches from one text into the next
    slot = (value >> np.uint64(64 - SLOT_BITS)).astype(np.int64)
    at = np.unique(row[:size][whole] * SLOTS + slot[whole])
    weight = np.full(at.size, WEIGHTS[order])
    return sparse.csr_matrix((weight, (at // SLOTS, at % SLOTS)), shape=(texts, SLOTS))


def rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    """Weigh every slot by how few of the texts hold it, shape (SLOTS,), from 1 upwards."""
    held = np.asarray((presence(texts) > 0).sum(axis=0)).ravel()
    weights: NDArray[np.float32] = (1 + np.log((1 + len(texts)) / (1 + held))).astype(np.float32)
    return weights


def vectors(texts: Sequence[str], weights: NDArray[np.float32]) -> sparse.csr_matrix:
    """Describe texts by their n-grams times rarity, scaled to length one, shape (texts, SLOTS)."""
    raw = presence(texts)
    raw.data = raw.data * weights[raw.indices]
    row = np.repeat(np.arange(len(texts)), np.diff(raw.indptr))
    size = np.sqrt(np.bincount(row, raw.data**2, minlength=len(texts)))
    raw.data /= np.maximum(size, 1e-9)[row]
    return raw


def grams_of(text: str) -> frozenset[str]:
    """Return the pairs of characters of a text, for telling which texts are alike."""
    folded = "".join(text.split()).lower()
    return frozenset(folded[k : k + 2] for k in range(len(folded) - 1)) or frozenset((folded,))
