"""Customer words made uniform, a whole batch at a time.

What people are shown again keeps its words: widths, scripts, invisible characters, mark-up and white space
are mended here; dialect, slips and slang only for the models (voc/text/variants.py).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import numpy as np
import rjieba

from voc.text.folding import SEPARATOR, fold, folding
from voc.text.scripts import simplified, traditional

__all__ = ["SEPARATOR", "normalise", "segment"]

_ROUNDS = 8  # nested mark-up such as &amp;amp;lt; is opened layer by layer
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/?(?:p|div|li|tr|h[1-6]))(?:\s+[\w\-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|body|button|center|code|em|font|form|head|hr|html|i|iframe|img|input|label|link|meta|ol|pre|s|section|small|"
    r"span|strike|strong|sub|sup|table|tbody|td|th|thead|u|ul|video)(?:\s+[\w\-]+\s*=[^<>]*)?\s*/?>",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z\u0370-\u052fɑɡı]+")
_LOOKALIKES = str.maketrans(
    "АаВСсԁЕеԌНһІіЈјКМОоРрԚԛЅѕТѴѵԜԝХхУуΑΒΕΖΗΙΚΜΝΟοΡΤΥΧνɑɡı",
    "AaBCcdEeGHhIiJjKMOoPpQqSsTVvWwXxYyABEZHIKMNOoPTYXvagi",
)
_TRADITIONAL = frozenset(traditional())


def normalise(texts: Sequence[str]) -> list[str]:
    """Fold width and script, drop what is invisible, open mark-up, squeeze white space, cap repeated characters."""
    if not texts:
        return []
    clean, odd = fold([text.replace(SEPARATOR, " ") for text in texts])
    waiting = np.flatnonzero(odd).tolist()
    for _ in range(_ROUNDS):
        if not waiting:
            break
        before = [clean[row] for row in waiting]
        mended, _odd = fold(_mended(before))
        for row, text in zip(waiting, mended, strict=True):
            clean[row] = text
        waiting = [row for row, old, new in zip(waiting, before, mended, strict=True) if old != new]
    return clean


def _mended(texts: list[str]) -> list[str]:
    """Mend what cannot be mended character by character."""
    opened = [_ENTITY.sub(_opened, text) if "&" in text else text for text in texts]
    plain = [_untagged(text).translate(folding().longer) for text in opened]
    latin = [_WORD.sub(_latin, text) for text in plain]
    foreign = [row for row, text in enumerate(latin) if not _TRADITIONAL.isdisjoint(text)]
    for row, text in zip(foreign, simplified([latin[row] for row in foreign]), strict=True):
        latin[row] = text
    return [text.replace(SEPARATOR, " ") for text in latin]


def _opened(found: re.Match[str]) -> str:
    return html.unescape(found.group())


def _untagged(text: str) -> str:
    return _TAG.sub(" ", _BREAK.sub("\n", _HIDDEN.sub(" ", text))) if "<" in text else text


def _latin(found: re.Match[str]) -> str:
    """Write a word in Latin letters if it holds some and all others look like them (wеixin with a Cyrillic е)."""
    word = found.group()
    plain = word.translate(_LOOKALIKES)
    return plain if plain.isascii() and any(letter.isascii() for letter in word) else word


def segment(texts: Sequence[str]) -> list[list[str]]:
    """Split every text into words; the words joined again are the text."""
    return [rjieba.cut(text) for text in texts]
