"""Real rows for measuring speed: public reviews as one CSV file of any length, made anew for every run."""

from __future__ import annotations

import csv
import re
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
BEGIN = datetime(2022, 6, 1, tzinfo=UTC)
A_DAY = 1_111  # rows; a hundred thousand are a quarter of a year
LONGEST = 1_500_000  # rows of the file before its dates begin anew
CITIES = ("成都", "杭州", "武汉", "西安", "南京", "长沙", "青岛", "合肥", "郑州", "苏州")
_CLAUSE = re.compile(r"[^，。！？；,.!?;~\s…]*[，。！？；,.!?;~\s…]*")
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
    """Return as many texts once more, each of clauses of other reviews, so that hardly a row is a copy of another."""
    words, _ = real()
    if repetition == 0:
        return words
    clauses = [[clause for clause in _CLAUSE.findall(text) if clause] for text in words]
    pool = [clause for own in clauses for clause in own]
    drawn = iter(np.random.default_rng(repetition).permutation(len(pool)).tolist())
    return ["".join(pool[next(drawn)] for _ in own) for own in clauses]


def rows(first: int, count: int) -> Iterator[tuple[str, ...]]:
    """Yield rows number `first` … `first + count - 1` of one endless file, as an export has them: in order of time."""
    customers = np.random.default_rng(first).integers(0, 10**7, count)
    words, stars = real()
    changed: dict[int, list[str]] = {}
    for n in range(count):
        repetition, i = divmod(first + n, len(words))
        if repetition not in changed:
            changed = {repetition: texts(repetition)}
        at = BEGIN + timedelta(days=1) * ((first + n) % LONGEST) / A_DAY
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
