"""Real rows for measuring speed: public reviews as one CSV file of any length, made anew for every run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.corpora import DATA

HEADER = ("编号", "客户", "手机", "评价时间", "星级", "城市", "商品", "评价内容")
MAP = {
    "external_id": "编号", "customer": "客户", "phone": "手机", "occurred_at": "评价时间", "rating": "星级",
    "region": "城市", "product": "商品", "text": "评价内容",
}  # fmt: skip
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SPAN = timedelta(days=90)
CITIES = ("成都", "杭州", "武汉", "西安", "南京", "长沙", "青岛", "合肥", "郑州", "苏州")
CHANGED = 0.2  # share of characters replaced in each repetition: below what counts as a copy
# (file, column of the words, column of the label or stars)
_SETS = (
    ("chinese_nlp_corpus_basic/online_shopping_10_cats.csv", "review", "label"),
    ("chinese_nlp_corpus_basic/waimai_10k.csv", "review", "label"),
    ("jd_aircon_reviews/jd_aircon_dev.csv", "content", "star"),
    ("appstore_zh_iot_and_mall/mijia.csv", "content", "star"),
    ("appstore_zh_iot_and_mall/midea_meiju.csv", "content", "star"),
    ("jd_taobao_phone_reviews/jd_phones_2020_4722.csv", "评论内容", "得分"),
    ("unionpay_faq/unionpay_faq.csv", "question", ""),
    ("zhejiang_cup2019_opinion/reviews.csv", "Reviews", ""),
)


@lru_cache(maxsize=1)
def real() -> tuple[list[str], list[str]]:
    """Return the words and the stars ("" where there are none) of all public reviews, shuffled once."""
    words: list[str] = []
    stars: list[str] = []
    for path, column, label in _SETS:
        frame = pd.read_csv(DATA / path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        words += frame[column].tolist()
        stars += _stars(frame[label].tolist(), label) if label else [""] * len(frame)
    order = np.random.default_rng(7).permutation(len(words)).tolist()
    return [words[i] for i in order], [stars[i] for i in order]


def _stars(values: list[str], label: str) -> list[str]:
    read = {"1": "5", "0": "1"} if label == "label" else {str(n): str(n) for n in range(1, 6)}
    return [read.get(value.strip(), "") for value in values]


def texts(repetition: int) -> list[str]:
    """Return all words once more, a fifth of the characters exchanged, so that no row is a copy of another."""
    words, _ = real()
    if repetition == 0:
        return words
    draw = np.random.default_rng(repetition)
    codes = np.frombuffer("\x00".join(words).encode("utf-32-le"), dtype="<u4").copy()
    chinese = np.flatnonzero((codes >= 0x4E00) & (codes < 0x9FA6))
    here = chinese[draw.random(len(chinese)) < CHANGED]
    codes[here] = codes[draw.choice(chinese, len(here))]
    return codes.tobytes().decode("utf-32-le").split("\x00")


def rows(first: int, count: int) -> Iterator[tuple[str, ...]]:
    """Yield rows number `first` … `first + count - 1` of one endless file."""
    draw = np.random.default_rng(first)
    customers, minutes = draw.integers(0, 10**7, count), draw.integers(0, SPAN // timedelta(minutes=1), count)
    words, stars = real()
    changed: dict[int, list[str]] = {}
    for n in range(count):
        repetition, i = divmod(first + n, len(words))
        if repetition not in changed:
            changed = {repetition: texts(repetition)}
        at = BEGIN + timedelta(minutes=int(minutes[n]))
        who = int(customers[n]) % 400_000  # some customers come again
        yield (
            f"N{first + n}", f"C{who}", f"138{who:08d}" if who % 2 else "", f"{at:%Y-%m-%d %H:%M}", stars[i],
            CITIES[who % len(CITIES)], f"商品{i % 50}", changed[repetition][i],
        )  # fmt: skip


def write(path: Path, first: int, count: int) -> Path:
    """Write a CSV file of real rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(first, count))
    return path
