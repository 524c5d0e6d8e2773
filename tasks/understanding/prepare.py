"""The part of analysing that needs no history: read a batch, mask, reject and label it. Runs in any process."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.engine import transaction
from models.intake.reading import Raw, raw_of
from settings import asset_bytes, get_settings
from tasks.assets import cleaning, model, taxonomy
from tasks.understanding.annotating import annotated, mentioned
from voc.errors import ConfigError
from voc.evidence.concrete import Clarified, make_concrete
from voc.intake.identity import pseudonyms, tiers
from voc.intake.rows import Mapped, parse_ratings, parse_times
from voc.privacy.masking import mask
from voc.reading.understanding import understand
from voc.text.uniform import normalise

ASIDE = ("touchpoint", "agent", "region", "product", "version")
MOMENT = pl.Datetime("us", "UTC")
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
ASSETS = ("tone.npz", "topics.npz", "names.npz", "spam.npz", "variants.toml", "taxonomy.toml")


@dataclass(frozen=True)
class Prepared:
    """A batch understood row by row, as columns that travel well between processes.

    `rows` has a row for each raw record; the others name theirs by `place`, its number in `rows`; `keys` of
    shape (rows, bands) are zero where a text is too short for a copy. Holds the identifiers the vault will
    keep, and no other personal data.
    """

    batch: int
    source: int
    rows: pl.DataFrame
    keys: NDArray[np.int64]
    said: pl.DataFrame
    mentions: pl.DataFrame
    evidence: dict[int, str]
    clarified: dict[int, Clarified]


def readers() -> str:
    """Name what decides how a row is understood here: models, taxonomy, and the key of the pseudonyms."""
    parts = (asset_bytes(name) for name in ASSETS)
    key = get_settings().pseudonym_key()
    return hmac.new(
        key, b"".join(hashlib.sha256(part).digest() for part in parts), hashlib.sha256
    ).hexdigest()


def prepare_as(asked: str, batch_id: int) -> Prepared:
    """Prepare a batch, but only where rows are understood as they are by who asks; `asked` is its `readers()`."""
    if readers() != asked:
        raise ConfigError(9, "工作进程的模型、标签体系或化名密钥与主进程不同，请让它们使用同一份配置。")
    return prepare(batch_id)


def prepare(batch_id: int) -> Prepared:
    """Read a checked batch and understand each row by itself."""
    with transaction() as session:
        raw = raw_of(session, batch_id)
    ratings = parse_ratings(raw.mapped["rating"], raw.definition.rating_scale)
    understood = understand(_words(raw.mapped), ratings, taxonomy(), model(), cleaning=cleaning())
    rows = pl.DataFrame(
        {
            **_said_by(raw),
            "rating": pl.Series(ratings, dtype=pl.Float64),
            "text": understood.masked,
            "content_hash": understood.hashes,
            "reason": pl.Series(understood.rejected, dtype=pl.String),
        }
    )
    kept, evidence = understood.kept, _masked_records(raw.mapped["evidence"])
    texts, records = [understood.masked[i] for i in kept], [evidence.get(i) for i in kept]
    said, clarified = make_concrete(understood.annotations, texts, records, taxonomy(), model())
    return Prepared(
        batch_id,
        raw.source,
        rows,
        understood.bands,
        annotated(kept, said),
        mentioned(kept, said),
        evidence,
        {kept[n]: one for n, one in clarified.items()},
    )


def _said_by(raw: Raw) -> dict[str, Any]:
    mapped = raw.mapped
    at = [moment or raw.collected_at for moment in parse_times(mapped["occurred_at"])]
    names = pseudonyms(mapped["phone"], mapped["email"], mapped["customer"], get_settings().pseudonym_key())
    text = pl.String
    return {
        "raw_record_id": pl.Series(raw.ids, dtype=pl.Int64),
        "record_key": pl.Series(raw.keys, dtype=text),
        "channel": pl.Series(mapped["channel"], dtype=text),
        **{field: pl.Series(_masked(mapped[field]), dtype=text) for field in ASIDE},
        # As numbers, since polars takes five times as long to read moments of Python.
        "occurred_at": pl.Series([(moment - EPOCH) // MICROSECOND for moment in at], dtype=pl.Int64).cast(
            MOMENT
        ),
        "pseudonym": pl.Series(names, dtype=text),
        "value": pl.Series(tiers(mapped["customer_value"]), dtype=pl.Int64),
        "phone": pl.Series(mapped["phone"], dtype=text),
        "email": pl.Series(mapped["email"], dtype=text),
    }


def _masked(values: Sequence[str | None]) -> list[str | None]:
    # A comma that was not quoted puts a telephone where a city should be.
    known = sorted({value for value in values if value})
    shown: dict[str | None, str | None] = dict(zip(known, mask(known).texts, strict=True))
    return [shown.get(value) for value in values]


def _masked_records(cells: Sequence[str | None]) -> dict[int, str]:
    rows = [row for row, cell in enumerate(cells) if cell]
    masked = mask(normalise([cells[row] or "" for row in rows]), model().names).texts
    return {row: text for row, text in zip(rows, masked, strict=True) if text}


def _words(mapped: Mapped) -> list[str]:
    pairs = zip(mapped["title"], mapped["text"], strict=True)
    return [
        f"{title}\n{text}" if title and text and title != text else text or title or ""
        for title, text in pairs
    ]
