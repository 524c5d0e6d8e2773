"""Measure areas and issues on rows nothing was trained on: `python -m benchmarks.topics`; tables as Markdown."""

from __future__ import annotations

import csv
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from benchmarks import area_rows, corpora
from benchmarks.area_rows import AREAS, area_of
from voc.reading.areas import AreaOpinion
from voc.reading.labels import annotate, assemble
from voc.reading.taxonomy import parse_taxonomy
from voc.text.uniform import normalise

ASSETS = Path(__file__).resolve().parents[1] / "voc" / "data"
READINGS = Path(__file__).with_name("readings") / "issues.csv"
MODEL = assemble((ASSETS / "tone.npz").read_bytes(), (ASSETS / "topics.npz").read_bytes())
TAXONOMY = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
OFFICIAL = ("logistics", "service", "packaging", "price", "authenticity", "product")
RESTAURANT = {
    "service": ("service_waiters_attitude",),
    "price": ("price_level", "price_cost_effective", "price_discount"),
    "site": (
        "location_traffic_convenience", "location_easy_to_find", "environment_decoration", "environment_noise",
        "environment_space", "environment_cleaness", "service_parking_convenience",
    ),
    "product": ("dish_portion", "dish_taste", "dish_look"),
}  # fmt: skip
Result = tuple[str, str, str]


def labels(texts: Sequence[str], ratings: Sequence[float | None] | None = None) -> list[list[AreaOpinion]]:
    return annotate(texts, ratings or [None] * len(texts), TAXONOMY, MODEL).areas


def cosmetics() -> tuple[list[str], list[dict[str, set[int]]], NDArray[np.bool_]]:
    """Reviews, per review the areas with their polarities, and which reviews are of the test part."""
    said: dict[str, dict[str, set[int]]] = {}
    for row in corpora.rows("zhejiang_cup2019_opinion/labels.csv"):
        sign = {"正面": 1, "负面": -1}.get(row["Polarities"], 0)
        said.setdefault(row["id"], {}).setdefault(area_of(row), set()).add(sign)
    rows = corpora.rows("zhejiang_cup2019_opinion/reviews.csv")
    texts = normalise([row["Reviews"] for row in rows])
    test = np.array([corpora.part(text) == "test" for text in texts])
    return texts, [said.get(row["id"], {}) for row in rows], test


def areas() -> Iterator[Result]:
    """Areas of unseen cosmetics reviews beside the floor, and how each is judged."""
    texts, said, test = cosmetics()
    truth = np.array([[area in one for area in OFFICIAL] for one in said])
    held = [text for text, t in zip(texts, test, strict=True) if t]
    found = labels(held)
    ours = np.array([[any(o.area == area for o in one) for area in OFFICIAL] for one in found])
    yield from _f1("areas, cosmetics", truth[test], ours)
    kept = [text for text, t in zip(texts, test, strict=True) if not t]
    yield from _f1("areas, cosmetics, FLOOR", truth[test], floor(kept, truth[~test], held))
    wanted = [one for one, t in zip(said, test, strict=True) if t]
    yield _polarity("polarity per area, cosmetics", wanted, found)


def floor(kept: list[str], truth: NDArray[np.bool_], held: list[str]) -> NDArray[np.bool_]:
    """Character 1-3-gram TF-IDF and one linear SVM per area."""
    reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    x, y = reader.fit_transform(kept), reader.transform(held)
    return np.column_stack([LinearSVC().fit(x, column).predict(y) for column in truth.T])


def _f1(name: str, truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> Iterator[Result]:
    each = f1_score(truth, found, average=None, zero_division=0)
    five, six = (f1_score(truth[:, :k], found[:, :k], average="micro") for k in (5, 6))
    listed = ", ".join(f"{area} {f:.2f}" for area, f in zip(OFFICIAL, each, strict=True))
    yield (
        name,
        f"micro-F1 {five:.3f} / {six:.3f}",
        f"without / with product; macro {each.mean():.3f}; n={len(truth)}; {listed}",
    )


def _polarity(name: str, wanted: Sequence[dict[str, set[int]]], found: list[list[AreaOpinion]]) -> Result:
    """Where one polarity is labelled and the area was found: the sign of its surest opinion."""
    pairs = []
    for one, opinions in zip(wanted, found, strict=True):
        for area, signs in one.items():
            mine = [o for o in opinions if o.area == area]
            if mine and len(signs) == 1 and 0 not in signs:
                pairs.append((next(iter(signs)), np.sign(max(mine, key=lambda o: o.confidence).sentiment)))
    truth, said = np.array(pairs).T
    bad = truth < 0
    return (
        name, f"accuracy {(truth == said).mean():.3f}",
        f"n={len(truth)}, of the {bad.sum()} bad ones {(said[bad] < 0).mean():.3f} found bad",
    )  # fmt: skip


def restaurants() -> Iterator[Result]:
    """Long restaurant reviews (AIC 2018), a kind of text no label of which was used."""
    rows = corpora.rows("aic2018_finegrained_sample/train2.csv")
    found = labels(normalise([row["content"] for row in rows]))
    wanted = [
        {
            area: {int(row[c]) for c in columns if int(row[c]) != -2}
            for area, columns in RESTAURANT.items()
            if any(int(row[c]) != -2 for c in columns)
        }
        for row in rows
    ]
    for area in RESTAURANT:
        truth = np.array([area in one for one in wanted])
        ours = np.array([any(o.area == area for o in one) for one in found])
        right = (truth & ours).sum()
        yield (
            f"areas, restaurants, {area}",
            f"F1 {2 * right / (truth.sum() + ours.sum()):.3f}",
            f"precision {right / ours.sum():.3f}, recall {right / truth.sum():.3f}; n={len(rows)}",
        )
    yield _polarity("polarity per area, restaurants", wanted, found)


def goods() -> Iterator[Result]:
    """Polarity of the term judged in sentences on goods, test part."""
    gold = [one for one in area_rows.goods() if one.part == "test"]
    found = labels([one.text for one in gold])
    wanted = [{AREAS[int(one.said.argmax())]: {one.tone[0]}} for one in gold]
    yield _polarity("polarity per area, goods (ABSA)", wanted, found)


def sources() -> dict[str, list[corpora.Row]]:
    return {
        "air conditioners": corpora._clean(list(corpora.aircon())),
        "App Store": corpora._clean(list(corpora.apps())),
        "shopping and hotels": corpora._clean(list(corpora.shopping())),
        "take-away food": corpora._clean(list(corpora.waimai())),
        "cosmetics": corpora._clean(list(corpora.cosmetics())),
    }


def key(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def readings() -> Iterator[Result]:
    """Negative mentions judged by reading: of those made today and judged, how many are right."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        judged = {
            (row["text"], row["issue"]): (row["right"] == "1", row["set"]) for row in csv.DictReader(file)
        }
    keys = {text for text, _ in judged}
    for name, rows in sources().items():
        chosen = [row for row in rows if key(row.text) in keys]
        found = annotate([r.text for r in chosen], [r.rating for r in chosen], TAXONOMY, MODEL)
        tally: dict[str, Counter[bool]] = {}
        for row, mentions in zip(chosen, found.mentions, strict=True):
            for issue in {m.issue for m in mentions if m.polarity < 0}:
                right = judged.get((key(row.text), issue))
                if right is not None:
                    tally.setdefault(right[1], Counter())[right[0]] += 1
        for group, count in sorted(tally.items()):
            total = count[True] + count[False]
            yield (
                f"issues by reading, {group}, {name}",
                f"{count[True] / total:.2f}",
                f"{count[True]} of {total}",
            )


def vague() -> Iterator[Result]:
    """Complaints that name no concrete issue, test part."""
    for name, rows in sources().items():
        held = [row for row in rows if corpora.part(row.text) == "test"]
        found = annotate([r.text for r in held], [r.rating for r in held], TAXONOMY, MODEL)
        complaints = sum(kind == "complaint" for kind in found.type)
        yield f"vague among complaints, {name}", f"{found.vague.sum() / complaints:.2f}", f"n={complaints}"


def speed() -> Iterator[Result]:
    """Rows per CPU second of everything `annotate` does."""
    listed = sources()
    mixed = [row for name, rows in listed.items() if name != "cosmetics" for row in rows[:2500]]
    angry = [row for row in listed["air conditioners"] if row.rating is not None and row.rating <= 2]
    for name, rows in (("mixed reviews", mixed), ("air-conditioner complaints", angry)):
        texts, stars = [row.text for row in rows], [row.rating for row in rows]
        annotate(texts[:100], stars[:100], TAXONOMY, MODEL)
        begin = time.process_time()
        annotate(texts, stars, TAXONOMY, MODEL)
        rate = len(rows) / (time.process_time() - begin)
        yield f"speed of annotate, {name}", f"{rate:,.0f}", f"rows per CPU second, n={len(rows)}"


def main() -> None:
    """Print one table."""
    print("| measure | value | on |\n| --- | --- | --- |")
    for part in (areas, restaurants, goods, readings, vague, speed):
        for row in part():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
