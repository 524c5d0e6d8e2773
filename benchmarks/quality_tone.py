"""Quality of sentiment and type beside a floor and SnowNLP: `python -m benchmarks.quality_tone [--refit]`.

Test rows were never trained on. With --refit (some ten minutes) sentiment is also fitted again without one whole domain
at a time, and types without a part of the letters, which the shipped weights cannot show.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from benchmarks import corpora, tone_rows, train_tone
from benchmarks.corpora import Row, part
from benchmarks.fit_tone import chosen, described, in_logits, knots, pool
from voc.kernels.hashing import Floats
from voc.reading.kinds import KINDS
from voc.reading.labels import annotate, assemble
from voc.reading.model import calibrated, score
from voc.reading.taxonomy import parse_taxonomy

ASSETS = Path(__file__).resolve().parents[1] / "voc" / "data"
MODEL = assemble((ASSETS / "tone.npz").read_bytes(), (ASSETS / "topics.npz").read_bytes())
TAXONOMY = parse_taxonomy((ASSETS / "taxonomy.toml").read_text(encoding="utf-8"))
SNOW = 300  # rows of each set SnowNLP reads; it does about 150 a second
FOLDS = 8
LEANING = ("absa", "waimai", "cosmetics", "restaurant")
LEFT_OUT = ("waimai", "hotel", "app", "absa")  # each a fit of ours and one of the floor, a minute or two
Answers = NDArray[np.bool_]


def floor() -> Pipeline:
    """What a competent engineer tries first: character n-grams, TF-IDF, linear support vectors."""
    return make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True, dtype=np.float32),
        LinearSVC(C=0.5, random_state=0),
    )


def shares(texts: Sequence[str]) -> Floats:
    """Probability of praise by the shipped model, the words alone."""
    scores = score(texts, MODEL.tone)
    return calibrated(scores.feelings(scores.rows()), MODEL.tone.sentiment_knots)


def table(title: str, columns: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    """Print one Markdown table, row by row."""
    print(f"\n### {title}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}", flush=True)
    for row in rows:
        print(
            "| " + " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row) + " |",
            flush=True,
        )


def calibration_error(share: Floats, truth: Answers) -> float:
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((share * 10).astype(int), 9)
    gaps = [abs(share[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def surest(share: Floats, right: Answers, kept: float = 0.8) -> float:
    """Accuracy on the rows the model is surest of."""
    first = np.argsort(-np.abs(share - 0.5), kind="stable")[: int(kept * len(share))]
    return float(right[first].mean())


def snow(rows: Sequence[Row]) -> float:
    """Accuracy of SnowNLP on a sample."""
    from snownlp import SnowNLP

    sample = random.Random(7).sample(list(rows), min(SNOW, len(rows)))
    return float(np.mean([(SnowNLP(row.text).sentiments > 0.5) == (row.label == "1") for row in sample]))


def groups(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows by domain."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(tone_rows.group(row.domain), []).append(row)
    return found


def sentiment() -> Iterator[Sequence[object]]:
    """Shipped weights on test rows."""
    rival = known_floor()
    rows = [row for row in tone_rows.sentiment() if part(row.text) == "test"]
    sets = groups(rows) | {"EPRSTMT": list(tone_rows.eprstmt())}
    for name, found in sets.items():
        yield judged(name, found, shares([row.text for row in found]), rival)


@lru_cache(maxsize=1)
def known_floor() -> Pipeline:
    """The floor, fitted on every row that is no test row."""
    train = [row for row in tone_rows.sentiment() if part(row.text) != "test"]
    return floor().fit([row.text for row in train], [row.label for row in train])


def leaning() -> Iterator[Sequence[object]]:
    """Domains that lean: ours, ours told the share of praise among the training rows, and the floor."""
    rows = groups(tone_rows.sentiment())
    for name in LEANING:
        known = [row.label == "1" for row in rows[name] if part(row.text) != "test"]
        held = [row for row in rows[name] if part(row.text) == "test"]
        truth, share = np.array([row.label == "1" for row in held]), shares([row.text for row in held])
        bar = 1 - float(np.mean(known))  # the odds of praise multiply those of the words
        other = known_floor().predict([row.text for row in held]) == "1"
        for who, praised in (("ours", share >= 0.5), ("ours, told", share >= bar), ("floor", other)):
            yield name, len(held), float(np.mean(known)), who, *found_of_each(praised, truth)


def found_of_each(praised: Answers, truth: Answers) -> tuple[float, float, float, float]:
    """Accuracy, what is found of praise and of complaints, and the mean of both."""
    right = praised == truth
    good, bad = float(right[truth].mean()), float(right[~truth].mean())
    return float(right.mean()), good, bad, (good + bad) / 2


def judged(name: str, rows: Sequence[Row], share: Floats, rival: Pipeline) -> Sequence[object]:
    """One row of the table: ours, the floor, SnowNLP, how sure."""
    truth = np.array([row.label == "1" for row in rows])
    right = (share >= 0.5) == truth
    other = rival.predict([row.text for row in rows]) == np.where(truth, "1", "0")
    majority = float(max(truth.mean(), 1 - truth.mean()))
    return (
        name, len(rows), majority, float(right.mean()), float(other.mean()), snow(rows),
        surest(share, right), calibration_error(share, truth),
    )  # fmt: skip


def neutral() -> Iterator[Sequence[object]]:
    """How often the three-way tone says neutral where it should and where it should not."""
    reviews = [row for row in tone_rows.sentiment() if part(row.text) == "test"]
    questions = [r for r in tone_rows.kinds() if r.label == "enquiry" and part(r.text) == "test"]
    for name, rows in (("reviews labelled good or bad", reviews), ("questions", questions)):
        tones = annotate([row.text for row in rows], [None] * len(rows), TAXONOMY, MODEL).tone
        yield name, len(rows), float(np.mean([tone == "neutral" for tone in tones]))


def types() -> Iterator[Sequence[object]]:
    """Shipped weights on test rows."""
    letters = [row for row in tone_rows.civic() if row.domain == "civic" and row.label != "praise"]
    train = [row for row in letters if part(row.text) != "test"]
    rival = floor().fit([row.text for row in train], [row.label for row in train])
    weak = [row for row in corpora.types_weak() if part(row.text) == "test"]
    for name, rows in (
        ("letters, body alone", [r for r in letters if part(r.text) == "test"]),
        ("weak labels", weak),
    ):
        texts, truth = [row.text for row in rows], [row.label for row in rows]
        found = annotate(texts, [None] * len(rows), TAXONOMY, MODEL).type
        other = scored(truth, rival.predict(texts))[0] if name.startswith("letters") else "—"
        yield name, len(rows), *scored(truth, found), other


def scored(truth: Sequence[str], found: Sequence[str]) -> tuple[float, str]:
    """Macro-F1, and F1 of each class."""
    names = sorted(set(truth))
    each = f1_score(truth, found, labels=names, average=None)
    return float(each.mean()), ", ".join(f"{name} {f:.2f}" for name, f in zip(names, each, strict=True))


def unseen() -> Iterator[Sequence[object]]:
    """Sentiment of a domain no row of which was fitted on; clause weights come from the other domains."""
    rows = train_tone.sentiment_rows()
    texts = np.array([row.text for row in train_tone.labelled_rows()], dtype=object)
    lines = {name: _without(rows, name) for name in LEFT_OUT}
    for name in LEFT_OUT:
        others = [other for other in LEFT_OUT if other != name]
        known = (rows.part == 1) & ~np.isin(rows.domain, (name, "question", "civic"))
        seen = _described(rows, lines[name], known)
        strange = [
            _described(rows, lines[other], (rows.domain == other) & (rows.part == 1)) for other in others
        ]
        features, y, weight = (np.concatenate(column) for column in zip(seen, *strange, strict=True))
        weights, bias = pool(features, y, weight)
        fitted = knots(features @ weights + bias, y == 1, weight)
        described_here, truth, _ = _described(rows, lines[name], rows.domain == name)
        share = calibrated(described_here @ weights + bias, fitted)
        right = (share >= 0.5) == (truth == 1)
        other = _floor_without(rows, texts, name)
        yield (
            name,
            len(truth),
            float(right.mean()),
            other,
            surest(share, right),
            calibration_error(share, truth == 1),
        )


def _floor_without(rows: train_tone.Sentiment, texts: NDArray[np.object_], name: str) -> float:
    known = (rows.domain != name) & (rows.part == 2) & ~np.isin(rows.domain, ("question", "civic"))
    rival, here = floor().fit(texts[known], rows.y[known]), rows.domain == name
    return float((rival.predict(texts[here]) == rows.y[here]).mean())


def _without(rows: train_tone.Sentiment, name: str) -> train_tone.Line:
    line = train_tone.fit_line(rows, (rows.domain != name) & (rows.part == 2))
    judged_on = (rows.part == 1) & ~np.isin(rows.domain, (name, "question", "civic"))
    return line.scaled(
        in_logits(
            rows.data.texts[judged_on] @ line.weights + line.bias,
            rows.y[judged_on] == 1,
            rows.weight[judged_on],
        )
    )


def _described(
    rows: train_tone.Sentiment, line: train_tone.Line, kept: Answers
) -> tuple[Floats, NDArray[np.int64], Floats]:
    return described(chosen(rows.data, kept), line), rows.y[kept], rows.weight[kept]


def letters_refitted() -> Iterator[Sequence[object]]:
    """Types of letters, body alone, by cross-validation over all letters of the makers."""
    rows = [row for row in tone_rows.civic() if row.label != "praise"]
    made = np.array([row.domain == "civic" for row in rows])
    fold = np.random.default_rng(3).integers(0, FOLDS, len(rows))
    for name, fit in (("ours", _ours), ("floor", _floor)):
        truth: list[str] = []
        found: list[str] = []
        for k in range(FOLDS):
            held = [row for row, here in zip(rows, made & (fold == k), strict=True) if here]
            truth += [row.label for row in held]
            found += fit([row for row, here in zip(rows, fold != k, strict=True) if here], held)
        yield name, len(truth), *scored(truth, found)


def _ours(train: Sequence[Row], held: Sequence[Row]) -> list[str]:
    lines = train_tone.heads(*train_tone.civic_texts(train), *train_tone.LETTERS)
    x = train_tone.batch([row.text for row in held]).texts
    best = np.column_stack([x @ line.weights + line.bias for line in lines]).argmax(axis=1)
    return ["complaint" if KINDS[k] == "opinion" else KINDS[k] for k in best]


def _floor(train: Sequence[Row], held: Sequence[Row]) -> list[str]:
    known = [row for row in train if row.domain == "civic"]
    fitted = floor().fit([row.text for row in known], [row.label for row in known])
    return [str(name) for name in fitted.predict([row.text for row in held])]


def main() -> None:
    """Print every table."""
    warnings.simplefilter("ignore")
    print(f"model {MODEL.version}")
    kinds: Sequence[str] = ("type", "rows", "macro-F1", "F1 of each", "floor")
    table(
        "Sentiment, test rows, shipped weights",
        ("domain", "rows", "majority", "accuracy", "floor", "SnowNLP", "surest 80 %", "calibration error"),
        sentiment(),
    )
    told = ("accuracy", "of praise", "of complaints", "mean of both")
    table("Domains that lean", ("domain", "rows", "praise", "read by", *told), leaning())
    table("Neutral", ("of", "rows", "share called neutral"), neutral())
    table("Type, test rows, shipped weights", kinds, types())
    if "--refit" in sys.argv:
        table(
            "Type of letters, body alone, eight-fold",
            ("by", "rows", "macro-F1", "F1 of each"),
            letters_refitted(),
        )
        table(
            "Sentiment of domains left out whole",
            ("domain", "rows", "accuracy", "floor", "surest 80 %", "calibration error"),
            unseen(),
        )


if __name__ == "__main__":
    main()
