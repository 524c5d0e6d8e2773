"""The registry of problems measured: events, order, rivals, readings, growth.

Usage: python -m benchmarks.registry [events] [rivals] [order] [known] [members] [growth [ROWS …]]
`sample SEED` prints members to read (benchmarks/readings/registry_members.csv holds the verdicts).
"""

from __future__ import annotations

import csv
import resource
import sys
import time
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import normalize

from benchmarks.registry_growth import growth
from benchmarks.registry_rows import (
    READINGS,
    History,
    Score,
    background,
    civic,
    groups_of,
    history,
    pairings,
    registered,
    reviews,
    scored,
    text_hash,
)
from voc.cleaning.duplicates import bare, copied
from voc.effect.intervals import wilson
from voc.kernels.runs import ordered
from voc.registry.anchors import entries, of_streams
from voc.registry.knowing import Members, known_from
from voc.registry.memory import Registry
from voc.registry.naming import name_of
from voc.registry.pairs import DAY, Rule
from voc.registry.surges import SURGES
from voc.text.uniform import segment

SETS = ("civic", "jd", "mijia", "midea_meiju")
LEAST, CHINA_AHEAD = 3, 8 * 3600
HEAD = "precision | recall | F1 | pairs said | pairs right"


def load(name: str) -> History:
    """A data set as a history."""
    return history(civic() if name == "civic" else reviews(name))


def in_time(rows: History, rule: Rule | None = None) -> Registry:
    """Register a history as it came, 500 rows at a time."""
    return registered(rows, np.arange(len(rows.keys)), 500, rule)


def events() -> None:
    """Pairs of civic messages that tell of one event."""
    rows = load("civic")
    registry = in_time(rows)
    found = pairings(registry.members.values())
    print(f"{len(rows.keys)} messages, {len(registry.members)} groups | {HEAD}")
    print("registry, all events |", scored(found, rows.keys))
    told = {pair for pair in found if not copied(bare(rows.texts[pair[0]]), bare(rows.texts[pair[1]]))}
    print("registry, told in other words only |", scored(told, rows.keys, other_words=rows.texts))
    for half in (0, 1):
        print(f"registry, half {half} of the events |", scored(found, rows.keys, half))
    for least in (0.26, 0.29, 0.32, 0.35, 0.38):
        other = pairings(in_time(rows, Rule(least=least)).members.values())
        print(f"registry, evidence of {least} |", scored(other, rows.keys))


def rivals() -> None:
    """One-shot clustering of the same messages: quality, stability, CPU time."""
    rows = load("civic")
    started = time.process_time()
    again = history(civic())
    ours = pairings(in_time(again).members.values())
    print(f"method | {HEAD} | ARI between row orders or seeds | CPU s")
    print(f"registry | {scored(ours, rows.keys)} | see order | {time.process_time() - started:.1f}")
    for name, clusters in (("KMeans", (300, 600, 1200, 1800)), ("HDBSCAN", (2, 3))):
        tried = [_rival(rows, name, count) for count in clusters]
        score, ari, seconds, count = max(tried, key=lambda result: result[0].f1)
        print(f"TF-IDF + SVD + {name} (best of {clusters}: {count}) | {score} | {ari:.3f} | {seconds:.1f}")


def _rival(rows: History, name: str, count: int) -> tuple[Score, float, float, int]:
    started = time.process_time()
    labels = [_clustered(rows, name, count, seed) for seed in range(3)]
    seconds = (time.process_time() - started) / 3
    ari = [adjusted_rand_score(_alone(labels[a]), _alone(labels[b])) for a, b in ((0, 1), (0, 2), (1, 2))]
    return scored(pairings(groups_of(labels[0])), rows.keys), float(np.mean(ari)), seconds, count


def _clustered(rows: History, name: str, count: int, seed: int) -> NDArray[np.int64]:
    order = np.random.default_rng(seed).permutation(len(rows.texts))
    words = segment([rows.texts[row] for row in order])
    weights = TfidfVectorizer(
        analyzer=lambda text: [w for w in text if len(w) > 1], min_df=2, sublinear_tf=True
    )
    reduced = normalize(TruncatedSVD(100, random_state=seed).fit_transform(weights.fit_transform(words)))
    if name == "KMeans":
        found = KMeans(count, n_init=1, random_state=seed).fit_predict(reduced)
    else:
        found = HDBSCAN(min_cluster_size=count, copy=True).fit_predict(reduced)
    labels = np.empty(len(order), dtype=np.int64)
    labels[order] = found
    return labels


def _alone(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Noise is no cluster: each such row stands for itself."""
    return np.where(labels < 0, labels.max() + 1 + np.arange(len(labels)), labels)


def order() -> None:
    """Share of the pairings that stay when the same history comes in other orders and batches."""
    print("data | groups | pairings | kept, new in three random orders of 200 rows at a time | ARI")
    for name in SETS:
        rows = load(name)
        base = in_time(rows)
        first = pairings(base.members.values())
        told, ari = [], []
        for seed in (1, 2, 3):
            shuffled = np.random.default_rng(seed).permutation(len(rows.keys))
            other = registered(rows, shuffled, 200)
            now = pairings(other.members.values())
            told.append(f"{len(first & now) / max(len(first), 1):.3f} +{len(now - first)}")
            ari.append(adjusted_rand_score(_labels(base, len(rows.keys)), _labels(other, len(rows.keys))))
        print(f"{name} | {len(base.members)} | {len(first)} | {', '.join(told)} | {min(ari):.3f}")


def _labels(registry: Registry, count: int) -> list[int]:
    return [registry.group.get(row, -1 - row) for row in range(count)]


def known() -> None:
    """When a history that came at once has groups of three known, beside registering it row by row."""
    print("data | groups of three | third spoke on an earlier day than known | known as row by row")
    for name in SETS:
        rows = load(name)
        runs, stream = _indexed(rows)
        truth = _row_by_row(rows)
        days = (rows.facts.moment + CHINA_AHEAD) // DAY
        told = []
        for group in in_time(rows).members.values():
            members = np.array(sorted(group))
            if len(members) >= LEAST:
                read, facts = rows.signs.take(members), rows.facts.take(members)
                own = Members(members, members.tolist(), stream[members], read, facts)
                now = members[known_from(own, runs, LEAST, background(), Rule(), SURGES)]
                told.append(
                    (days[members[LEAST - 1]] < days[now], now == min(truth[m] for m in group if m in truth))
                )
        early, same = (sum(bool(one[n]) for one in told) for n in (0, 1))
        print(f"{name} | {len(told)} | {early} | {same}")


def _indexed(rows: History) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    ids, facts = np.arange(len(rows.keys)), rows.facts
    stream = np.where(facts.product == 0, 1, facts.product)
    held = entries(ids, facts.moment, stream, facts.product, rows.signs.keys)
    return [ordered(np.concatenate([held, of_streams(ids, facts.moment, stream)]))], stream


def _row_by_row(rows: History) -> dict[int, int]:
    """Return for members of groups of three the row with which such a group first stood."""
    registry = Registry(background())
    first: dict[int, int] = {}
    for row in range(len(rows.keys)):
        one = np.array([row])
        facts = rows.facts.take(one)
        registry.add(one, rows.signs.take(one), facts, np.where(facts.product == 0, 1, facts.product))
        for members in registry.members.values():
            if len(members) >= LEAST and not any(member in first for member in members):
                first |= dict.fromkeys(members, row)
    return first


def problems(name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of three or more: name, and members as (hash, text)."""
    rows = load(name)
    found = []
    for group in sorted(in_time(rows).members.values(), key=lambda group: (-len(group), min(group))):
        if len(group) >= 3:
            texts = [rows.texts[row] for row in sorted(group)]
            found.append((name_of(texts, background()), [(text_hash(text), text) for text in texts]))
    return found


def sample(seed: int) -> None:
    """Print at most eight members of each problem, to be read."""
    chance = np.random.default_rng(seed)
    for data in SETS:
        for name, members in problems(data):
            chosen = sorted(chance.choice(len(members), min(8, len(members)), replace=False).tolist())
            print(f"== {data} | {members[0][0]} | {len(members)} | {name}")
            for row in chosen:
                print(f"{members[row][0]} {members[row][1][:110]!r}")


def members() -> None:
    """Share of members a reader agreed with, from the stored verdicts, and whether they are still members."""
    with (READINGS / "registry_members.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    now = {data: [{key for key, _ in found} for _, found in problems(data)] for data in SETS}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in read:
        together = any({row["member"], row["problem"]} <= group for group in now[row["data"]])
        for key in (row["data"], "all"):
            counts[key][0] += 1
            counts[key][1] += row["verdict"] == "yes"
            counts[key][2] += together
    print("data | problems | members read | a reader agrees | Wilson 95 % | still a member today")
    for key, (total, agreed, still) in sorted(counts.items()):
        low, high = (float(end[0]) for end in wilson(np.array([agreed]), np.array([total])))
        read_problems = len({(r["data"], r["problem"]) for r in read if key in ("all", r["data"])})
        print(f"{key} | {read_problems} | {total} | {agreed / total:.3f} | {low:.3f}–{high:.3f} | {still}")
    _names()


def _names() -> None:
    """Share of names a reader found to say what the matter is, of those that are still the same."""
    with (READINGS / "registry_names.csv").open(encoding="utf-8", newline="") as file:
        read = {(row["data"], row["name_hash"]): row["verdict"] for row in csv.DictReader(file)}
    today = [(data, text_hash(name)) for data in SETS for name, _ in problems(data)]
    verdicts = [read[name] for name in today if name in read]
    agreed, total = verdicts.count("yes"), len(verdicts)
    low, high = (float(end[0]) for end in wilson(np.array([agreed]), np.array([total])))
    print(f"names: {agreed} of {total} say the matter ({low:.3f}–{high:.3f}); {len(today) - total} not read")


def main() -> None:
    """Run the parts named, or all but the large ones."""
    asked = sys.argv[1:] or ["events", "rivals", "order", "known", "members", "growth"]
    if asked[0] == "sample":
        return sample(int(asked[1]))
    for part in asked:
        if not part.isdecimal():
            print(f"\n## {part}")
            run = {
                "events": events,
                "rivals": rivals,
                "order": order,
                "known": known,
                "members": members,
            }.get(part)
            if run:
                run()
    if "growth" in asked:
        growth([int(part) for part in asked if part.isdecimal()] or [10_000, 100_000])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory of this process {peak:,.0f} MB")
    return None


if __name__ == "__main__":
    main()
