"""A page on paper: the same HTML as a PDF with Chinese glyphs of our own font, page numbers and bookmarks."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notifications.fonts import cut_fonts

# What only screens show; hidden by the style of paper anyway, and a fifth of what there is to read and style.
_ON_SCREEN = re.compile(r'<div class="(?:wide|print-off)">.*?</div>', re.DOTALL)
# A number's origin: a list of terms on screens, a paragraph on paper. Laid out term by term they took two fifths
# of the time of a whole report.
_ORIGIN = re.compile(r'<div class="origin" id="([^"]*)">(.*?</dl>)\s*</div>', re.DOTALL)
# Style sheets do not reach into pictures.
_DRAWN_IN = re.compile(r'(?<=font-family=")[^"]*')
_INNER = re.compile(r'<a class="close".*?</a>|</?(?:dl|dd|a|code)\b[^>]*>', re.DOTALL)


def write_pdf(page: str, path: Path) -> Path:
    """Write a page as PDF and return where."""
    # Imported here: it loads Pango, which a run without reports does not need.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    # It remarks on every property of the screen that paper does not have.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    fonts = FontConfiguration()
    faces = "".join(f'@font-face {{ font-family: "{name}"; src: url("{path.as_uri()}"); }}'
                    for name, path in cut_fonts().items())  # fmt: skip
    style = CSS(string=faces + _STYLE, font_config=fonts)
    draft = path.with_suffix(".pdf.part")
    with unswept():
        HTML(string=for_paper(page)).write_pdf(draft, stylesheets=[style], font_config=fonts)
    draft.replace(path)
    return path


@contextmanager
def unswept() -> Iterator[None]:
    """Leave garbage alone meanwhile: a layout's boxes all live to its end, and looking through them costs a fifth."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def for_paper(page: str) -> str:
    """The page without what only screens show, its origins as paragraphs, its pictures in our font."""
    return _DRAWN_IN.sub("VOC Sans SC", _ORIGIN.sub(_in_words, _ON_SCREEN.sub("", page)))


def _in_words(origin: re.Match[str]) -> str:
    words = origin[2].replace("<dt>", "\u3000").replace("</dt>", "：")
    return f'<p class="origin" id="{origin[1]}">{_INNER.sub("", words)}</p>'


# What the pages name are fonts of screens; on paper everything is set in ours, pictures too.
_STYLE = """
@page { @bottom-right { content: counter(page) " / " counter(pages); font: 8.5pt "VOC Sans SC"; color: #66727f; }
  @bottom-left { content: string(running); font: 8.5pt "VOC Sans SC"; color: #66727f; } }
* { font-family: "VOC Sans SC" !important; }
.serif, .serif * { font-family: "VOC Serif SC", "VOC Sans SC" !important; }
h1 { string-set: running content(); }
h2 { bookmark-level: 1; }
"""
