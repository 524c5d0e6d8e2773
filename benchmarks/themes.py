"""Rising themes in public reviews, and how many rise where nothing does: `python -m benchmarks.themes`.

The second is asked of the same reviews with their days shuffled: then no word has a reason to rise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from benchmarks.corpora import rows as read
from voc.text import normalise
from voc.themes import Said, Theme, emerging

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


def main() -> None:
    """Print both for two sources."""
    sources = {
        "米家": low("appstore_zh_iot_and_mall/mijia.csv", "time", _app, "author_hash"),
        "jd_aircon": low(
            "jd_aircon_reviews/jd_aircon_dev.csv", "reviewed_at", lambda row: row["content"], "user_hash"
        ),
    }
    for name, said in sources.items():
        month_by_month(name, said)
        shuffled(name, said)


def _app(row: dict[str, str]) -> str:
    return f"{row['title']}。{row['content']}"


if __name__ == "__main__":
    main()
