"""Which encoding a file has: never a silent guess that turns Chinese into mojibake."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

import chardet

from voc.errors import EncodingUnsure, InputError

HEAD = 256 * 1024
_SAMPLE = 64 * 1024  # what chardet is given: enough for certainty, little enough to stay quick
_SURE = 0.6
_MARK = "voc-mark-undecodable"
_PLAUSIBLE = re.compile(
    r"[\t\r\n\x20-\x7e\u00a0-\u00ff\u2010-\u203f\u2500-\u27bf\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FAMILIES = {
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "gb18030": ("gb18030",),
    "cp936": ("gb18030",),
    "hz-gb-2312": ("hz",),
    "big5": ("big5", "cp950", "big5hkscs"),
    "big5hkscs": ("big5", "cp950", "big5hkscs"),
    "big5-hkscs": ("big5", "cp950", "big5hkscs"),
    "cp950": ("big5", "cp950", "big5hkscs"),
    "utf-16-le": ("utf-16-le",),
    "utf-16-be": ("utf-16-be",),
    "utf-16le": ("utf-16-le",),
    "utf-16be": ("utf-16-be",),
}


def detect(head: bytes) -> str:
    """The codec of a text that starts with `head`; raises EncodingUnsure rather than guess."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return codec
    if b"\x00" in head and (codec := _utf16_without_bom(head)):
        return codec
    if _decodes(head, "utf-8") or _damaged_utf8(head):
        return "utf-8"
    return _by_statistics(head)


def detect_file(path: Path) -> str:
    """The codec of a file, judged on its first part that is not plain ASCII."""
    with path.open("rb") as file:
        head = block = file.read(HEAD)
        if b"\x00" in head or not head.isascii():
            return detect(head)
        while block and block.isascii():
            block = file.read(HEAD)
    return detect(_from_line_start(block)) if block else "utf-8"


def codec_named(name: str) -> str:
    """The codec for the encoding a user named, widened to the superset people mean by it."""
    try:
        known = codecs.lookup(name.strip()).name
        "".encode(known)
    except (LookupError, ValueError):
        raise InputError(f"不认识编码「{name}」；常用的有 utf-8、gb18030、big5、utf-16。") from None
    wider = {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}
    return wider.get(known, known)


def open_text(path: Path, codec: str) -> io.TextIOWrapper:
    """A text stream that keeps line ends and marks each undecodable byte as a lone surrogate."""
    try:
        return path.open("r", encoding=codec, errors=_MARK, newline="")
    except OSError as error:
        raise InputError(f"打不开文件「{path.name}」：{error.strerror}。") from error


def undecodable(text: str) -> bool:
    """Whether `text` holds marks left by `open_text`."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_MARK, _mark)


def _decodes(head: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(head, final=False)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _damaged_utf8(head: bytes) -> bool:
    # One broken byte must not hold up a whole file: its row will be reported as unreadable.
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=False)
    damage = text.count("\ufffd")
    wide = len(text) - sum(map(str.isascii, text)) - damage
    return damage * 50 < wide


def _utf16_without_bom(head: bytes) -> str:
    for codec, parity in (("utf-16-le", 1), ("utf-16-be", 0)):
        nuls = head.count(b"\x00")
        if head[parity::2].count(b"\x00") < 0.95 * nuls or nuls * 100 < len(head):
            continue
        text = head[: len(head) // 2 * 2].decode(codec, errors="replace")
        if text and len(_PLAUSIBLE.findall(text)) >= 0.95 * len(text):
            return codec
    return ""


def _by_statistics(head: bytes) -> str:
    guess = chardet.detect(_around_first_wide(head))
    name, confidence = str(guess.get("encoding") or "").lower(), float(guess.get("confidence") or 0)
    for codec in _FAMILIES.get(name, ()) if confidence >= _SURE else ():
        if _decodes(head, codec):
            return codec
    hint = f"（最像 {name}，把握 {confidence:.0%}）" if name else ""
    raise EncodingUnsure(
        f"看不出这个文件的编码{hint}，为避免乱码没有读入；"
        "请用 --encoding 指明，例如 --encoding gb18030 或 --encoding utf-8。"
    )


def _around_first_wide(head: bytes) -> bytes:
    first = next((i for i, byte in enumerate(head) if byte >= 0x80), 0)
    start = head.rfind(b"\n", 0, first) + 1
    return head[start : start + _SAMPLE]


def _from_line_start(block: bytes) -> bytes:
    # A block in the middle of a file may start inside a character; a line never does.
    return block[block.find(b"\n") + 1 :] or block
