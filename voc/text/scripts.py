"""Traditional characters made simplified, where a text is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from opencc import OpenCC

_LINE = "\x1e"
# The Taiwanese table knows 著 for 着 as well; words stay (軟體 is 软体): see voc/text/variants.py for those.
_CONVERTER = OpenCC("tw2s")
_HONG_KONG = str.maketrans("衞麪峯啓牀裏綫羣牆唇脣竪祕滙", "卫面峰启床里线群墙唇唇竖秘汇")


def simplified(texts: Sequence[str]) -> list[str]:
    """Write a batch in simplified characters, the context of each word considered (頭髮, 發展, 乾隆, 乾淨)."""
    joined = _LINE.join(text.replace(_LINE, " ") for text in texts).translate(_HONG_KONG)
    # Half characters (marks of what could not be decoded, escapes of JSON) have no form that could be looked up.
    whole = joined.encode("utf-8", "replace").decode()
    return _CONVERTER.convert(whole).split(_LINE) if texts else []


@lru_cache(maxsize=1)
def traditional() -> str:
    """List the characters that nobody types in simplified text; 乾, 著 or 徵, which have both uses, are not here."""
    single = [chr(code) for code in range(0x4E00, 0xA000)]
    pairs = zip(single, simplified(single), strict=True)
    # Rare characters whose simplified form only scholars' fonts hold stay as they are.
    return "".join(old for old, new in pairs if old != new and new <= "\u9fff" and not _everyday(old))


def _everyday(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
