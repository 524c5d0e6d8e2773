"""What a source was read as, made ready for the vault: keys, versions, and the reason where a row is unreadable."""

from __future__ import annotations

import polars as pl

from models.intake.collecting import Row, as_frame
from sources.base import Chunk
from voc.intake.rows import Definition, canonical, hash_of, map_rows, payload_hash, record_keys


def rows_of(chunk: Chunk, definition: Definition) -> pl.DataFrame:
    """Return the rows of a chunk as columns of models.intake.collecting.COLUMNS."""
    payloads = [row.payload for row in chunk.rows]
    keys = record_keys(map_rows(payloads, definition).require(), definition.name)
    written = [canonical(payload) for payload in payloads]
    read = pl.DataFrame(
        {
            "row": pl.Series([row.row for row in chunk.rows], dtype=pl.Int64),
            "record_key": pl.Series(keys, dtype=pl.String),
            "payload_hash": pl.Series(list(map(_version, keys, written)), dtype=pl.String),
            "payload": pl.Series(written, dtype=pl.String),
        },
    ).with_columns(unreadable=pl.lit(None, dtype=pl.String))
    broken = [
        Row(bad.row, "raw-" + payload_hash({"": bad.raw}).hex(), "", {"__raw__": bad.raw}, bad.reason)
        for bad in chunk.unreadable
    ]
    return pl.concat([read, as_frame(broken)]) if broken else read


def _version(key: str, written: str) -> str:
    # A key made from the words themselves has one version; a record with an id of its own may be edited.
    return "" if key.startswith("h-") else hash_of(written).hex()
