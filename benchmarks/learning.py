"""What the users' own labels bring: `python -m benchmarks.learning [--tone FILE --topics FILE]`.

Two houses whose customers speak otherwise than the shipped weights know: areas nobody told the model of
(cosmetics, under codes of the house's own), and the tone of take-away reviews. Labels are taken at random or as
`voc label` chooses; figures are those of the fixed test rows. Give a tone file that was trained without take-away
reviews, or the second part measures what the weights know already.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpora
from voc.learning.apply import least_sure, relearn
from voc.learning.choose import Candidate, active
from voc.learning.compare import calibration_error, micro_f1
from voc.learning.layer import Learned
from voc.learning.learn import Taught, learn, said_sets, told
from voc.reading.labels import SURE_ENOUGH, Annotations, annotate
from voc.reading.model import Model, assemble
from voc.reading.taxonomy import Taxonomy, parse_taxonomy
from voc.reading.understanding import take
from voc.text.uniform import normalise

DATA = Path(__file__).resolve().parents[1] / "voc" / "data"
SIZES, SEEDS = (100, 300, 1000), 3
POOL, TEST = 4_000, 1_500
POLARITIES = {"正面": 1, "负面": -1, "中性": 0}
OWN = {"整体": "whole", "使用体验": "use", "价格": "cost", "功效": "effect", "物流": "courier", "气味": "smell",
       "包装": "wrapping", "真伪": "genuine", "服务": "care", "成分": "content", "尺寸": "size", "新鲜度": "fresh",
       "其他": "rest"}  # fmt: skip


@dataclass(frozen=True)
class House:
    """Rows with the answers people would give, and the taxonomy they answer by."""

    title: str
    task: str
    taxonomy: Taxonomy
    pool: list[Taught]
    test: list[Taught]


def shipped_taxonomy(more: str = "") -> Taxonomy:
    return parse_taxonomy((DATA / "taxonomy.toml").read_text("utf-8") + more)


def split(title: str, task: str, taxonomy: Taxonomy, rows: Sequence[Taught]) -> House:
    """Keep the fixed test rows aside; of the rest a pool, in an order of its own."""
    order = np.random.default_rng(0).permutation(len(rows))
    mixed = [rows[k] for k in order]
    test = [row for row in mixed if corpora.part(row.text) == "test"][:TEST]
    return House(
        title, task, taxonomy, [row for row in mixed if corpora.part(row.text) != "test"][:POOL], test
    )


def cosmetics() -> House:
    """Reviews of cosmetics with the areas their makers marked, each a code no shipped weight knows."""
    opinions: dict[str, dict[str, int]] = {}
    for row in corpora.rows("zhejiang_cup2019_opinion/labels.csv"):
        areas = opinions.setdefault(row["id"], {})
        code = f"own_{OWN[row['Categories']]}"
        areas[code] = min(areas.get(code, 1), POLARITIES[row["Polarities"]])
    reviews = corpora.rows("zhejiang_cup2019_opinion/reviews.csv")
    texts = normalise([row["Reviews"] for row in reviews])
    rows = [
        Taught(t, None, [{"areas": opinions.get(r["id"], {})}]) for t, r in zip(texts, reviews, strict=True)
    ]
    return split("cosmetics: areas of the house's own, unknown to the weights", "area", _own(), rows)


def _own() -> Taxonomy:
    areas = "\n".join(
        f'[[area]]\ncode = "own_{code}"\nname = "自设{name}"\n[[area.issues]]\ncode = "own_{code}.any"\n'
        f'name = "自设{name}不好"\nproblem = "自设{name}不好"\ndimension = "product"'
        for name, code in OWN.items()
    )
    return shipped_taxonomy("\n" + areas)


def waimai() -> House:
    """Take-away reviews with their tone."""
    rows = [
        Taught(row.text, None, [{"tone": "positive" if row.label == "1" else "negative"}])
        for row in corpora._clean(list(corpora.waimai()))
    ]
    return split("take-away reviews: tone", "tone", shipped_taxonomy(), rows)


def said_of(rows: Sequence[Taught], house: House, model: Model) -> Annotations:
    return annotate([row.text for row in rows], [row.rating for row in rows], house.taxonomy, model)


def measured(said: Annotations, house: House) -> dict[str, float]:
    """Score of what a model says of the test rows: micro-F1 of pairs of row and class, calibration of tone."""
    truth = [told(row.answers, house.task)[0] for row in house.test]
    read = said_sets(said, house.task)
    if house.task == "area":
        own = frozenset(
            f"{code}{sign}" for code in house.taxonomy.areas if code.startswith("own_") for sign in "-+"
        )
        return {"F1": micro_f1(truth, [row & own for row in read])}
    right = np.array([t == r for t, r in zip(truth, read, strict=True)], dtype=np.float64)
    return {"accuracy": float(right.mean()), "ECE": calibration_error(said.sentiment_confidence, right)}


def candidates(
    said: Annotations, least: Sequence[float], house: House, left: Sequence[int]
) -> list[Candidate]:
    """Rows of the pool as `voc label` sees them, from what the newest model says."""
    found = []
    for k in left:
        torn = said.type[k] == "praise" and any(m.polarity < 0 for m in said.mentions[k])
        sure = (float(said.type_confidence[k]), float(said.sentiment_confidence[k]), float(least[k]))
        found.append(Candidate(k, house.pool[k].text, "web", said.type[k], sure, torn or bool(said.vague[k])))
    return found


@dataclass(frozen=True)
class Study:
    """A house with what the shipped model says of its test rows and of its pool."""

    house: House
    test: Annotations
    pool: Annotations
    words: list[str]

    def taught(self, rows: Sequence[int]) -> Learned:
        chosen = [self.house.pool[k] for k in rows]
        return learn(chosen, take(self.pool, rows), self.house.taxonomy, self.words, {})

    def score(self, learned: Learned) -> dict[str, float]:
        texts = [row.text for row in self.house.test]
        return measured(relearn(self.test, texts, self.house.taxonomy, learned, SURE_ENOUGH), self.house)

    def more(self, rows: list[int], learned: Learned | None, count: int, seed: int) -> list[int]:
        """Choose more rows as `voc label` does, by the model learnt from those chosen so far."""
        left = [k for k in range(len(self.words)) if k not in set(rows)]
        said, least = self.pool, np.ones(len(self.words))
        if learned:
            said = relearn(self.pool, self.words, self.house.taxonomy, learned, SURE_ENOUGH)
            least = least_sure(self.pool, self.words, learned)
        known = [self.words[k] for k in rows]
        pool = candidates(said, least.tolist(), self.house, left)
        return rows + [one.id for one in active(pool, known, count - len(rows), seed)]


def curve(house: House, model: Model, sizes: Sequence[int], seeds: int) -> None:
    """Print the score without labels, then with more and more, chosen at random and as `voc label` does."""
    words = [row.text for row in house.pool]
    study = Study(house, said_of(house.test, house, model), said_of(house.pool, house, model), words)
    before = measured(study.test, house)
    print(f"\n{house.title} (pool {len(house.pool)}, test {len(house.test)}, model {model.version})\n")
    print(
        f"| labels | chosen | {' | '.join(before)} | CPU seconds to learn |\n|" + " --- |" * (3 + len(before))
    )
    print(f"| 0 | – | {_cells([before])} | – |")
    found: dict[tuple[int, str], list[dict[str, float]]] = {}
    spent: dict[tuple[int, str], float] = {}
    for seed in range(1, seeds + 1):
        for name in ("random", "active"):
            rows: list[int] = []
            learned = None
            for count in sizes:
                if name == "active":
                    rows = study.more(rows, learned, count, seed)
                else:
                    rows = [int(k) for k in np.random.default_rng(seed).permutation(len(words))[:count]]
                start = time.process_time()
                learned = study.taught(rows)
                spent[count, name] = spent.get((count, name), 0) + (time.process_time() - start) / seeds
                found.setdefault((count, name), []).append(study.score(learned))
    for (count, name), scores in sorted(found.items()):
        print(f"| {count} | {name} | {_cells(scores)} | {spent[count, name]:.1f} |", flush=True)


def _cells(found: Sequence[dict[str, Any]]) -> str:
    return " | ".join(
        f"{np.mean([one[key] for one in found]):.3f}"
        + (f" ± {np.std([one[key] for one in found]):.3f}" if len(found) > 1 else "")
        for key in found[0]
    )


def main() -> None:
    """Read the model and print both curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tone", type=Path, default=DATA / "tone.npz")
    parser.add_argument("--topics", type=Path, default=DATA / "topics.npz")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument(
        "--house", choices=("cosmetics", "waimai"), help="one of the two; both when not given"
    )
    given = parser.parse_args()
    model = assemble(given.tone.read_bytes(), given.topics.read_bytes())
    for make in (cosmetics, waimai):
        if given.house in (None, make.__name__):
            curve(make(), model, given.sizes, given.seeds)


if __name__ == "__main__":
    main()
