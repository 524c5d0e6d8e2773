"""Make voc/data/background.npz: how common pairs of characters are in Chinese at large.

Of each public data set, and of the dictionary of jieba (its word frequencies, for a text of sixty words), the
share of texts that hold a pair of neighbouring characters is counted; the largest share over all sets counts,
because what is common anywhere is no sign of one event. Of the civic messages only the 432 of f2 are read: the
others are what benchmarks/registry.py measures on. Usage: python -m benchmarks.registry_background
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from benchmarks import corpora
from voc.registry.background import pack
from voc.registry.signs import pair_key
from voc.text.uniform import normalise

RUNS = re.compile(r"[\u4e00-\u9fff]+")
LEAST = 1e-4  # rarer pairs are not kept: they are all as rare as can be
WORDS = 60
TARGET = Path(__file__).resolve().parents[1] / "voc" / "data" / "background.npz"


def texts() -> Iterator[list[str]]:
    """The texts of one domain after the other."""
    for domain in (
        corpora.shopping,
        corpora.waimai,
        corpora.aircon,
        corpora.apps,
        corpora.aspects,
        corpora.cosmetics,
    ):
        yield [row.text for row in domain()]
    yield [row["question"] + "。" + row["answer"] for row in corpora.rows("unionpay_faq/unionpay_faq.csv")]
    for name in ("bq_dev", "lcqmc_dev"):
        yield ["。".join(row.values()) for row in corpora.rows(f"near_duplicate_pairs/{name}.csv")]
    civic = corpora.rows("taidi2020c_gov_messages/f2_labeled_495_dev.csv")
    yield [row["留言主题"] + "。" + row["留言详情"] for row in civic]


def pairs(text: str) -> set[int]:
    """Keys of the pairs of neighbouring characters."""
    return {pair_key(run[at : at + 2]) for run in RUNS.findall(text) for at in range(len(run) - 1)}


def dictionary() -> dict[int, float]:
    """Share of texts of WORDS words that hold a pair, by the word frequencies of jieba's dictionary."""
    counts: Counter[int] = Counter()
    total = 0
    for line in (resources.files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency = line.split()[:2]
        total += int(frequency)
        for key in pairs(word):
            counts[key] += int(frequency)
    return {key: 1 - math.exp(-WORDS * count / total) for key, count in counts.items()}


def main() -> None:
    """Count and write."""
    shares = dictionary()
    for domain in texts():
        counts: Counter[int] = Counter()
        for text in normalise(domain):
            counts.update(pairs(text))
        for key, count in counts.items():
            # One text alone is no evidence that a pair is common.
            shares[key] = max(shares.get(key, 0.0), (count - 1) / len(domain))
    common = {key: share for key, share in sorted(shares.items()) if share > LEAST}
    TARGET.write_bytes(pack(common, "background-1"))
    print(f"{len(common):,} pairs of characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
