"""Texts cut into clauses, the unit in which an opinion holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.text.uniform import SEPARATOR

_BREAKS = np.zeros(0x10000, dtype=np.bool_)
_BREAKS[[ord(mark) for mark in "，。！？；!?;…~～\t\u3000"]] = True
_FAR = 0xFFFF  # no mark lies beyond

Codes = NDArray[np.uint32]


def clausal(texts: Sequence[str]) -> list[str]:
    """Put a line break for every clause boundary; lengths and positions stay the same, Latin is lowered."""
    joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
    lowered = joined.lower()
    if len(lowered) != len(joined):  # a few letters of other scripts grow when lowered
        lowered = joined
    return _broken(lowered).split(SEPARATOR) if texts else []


def _broken(text: str) -> str:
    """The text with a line break for every mark that ends a clause; a whole batch costs one look at its code points."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").copy()
    codes[_BREAKS[np.minimum(codes, _FAR)]] = ord("\n")
    edge = np.zeros(1, dtype=codes.dtype)
    before, after = np.concatenate([edge, codes[:-1]]), np.concatenate([codes[1:], edge])
    points = np.flatnonzero((codes == ord(".")) | (codes == ord(",")))
    inside = _digits(before[points]) & _digits(after[points])
    spaces = np.flatnonzero(codes == ord(" "))
    left, right = before[spaces], after[spaces]
    closed = _chinese(left) | (left == ord(")")) | (left == ord("）"))
    codes[points[~inside]] = ord("\n")
    codes[spaces[closed & _chinese(right)]] = ord("\n")
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _digits(codes: Codes) -> NDArray[np.bool_]:
    known, place = np.unique(codes, return_inverse=True)
    return np.array([chr(code).isdecimal() for code in known.tolist()], dtype=np.bool_)[place]


def _chinese(codes: Codes) -> NDArray[np.bool_]:
    return (codes >= 0x4E00) & (codes <= 0x9FFF)


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a clausal text around a span."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    return left, len(text) if right < 0 else right
