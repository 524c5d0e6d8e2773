"""Rows of the index and of the counts by day, made from signs; streams and hashed properties."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from voc.registry.pairs import DAY
from voc.registry.signs import NONE, Signs

_SHIFT, _PRODUCTS = 42, 0xFFFFF  # a pair of characters takes 42 bits of a key, its product 20

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


def anchors(ids: Ints, moment: Ints, stream: Ints, product: Ints, signs: Signs) -> pl.DataFrame:
    """One row (key, at, feedback_id, stream) for each key a feedback is found by."""
    row, column = np.nonzero(signs.keys != NONE)
    key = of_product(signs.keys[row, column], product[row])
    return pl.DataFrame({"key": key, "at": moment[row], "feedback_id": ids[row], "stream": stream[row]})


def by_day(index: pl.DataFrame, moment: Ints, stream: Ints) -> pl.DataFrame:
    """Count (stream, key, day, events) the rows of the index, and under key 0 all feedback."""
    everything = pl.DataFrame({"key": np.zeros(len(moment), dtype=np.int64), "at": moment, "stream": stream})
    rows = pl.concat([index.select("key", "at", "stream"), everything])
    return (
        rows.with_columns(day=pl.col("at") // DAY)
        .group_by("stream", "key", "day")
        .agg(events=pl.len().cast(pl.Int64))
        .select("stream", "key", "day", "events")
    )
