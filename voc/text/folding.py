"""Character by character: widths, look-alikes, invisible characters, white space and runs, in one compiled pass."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import compiled
from voc.text.scripts import traditional

SEPARATOR = "\x1e"  # record separator: no customer types it, and normalising removes it
LONGEST_RUN = 3
EMOJI, DIGIT, ODD = 1, 2, 4  # marks; an odd character asks for a look at its text as a whole
_SEPARATOR, _SPACE, _NEWLINE, _JOINER = ord(SEPARATOR), ord(" "), ord("\n"), 0x200D

Codes = NDArray[np.uint32]

_WHITE = [0x09, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_BREAKS = [0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029]
_DROPPED = [
    *range(0x20), *range(0x7F, 0xA0), 0xAD, 0x34F, *range(0x334, 0x339), 0x61C, 0x115F, 0x1160, *range(0x17B4, 0x17B6),
    *range(0x180B, 0x180F), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    *range(0x20D0, 0x20F1), 0x3164, *range(0xD800, 0xF900), *range(0xFE00, 0xFE10), *range(0xFE20, 0xFE30), 0xFEFF,
    0xFFA0, *range(0xFFF0, 0x10000), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000),
]  # fmt: skip
# Parts of characters that PDF readers and some phones give for the character itself.
_RADICALS = dict(
    zip(
        "⺁⺠⺢⺦⺩⺪⺮⺼⻁⻄⻅⻆⻇⻈⻉⻋⻌⻐⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⺟",
        "厂民水丬王疋竹肉虎西见角讠讠贝车辶钅长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟母",
        strict=True,
    )
)
_FULL_WIDTH_KEPT = "！（），：；？～"  # Chinese punctuation stays: the words are shown to people again


@dataclass(frozen=True)
class Folding:
    """For every code point what stands for it (0: nothing), its marks, and what needs several characters."""

    table: Codes
    marks: NDArray[np.uint8]
    longer: dict[int, str]


@lru_cache(maxsize=1)
def folding() -> Folding:
    """Build the tables."""
    table, marks, longer = np.arange(0x110000, dtype=np.uint32), np.zeros(0x110000, dtype=np.uint8), {}
    for code, plain in _compatible():
        if len(plain) == 1:
            table[code] = ord(plain)
        else:
            longer[code] = plain
    table[_DROPPED], table[0xF0000:] = 0, 0
    table[_WHITE], table[_BREAKS] = _SPACE, _NEWLINE
    table[[_SEPARATOR, _JOINER]] = _SEPARATOR, _JOINER
    marks[0x2190:0x2460] = marks[0x2500:0x2C00] = marks[0x1F000:0x1FB00] = EMOJI
    marks[[code for code in range(0x110000) if chr(code).isdecimal()]] |= DIGIT
    foreign = [*range(0x370, 0x530), *map(ord, "ɑɡı"), *map(ord, "&<"), *longer, *map(ord, traditional())]
    marks[foreign] |= ODD
    return Folding(table, marks, longer)


def _compatible() -> Iterator[tuple[int, str]]:
    """Pair code points with their plain form where that form is meant: circled, full-width, styled, doubled ones."""
    yield from ((ord(part), whole) for part, whole in _RADICALS.items())
    blocks = [range(0x2460, 0x2500), range(0x2F00, 0x2FD6), range(0x3220, 0x3248), range(0x3280, 0x32B1)]
    blocks += [
        range(0xF900, 0xFB00),
        range(0x1D400, 0x1D800),
        range(0x1F100, 0x1F14A),
        range(0x2F800, 0x2FA20),
    ]
    for code in (code for block in blocks for code in block):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code):
            yield code, plain
    for code in (0xFF01 + k for k in range(0x5E) if chr(0xFF01 + k) not in _FULL_WIDTH_KEPT):
        yield code, chr(code - 0xFEE0)
    for code in [*range(0x1F150, 0x1F16A), *range(0x1F170, 0x1F18A)]:
        yield code, chr((code - 0x1F150) % 32 + ord("A"))
    for first in (0x2776, 0x2780, 0x278A, 0x24F5):
        yield from ((first + k, str(k + 1)) for k in range(10))
    yield from ((0x24EB + k, str(k + 11)) for k in range(10))
    yield 0x24FF, "0"


def fold(texts: list[str]) -> tuple[list[str], NDArray[np.bool_]]:
    """Fold texts free of separators; also say which hold characters that want a second look."""
    tables = folding()
    codes = np.frombuffer(SEPARATOR.join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    folded, odd = _fold(codes, tables.table, tables.marks, len(texts))
    return folded.astype("<u4", copy=False).tobytes().decode("utf-32-le").split(SEPARATOR), odd


@compiled
def _fold(
    codes: Codes, table: Codes, marks: NDArray[np.uint8], texts: int
) -> tuple[Codes, NDArray[np.bool_]]:
    """Write the folded code points one after another; a gap or joiner is written when what follows wants it."""
    out, size, row = np.empty(2 * len(codes), dtype=np.uint32), 0, 0
    odd = np.zeros(texts, dtype=np.bool_)
    gap = joiner = np.uint32(0)
    run, first = 0, True
    for raw in codes:
        code = table[raw]
        if code == 0:
            continue
        if code == _SEPARATOR:
            out[size] = code
            size, row, run, first, gap, joiner = size + 1, row + 1, 0, True, np.uint32(0), np.uint32(0)
        elif code in (_SPACE, _NEWLINE):
            if gap != _NEWLINE:
                gap = code
        elif code == _JOINER:
            joiner = code
        else:
            mark = marks[code]
            if gap != 0 and not first:
                out[size], run = gap, 0
                size += 1
            elif joiner != 0 and not first and mark & EMOJI and marks[out[size - 1]] & EMOJI:
                out[size], run = joiner, 0
                size += 1
            gap = joiner = np.uint32(0)
            run = run + 1 if run > 0 and out[size - 1] == code else 1
            first = False
            if run <= LONGEST_RUN or mark & DIGIT:
                out[size] = code
                size += 1
                odd[row] |= mark & ODD != 0
    return out[:size], odd
