"""Bursts of bought praise: found when planted, silent when not, on simulated sources and on public reviews.

    python -m benchmarks.bursts            # simulated sources, then public data
    python -m benchmarks.bursts --quick    # fewer of the simulated sources

Simulated sources draw their words from public reviews of shops (never from the App Store reviews below), their
counts from a negative binomial with weekdays; planted praise is written here. Nothing was fitted to 美居.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np

from benchmarks.corpora import rows as read
from voc.cleaning.duplicates import bare, content_hash
from voc.suspects.artefacts import boilerplate, repeated
from voc.suspects.bursts import Burst, Rows, find_bursts

DAYS, PLANTED_AT = 240, 150
VOLUMES = (0.5, 3.0, 15.0)  # top ratings a day
SIZES = (5, 10, 20, 50, 100, 200)
LENGTHS = (1, 3)  # days a planted burst takes
TEMPLATES = (
    "很好用，五星好评", "非常不错的软件，推荐", "特别方便，点赞", "好用好用，支持一下",
    "太棒了，强烈推荐给大家", "很满意，会一直用下去",
)  # fmt: skip
OPENINGS = (
    "",
    "真的",
    "用了一段时间，",
    "朋友推荐的，",
    "第一次用，",
    "不得不说，",
    "家里人都说",
    "买来以后",
)
MIDDLES = ("非常好用", "特别方便", "体验很棒", "挺不错的", "超级满意", "质量很好", "性价比高", "操作简单")
ENDINGS = ("", "，点赞", "，推荐大家", "，五星", "，支持", "，会回购", "，值得拥有", "，好评")


GOODS = "online_shopping_10_cats"


@lru_cache
def _words(of: str) -> tuple[list[str], list[str]]:
    """Genuine praise and blame of all kinds of goods, or of what else a file holds, each text once."""
    found: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for row in read(f"chinese_nlp_corpus_basic/{of}.csv"):
        if row["review"].strip():
            found[0 if row["label"] == "1" else 1][row["review"]] = None
    return list(found[0]), list(found[1])


class Source:
    """A simulated source whose reviews are written day by day."""

    def __init__(self, volume: float, seed: int, of: str = GOODS) -> None:
        self.rng, self.words = np.random.default_rng(seed), _words(of)
        # No text comes twice: with repetition a large campaign would copy itself.
        self.said = {
            top: iter(self.rng.permutation(len(words)).tolist())
            for top, words in zip((True, False), self.words, strict=True)
        }
        self.volume, self.rows = volume, list[tuple[int, bool, str, bool]]()
        week = 1 + 0.25 * self.rng.standard_normal(7).clip(-2, 2)
        for day in range(DAYS):
            self.ordinary(day, float(week[day % 7]))

    def ordinary(self, day: int, times: float, *, blame: bool = True) -> None:
        """Add genuine reviews; a fifth are no praise."""
        mean = max(self.volume * times, 0.01)
        for top, share in ((True, 1.0), (False, 0.25 if blame else 0.0)):
            wanted = mean * share * self.rng.gamma(4.0, 0.25)
            for _ in range(int(self.rng.poisson(wanted))):
                self.say(day, top, self.words[0 if top else 1][next(self.said[top])], False)

    def say(self, day: int, top: bool, words: str, planted: bool) -> None:
        hour = np.searchsorted(_HOURS, self.rng.random())
        self.rows.append((day * 86400 + int(hour) * 3600 + int(self.rng.integers(3600)), top, words, planted))

    def buy(self, size: int, length: int, *, paraphrased: bool) -> None:
        """Plant bought praise."""
        for n in range(size):
            words = (
                _paraphrase(self.rng) if paraphrased else TEMPLATES[int(self.rng.integers(len(TEMPLATES)))]
            )
            self.say(PLANTED_AT + n % length, True, words, True)

    def columns(self) -> tuple[Rows, np.ndarray]:
        """Turn what was said into columns in order of time, and whether each was planted."""
        ordered = sorted(self.rows)
        seconds = np.array([row[0] for row in ordered], dtype=np.int64) + 1_600_000_000 // 86400 * 86400
        flags = np.array([row[3] for row in ordered], dtype=bool)
        return _rows(seconds, np.array([row[1] for row in ordered]), [row[2] for row in ordered]), flags


_RAW = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 8, 7, 7, 7, 7, 7, 7, 9, 10, 10, 8, 4], dtype=float)
_HOURS = np.cumsum(_RAW) / _RAW.sum()


def _paraphrase(rng: np.random.Generator) -> str:
    return "".join(str(rng.choice(part)) for part in (OPENINGS, MIDDLES, ENDINGS))


def _rows(
    seconds: np.ndarray, top: np.ndarray, texts: list[str], customers: np.ndarray | None = None
) -> Rows:
    nobody = np.full(len(texts), -1, dtype=np.int64)
    people = nobody if customers is None else customers
    return Rows(seconds // 86400, seconds, top.astype(bool), texts, people, np.zeros(len(texts), dtype=bool))


def quiet(count: int) -> None:
    """Print how often a year of nothing is flagged."""
    for volume in VOLUMES:
        flags = sum(len(find_bursts(Source(volume, seed).columns()[0])) for seed in range(count))
        years = count * DAYS / 365
        print(f"quiet, {volume:5.1f} top ratings a day: {flags} false flags in {years:.0f} source-years")


def genuine(count: int) -> None:
    """Print how often genuine rises are flagged: a campaign (all kinds), and praise alone (a prompt to rate)."""
    for name, blame in (("campaign, all kinds", True), ("genuine praise alone", False)):
        for volume in VOLUMES[1:]:
            for times in (3, 8, 29):
                flags = sum(flagged_after(risen(volume, 1000 + seed, times, blame)) for seed in range(count))
                print(f"{name} ×{times + 1}, {volume:4.1f} a day: {flags} of {count} flagged")


def risen(volume: float, seed: int, times: float, blame: bool, of: str = GOODS) -> Source:
    """Make a source with five days of so many times more genuine reviews."""
    source = Source(volume, seed, of)
    for day in range(PLANTED_AT, PLANTED_AT + 5):
        source.ordinary(day, times, blame=blame)
    return source


def flagged_after(source: Source) -> bool:
    """Tell whether anything is flagged from the planted days on."""
    origin = 1_600_000_000 // 86400
    return any(burst.end - origin >= PLANTED_AT - 1 for burst in find_bursts(source.columns()[0]))


def planted(count: int) -> None:
    """Print how many planted bursts are found, how many of their rows, and how many genuine rows with them."""
    print(
        "planted: volume a day, length, words, then for each size: found % (rows found %, genuine among flagged %)"
    )
    for volume in VOLUMES:
        for length in LENGTHS:
            for paraphrased in (False, True):
                told = [_found(volume, size, length, paraphrased, count) for size in SIZES]
                kind = "paraphrases" if paraphrased else "templates  "
                print(
                    f"  {volume:5.1f} {length} {kind} "
                    + "  ".join(f"{s}:{t}" for s, t in zip(SIZES, told, strict=True))
                )


def _found(volume: float, size: int, length: int, paraphrased: bool, count: int) -> str:
    found, caught, wrong, flagged = 0, 0, 0, 0
    for seed in range(count):
        source = Source(volume, 5000 + seed)
        source.buy(size, length, paraphrased=paraphrased)
        rows, true = source.columns()
        marked = np.array(sorted({row for burst in find_bursts(rows) for row in burst.rows}), dtype=np.int64)
        found += bool(true[marked].sum() >= size / 3)
        caught, wrong, flagged = (
            caught + int(true[marked].sum()),
            wrong + int((~true[marked]).sum()),
            flagged + len(marked),
        )
    return f"{100 * found / count:.0f}% ({100 * caught / (count * size):.0f}, {100 * wrong / max(flagged, 1):.0f})"


def _public(
    path: str, at: str, star: str, words: Callable[[dict[str, str]], str], product: str, customer: str
) -> tuple[Rows, list[dict[str, str]]]:
    said = [row for row in read(path) if row[star][:1] in set("12345") and "未填写" not in words(row)]
    said.sort(key=lambda row: row[at])
    seconds = np.array([int(datetime.fromisoformat(row[at]).replace(tzinfo=UTC).timestamp()) for row in said])
    texts = [words(row) for row in said]
    stars = np.array([float(row[star][0]) for row in said])
    products = np.unique([row.get(product, "") for row in said], return_inverse=True)[1]
    people = np.unique([row.get(customer, "") for row in said], return_inverse=True)[1] if customer else None
    letters = np.array([len(bare(text)) for text in texts])
    bad = repeated(content_hash(texts), seconds, stars, products, letters) | boilerplate(texts)
    kept = np.flatnonzero(~bad)
    print(f"  {len(said)} rows, {int(bad.sum())} artefacts of crawling")
    rows = _rows(
        seconds[kept], stars[kept] == 5, [texts[n] for n in kept], None if people is None else people[kept]
    )
    return rows, [said[n] for n in kept]


def _series(rows: Rows, said: list[dict[str, str]], product: str) -> Iterator[tuple[str, Rows, np.ndarray]]:
    yield "all", rows, np.arange(len(said))
    for name, often in Counter(row.get(product, "") for row in said).items():
        if name and often >= 30:
            here = np.array([n for n, row in enumerate(said) if row.get(product) == name])
            yield (
                name,
                Rows(
                    rows.days[here],
                    rows.seconds[here],
                    rows.top[here],
                    [rows.texts[n] for n in here],
                    rows.customers[here],
                    rows.removed[here],
                ),
                here,
            )


def _day(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def public() -> None:
    """Print what is flagged in public reviews."""
    _tell("米家", "appstore_zh_iot_and_mall/mijia.csv", "time", "star", _app, "", "author_hash")
    _tell(
        "jd_aircon",
        "jd_aircon_reviews/jd_aircon_dev.csv",
        "reviewed_at",
        "star",
        lambda row: row["content"],
        "product_id",
        "user_hash",
    )
    _tell(
        "phones",
        "jd_taobao_phone_reviews/jd_phones_2020_4722.csv",
        "购买时间",
        "得分",
        lambda row: row["评论内容"],
        "product_group_hash",
        "",
    )
    _tell("美居", "appstore_zh_iot_and_mall/midea_meiju.csv", "time", "star", _app, "", "author_hash")


def _app(row: dict[str, str]) -> str:
    return f"{row['title']}。{row['content']}"


def _tell(
    name: str,
    path: str,
    at: str,
    star: str,
    words: Callable[[dict[str, str]], str],
    product: str,
    customer: str,
) -> None:
    print(name)
    rows, said = _public(path, at, star, words, product, customer)
    series, years = 0, 0.0
    for slice_, part, here in _series(rows, said, product):
        series, years = series + 1, years + (part.days[-1] - part.days[0] + 1) / 365
        for burst in find_bursts(part):
            print(f"    {slice_}: {_sentence(burst)}{_removed(burst, part, here, said)}")
    print(f"  {series} series, {years:.1f} source-years")


def _sentence(burst: Burst) -> str:
    return f"{_day(burst.start)} … {_day(burst.end)}, seen {_day(burst.seen)}, {len(burst.rows)} rows: {burst.reason}"


def _removed(burst: Burst, rows: Rows, here: np.ndarray, said: list[dict[str, str]]) -> str:
    """Compare with Apple's own removal of reviews, a weak label."""
    if "removed_by_apple" not in said[0]:
        return ""
    gone = np.array([said[n]["removed_by_apple"] == "1" for n in here])
    marked = np.array(sorted(burst.rows))
    rest = np.setdiff1d(np.flatnonzero(rows.top), marked)
    here_gone, rest_gone = 100 * gone[marked].mean(), 100 * gone[rest].mean()
    return f" (removed by Apple: {here_gone:.0f} % of these, {rest_gone:.0f} % of other top ratings)"


if __name__ == "__main__":
    size = 40 if "--quick" in sys.argv else 100
    quiet(size)
    genuine(size // 4)
    planted(size // 4)
    public()
