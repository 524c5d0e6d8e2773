"""Measure near-duplicates on planted and on natural copies, beside datasketch: `python -m benchmarks.copies`."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks import corpora
from benchmarks.rejection import interval
from voc.cleaning.duplicates import SHORTEST, bands, bare, copied

SEED = 7
PLANTED = 2000
ROWS = 60_000
COMPARED = 15_000  # rows on which datasketch is timed
LETTERS = "的好了是有点很"
TAILS = ("！！！", "👍", "哈", "谢谢", "，赞", "不错哦")
Pairs = set[tuple[int, int]]


def reviews() -> list[str]:
    """Distinct real reviews long enough to be judged, in a fixed random order."""
    sources = [*corpora.aircon(), *corpora.apps(), *corpora.waimai(), *corpora.shopping()]
    texts = [row.text for row in corpora._clean(sources) if len(bare(row.text)) >= SHORTEST]
    random.Random(SEED).shuffle(texts)
    return texts[:ROWS]


def mild(text: str, rng: random.Random) -> str:
    """One to three places changed (some not at all), a sign or word at the end: as measured before."""
    letters = list(text)
    for _ in range(rng.randrange(1, 4) if len(text) >= 30 else 1):
        at, width = rng.randrange(len(letters)), rng.randrange(2)
        letters[at : at + width] = rng.choice([[], ["的"], ["好"]])
    return "".join(letters) + rng.choice(["", "！！！", "👍", "哈"])


def changed(text: str, rng: random.Random) -> str:
    """One to three letters replaced, added or removed; one where the text is shorter than 30."""
    letters = list(text)
    for _ in range(rng.randint(1, 3) if len(text) >= 30 else 1):
        at = rng.randrange(len(letters))
        other = rng.choice(LETTERS)
        letters[at : at + 1] = rng.choice([[], [other], [letters[at], other]])
    return "".join(letters)


def appended(text: str, rng: random.Random) -> str:
    return text + rng.choice(TAILS)


def moved(text: str, rng: random.Random) -> str:
    """Clauses in another order."""
    clauses = [part for part in re.split(r"(?<=[，。！？,.!?；;\s])", text) if part]
    return "".join(rng.choice([clauses[1:] + clauses[:1], clauses[::-1]]))


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "1-3 places touched, or a few signs appended": mild,
    "1-3 letters really changed": changed,
    "a few signs or words appended": appended,
    "clauses in another order": moved,
}


def planted(texts: list[str]) -> Iterator[str]:
    rng = random.Random(SEED)
    keys = [set(row.tolist()) - {0} for row in bands(texts[: 2 * PLANTED])]
    yield "| planted copies of real reviews | copies | share a key | found |\n| --- | --- | --- | --- |"
    for name, make in KINDS.items():
        made = [(row, make(texts[row], rng)) for row in range(2 * PLANTED)]
        copies = [(row, copy) for row, copy in made if bare(copy) != bare(texts[row])][:PLANTED]
        theirs = bands([copy for _, copy in copies])
        shared = [bool(keys[row] & set(own.tolist())) for (row, _), own in zip(copies, theirs, strict=True)]
        found = [
            s and copied(bare(texts[row]), bare(copy)) for s, (row, copy) in zip(shared, copies, strict=True)
        ]
        yield f"| {name} | {len(copies)} | {np.mean(shared):.4f} | {interval(sum(found), len(found))} |"


def candidates(keys: NDArray[np.int64]) -> Pairs:
    """Pairs of rows that share a key."""
    rows, places = np.nonzero(keys)
    values = keys[rows, places]
    order = np.argsort(values, kind="stable")
    groups = np.split(rows[order], np.flatnonzero(np.diff(values[order])) + 1)
    shared = [np.unique(group).tolist() for group in groups if len(group) > 1]
    return {(a, b) for group in shared for place, a in enumerate(group) for b in group[place + 1 :]}


def natural(texts: list[str]) -> Iterator[str]:
    pairs = candidates(bands(texts))
    found = sorted((a, b) for a, b in pairs if copied(bare(texts[a]), bare(texts[b])))
    stored = (bands(texts) != 0).sum(axis=1).mean()
    yield f"\n{len(texts)} distinct reviews: {stored:.1f} keys a row, {len(pairs)} pairs share a key,"
    yield f"{len(found)} of them are copies. Twenty of those, drawn at random, to be read:\n"
    for a, b in random.Random(SEED).sample(found, min(20, len(found))):
        yield f"- {texts[a][:70]} ⟷ {texts[b][:70]}".replace("\n", " ")


def paraphrases() -> Iterator[str]:
    yield "\n| pairs of questions with one meaning | long enough | taken for copies |\n| --- | --- | --- |"
    for name in ("bq_dev", "lcqmc_dev", "atec_train_without_holdout"):
        same = [row for row in corpora.rows(f"near_duplicate_pairs/{name}.csv") if row["label"] == "1"]
        pairs = [(bare(row["sentence1"]), bare(row["sentence2"])) for row in same]
        long = [(a, b) for a, b in pairs if min(len(a), len(b)) >= SHORTEST and a != b]
        yield f"| {name} | {len(long)} | {interval(sum(copied(a, b) for a, b in long), len(long))} |"


def with_datasketch(texts: list[str]) -> Pairs:
    """The usual tool: MinHash of pairs of letters, 128 permutations, LSH at 0.7, the same check afterwards."""
    index, pairs = MinHashLSH(threshold=0.7, num_perm=128), set()
    for row, text in enumerate(texts):
        letters = bare(text)
        sketch = MinHash(num_perm=128)
        sketch.update_batch([letters[at : at + 2].encode() for at in range(len(letters) - 1)])
        pairs |= {(other, row) for other in index.query(sketch)}
        index.insert(row, sketch)
    return {(a, b) for a, b in pairs if copied(bare(texts[a]), bare(texts[b]))}


def with_ours(texts: list[str]) -> Pairs:
    return {(a, b) for a, b in candidates(bands(texts)) if copied(bare(texts[a]), bare(texts[b]))}


def beside(texts: list[str]) -> Iterator[str]:
    rng = random.Random(SEED)
    originals = texts[: COMPARED - 1000]
    rows = originals + [list(KINDS.values())[n % 4](originals[n], rng) for n in range(1000)]
    taken: dict[str, list[float]] = {"datasketch": [], "ours": []}
    found: dict[str, Pairs] = {}
    for _ in range(3):
        for name, way in (("datasketch", with_datasketch), ("ours", with_ours)):
            begin = time.process_time()
            found[name] = way(rows)
            taken[name].append(time.process_time() - begin)
    yield f"\n| {len(rows)} reviews, 1,000 of them copies of all four kinds | CPU seconds | copies found |"
    yield "| --- | --- | --- |"
    for name, seconds in taken.items():
        hits = sum((n, len(originals) + n) in found[name] for n in range(1000))
        yield f"| {name} | {np.median(seconds):.2f} | {interval(hits, 1000)} |"


def main() -> None:
    """Print everything."""
    texts = reviews()
    for part in (planted(texts), natural(texts), paraphrases(), beside(texts)):
        print("\n".join(part), flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
