"""Train `tone.npz`: sentiment on every labelled domain, types of reviews and of letters to offices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import tone_rows
from benchmarks.corpora import Row, part
from benchmarks.fit_tone import (
    BITS,
    SEED,
    Batch,
    Labels,
    Line,
    batch,
    chosen,
    contrasted,
    described,
    feeling,
    in_logits,
    knots,
    pool,
)  # fmt: skip
from benchmarks.writing import save
from voc.cleaning.duplicates import bare
from voc.kernels.hashing import Floats
from voc.reading.kinds import KINDS, choose
from voc.reading.model import OUTPUTS, ToneModel

# Domains left out together, to fit clause weights and confidence on words the weights do not know, too.
FOLDS = (
    ("waimai", "restaurant"), ("hotel", "books"), ("electronics",), ("app", "aircon"),
    ("clothes", "fruit", "shampoo", "cosmetics", "absa"),
)  # fmt: skip
QUESTIONS, QUESTION_WEIGHT = 4000, 0.2
GRIEVANCE_WEIGHT = 0.15  # at 1 hotels left out lose a point; letters are judged by GRIEVED, too
HEARSAY = {"civic": 1.0, "civic/title": 0.6, "civic/reply": 0.3}
TITLED = 0.3
PER_KIND = 6000
GATE = (
    6.0,
    3.0,
)  # log-odds of a letter per unit of margin, and at none: a letter missed costs more than one too many
LETTERS = 2.0, 3  # strength of the fit, least number of letters an n-gram stands in


@dataclass(frozen=True)
class Sentiment:
    """Rows as arrays; part is 0 test, 1 calibration, 2 train."""

    data: Batch
    y: Labels
    weight: Floats
    domain: NDArray[np.str_]
    part: Labels


def parts(rows: Sequence[Row]) -> Labels:
    """Which part of the fixed split each row belongs to: 0 test, 1 calibration, 2 train."""
    return np.array([("test", "calibration", "train").index(part(row.text)) for row in rows])


def labelled_rows() -> list[Row]:
    """Every labelled review, grievances as negative, and questions on both sides, so that they lean nowhere."""
    rng = np.random.default_rng(SEED)
    asked = [row for row in tone_rows.kinds() if row.label == "enquiry"]
    asked = [asked[k] for k in rng.permutation(len(asked))[:QUESTIONS]]
    asked += [row for row in tone_rows.civic() if row.label == "enquiry"]
    both = [Row(row.text, label, "question") for row in asked for label in "01"]
    return [*tone_rows.sentiment(), *tone_rows.grievances(), *both]


def sentiment_rows() -> Sentiment:
    """The same as arrays; in every domain of reviews praise and complaint weigh alike."""
    rows = labelled_rows()
    domain = np.array([tone_rows.group(row.domain) for row in rows])
    y = np.array([int(row.label) for row in rows])
    part = parts(rows)
    return Sentiment(batch([row.text for row in rows]), y, evened(domain, y, part > 0), domain, part)


def evened(domain: NDArray[np.str_], y: Labels, known: NDArray[np.bool_]) -> Floats:
    """Weights by which no domain's share of praise tells on the next; the shares are counted on `known` rows."""
    weight = np.ones(len(y))
    for name in np.unique(domain):
        here = domain == name
        praise = float(y[here & known].mean())
        if name == "question":
            weight[here] = QUESTION_WEIGHT
        elif name == "civic":
            weight[here] = GRIEVANCE_WEIGHT
        else:
            weight[here] = np.where(y[here] == 1, 0.5 / praise, 0.5 / (1 - praise))
    return weight


def fit_line(rows: Sentiment, kept: NDArray[np.bool_]) -> Line:
    return feeling(chosen(rows.data, kept), rows.y[kept], rows.weight[kept])


def stage(rows: Sentiment, out: Sequence[str] = ()) -> tuple[Line, Floats, float, Floats]:
    """Weights in logits, clause weights, their bias and knots, no row of the domains `out` being looked at.

    Half the weight of clause weights and knots lies on rows of domains the line in question did not know.
    """
    open_rows = ~np.isin(rows.domain, out)
    judged = open_rows & (rows.part == 1) & ~np.isin(rows.domain, ("question", "civic"))
    whole = fit_line(rows, open_rows & (rows.part == 2))
    factor = in_logits(_scores(rows, judged, whole), rows.y[judged] == 1, rows.weight[judged])
    seen = described(chosen(rows.data, judged), whole.scaled(factor))
    strange, truth, heavy = [], [], []
    for fold in FOLDS:
        here = judged & np.isin(rows.domain, fold)
        if here.any():
            line = fit_line(rows, open_rows & (rows.part == 2) & ~np.isin(rows.domain, fold)).scaled(factor)
            strange.append(described(chosen(rows.data, here), line))
            truth.append(rows.y[here])
            heavy.append(rows.weight[here])
    features = np.concatenate([seen, *strange])
    y = np.concatenate([rows.y[judged], *truth])
    weight = np.concatenate([rows.weight[judged], *heavy])
    weights, bias = pool(features, y, weight)
    return whole.scaled(factor), weights, bias, knots(features @ weights + bias, y == 1, weight)


def _scores(rows: Sentiment, kept: NDArray[np.bool_], line: Line) -> Floats:
    found: Floats = rows.data.texts[kept] @ line.weights + line.bias
    return found


def heads(texts: Sequence[str], y: Labels, weight: Floats, strength: float, least: int) -> list[Line]:
    """One line per kind against the others."""
    x = batch(texts).texts
    return [contrasted(x, y == k, weight, strength, 0.5, least) for k in range(len(KINDS))]


def sharpened(lines: Sequence[Line], texts: Sequence[str], y: Labels) -> list[Line]:
    """The same lines in units in which their softmax is a probability."""
    x = batch(texts).texts
    logits = np.column_stack([x @ line.weights + line.bias for line in lines])
    trials = np.geomspace(0.3, 12, 40)
    likely = [_likelihood(logits * factor, y) for factor in trials]
    return [line.scaled(float(trials[int(np.argmax(likely))])) for line in lines]


def _likelihood(logits: Floats, y: Labels) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((shifted[np.arange(len(y)), y] - np.log(np.exp(shifted).sum(axis=1))).mean())


def civic_texts(rows: Sequence[Row]) -> tuple[list[str], Labels, Floats]:
    """Bodies, and those of the makers' labels once more with their titles, at smaller weight."""
    texts = [row.text for row in rows]
    weight = [HEARSAY[row.domain] for row in rows]
    kinds = [KINDS.index("opinion" if row.label in ("praise", "complaint") else row.label) for row in rows]
    titled = [
        (tone_rows.civic_titled().get(bare(row.text)), kind) for row, kind in zip(rows, kinds, strict=True)
    ]
    more = [(text, kind) for text, kind in titled if text]
    texts += [text for text, _ in more]
    return texts, np.array(kinds + [k for _, k in more]), np.array(weight + [TITLED] * len(more))


def civic_heads(rows: Sequence[Row]) -> list[Line]:
    """Kinds of letters to offices; their words mean other things than in reviews, so they are learnt apart."""
    trial, held = (
        [r for r in rows if part(r.text) == "train"],
        [r for r in rows if part(r.text) == "calibration"],
    )
    lines = heads(*civic_texts(trial), *LETTERS)
    texts, y, _ = civic_texts([row for row in held if row.domain == "civic"])
    before = lines[0]
    factor = sharpened(lines, texts, y)[0].bias / before.bias
    return [line.scaled(factor) for line in heads(*civic_texts([*trial, *held]), *LETTERS)]


def review_heads(rows: Sequence[Row]) -> list[Line]:
    """Kinds of everything else."""
    rng = np.random.default_rng(SEED)
    train = [row for row in rows if part(row.text) == "train"]
    picked: list[Row] = []
    for kind in KINDS:
        of_kind = [row for row in train if row.label == kind]
        picked += [of_kind[k] for k in rng.permutation(len(of_kind))[:PER_KIND]]
    y = np.array([KINDS.index(row.label) for row in picked])
    share = np.bincount(y)
    weight = np.sqrt(share.max() / share)[y]
    lines = heads([row.text for row in picked], y, weight, 1.0, 3)
    held = [row for row in rows if part(row.text) == "calibration"]
    return sharpened(lines, [r.text for r in held], np.array([KINDS.index(r.label) for r in held]))


def gate(letters: Sequence[Row], others: Sequence[Row]) -> Line:
    """Log-odds of being a letter to an office."""
    rng = np.random.default_rng(SEED)
    others = [others[k] for k in rng.permutation(len(others))[:8000]]
    rows = [row for row in [*letters, *others] if part(row.text) != "test"]
    y = np.array([row.domain.startswith("civic") for row in rows])
    weight = np.where(y, 3.0, 1.0)
    return contrasted(batch([row.text for row in rows]).texts, y, weight, 0.3).scaled(*GATE)


def quantised(lines: Sequence[Line]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """One byte per weight; the heaviest twentieth of a thousandth is cut."""
    weights = np.column_stack([line.weights for line in lines])
    used = np.any(weights != 0, axis=1)
    scale = np.quantile(np.abs(weights[used]), 0.9999, axis=0) / 127
    small = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    return small, scale.astype(np.float32)


def model() -> tuple[ToneModel, dict[str, object]]:
    """Fit everything, the last weights on train and calibration rows together; also what the card says."""
    rows = sentiment_rows()
    line, weights, bias, shares = stage(rows)
    trial_size, final = np.abs(line.weights).sum(), fit_line(rows, rows.part > 0)
    final = final.scaled(float(trial_size / np.abs(final.weights).sum()))
    letters, others = tone_rows.civic(), tone_rows.kinds()
    lines = [final, *review_heads(others), *civic_heads(letters), gate(letters, others)]
    table, scale = quantised(lines)
    biases = np.array([line.bias for line in lines], dtype=np.float32)
    plain = ToneModel(table, scale, biases, weights, bias, shares, np.array([[0.0, 1.0], [0.0, 1.0]]))
    card = {
        "kind": "support vectors on log-count ratios of hashed character 1-3-grams; a second step over clauses",
        "outputs": OUTPUTS,
        "slots": 2**BITS,
        "seed": SEED,
        "sentiment_training_rows": int(((rows.part > 0) & (rows.domain != "question")).sum()),
        "kind_training_rows": {k: sum(r.label == k and part(r.text) != "test" for r in others) for k in KINDS},
        "letter_training_rows": {k: sum(r.label == k and part(r.text) != "test" for r in letters) for k in
                                 ("praise", "suggestion", "complaint", "enquiry")},
        "domains": sorted(set(rows.domain.tolist())),
        "test_rows": "two tenths of every corpus by a hash of the words, and FewCLUE EPRSTMT, were not fitted on",
        "labels": "sentiment: stars and corpus labels; kinds: stars, wishes, question sets; letters: titles, replies",
        "quality": "docs/benchmarks/tone.md",
    }  # fmt: skip
    return ToneModel(table, scale, biases, weights, bias, shares, type_knots(plain, letters, others)), card


def type_knots(plain: ToneModel, letters: Sequence[Row], others: Sequence[Row]) -> Floats:
    """From the share of the chosen kind to how often it is right, on calibration rows."""
    held = [row for row in others if part(row.text) == "calibration"]
    office = [row for row in letters if row.domain == "civic" and part(row.text) == "calibration"]
    rows = [*held, *office]
    weight = np.array([1.0] * len(held) + [len(held) / 4 / len(office)] * len(office))
    shares = choose([row.text for row in rows], plain)
    named = ["opinion" if row.label in ("praise", "complaint") else row.label for row in rows]
    right = shares.argmax(axis=1) == np.array([KINDS.index(name) for name in named])
    return knots(shares.max(axis=1), right, weight)


def write(folder: Path) -> ToneModel:
    """Train, and write tone.npz with its card."""
    found, card = model()
    used = np.flatnonzero(np.any(found.table != 0, axis=1))
    arrays: dict[str, NDArray[np.generic]] = {
        "slots": np.array(len(found.table)), "gaps": np.diff(used, prepend=0).astype(np.uint16),
        "weights": found.table[used], "scale": found.scale, "bias": found.bias,
        "pool": found.pool, "pool_bias": np.array(found.pool_bias),
        "sentiment_knots": found.sentiment_knots, "type_knots": found.type_knots,
    }  # fmt: skip
    save(folder, "tone", card, arrays)
    return found
