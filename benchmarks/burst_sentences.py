"""Bought praise in whole sentences, found where genuine praise is long and where it is as short and hollow itself.

    python -m benchmarks.burst_sentences    # some minutes

Sources are those of benchmarks/bursts.py, with words of shops or of takeaway; five sentences come back, each with
one of five endings, from customers nobody knows. Beside them rises of genuine praise alone, which are none.
"""

from __future__ import annotations

import numpy as np

from benchmarks.bursts import GOODS, PLANTED_AT, Source, flagged_after, risen
from voc.suspects.bursts import find_bursts

COUNT = 25
FEW = ((3.0, 20, 1), (3.0, 50, 1), (3.0, 50, 3), (3.0, 100, 3))
# Of takeaway there are not enough texts for fifteen a day.
PLANTED = {GOODS: (*FEW, (15.0, 200, 1), (15.0, 200, 3)), "waimai_10k": FEW}
SENTENCES = (
    "好用\n很好用的软件，推荐大家下载", "好用\n界面简洁，点餐方便，五星好评", "好用\n非常好，配送快，支持一下",
    "好用\n一直在用，越来越好了", "好用\n优惠多，速度快，强烈推荐",
)  # fmt: skip
ENDINGS = ("！", "。", "~", "，赞", "")


def found(of: str, volume: float, size: int, length: int, seed: int) -> bool:
    """Tell whether a third of the planted praise was marked."""
    source = Source(volume, 5000 + seed, of)
    for n in range(size):
        words = SENTENCES[int(source.rng.integers(5))] + ENDINGS[int(source.rng.integers(5))]
        source.say(PLANTED_AT + n % length, True, words, True)
    rows, true = source.columns()
    marked = sorted({row for burst in find_bursts(rows) for row in burst.rows})
    return bool(true[np.array(marked, dtype=np.int64)].sum() >= size / 3)


def main() -> None:
    """Print what is found, and what is flagged that should not be."""
    for of, planted in PLANTED.items():
        for volume, size, length in planted:
            hits = sum(found(of, volume, size, length, seed) for seed in range(COUNT))
            print(f"{of}, {volume:.0f} a day, {size} in {length}: {hits} of {COUNT} found", flush=True)
        for times in (9, 14, 29):
            flags = sum(flagged_after(risen(3.0, 1000 + seed, times, False, of)) for seed in range(COUNT))
            print(f"{of}, genuine praise ×{times + 1}: {flags} of {COUNT} flagged", flush=True)


if __name__ == "__main__":
    main()
