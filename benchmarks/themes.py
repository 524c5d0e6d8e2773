"""Rising themes in public reviews, and how many rise where nothing does: `python -m benchmarks.themes`.

The second is asked of the same reviews with their days shuffled: then no word has a reason to rise.
`python -m benchmarks.themes 100000` takes so many unhappy reviews over 30 weeks, plants one theme in 60 of the last
three weeks, and prints what is found, how long it took, and the memory.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from benchmarks.corpora import rows as read
from voc.text.uniform import normalise
from voc.themes.emerging import Said, Theme, emerging

FIRST = date(1970, 1, 1)
SHUFFLES = 20


def low(path: str, at: str, words: Callable[[dict[str, str]], str], customer: str) -> Said:
    """Reviews of at most three stars."""
    said = [row for row in read(path) if row["star"][:1] in set("123") and "未填写" not in words(row)]
    days = np.array([(date.fromisoformat(row[at][:10]) - FIRST).days for row in said])
    people = np.unique([row[customer] for row in said], return_inverse=True)[1]
    return Said(days, normalise([words(row) for row in said]), people, [[] for _ in said])


def month_by_month(name: str, said: Said) -> None:
    """Print the three surest themes as seen at the end of every four weeks."""
    print(name)
    for day in range(int(said.days.min()) + 84, int(said.days.max()) + 1, 28):
        found = emerging(said, day)[:3]
        told = "; ".join(_told(theme) for theme in found) or "nothing"
        print(f"  {FIRST + timedelta(days=day)}: {told}")


def _told(theme: Theme) -> str:
    return f"{'、'.join(theme.phrases)} ({theme.before:.1%} → {theme.share:.1%}, {theme.customers} customers)"


def shuffled(name: str, said: Said) -> None:
    """Print in how many months themes are found when days are shuffled."""
    months = false = themes = 0
    for seed in range(SHUFFLES):
        mixed = replace(said, days=np.random.default_rng(seed).permutation(said.days))
        for day in range(int(said.days.min()) + 84, int(said.days.max()) + 1, 84):
            found = emerging(mixed, day)
            months, false, themes = months + 1, false + bool(found), themes + len(found)
    print(f"{name}, days shuffled: {themes} themes in {false} of {months} looks")


PLANTED = (
    "更新之后滤芯显示耗尽，明明刚换的，",
    "新版本滤芯一直提示耗尽，",
    "滤芯寿命归零了，提示耗尽要换，",
    "升级完净化器滤芯耗尽报警，",
)
WEEKS, MANY = 30, 60


def large(size: int) -> None:
    """Print what is found among many, drawn from all unhappy reviews, with and without the planted theme."""
    rng = np.random.default_rng(0)
    pool = normalise([row["review"] for path in ("online_shopping_10_cats", "waimai_10k")
                      for row in read(f"chinese_nlp_corpus_basic/{path}.csv") if row["label"] == "0"])  # fmt: skip
    texts = [pool[n] for n in rng.integers(0, len(pool), size).tolist()]
    days = np.sort(rng.integers(0, WEEKS * 7, size))
    told = list(texts)
    for n, row in enumerate(
        rng.choice(np.flatnonzero(days >= (WEEKS - 3) * 7), MANY, replace=False).tolist()
    ):
        told[row] = PLANTED[n % len(PLANTED)] + texts[row][:20]
    for name, words in (("planted", told), ("nothing planted", texts)):
        wall, own = time.perf_counter(), time.process_time()
        found = emerging(Said(days, words, np.arange(size), [[] for _ in words]), WEEKS * 7 - 1)
        spent = f"{time.perf_counter() - wall:.0f} s, {time.process_time() - own:.1f} s of CPU"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:,} texts, {name}: {len(found)} themes, {spent}, peak memory {peak:,.0f} MB")
        print("\n".join(f"  {_told(theme)}" for theme in found))


def main() -> None:
    """Print both for two sources."""
    if len(sys.argv) > 1:
        return large(int(sys.argv[1]))
    sources = {
        "米家": low("appstore_zh_iot_and_mall/mijia.csv", "time", _app, "author_hash"),
        "jd_aircon": low(
            "jd_aircon_reviews/jd_aircon_dev.csv", "reviewed_at", lambda row: row["content"], "user_hash"
        ),
    }
    for name, said in sources.items():
        month_by_month(name, said)
        shuffled(name, said)
    return None


def _app(row: dict[str, str]) -> str:
    return f"{row['title']}。{row['content']}"


if __name__ == "__main__":
    main()
