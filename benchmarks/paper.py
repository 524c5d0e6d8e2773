"""What a PDF costs: plain pages of Chinese text in the cut font and in the whole one, and a report's page as it is.

Run: python -m benchmarks.paper [--pages 50] [--page REPORT.html]
CPU time of one process, WeasyPrint loaded and the fonts cut beforehand: the cheapest of three after a first one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from notifications.fonts import FAMILIES, _source, characters, cut_fonts
from notifications.paper import unswept, write_pdf

SANS = "VOC Sans SC"
TIMES = 3
A_PARAGRAPH, A_PAGE = 220, 1480  # signs; a page is so full that fifty of them make fifty pages
STYLE = """@font-face {{ font-family: "Paper"; src: url("{font}"); }}
@page {{ size: A4; margin: 2cm; }} p {{ font: 11pt/1.6 "Paper"; margin: 0 0 6pt; }}"""


def main() -> None:
    """Print a line for each font, and one for the report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=50)
    options.add_argument("--page", type=Path)
    chosen = options.parse_args()
    text = written(chosen.pages)
    for name, font in (("cut font", cut_fonts()[SANS]), ("whole font", _source(FAMILIES[SANS]))):
        told(name, partial(plain, text, font))
    if chosen.page:
        page = chosen.page.read_text("utf-8")
        told("report", lambda path: write_pdf(page, path))


def written(pages: int) -> str:
    """Paragraphs of seeded Chinese characters, as many as fill the pages."""
    rng = random.Random(1)
    signs = [chr(code) for code in sorted(characters()) if 0x4E00 <= code < 0xA000][:2500]
    count = pages * A_PAGE // A_PARAGRAPH
    return "".join(f"<p>{''.join(rng.choices(signs, k=A_PARAGRAPH))}。</p>" for _ in range(count))


def plain(text: str, font: Path, path: Path) -> int:
    """Set paragraphs in one font; return how many pages they fill."""
    fonts = FontConfiguration()
    style = CSS(string=STYLE.format(font=font.as_uri()), font_config=fonts)
    with unswept():
        document = HTML(string=text).render(stylesheets=[style], font_config=fonts)
        document.write_pdf(path)
    return len(document.pages)


def told(name: str, make: Callable[[Path], object]) -> None:
    """Make a PDF several times and print what the cheapest after the first cost."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        made = make(path)
        spent = min(timed(make, path) for _ in range(TIMES))
        size = path.stat().st_size / 1e6
    pages = f"{made} pages, " if isinstance(made, int) else ""
    print(f"{name}: {spent:.1f} s of CPU, {pages}{size:.1f} MB", flush=True)


def timed(make: Callable[[Path], object], path: Path) -> float:
    """CPU seconds of making it once."""
    began = time.process_time()
    make(path)
    return time.process_time() - began


if __name__ == "__main__":
    main()
