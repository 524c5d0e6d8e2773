"""Customer words made uniform, a whole batch at a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import rjieba

from voc.scripts import SIMPLIFIED

SEPARATOR = "\x1e"  # record separator: no customer types it, and normalising removes it
LONGEST_RUN = 3


def _folding() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(k): v for k, v in SIMPLIFIED.items()}
    for code in range(0xFF01, 0xFF5F):
        # Chinese punctuation stays full width: the words are shown to people again.
        if chr(code) not in "！（），：；？～":
            table[code] = chr(code - 0xFEE0)
    for code in [*range(0x2460, 0x2500), *range(0x1D400, 0x1D800)]:
        table[code] = unicodedata.normalize("NFKC", chr(code))
    removed = [*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *range(0x200B, 0x2010)]
    removed += [*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFFE, 0xFFFF, 0xAD, 0xFFFD]
    kept = {ord("\n"), ord("\t"), ord(SEPARATOR), 0x200D}
    table |= {code: None for code in removed if code not in kept}
    table |= {ord("\r"): "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x3000: " ", 0xA0: " ", 0x0B: "\n"}
    return table


_FOLD = _folding()
_JOINER = re.compile("(?<![\u203c-\U0001faff])\u200d|\u200d(?![\u203c-\U0001faff])")
_SPACES = re.compile(r"[^\S\n\x1e]{2,}|[^\S\n \x1e]")
_LINES = re.compile(r" ?\n[ \n]*| ?(\x1e) ?")
# Digits are left alone: 10000000 is an amount, not an emphasis.
_RUN = re.compile(rf"([^\d\x1e])\1{{{LONGEST_RUN},}}")


def normalise(texts: Sequence[str]) -> list[str]:
    """Fold width and script, drop invisible characters, squeeze white space and cap repeated characters."""
    if not texts:
        return []
    joined = SEPARATOR.join(texts)
    if joined.count(SEPARATOR) != len(texts) - 1:
        joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
    folded = _JOINER.sub("", joined.translate(_FOLD))
    squeezed = _SPACES.sub(" ", folded)
    lined = _LINES.sub(lambda found: found[1] or "\n", squeezed)
    capped = _RUN.sub(lambda found: found[1] * LONGEST_RUN, lined)
    return [text.strip() for text in capped.split(SEPARATOR)]


def segment(texts: Sequence[str]) -> list[list[str]]:
    """Split every text into words; the words joined again are the text."""
    return [rjieba.cut(text) for text in texts]
