"""Texts cut into clauses, the unit in which an opinion holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voc.text import SEPARATOR

_BREAKS = str.maketrans(dict.fromkeys("，。！？；!?;…~～\t\u3000", "\n"))
_WEAK = re.compile(r"[.,](?!\d)|(?<!\d)[.,]|(?<=[\u4e00-\u9fff)）]) (?=[\u4e00-\u9fff])")


def clausal(texts: Sequence[str]) -> list[str]:
    """Put a line break for every clause boundary; lengths and positions stay the same, Latin is lowered."""
    joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
    lowered = joined.lower()
    if len(lowered) != len(joined):  # a few letters of other scripts grow when lowered
        lowered = joined
    broken = _WEAK.sub("\n", lowered.translate(_BREAKS))
    return broken.split(SEPARATOR) if texts else []


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a clausal text around a span."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    return left, len(text) if right < 0 else right
