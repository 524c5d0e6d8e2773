"""Whether what is cut out as asked for is asked for: readings of a person, by hash: `python -m benchmarks.needs`.

The readings (benchmarks/readings/needs.csv) are of random samples of what was extracted from public reviews. Those of
four kinds of sources have been looked at while rules were written; those of HELD_OUT were read after the last change,
without knowing which of the readings it kept. need: something the company could do; vague: asked of the company, but
anything; wrong.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.corpora import rows as read
from voc.effect.intervals import wilson
from voc.text.uniform import normalise
from voc.themes.asking import asked
from voc.themes.needs import Voices, needs

READINGS = Path(__file__).parent / "readings" / "needs.csv"
VERDICTS = ("need", "vague", "wrong")
SEEN, HELD_OUT = ("app", "jd", "shop", "waimai"), ("cosmetics", "restaurant")


def sources() -> Iterator[tuple[str, str]]:
    """All reviews with where they are from."""
    for name in ("mijia", "midea_meiju"):
        for row in read(f"appstore_zh_iot_and_mall/{name}.csv"):
            yield "app", f"{row['title']}。{row['content']}"
    for row in read("jd_aircon_reviews/jd_aircon_dev.csv"):
        yield "jd", row["content"]
    for path, name in (("online_shopping_10_cats", "shop"), ("waimai_10k", "waimai")):
        for row in read(f"chinese_nlp_corpus_basic/{path}.csv"):
            yield name, row["review"]
    for row in read("zhejiang_cup2019_opinion/reviews.csv"):
        yield "cosmetics", row["Reviews"]
    for row in read("aic2018_finegrained_sample/train2.csv"):
        yield "restaurant", row["content"]


def key(text: str, what: str) -> str:
    """The hash a reading is kept under."""
    return hashlib.sha256(f"{text}|{what}".encode()).hexdigest()[:12]


def main() -> None:
    """Print the share of each verdict among what is still extracted."""
    said = list(sources())
    texts = normalise([text for _, text in said])
    found = asked(texts)
    print(f"{len(found)} things asked for in {len(texts)} reviews")
    keys = {key(texts[ask.row], ask.what): said[ask.row][0] for ask in found}
    with READINGS.open(encoding="utf-8", newline="") as file:
        read_ = [row for row in csv.DictReader(file) if row["ask"] in keys]
    for title, group in (("looked at", SEEN), ("held out", HELD_OUT)):
        for sources_ in [*((one,) for one in group), group]:
            told = Counter(row["verdict"] for row in read_ if row["source"] in sources_)
            parts = "  ".join(_share(verdict, told[verdict], told.total()) for verdict in VERDICTS)
            print(f"{title}: {' and '.join(sources_):32} {told.total():4} read  {parts}")
    ranked(said, texts)


def ranked(said: list[tuple[str, str]], texts: list[str]) -> None:
    """Print the needs of the two apps that rank first, everybody taken for a customer of his own."""
    own = [text for (source, _), text in zip(said, texts, strict=True) if source == "app"]
    n = len(own)
    voices = Voices(
        np.arange(n), np.zeros(n, dtype=np.int64), np.full(n, np.nan), np.zeros(n, dtype=np.int64), own
    )
    for place, need in enumerate(needs(asked(own), voices)[:20], start=1):
        print(f"{place:3} {need.customers:3} {need.what}")


def _share(verdict: str, count: int, whole: int) -> str:
    low, high = (float(value) for value in wilson(count, whole))
    return f"{verdict} {count / whole:.0%} ({low:.0%} to {high:.0%})"


if __name__ == "__main__":
    main()
