"""Entries of the index, made from signs; streams and hashed properties."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.registry.signs import NONE

_SHIFT, _PRODUCTS = 42, 0xFFFFF  # a pair of characters takes 42 bits of a key, its product 20
_WHOLE = 1 << 62  # beyond every pair of characters and its product

Ints = NDArray[np.int64]


def hashed(values: Sequence[str | None]) -> Ints:
    """Hash properties, shape (n,); what is not known is 0."""
    return np.array(
        [zlib.crc32(v.strip().encode()) or 1 if v and v.strip() else 0 for v in values], dtype=np.int64
    )


def streams(sources: Sequence[int], product: Ints, region: Ints) -> Ints:
    """The stream each feedback belongs to, shape (n,): its product, or its source where none is named, in its region.

    Sources keep their number, so that a stream never changes.
    """
    source = np.asarray(sources, dtype=np.int64)
    own: Ints = np.where(product != 0, (product << 1) | 1, source << 1) ^ (region << 34)
    return own


def of_product(keys: Ints, product: Ints) -> Ints:
    """Keys within a product: other products' feedback never belongs together, so it is never looked at, shape (n,)."""
    own: Ints = np.where(keys == NONE, NONE, keys | (product & _PRODUCTS) << _SHIFT)
    return own


def of_any(keys: Ints) -> Ints:
    """The pairs of characters that keys of products stand for, shape (n,)."""
    plain: Ints = keys & ((1 << _SHIFT) - 1)
    return plain


def entries(ids: Ints, moment: Ints, stream: Ints, product: Ints, keys: Ints) -> Ints:
    """One entry (key, moment, feedback, stream) for each key of `keys`, (n, KEYS), shape (m, 4)."""
    row, column = np.nonzero(keys != NONE)
    own: Ints = np.stack(
        [of_product(keys[row, column], product[row]), moment[row], ids[row], stream[row]], axis=1
    )
    return own


def of_streams(ids: Ints, moment: Ints, stream: Ints) -> Ints:
    """One entry for each feedback, under the key of its whole stream, shape (n, 4)."""
    return np.stack([whole(stream), moment, ids, stream], axis=1)


def whole(stream: Ints) -> Ints:
    """The keys under which everything of a stream is found, shape (n,)."""
    mixed = (stream.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(2)
    own: Ints = mixed.astype(np.int64) | _WHOLE
    return own
