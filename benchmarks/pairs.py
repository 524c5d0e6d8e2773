"""How well `voc similar` tells same from different, beside rivals on the same rows, and how fast it is.

python -m benchmarks.pairs [folds]    needs torch: the network is trained anew for every row of the tables
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from benchmarks.pairs_data import FOLDS, Pairs, load, questions
from benchmarks.train_pairs import SEEDS, fit, held_out, knots, material, model
from voc.similarity.network import raw, similarity

Scores = NDArray[np.float64]
Rival = Callable[[Pairs], Scores]


def jaccard(pairs: Pairs) -> Scores:
    """Share of the different characters both sentences have."""
    sets = [(set(a.letters), set(b.letters)) for a, b in zip(pairs.left, pairs.right, strict=True)]
    return np.array([len(a & b) / (len(a | b) or 1) for a, b in sets])


def ratio(pairs: Pairs) -> Scores:
    """Edit similarity, as rapidfuzz has it."""
    return np.array([fuzz.ratio(a.letters, b.letters) for a, b in zip(pairs.left, pairs.right, strict=True)])


def tfidf(train: Mapping[str, Pairs]) -> Rival:
    """Cosine of TF-IDF vectors of one to three characters, fitted on the training sentences."""
    texts = [s.letters for pairs in train.values() for side in (pairs.left, pairs.right) for s in side]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit(texts)

    def score(pairs: Pairs) -> Scores:
        a, b = (vectors.transform([s.letters for s in side]) for side in (pairs.left, pairs.right))
        return np.asarray(a.multiply(b).sum(axis=1)).ravel()

    return score


def compare(
    train: Mapping[str, Pairs], test: Mapping[str, Pairs], faq: Pairs, seeds: Sequence[int] = SEEDS
) -> dict[str, dict[str, Scores]]:
    """Scores of ours and of the rivals on every test set."""
    ours = model(fit(material(train, faq), seeds), {"version": "", "threshold": 0.5})
    rivals: dict[str, Rival] = {
        "character Jaccard": jaccard,
        "rapidfuzz ratio": ratio,
        "TF-IDF cosine": tfidf(train),
        "voc similar": lambda pairs: raw(pairs.left, pairs.right, ours),
    }
    return {name: {rival: score(pairs) for rival, score in rivals.items()} for name, pairs in test.items()}


def show(title: str, test: Mapping[str, Pairs], scores: Mapping[str, Mapping[str, Scores]]) -> None:
    """Print AUC and average precision as a table."""
    print(
        f"\n{title}\n\n| set | pairs | share same | method | AUC | average precision |\n|---|---|---|---|---|---|"
    )
    for name, columns in scores.items():
        same = test[name].same
        for method, column in columns.items():
            figures = roc_auc_score(same, column), average_precision_score(same, column)
            print(
                f"| {name} | {len(same)} | {same.mean():.2f} | {method} | {figures[0]:.3f} | {figures[1]:.3f} |",
                flush=True,
            )


def calibration(test: Mapping[str, Pairs], scores: Mapping[str, Mapping[str, Scores]]) -> None:
    """Half of the held-out pairs make the curve, the other half is judged: F1 at 0.5 and calibration error."""
    same = np.concatenate([test[name].same for name in test])
    logits = np.concatenate([scores[name]["voc similar"] for name in test])
    half = np.random.default_rng(0).permutation(len(same)) < len(same) // 2
    curve = knots(logits[half], same[half])
    shares, truth = np.interp(logits[~half], curve[0], curve[1]), same[~half]
    bins = np.minimum((shares * 10).astype(int), 9)
    error = sum(
        abs(shares[bins == b].mean() - truth[bins == b].mean()) * (bins == b).mean() for b in set(bins)
    )
    print(
        f"\nall sets: F1 at 0.5 {f1_score(truth, shares >= 0.5):.3f}, calibration error {error:.3f}",
        flush=True,
    )


def speed(pairs: Pairs) -> None:
    """CPU time of the whole way from strings to probabilities beside the rapidfuzz ratio."""
    import settings
    from voc.similarity.network import load_pairs

    left, right = [s.text for s in pairs.left][:10_000], [s.text for s in pairs.right][:10_000]
    shipped = load_pairs(settings.asset_bytes("pairs.npz"))
    started = time.process_time()
    similarity(left, right, shipped)
    ours = time.process_time() - started
    print(f"\n{len(left) / ours:,.0f} pairs a second of CPU time")


def main() -> None:
    """Print held-out folds, then each set left out as a whole."""
    sets, faq = load(), questions()
    for fold in range(int(sys.argv[1]) if len(sys.argv) > 1 else FOLDS):
        train, test = held_out(sets, fold)
        scores = compare(train, test, faq)
        show(f"Held-out fold {fold + 1} of {FOLDS}", test, scores)
        calibration(test, scores)
    for name in sets:
        others = {other: pairs for other, pairs in sets.items() if other != name}
        show(f"{name} left out", {name: sets[name]}, compare(others, {name: sets[name]}, faq, SEEDS[:1]))
    speed(sets["lcqmc"])


if __name__ == "__main__":
    main()
