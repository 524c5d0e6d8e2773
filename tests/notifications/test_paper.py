"""Reports on paper: a PDF with our own Chinese glyphs embedded, not boxes."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from notifications import fonts
from notifications.paper import for_paper, write_pdf

PAGE = (
    '<html lang="zh-CN"><h1 class="serif">周报</h1><p>投诉率下降 58%</p>'
    '<svg width="90" height="20"><text y="15">上线</text></svg>'
)


@pytest.fixture
def printed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    # Cutting all of GB 2312 takes ten seconds; what this page needs takes two.
    monkeypatch.setattr(fonts, "characters", lambda: frozenset(map(ord, PAGE)))
    return write_pdf(PAGE, tmp_path / "a.pdf").read_bytes()


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream.strip(b"\r\n"))
    except zlib.error:
        return stream


def test_the_embedded_fonts_are_ours_and_hold_the_glyphs(printed: bytes) -> None:
    names = set(re.findall(rb"/FontName\s*/([\w+-]+)", printed)) | {
        name for part in printed.split(b"stream\n")[1:]
        for name in re.findall(rb"/FontName\s*/([\w+-]+)", _inflated(part.partition(b"endstream")[0]))
    }  # fmt: skip
    told = b" ".join(sorted(names)).decode()
    assert re.search(r"Noto-?Sans-?CJK|VOC", told)
    assert not re.search(r"DejaVu|Liberation|LastResort", told)


def test_the_cut_fonts_are_small_and_are_cut_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "characters", lambda: frozenset(map(ord, "投诉率下降")))
    first = fonts.cut_fonts()
    times = {path: path.stat().st_mtime_ns for path in first.values()}
    assert {path: path.stat().st_mtime_ns for path in fonts.cut_fonts().values()} == times
    with TTFont(first["VOC Sans SC"]) as font:
        assert set(map(ord, "投诉率下降")) == set(font.getBestCmap())


def test_all_of_gb_2312_and_the_signs_of_reports_can_be_drawn() -> None:
    assert fonts.characters() >= set(map(ord, "啊座亍齄投诉率‰−–「」（）abcXYZ0123456789%·●"))
    assert len(fonts.characters()) > 7_400


def test_an_origin_is_a_paragraph_on_paper_and_what_screens_show_is_left_out() -> None:
    page = (
        '<div class="wide"><svg></svg></div><div class="origin" id="l-csat">\n<a class="close" href="#v">收起</a>'
        "<strong>满意度</strong><dl><dt>数值</dt><dd>4.1</dd>"
        '<dt>查询</dt><dd><a href="#q"><code>SAID</code></a></dd></dl>\n</div><p>后</p>'
    )
    assert for_paper(page).replace("\n", "") == (
        '<p class="origin" id="l-csat"><strong>满意度</strong>　数值：4.1　查询：SAID</p><p>后</p>'
    )
