"""Train the model of `voc similar` and write voc/data/pairs.npz with its card.

Needs torch, which the product does not; where it is missing the shipped weights stay.
"""

from __future__ import annotations

import importlib.util
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from benchmarks.pairs_data import (
    FOLDS,
    Pairs,
    closed,
    encode,
    joined,
    load,
    questions,
    rarity,
    texts_of,
    unlabelled,
)
from benchmarks.writing import save
from voc.similarity.network import PairModel, load_pairs, raw

DATA = Path(__file__).resolve().parents[1] / "voc" / "data"
KNOTS = 24
THRESHOLD = 0.5
SEEDS = (0, 1)


def fit(sets: Mapping[str, Pairs], seeds: Sequence[int] = SEEDS) -> dict[str, NDArray[Any]]:
    """Train one network a seed on all pairs of some sets; the arrays of a model file, uncalibrated."""
    from benchmarks.pairs_net import embeddings, train

    texts = texts_of(sets)
    known = rarity(texts)
    start = embeddings([*texts, *unlabelled()])
    data = joined([encode(pairs, known) for pairs in sets.values()])
    trained = [train(data, start, seed) for seed in seeds]
    members = [_weights(each.net) for each in trained]
    return {
        **{name: np.stack([member[name] for member in members]) for name in members[0]},
        "centre": trained[0].centre.astype(np.float32),
        "spread": trained[0].spread.astype(np.float32),
        "knots": np.array([[-30.0, 30.0], [0.0, 1.0]]),
        "rarity_chars": known.chars.astype(np.float16),
        "rarity_pairs": known.pairs.astype(np.float16),
        "rarity_words": known.words.astype(np.float16),
    }


def material(sets: Mapping[str, Pairs], faq: Pairs) -> dict[str, Pairs]:
    """What is trained on: the sets with what follows from them, and the FAQ, of whose classes too much would follow."""
    return {**{name: closed(pairs) for name, pairs in sets.items()}, "faq": faq}


def _weights(net: Any) -> dict[str, NDArray[Any]]:
    """Weights as `voc.similarity.network` reads them, embeddings in steps of 1/127 of the largest of each row."""
    found = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    table = found["table.weight"]
    scale = np.maximum(np.abs(table).max(axis=1) / 127, 1e-6).astype(np.float16)
    half = {
        "attend": found["attend.weight"].T,
        "compare_w": found["compare.weight"].T,
        "compare_b": found["compare.bias"],
        "judge_w": found["judge.weight"].T,
        "judge_b": found["judge.bias"],
        "last_w": found["last.weight"].T,
        "last_b": found["last.bias"],
    }
    return {
        "table": np.clip(
            np.rint(table / np.maximum(scale.astype(np.float32), 1e-6)[:, None]), -127, 127
        ).astype(np.int8),
        "scale": scale,
        **{name: value.astype(np.float16) for name, value in half.items()},
    }


def model(weights: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> PairModel:
    """The model as the product reads it."""
    import io
    import json

    buffer = io.BytesIO()
    np.savez(buffer, card=np.frombuffer(json.dumps(card).encode(), dtype=np.uint8), **weights)
    return load_pairs(buffer.getvalue())


def held_out(sets: Mapping[str, Pairs], fold: int) -> tuple[dict[str, Pairs], dict[str, Pairs]]:
    """Pairs to train on and pairs of one fold."""
    train = {name: pairs.take(np.flatnonzero(pairs.fold != fold)) for name, pairs in sets.items()}
    test = {name: pairs.take(np.flatnonzero(pairs.fold == fold)) for name, pairs in sets.items()}
    return train, test


def knots(logits: NDArray[np.float64], same: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points of an isotonic curve from logits to shares, never quite 0 or 1."""
    at = np.quantile(logits, np.linspace(0, 1, KNOTS))
    curve = IsotonicRegression(out_of_bounds="clip").fit(logits, same)
    return np.vstack([at, np.clip(curve.predict(at), 0.005, 0.995)])


def main() -> None:
    """Calibrate on a fold the weights have not seen, then train on everything."""
    if importlib.util.find_spec("torch") is None:
        print("pairs.npz: torch is not installed; the shipped weights stay")
        return
    sets, faq = load(), questions()
    train, test = held_out(sets, 0)
    card: dict[str, Any] = {"version": "", "threshold": THRESHOLD}
    trial = model(fit(material(train, faq)), card)
    logits = {name: raw(pairs.left, pairs.right, trial) for name, pairs in test.items()}
    figures = {name: round(float(roc_auc_score(test[name].same, logits[name])), 4) for name in test}
    print(f"held out (1 of {FOLDS} folds): AUC {figures}", flush=True)
    weights = fit(material(sets, faq))
    weights["knots"] = knots(
        np.concatenate(list(logits.values())), np.concatenate([test[name].same for name in test])
    )
    card |= {
        "version": f"pairs-{zlib.crc32(b''.join(np.ascontiguousarray(a).tobytes() for a in weights.values())):08x}",
        "date": datetime.now(UTC).date().isoformat(),
        "data": {name: len(pairs.same) for name, pairs in {**sets, "unionpay_faq": faq}.items()},
        "auc_held_out": figures,
        "use": "whether two short Chinese sentences, above all questions to a help desk, mean the same",
        "limits": "trained on finance questions (ATEC, BQ) and general ones (LCQMC); only 40 characters are read",
    }
    save(DATA, "pairs", card, weights)


if __name__ == "__main__":
    main()
