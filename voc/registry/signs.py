"""What a text is recognised by: its rarest pairs of characters, the places and codes it names, its index keys.

All as arrays of fixed width, so that a batch is compared by one compiled pass and a row fits one database row.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.registry.background import Background
from voc.registry.frames import without_frames
from voc.registry.places import Span, named
from voc.text.spoken import spoken
from voc.text.uniform import normalise

PAIRS, NAMES, UNITS, CODES, KEYS = 48, 12, 4, 4, 12  # widths of the columns
_KEY_BITS = 37  # of the key of two Chinese characters
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
    plain = [text.lower() for text in without_frames(spoken(normalise(texts)))]
    found = named(plain, HEAD_PLACES)
    places = [one.places for one in found]
    proper, units = [one.proper for one in found], [[span for span, _, _ in one.units] for one in found]
    pairs = _pairs(plain, places, proper, units, background)
    many = len(plain)
    top = _heaviest(pairs, pairs.weight, PAIRS)
    whole, matter = pairs.weight[top], np.where(pairs.named[top], 0, pairs.weight[top])
    rare = pairs.rarity >= SPECIFIC
    names = _heaviest(pairs, np.where(pairs.proper & rare, pairs.rarity, 0), NAMES)
    keys = _heaviest(pairs, np.where(rare, pairs.weight, 0), KEYS)
    best, named_at, keyed = (_cells(pairs.row[chosen]) for chosen in (top, names, keys))
    coded = [_names([("code", code) for code in one.codes], CODES) for one in found]
    united = [
        _names([("unit" + kind, own) for _, kind, own in one.units if kind not in WIDE], UNITS)
        for one in found
    ]
    return Signs(
        pairs=_laid(best, pairs.key[top], many, PAIRS, NONE),
        weight=_laid(best, whole / _length(whole, pairs.row[top], many), many, PAIRS, 0.0),
        matter=_laid(best, matter / _length(matter, pairs.row[top], many), many, PAIRS, 0.0),
        rarity=_laid(best, np.maximum(pairs.rarity - EVERYDAY, 0)[top], many, PAIRS, 0.0),
        names=_laid(named_at, pairs.key[names], many, NAMES, NONE),
        units=_filled(united, UNITS),
        codes=_filled(coded, CODES),
        keys=_laid(keyed, pairs.key[keys], many, KEYS, NONE),
    )


@dataclass(frozen=True)
class _Pairs:
    """Every pair of characters of a batch once a text, by text and key: columns of equal length."""

    row: Ints
    key: Ints
    rarity: Floats
    weight: NDArray[np.float64]
    named: NDArray[np.bool_]  # it stands in the name of a place or unit
    proper: NDArray[np.bool_]  # it stands in what is proper to a name


def _pairs(
    texts: Sequence[str],
    places: Sequence[Sequence[Span]],
    proper: Sequence[Sequence[Span]],
    units: Sequence[Sequence[Span]],
    background: Background,
) -> _Pairs:
    # One character between two texts, so that no pair reaches from one into the next.
    codes = np.frombuffer("\0".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
    han = (codes >= 0x4E00) & (codes <= 0x9FFF)
    at = np.flatnonzero(han[:-1] & han[1:]) if len(codes) else np.zeros(0, dtype=np.int64)
    rows, key = np.searchsorted(starts, at, side="right") - 1, (codes[at] << 21) | codes[at + 1]
    # Already in order of place; in one number, since sorting by three columns takes three times as long.
    order = np.argsort(rows << _KEY_BITS | key, kind="stable")
    rows, key, at = rows[order], key[order], at[order]
    new = np.ones(len(at), dtype=np.bool_)
    new[1:] = (rows[1:] != rows[:-1]) | (key[1:] != key[:-1])
    counts = np.diff(np.append(np.flatnonzero(new), len(at)))
    rows, key, first = rows[new], key[new], at[new]
    rarity = background.rarity(key)
    early = np.where(first - starts[rows] < HEAD, HEAD_WEIGHT, 1)
    name, own, unit = (_inside(spans, starts, len(codes))[first] for spans in (places, proper, units))
    return _Pairs(
        rows,
        key,
        rarity,
        np.maximum(rarity - EVERYDAY, 0) * (1 + 0.5 * np.log(counts)) * early,
        name | unit,
        own,
    )


def _inside(spans: Sequence[Sequence[Span]], starts: Ints, length: int) -> NDArray[np.bool_]:
    """Whether a character of the batch and the one after it both stand in a span of its text, shape (length,)."""
    covered = np.zeros(length + 1, dtype=np.bool_)
    for begin, own in zip(starts.tolist(), spans, strict=False):
        for start, end in own:
            covered[begin + start : begin + end] = True
    return covered[:-1] & covered[1:]


def _heaviest(pairs: _Pairs, weight: NDArray[np.floating], width: int) -> Ints:
    """The heaviest pairs of each text, in the order of the keys; ties are broken by the key."""
    kept = np.zeros(len(weight), dtype=np.bool_)
    _mark(pairs.row, weight.astype(np.float64), width, kept)
    return np.flatnonzero(kept)


@compiled
def _mark(rows: Ints, weight: NDArray[np.float64], width: int, kept: NDArray[np.bool_]) -> None:
    """Mark the heaviest of each row; of equal weight the first, and keys ascend within a row."""
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end] == rows[start]:
            end += 1
        if end - start <= width:
            kept[start:end] = weight[start:end] > 0
        else:
            for n in np.argsort(-weight[start:end], kind="mergesort")[:width]:
                kept[start + n] = weight[start + n] > 0
        start = end


def _cells(rows: Ints) -> tuple[Ints, Ints]:
    """Where values of some rows, which ascend, stand in a table: row and column, each row filled from the left."""
    return rows, np.arange(len(rows)) - np.searchsorted(rows, rows)


def _length(weight: NDArray[np.float64], rows: Ints, many: int) -> NDArray[np.float64]:
    length = np.sqrt(np.bincount(rows, weight**2, minlength=many))[rows]
    return np.where(length > 0, length, 1.0)


def _laid(
    cells: tuple[Ints, Ints], values: NDArray[Any], many: int, width: int, empty: float
) -> NDArray[Any]:
    table = np.full((many, width), empty, dtype=np.int64 if values.dtype == np.int64 else np.float32)
    table[cells] = values
    return table


def _filled(rows: Sequence[Ints], width: int) -> Ints:
    table = np.full((len(rows), width), NONE, dtype=np.int64)
    for row, values in enumerate(rows):
        table[row, : len(values)] = values
    return table


def _names(names: Sequence[tuple[str, str]], width: int) -> Ints:
    first = list(dict.fromkeys(name_key(kind, name) for kind, name in names))[:width]
    return np.array(sorted(first), dtype=np.int64)
