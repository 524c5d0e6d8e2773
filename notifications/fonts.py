"""The Chinese fonts of printed reports, cut once to the characters of GB 2312: Noto Sans CJK SC and its serif sister.

The whole fonts have 65,000 glyphs and 40 MB together; cut to the 7,445 characters of GB 2312, ASCII and punctuation
they are read and subset sooner (`benchmarks.paper`). A character outside (a rare name) is drawn by a font of the
machine, if there is one.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from settings import get_settings
from voc.errors import ConfigError

# Family on paper → the font it is cut from. The package has one weight of each: headlines stand out by their serifs.
FAMILIES = {"VOC Sans SC": "NotoSansCJKsc-Regular.otf", "VOC Serif SC": "SourceHanSerifSC-Regular.otf"}
# What only vertical or finer setting needs.
DROPPED = ["GPOS", "GSUB", "VORG", "vhea", "vmtx", "BASE", "DSIG"]
PUNCTUATION = (
    "–—‰−·…“”‘’「」『』《》〈〉【】〔〕（），。、；：？！％＋－＝～￥①②③④⑤⑥⑦⑧⑨⑩→←↑↓△▲▼▽"
    "●○◆◇■□★☆✓✗×÷±≤≥≈∞²³°′″αβγφχσμκ"
)


@lru_cache(maxsize=1)
def characters() -> frozenset[int]:
    """Return what the cut font can draw: GB 2312, Latin, and the signs reports are written with."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    chinese = {character for row in rows for character in row.decode("gb2312", "ignore")}
    latin = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180))}
    return frozenset(ord(character) for character in chinese | latin | set(PUNCTUATION))


def cut_fonts() -> dict[str, Path]:
    """Return the cut fonts in the home folder by family, cutting them the first time."""
    return {family: _cut_once(family, source) for family, source in FAMILIES.items()}


def _cut_once(family: str, source: str) -> Path:
    path = get_settings().folder("fonts") / f"{family.replace(' ', '-').lower()}-gb2312.otf"
    if not path.exists():
        # Another process may cut at the same time: the file appears whole or not at all.
        draft = path.with_suffix(f".{os.getpid()}")
        _cut(_source(source), draft)
        draft.replace(path)
    return path


def whole_fonts() -> Path | None:
    """Return the folder of the uncut fonts; None where their package is missing."""
    found = find_spec("mplfonts")
    places = list(found.submodule_search_locations or []) if found else []
    return Path(places[0]) / "fonts" if places else None


def _source(name: str) -> Path:
    path = (whole_fonts() or Path()) / name
    if not path.exists():
        raise ConfigError(21, f"找不到中文字体 {name}，无法生成 PDF。请重新安装依赖包 mplfonts。")
    return path


def _cut(source: Path, target: Path) -> None:
    # Imported here: only the first PDF of an installation needs it.
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        layout_features=[], hinting=False, desubroutinize=True, drop_tables=DROPPED, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    with TTFont(source, lazy=True) as font:
        cutter.subset(font)
        font.save(target)
