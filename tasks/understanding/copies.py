"""Which rows of a batch copy earlier feedback: only rows that share a key with anything are compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.analysis.analysing import entries_of, index_copies, known_words, not_indexed
from settings import get_settings
from voc.cleaning.copies import Words, find_copies

AT_ONCE = 10_000


def copies_of(
    session: Session, ids: Sequence[int], source: int, rows: pl.DataFrame, keys: NDArray[np.int64]
) -> list[int | None]:
    """Return for each row the id of the feedback it copies, or None."""
    _index_again(session)
    spoken = ((rows["text"] != "") & rows["reason"].is_null()).to_numpy()
    if not spoken.any():
        return [None] * len(rows)
    window = timedelta(days=get_settings().near_window_days)
    hashes = rows["content_hash"].to_numpy()
    since = min(rows["occurred_at"].to_list()) - window
    known = known_words(session, keys[spoken][keys[spoken] != 0], _said(rows, spoken), since)
    shared = _shared(keys, hashes, spoken, known)
    words = _words(np.flatnonzero(shared), ids, source, rows, keys)
    found = dict(zip((one.id for one in words), find_copies(words, known, window), strict=True))
    return [found.get(id_) for id_ in ids]


def _index_again(session: Session) -> None:
    """Make the index of copies of what is stored where there is none: after an upgrade, or when it was emptied."""
    known = not_indexed(session)
    for start in range(0, len(known), AT_ONCE):
        index_copies(session, entries_of(known[start : start + AT_ONCE]))


def _said(rows: pl.DataFrame, spoken: NDArray[np.bool_]) -> list[tuple[int, int]]:
    signed = rows.filter(pl.Series(spoken) & pl.col("customer_id").is_not_null())
    return signed.select("customer_id", "content_hash").unique(maintain_order=True).rows()


def _shared(
    keys: NDArray[np.int64], hashes: NDArray[np.int64], spoken: NDArray[np.bool_], known: Sequence[Words]
) -> NDArray[np.bool_]:
    """Mark the rows that have a key or the whole text in common with another row or with known feedback."""
    own = np.where(spoken[:, None], keys, 0)
    row, column = np.nonzero(own)
    other_keys = np.array([key for words in known for key in words.bands], dtype=np.int64)
    other_hashes = np.array([words.content_hash for words in known], dtype=np.int64)
    shared = np.zeros(len(keys), dtype=np.bool_)
    shared[row[_met_again(own[row, column], other_keys)]] = True
    shared[np.flatnonzero(spoken)[_met_again(hashes[spoken], other_hashes)]] = True
    return shared


def _met_again(values: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each value stands elsewhere among the values, or among the others."""
    own, other = pl.Series(values), pl.Series(others)
    again: NDArray[np.bool_] = (own.is_duplicated() | own.is_in(other.implode())).to_numpy()
    return again


def _words(
    places: NDArray[np.int64], ids: Sequence[int], source: int, rows: pl.DataFrame, keys: NDArray[np.int64]
) -> list[Words]:
    columns = rows.select("text", "content_hash", "customer_id", "occurred_at", "record_key")[places].rows()
    return [
        Words(ids[n], text, content, tuple(filter(None, own)), customer, at, f"{source}:{key}")
        for n, own, (text, content, customer, at, key) in zip(
            places.tolist(), keys[places].tolist(), columns, strict=True
        )
    ]
