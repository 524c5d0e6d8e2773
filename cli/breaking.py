"""Where a line of Chinese may be broken: between any two characters, but no line begins with a closing mark."""

from __future__ import annotations

import re

from rich import _wrap

OPENING = "「『（《【〈“‘"
CLOSING = "，。；：！？、）」』》】〉”’…—·"
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
# Rich knows words between spaces alone, so that a sentence of Chinese would go to the next line as a whole.
WORD = re.compile(
    rf"\s*(?:[{OPENING}]*(?:[^\s{_WIDE}{OPENING}{CLOSING}]+|(?![{OPENING}{CLOSING}])[{_WIDE}])[{CLOSING}]*|[{OPENING}{CLOSING}]+)\s*"
)


def break_chinese() -> None:
    """Let everything that Rich prints be broken so."""
    _wrap.re_word = WORD
