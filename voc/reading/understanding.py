"""Everything the core understands about a batch of feedback by itself: one mechanism for every shell.

What needs history (copies of earlier feedback, frequency, priority) is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from voc.cleaning.assets import Cleaning
from voc.cleaning.duplicates import signed
from voc.cleaning.rejection import ADVERTISING, FRAUD, PLACEHOLDER, reject
from voc.privacy.masking import Mask, mask
from voc.reading.areas import AreaOpinion
from voc.reading.labels import Annotations, annotate
from voc.reading.mentions import Mention
from voc.reading.model import Model
from voc.reading.taxonomy import Taxonomy
from voc.text.spoken import places, spoken
from voc.text.uniform import normalise
from voc.text.variants import canonical

_Found = TypeVar("_Found", Mention, AreaOpinion)
SOLD = (ADVERTISING, FRAUD)
SURE = 0.9  # confidence of a mention that outweighs the look of advertising
# 您的快件因丢失需理赔: what begins as a firm writes to its customers, and says neither I nor we.
_SENT = re.compile(
    r"\A(?:【[^】]{1,12}】|\[[^\]]{1,12}\])?\s*(?:尊敬的|亲爱的|恭喜您|您的|您好[，,!！ ]?您的)(?!.*(?:我|咱|俺))",
    re.DOTALL,
)


@dataclass(frozen=True)
class Understood:
    """Columns of equal length, one entry per text, but for annotations, which has one per row of `kept`.

    pii says where in the normalised text personal data stood; hashes is of shape (n,), bands of shape
    (n, BANDS), both of the masked texts.
    """

    normalised: list[str]
    masked: list[str]
    pii: list[list[Mask]]
    rejected: list[str | None]
    hashes: NDArray[np.int64]
    bands: NDArray[np.int64]
    kept: list[int]
    annotations: Annotations


def understand(
    texts: Sequence[str],
    ratings: Sequence[float | None],
    taxonomy: Taxonomy,
    model: Model,
    *,
    label_rejected: bool = False,
    cleaning: Cleaning | None = None,
) -> Understood:
    """Normalise, mask, reject, hash and label a batch; rejected texts are labelled only when asked for."""
    normalised = normalise(texts)
    masked = mask(normalised, model.names)
    reasons = reject(masked.texts, cleaning.spam if cleaning else None)
    # A rating without words is feedback; only words can be rejected.
    rejected = [reason if text else None for text, reason in zip(masked.texts, reasons, strict=True)]
    looked = [row for row, reason in enumerate(rejected) if label_rejected or reason in (None, *SOLD)]
    # What a platform wrote in the customer's place says nothing, whatever its words are.
    told = ["" if rejected[row] == PLACEHOLDER else masked.texts[row] for row in looked]
    read = spoken(told)
    said = canonical(read, cleaning.variants) if cleaning else read  # as long as before: spans hold
    annotations = annotate(said, [ratings[row] for row in looked], taxonomy, model)
    _put_back(annotations, {n: places(told[n]) for n, own in enumerate(read) if own is not told[n]})
    sold = [rejected[row] in SOLD and not _SENT.search(masked.texts[row]) for row in looked]
    for place in _suffering(annotations, sold):
        rejected[looked[place]] = None
    kept = [row for row in looked if label_rejected or rejected[row] is None]
    if len(kept) < len(looked):
        annotations = take(annotations, [n for n, row in enumerate(looked) if rejected[row] is None])
    hashes, bands = signed(masked.texts)
    return Understood(
        normalised=normalised,
        masked=masked.texts,
        pii=masked.findings,
        rejected=rejected,
        hashes=hashes,
        bands=bands,
        kept=kept,
        annotations=annotations,
    )


def _suffering(annotations: Annotations, sold: Sequence[bool]) -> list[int]:
    """Places of what looks like advertising and yet complains of something concrete: a customer wants help."""
    return [
        place
        for place in np.flatnonzero(sold).tolist()
        if annotations.type[place] == "complaint"
        and any(m.polarity < 0 and m.confidence >= SURE for m in annotations.mentions[place])
    ]


def _put_back(annotations: Annotations, at: Mapping[int, Sequence[int]]) -> None:
    """Let what was found in the customer's turns of a dialogue point at the whole of it."""
    for row, place in at.items():
        annotations.mentions[row] = [_moved(one, place) for one in annotations.mentions[row]]
        annotations.areas[row] = [_moved(one, place) for one in annotations.areas[row]]


def _moved(found: _Found, place: Sequence[int]) -> _Found:
    return found._replace(start=place[found.start], end=place[found.end - 1] + 1)


def take(annotations: Annotations, rows: Sequence[int]) -> Annotations:
    """Return the annotations of some rows."""
    return Annotations(
        **{field.name: _taken(getattr(annotations, field.name), rows) for field in fields(annotations)}
    )


def _taken(column: Any, rows: Sequence[int]) -> Any:
    if isinstance(column, np.ndarray):
        return column[np.asarray(rows, dtype=np.int64)]
    return [column[row] for row in rows]
