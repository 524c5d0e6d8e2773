"""Train the linear models of `voc.labels` from public data: `python -m benchmarks.train_model`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks import corpora, train_issues
from benchmarks.writing import save
from voc.hashing import BITS, ORDERS, encode, grams, hashed
from voc.model import TYPES, ToneModel

OUT = Path(__file__).resolve().parents[1] / "voc" / "data"
SEED = 20261121
PER_TYPE = 12_000
CIVIC_WEIGHT = 6.0


def features(texts: list[str]) -> sparse.csr_matrix:
    """Counts of n-grams over the square root of their number, exactly as `voc.model` adds them up."""
    codes, starts, lengths = encode(texts)
    row = np.repeat(np.arange(len(texts)), lengths)
    within = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    position, left = starts[row] + within, lengths[row] - within
    value = 1 / np.sqrt(grams(lengths))[row]
    parts = []
    for order in ORDERS:
        fits = left >= order
        slots = hashed(codes, order)[position[fits]]
        parts.append(sparse.coo_matrix((value[fits], (row[fits], slots)), shape=(len(texts), 2**BITS)))
    return sum(part.tocsr() for part in parts)


def fit_sentiment(x: sparse.csr_matrix, y: NDArray[np.int64]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression on log-count ratios (Wang & Manning 2012), the ratios folded into the weights."""
    presence = (x > 0).astype(np.float64)
    positive = np.asarray(presence[y == 1].sum(axis=0)).ravel() + 1
    negative = np.asarray(presence[y == 0].sum(axis=0)).ravel() + 1
    ratio = np.log((positive / positive.sum()) / (negative / negative.sum()))
    ratio[positive + negative < 5] = 0  # rare n-grams only help on the training rows
    fitted = LogisticRegression(C=4.0, max_iter=200).fit(x @ sparse.diags(ratio), y)
    return fitted.coef_[0] * ratio, float(fitted.intercept_[0])


def fit_types(x: sparse.csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> LogisticRegression:
    """Multinomial logistic regression."""
    seen = np.asarray((x > 0).sum(axis=0)).ravel() >= 3
    return LogisticRegression(C=30.0, max_iter=150).fit(x @ sparse.diags(seen.astype(float)), y, weight)


def knots(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Isotonic fit thinned to 33 knots, never surer than 0.995."""
    fitted = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip").fit(scores, truth)
    at = np.unique(np.quantile(scores, np.linspace(0, 1, 33)))
    return np.stack([at, fitted.predict(at)])


def balanced(rows: list[corpora.Row]) -> list[corpora.Row]:
    rng = np.random.default_rng(SEED)
    chosen: list[corpora.Row] = []
    for kind in TYPES:
        of_kind = [row for row in rows if row.label == kind]
        take = rng.permutation(len(of_kind))[:PER_TYPE]
        chosen += [of_kind[i] for i in take]
    return chosen


def main() -> None:
    """Train, calibrate on rows of their own, write the weights and the model card."""
    rows = corpora.sentiment_seen()
    split = {p: [r for r in rows if corpora.part(r.text) == p] for p in ("train", "calibration")}
    coefficients, intercept = fit_sentiment(
        features([r.text for r in split["train"]]), np.array([int(r.label) for r in split["train"]])
    )
    held = features([r.text for r in split["calibration"]]) @ coefficients + intercept
    sentiment = knots(held, np.array([int(r.label) for r in split["calibration"]]))

    weak, civic = corpora.types_weak(), corpora.civic()
    train = balanced([r for r in weak if corpora.part(r.text) == "train"])
    train += [r for r in civic if corpora.part(r.text) == "train"]
    weight = np.array([CIVIC_WEIGHT if r.domain == "civic" else 1.0 for r in train])
    kinds = fit_types(
        features([r.text for r in train]), np.array([TYPES.index(r.label) for r in train]), weight
    )
    calibration = balanced([r for r in weak + civic if corpora.part(r.text) == "calibration"])
    logits = features([r.text for r in calibration]) @ kinds.coef_.T + kinds.intercept_
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    top = (shares / shares.sum(axis=1, keepdims=True)).max(axis=1)
    right = logits.argmax(axis=1) == np.array([TYPES.index(r.label) for r in calibration])
    types = knots(top, right.astype(np.int64))

    weights = np.column_stack([coefficients, kinds.coef_.T])
    scale = np.quantile(np.abs(weights), 0.99995, axis=0) / 127
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    bias = np.concatenate([[intercept], kinds.intercept_])
    write(table, scale, bias, sentiment, types, split["train"], train)
    tone = ToneModel((table * scale.astype(np.float32)).astype(np.float32), bias, sentiment, types)
    train_issues.write(OUT, tone)


def write(table, scale, bias, sentiment, types, sentiment_rows, type_rows) -> None:  # type: ignore[no-untyped-def]
    card = {
        "kind": "logistic regression over hashed character 1-3-grams; sentiment with log-count ratios (NB-SVM)",
        "outputs": ["sentiment", *TYPES],
        "slots": 2**BITS,
        "seed": SEED,
        "sentiment_training_rows": len(sentiment_rows),
        "type_training_rows": {k: sum(r.label == k for r in type_rows) for k in TYPES},
        "domains": sorted({r.domain for r in sentiment_rows} | {r.domain for r in type_rows}),
        "held_out_domains": ["waimai", "cosmetics"],
        "labels": "sentiment: stars and corpus labels; types: weak supervision (stars, wishes, question sets, titles)",
        "quality": "docs/benchmarks.md",
    }
    arrays = {
        "weights": table, "scale": scale.astype(np.float32), "bias": bias,
        "sentiment_knots": sentiment, "type_knots": types,
    }  # fmt: skip
    save(OUT, "tone", card, arrays)


if __name__ == "__main__":
    with threadpool_limits(1):  # sums of several threads come out in another order, and with them the weights
        main()
