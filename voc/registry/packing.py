"""The signs of a feedback as bytes, for a database column, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from voc.registry.signs import CODES, KEYS, NAMES, PAIRS, UNITS, Signs

_WIDTHS = {"pairs": PAIRS, "names": NAMES, "units": UNITS, "codes": CODES, "keys": KEYS}
LAYOUT = np.dtype(
    [
        (field.name, "<i8" if field.name in _WIDTHS else "<f4", (_WIDTHS.get(field.name, PAIRS),))
        for field in fields(Signs)
    ]
)


def packed(signs: Signs) -> list[bytes]:
    """One string of bytes for each row."""
    rows = np.zeros(len(signs), dtype=LAYOUT)
    for field in fields(Signs):
        rows[field.name] = getattr(signs, field.name)
    return [row.tobytes() for row in rows]


def unpacked(bodies: Sequence[bytes]) -> Signs:
    """The rows again."""
    rows = np.frombuffer(b"".join(bodies), dtype=LAYOUT)
    return Signs(*(np.ascontiguousarray(rows[field.name]) for field in fields(Signs)))
