"""What a text is recognised by: its rarest pairs of characters, the places and codes it names, its index keys.

All as arrays of fixed width, so that a batch is compared by one compiled pass and a row fits one database row.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voc.registry.background import Background
from voc.registry.places import Named, Span, named
from voc.text import normalise

PAIRS, NAMES, UNITS, CODES, KEYS = 48, 12, 4, 4, 12  # widths of the columns
HEAD = 40  # characters in which a text usually says what it is about (a title comes first)
HEAD_WEIGHT = 3.0
HEAD_PLACES = 60  # characters in which the place a text is about is named
EVERYDAY = 1.5  # rarity below which a pair says nothing
SPECIFIC = 4.0  # rarity from which on a pair is worth an index entry or tells a place
WIDE = frozenset({"省", "市", "州", "自治州"})  # units so large that much happens in them at once
NONE = np.iinfo(np.int64).max  # fills unused cells; sorts last

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Signs:
    """A batch of n texts. Keys ascend in each row; unused cells hold NONE, unused weights 0.

    pairs, weight, matter, rarity: pairs of characters, their weights, their weights without names (both of length 1),
        and how far they are from everyday, (n, PAIRS)
    names: pairs of characters of the places named at the head, (n, NAMES)
    units: administrative units, (n, UNITS); codes: (n, CODES); keys: of the index, (n, KEYS)
    """

    pairs: Ints
    weight: Floats
    matter: Floats
    rarity: Floats
    names: Ints
    units: Ints
    codes: Ints
    keys: Ints

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, rows: Ints) -> Signs:
        """The given rows."""
        return Signs(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def joined(parts: Sequence[Signs]) -> Signs:
        """Several batches as one."""
        return Signs(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Signs)))


def pair_key(pair: str) -> int:
    """The key of two neighbouring characters."""
    return ord(pair[0]) << 21 | ord(pair[1])


def name_key(kind: str, name: str) -> int:
    """The key of a code or a unit; never that of a pair of characters."""
    return 1 << 50 | zlib.crc32(f"{kind}\0{name}".encode("utf-8", "replace")) << 8 | (len(name) & 0xFF)


def signs(texts: Sequence[str], background: Background) -> Signs:
    """Read a batch of texts."""
    plain = [text.lower() for text in normalise(texts)]
    found = named(plain, HEAD_PLACES)
    rows = [_signs(text, names, background) for text, names in zip(plain, found, strict=True)]
    widths = (PAIRS, PAIRS, PAIRS, PAIRS, NAMES, UNITS, CODES, KEYS)
    kinds = (np.int64, np.float32, np.float32, np.float32, np.int64, np.int64, np.int64, np.int64)
    columns = []
    for at, (width, kind) in enumerate(zip(widths, kinds, strict=True)):
        column = np.full((len(rows), width), NONE if kind is np.int64 else 0, dtype=kind)
        for row, values in enumerate(rows):
            column[row, : len(values[at])] = values[at]
        columns.append(column)
    return Signs(*columns)


def _signs(text: str, found: Named, background: Background) -> tuple[NDArray[np.generic], ...]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    han = (codes >= 0x4E00) & (codes <= 0x9FFF)
    at = np.flatnonzero(han[:-1] & han[1:]) if len(codes) else np.zeros(0, dtype=np.int64)
    keys, first, counts = np.unique((codes[at] << 21) | codes[at + 1], return_index=True, return_counts=True)
    rarity = background.rarity(keys)
    weight = (
        np.maximum(rarity - EVERYDAY, 0)
        * (1 + 0.5 * np.log(counts))
        * np.where(at[first] < HEAD, HEAD_WEIGHT, 1)
    )
    name = _inside(found.places, len(codes))[at[first]] if len(at) else np.zeros(0, dtype=bool)
    proper = _inside(found.proper, len(codes))[at[first]] if len(at) else name
    unit = _inside([span for span, _, _ in found.units], len(codes))[at[first]] if len(at) else name
    top = _top(keys, weight, PAIRS)
    whole, matter = weight[top], np.where(name | unit, 0, weight)[top]
    return (
        keys[top],
        whole / (np.sqrt(np.sum(whole**2)) or 1),
        matter / (np.sqrt(np.sum(matter**2)) or 1),
        np.maximum(rarity - EVERYDAY, 0)[top],
        keys[_top(keys, np.where(proper & (rarity >= SPECIFIC), rarity, 0), NAMES)],
        _names([("unit" + kind, own) for _, kind, own in found.units if kind not in WIDE], UNITS),
        _names([("code", code) for code in found.codes], CODES),
        keys[_top(keys, np.where(rarity >= SPECIFIC, weight, 0), KEYS)],
    )


def _inside(spans: Sequence[Span], length: int) -> NDArray[np.bool_]:
    covered = np.zeros(length + 1, dtype=np.bool_)
    for start, end in spans:
        covered[start:end] = True
    return covered[:-1] & covered[1:]


def _top(keys: Ints, weight: NDArray[np.float64], width: int) -> Ints:
    """Rows of the heaviest keys, in the order of the keys; ties are broken by the key."""
    order = np.lexsort((keys, -weight))[:width]
    return np.sort(order[weight[order] > 0])


def _names(names: Sequence[tuple[str, str]], width: int) -> Ints:
    first = list(dict.fromkeys(name_key(kind, name) for kind, name in names))[:width]
    return np.array(sorted(first), dtype=np.int64)
