"""Which encoding a file has: never a silent guess that turns Chinese into mojibake."""

from __future__ import annotations

import codecs
import io
import re
from itertools import filterfalse
from pathlib import Path

import chardet

from voc.errors import EncodingUnsure, InputError, reason

HEAD = 256 * 1024
_SAMPLE = 64 * 1024  # what chardet is given: enough for certainty, little enough to stay quick
_SURE = 0.6
_COMMON = 0.85  # share of everyday characters below which a decoding is not trusted
_MARK = "voc-mark-undecodable"
_PLAUSIBLE = re.compile(
    r"[\t\r\n\x20-\x7e\u00a0-\u00ff\u2010-\u203f\u2500-\u27bf\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\U0001f000-\U0001faff]"
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONE_BYTE = ("windows-125", "iso-8859", "mac")
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
}


def detect(head: bytes) -> str:
    """The codec of a text that starts with `head`; raises EncodingUnsure rather than guess."""
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return codec
    if b"\x00" in head and (codec := _utf16_without_bom(head)):
        return codec
    if _decodes(head, "utf-8"):
        if _only_two_byte_letters(head) and _reads_as_chinese(_around_first_wide(head), "gb18030"):
            raise EncodingUnsure("这个文件按 utf-8 和 gb18030 都读得通，请用 --encoding 指明是哪一种。")
        return "utf-8"
    if _damaged_utf8(head):
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
        raise InputError(f"打不开文件「{path.name}」：{reason(error)}。") from error


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
    # chardet mixes up the two byte orders when the text holds 一 (U+4E00), so this is decided here.
    nuls = head.count(b"\x00") / len(head)
    if nuls < 0.01:
        return ""
    share = {codec: _plausible_share(head, codec) for codec in ("utf-16-le", "utf-16-be")}
    best, other = sorted(share, key=lambda codec: share[codec], reverse=True)
    # Valid UTF-8 with a few NULs is more likely just that.
    least, lead = (0.97, 0.4) if nuls < 0.25 and _decodes(head, "utf-8") else (0.8, 0.2)
    if share[best] >= least and share[best] - share[other] >= lead:
        return best
    if share[best] >= 0.8:
        raise EncodingUnsure(
            "这个文件像是没有 BOM 的 UTF-16，但看不出字节顺序；请用 --encoding 指明 utf-16-le 或 utf-16-be。"
        )
    return ""


def _plausible_share(head: bytes, codec: str) -> float:
    text = head[: len(head) // 2 * 2].decode(codec, errors="replace")
    # ASCII read in the wrong byte order is U+xx00, often a Chinese character.
    return sum(ord(char) & 0xFF != 0 for char in _PLAUSIBLE.findall(text)) / max(1, len(text))


def _only_two_byte_letters(head: bytes) -> bool:
    # Short GBK can be valid UTF-8 by chance (一 becomes һ); it then has no letter of three bytes.
    text = head.decode("utf-8", errors="ignore")
    return bool(text) and "\x7f" < max(text) < "\u0800"


def _by_statistics(head: bytes) -> str:
    sample = _around_first_wide(head)
    guess = chardet.detect(sample)
    name, confidence = str(guess.get("encoding") or "").lower(), float(guess.get("confidence") or 0)
    readings = [codec for codec in ("gb18030", "big5") if _reads_as_chinese(sample, codec)]
    for codec in _FAMILIES.get(name, ()):
        # chardet is right on a single row, but not confident: then exactly one reading must make sense
        sure = confidence >= _SURE or readings == [_FAMILIES[name][0]]
        if sure and _decodes(head, codec):
            return codec
    # Emoji, four bytes each in GB 18030, make chardet see a language of one byte a letter; Chinese text is none.
    if len(readings) == 1 and name.startswith(_ONE_BYTE) and _decodes(head, readings[0]):
        return readings[0]
    hint = f"（最像 {name}）" if name else ""
    raise EncodingUnsure(
        f"看不出这个文件的编码{hint}，为避免乱码没有读入；"
        "请用 --encoding 指明，例如 --encoding gb18030 或 --encoding utf-8。"
    )


def _reads_as_chinese(sample: bytes, codec: str) -> bool:
    """Whether nearly every wide character of the sample, so decoded, is an everyday one."""
    if not _decodes(sample, codec):
        return False
    legacy, common = ("gb2312", range(0xB0, 0xD8)) if codec == "gb18030" else ("big5", range(0xA4, 0xC7))
    text = codecs.getincrementaldecoder(codec)("replace").decode(sample, final=False)
    wide = "".join(filterfalse(str.isascii, text))
    leads = wide.encode(legacy, errors="ignore")[::2]
    return sum(lead in common or 0xA1 <= lead <= 0xA3 for lead in leads) >= _COMMON * len(wide) > 0


def _around_first_wide(head: bytes) -> bytes:
    first = next((i for i, byte in enumerate(head) if byte >= 0x80), 0)
    start = head.rfind(b"\n", 0, first) + 1
    return head[start : start + _SAMPLE]


def _from_line_start(block: bytes) -> bytes:
    # A block in the middle of a file may start inside a character; a line never does.
    return block[block.find(b"\n") + 1 :] or block
