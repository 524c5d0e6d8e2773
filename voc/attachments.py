"""Files people put beside a measure: what they are is read from their first bytes, never believed from their name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from voc.errors import FileUnsafe

LARGEST = 8 * 2**20
LARGEST_TOTAL = 40 * 2**20
_ZIP = b"PK\x03\x04"
# What a file must begin with to be what its name says; the type it is handed out as.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "webp": ("image/webp", (b"RIFF",)),
    "pdf": ("application/pdf", (b"%PDF-",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_ZIP,)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (_ZIP,)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (_ZIP,)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
}
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its harmless name, what it is, and its bytes."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def accept(name: str, content: bytes) -> Accepted:
    """Look a file over, or raise FileUnsafe saying why it is not taken."""
    plain = harmless(name)
    kind = plain.rpartition(".")[2].lower()
    if kind not in KINDS:
        allowed = "、".join(KINDS)
        raise FileUnsafe(f"不支持「{plain}」这种文件，可上传：{allowed}。")
    if not content:
        raise FileUnsafe(f"文件「{plain}」是空的。")
    if len(content) > LARGEST:
        raise FileUnsafe(f"文件「{plain}」超过 {LARGEST // 2**20} MB，请压缩后再传。")
    media_type, beginnings = KINDS[kind]
    if not _is_what_it_says(kind, content, beginnings):
        raise FileUnsafe(f"文件「{plain}」的内容与扩展名不符，没有接收。")
    return Accepted(plain, media_type, content, hashlib.sha256(content).hexdigest())


def _is_what_it_says(kind: str, content: bytes, beginnings: tuple[bytes, ...]) -> bool:
    if kind == "webp":
        return content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if beginnings:
        return content.startswith(beginnings)
    # Text: no control bytes but white space, in any encoding people here use.
    return not re.search(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]", content)


def harmless(name: str) -> str:
    """Return a file's name without path, control characters and marks that turn the reading direction."""
    visible = "".join(
        c for c in name.replace("\\", "/").rpartition("/")[2] if unicodedata.category(c)[0] != "C"
    )
    plain = _UNFIT.sub("", visible).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:80]}{dot}{suffix[:10]}" if dot else plain[:80] or "附件"
