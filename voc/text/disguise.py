"""What a text says behind spacing, look-alike letters, circled digits and symbols put between characters.

Only for deciding what is not feedback: nothing of this is shown to people or read by other models.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voc.text.uniform import SEPARATOR

Codes = NDArray[np.uint32]

LINK, PHONE, CONTACT = "\ue000", "\ue001", "\ue002"  # private use: customers do not type it
_SUFFIXES = "com|cn|net|org|top|xyz|cc|vip|me|info|club|shop|site|online|app|link|ly|io|tv|biz"
# Our own masks; and in runs of Latin letters: placeholders of public corpora (URL, CELLPHONE …), links, numbers.
_MASK = re.compile(r"\[([^\[\]\s\d]{1,8})\d{0,3}\]")
_RUN = re.compile(r"[!-~]{3,}")
_TOKEN = re.compile(
    r"(?P<link>https?:/{1,2}[\w./?=&%#:~+\-]*|(?<![A-Za-z])URL[a-z]{0,12}|"
    rf"(?<![A-Za-z0-9.\-])(?:[A-Za-z0-9\-]{{1,40}}\.){{1,4}}(?:{_SUFFIXES})(?![A-Za-z])(?:/[\w./?=&%#:~+\-]*)?)|"
    r"(?P<phone>CELLPHONE|HOTLINE|(?<![A-Za-z])PHONE|(?<![\d.])(?:\+?86)?1[3-9]\d{9}(?!\d)|"
    r"(?<!\d)400-?\d{3}-?\d{4}(?!\d))|"
    r"(?P<contact>(?:QQ)?WECHAT)|(?P<number>DIGIT)|(?P<nothing>PLACE|NAME)",
    re.ASCII,
)
_MASKS = {
    "手机": PHONE,
    "电话": PHONE,
    "座机": PHONE,
    "固话": PHONE,
    "微信": CONTACT,
    "QQ": CONTACT,
    "邮箱": LINK,
}
_TOKENS = {"link": LINK, "phone": PHONE, "contact": CONTACT, "number": "0", "nothing": ""}
_LOOKALIKES = {
    "a": "аαɑ", "b": "вβ", "c": "сϲ", "d": "ԁ", "e": "еεё", "g": "ɡ", "h": "нһ", "i": "іιı", "j": "ј", "k": "кκ",
    "m": "мμ", "n": "ηп", "o": "оοσө", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ", "t": "тτ", "u": "υ", "v": "ѵνⅴ∨√",
    "w": "ԝωшщ", "x": "хχ×✕✖", "y": "уγ", "z": "ζ", "+": "＋➕╋⊕✚",
}  # fmt: skip


def undisguised(texts: Sequence[str]) -> list[str]:
    """Return the letters and digits of each text in lower case, tokens for links and numbers people write to."""
    joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
    told = _RUN.sub(_tokens, _MASK.sub(_mask, joined))
    codes = _table()[np.frombuffer(told.encode("utf-32-le", "replace"), dtype="<u4")]
    bare = codes[codes != 0].astype("<u4").tobytes().decode("utf-32-le")
    return bare.split(SEPARATOR) if texts else []


def _mask(found: re.Match[str]) -> str:
    return next((token for kind, token in _MASKS.items() if found[1].startswith(kind)), "")


def _tokens(found: re.Match[str]) -> str:
    return _TOKEN.sub(lambda part: _TOKENS[part.lastgroup or "nothing"], found.group())


@lru_cache(maxsize=1)
def _table() -> Codes:
    """For each code point the letter, digit or plus sign it stands for; 0 for what only disguises."""
    table = np.zeros(0x110000, dtype=np.uint32)
    table[0x3400:0xA000] = np.arange(0x3400, 0xA000)
    table[0x20000:0x32000] = np.arange(0x20000, 0x32000)
    blocks = [range(0x3400), range(0xAC00, 0xD7A4), range(0xF900, 0x10000)]
    blocks += [range(0x1D400, 0x1D800), range(0x1F100, 0x1F200)]
    for code in (code for block in blocks for code in block):
        table[code] = _letter(chr(code))
    for plain, likes in _LOOKALIKES.items():
        table[[ord(like) for like in likes]] = ord(plain)
    kept = [ord(SEPARATOR), *map(ord, (LINK, PHONE, CONTACT)), ord("+")]
    table[kept] = kept
    return table


def _letter(character: str) -> int:
    plain = unicodedata.normalize("NFKC", _uncircled(character)).lower()
    return next((ord(part) for part in plain if part.isalnum()), 0)


def _uncircled(character: str) -> str:
    """Letters and digits in black circles and squares have no compatibility form in Unicode."""
    code = ord(character)
    if 0x1F150 <= code <= 0x1F169 or 0x1F170 <= code <= 0x1F189:
        return chr((code - 0x1F150) % 32 + ord("A"))
    if 0x2776 <= code <= 0x2793:
        return str((code - 0x2776) % 10 + 1)
    return character
