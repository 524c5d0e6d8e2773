"""Do two sentences mean the same? A small network over character embeddings, run in NumPy.

Every character is the sum of the embeddings of itself, its two pairs with its neighbours and its word. The
characters of one sentence are aligned softly with those of the other, each is compared with what it was
aligned to, and the sums of the comparisons are judged together with plain overlaps (decomposable attention,
Parikh et al. 2016; the embeddings of pairs stand for the context an encoder would give).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.similarity.denials import denials
from voc.similarity.features import (
    CHARS,
    LONGEST,
    PAIRS,
    SHARED,
    WORDS,
    Floats,
    Rarity,
    Sentence,
    features,
    sentences,
    slot,
)  # fmt: skip

# Evidence of plain overlap beside the network, which knows the words it was trained on and little beyond. As a
# logarithm it speaks against pairs that share little and lets the network judge those that share much
# (docs/decisions/0213-overlap-as-a-logarithm.md).
OVERLAP, LEAST = 2.0, 0.1
_PART = 512  # pairs computed together, of about the same length
_APART = -1e4


@dataclass(frozen=True)
class Network:
    """Weights of one network; `table` holds characters, pairs and words one below the other, times `scale`."""

    table: NDArray[np.int8]
    scale: Floats
    attend: Floats
    compare: tuple[Floats, Floats]
    judge: tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True)
class PairModel:
    """Networks that differ in their first weights and are averaged, as `benchmarks/train_pairs.py` wrote them."""

    version: str
    threshold: float
    networks: tuple[Network, ...]
    centre: Floats
    spread: Floats
    rarity: Rarity
    knots: NDArray[np.float64]


def load_pairs(data: bytes) -> PairModel:
    """Read the weights; ConfigError when the file is something else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return _read(file)
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"模型文件无法读取：{error}；请运行 make model 重新生成") from error


def _read(file: Mapping[str, NDArray[np.generic]]) -> PairModel:
    card = json.loads(bytes(file["card"]).decode())
    real = {name: file[name].astype(np.float32) for name in file if name not in ("card", "table")}
    return PairModel(
        version=card["version"],
        threshold=float(card["threshold"]),
        networks=tuple(
            Network(
                table=file["table"][member].astype(np.int8, copy=False),
                scale=real["scale"][member],
                attend=real["attend"][member],
                compare=(real["compare_w"][member], real["compare_b"][member]),
                judge=(
                    real["judge_w"][member],
                    real["judge_b"][member],
                    real["last_w"][member],
                    real["last_b"][member],
                ),
            )
            for member in range(len(real["scale"]))
        ),
        centre=real["centre"],
        spread=real["spread"],
        rarity=Rarity(real["rarity_chars"], real["rarity_pairs"], real["rarity_words"]),
        knots=file["knots"].astype(np.float64),
    )


def similarity(left: Sequence[str], right: Sequence[str], model: PairModel) -> NDArray[np.float64]:
    """Calibrated probability, row by row, that two sentences mean the same; shape (n,)."""
    if len(left) != len(right):
        raise ValueError("left and right differ in length")
    if not left:
        return np.zeros(0)
    both = sentences([*left, *right])
    a, b = both[: len(left)], both[len(left) :]
    told = np.interp(raw(a, b, model), model.knots[0], model.knots[1]).clip(1e-6, 1 - 1e-6)
    shares = 1 / (1 + np.exp(-(np.log(told / (1 - told)) + denials(left, right))))
    same = np.array([x.letters == y.letters and bool(x.letters) for x, y in zip(a, b, strict=True)])
    empty = np.array([not x.letters or not y.letters for x, y in zip(a, b, strict=True)])
    return np.where(same, 1.0, np.where(empty, 0.0, shares))


def raw(a: Sequence[Sentence], b: Sequence[Sentence], model: PairModel) -> NDArray[np.float64]:
    """Logits before calibration, shape (n,)."""
    compared = features(a, b, model.rarity)
    plain = np.clip((compared - model.centre) / model.spread, -4, 4)
    x, y = positions(a), positions(b)
    lengths = (x[:, 0] > 0).sum(1), (y[:, 0] > 0).sum(1)
    order = np.argsort(lengths[0] + lengths[1], kind="stable")
    logits = np.zeros(len(a))
    for start in range(0, len(a), _PART):
        rows = order[start : start + _PART]
        m, n = (max(int(length[rows].max()), 1) for length in lengths)
        for network in model.networks:
            logits[rows] += _network(x[rows, :, :m], y[rows, :, :n], plain[rows], network)
    return logits / len(model.networks) + _overlap(compared)


def _overlap(compared: Floats) -> NDArray[np.float64]:
    """Logits for what two sentences share, whatever the words."""
    share = compared[:, list(SHARED)].mean(axis=1, dtype=np.float64)
    logits: NDArray[np.float64] = OVERLAP * np.log(share + LEAST)
    return logits


def positions(rows: Sequence[Sentence]) -> NDArray[np.int32]:
    """Rows of the table for every character: itself, the pair before, the pair after, its word; (n, 4, LONGEST)."""
    places = np.zeros((len(rows), 4, LONGEST), dtype=np.int32)
    known: dict[Sentence, NDArray[np.int32]] = {}
    for row, sentence in enumerate(rows):
        if sentence not in known:
            known[sentence] = _positions(sentence)
        places[row, :, : known[sentence].shape[1]] = known[sentence]
    return places


def _positions(sentence: Sentence) -> NDArray[np.int32]:
    pairs = [(letter, word) for word in sentence.words for letter in word][:LONGEST]
    around = [slot(x + y, PAIRS) for x, y in pairwise(["^", *(letter for letter, _ in pairs), "$"])]
    return np.array(
        [
            [slot(letter, CHARS) for letter, _ in pairs],
            [CHARS + place for place in around[:-1]],
            [CHARS + place for place in around[1:]],
            [CHARS + PAIRS + slot("w" + word, WORDS) for _, word in pairs],
        ],
        dtype=np.int32,
    ).reshape(4, -1)


def _network(x: NDArray[np.int32], y: NDArray[np.int32], plain: Floats, model: Network) -> Floats:
    (a, here), (b, there) = _embedded(x, model), _embedded(y, model)
    scores = (a @ model.attend) @ (b @ model.attend).transpose(0, 2, 1)
    to_b = _softmax(np.where(there[:, None, :], scores, _APART)) @ b
    to_a = _softmax(np.where(here[:, None, :], scores.transpose(0, 2, 1), _APART)) @ a
    (sum_a, top_a), (sum_b, top_b) = _compared(a, to_b, here, model), _compared(b, to_a, there, model)
    mean_a, mean_b = _mean(a, here), _mean(b, there)
    joined = np.concatenate(
        [sum_a + sum_b, abs(sum_a - sum_b), top_a + top_b, abs(top_a - top_b), abs(mean_a - mean_b),
         mean_a * mean_b, plain], axis=1
    )  # fmt: skip
    first, first_bias, last, last_bias = model.judge
    judged: Floats = (np.maximum(joined @ first + first_bias, 0) @ last + last_bias)[:, 0]
    return judged


def _embedded(places: NDArray[np.int32], model: Network) -> tuple[Floats, NDArray[np.bool_]]:
    total = np.zeros((len(places), places.shape[2], model.table.shape[1]), dtype=np.float32)
    for kind in range(4):
        rows = places[:, kind]
        total += model.table[rows] * model.scale[rows, None]
    return total, places[:, 0] > 0


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares: Floats = powers / powers.sum(axis=2, keepdims=True)
    return shares


def _compared(
    own: Floats, aligned: Floats, there: NDArray[np.bool_], model: Network
) -> tuple[Floats, Floats]:
    weights, bias = model.compare
    seen = np.concatenate([own, aligned, abs(own - aligned), own * aligned], axis=2)
    judged = np.maximum(seen @ weights + bias, 0) * there[:, :, None]
    return _root(judged, there), judged.max(axis=1)


def _mean(values: Floats, there: NDArray[np.bool_]) -> Floats:
    return _root(values * there[:, :, None], there)


def _root(values: Floats, there: NDArray[np.bool_]) -> Floats:
    """A sum over characters that grows with the root of their number."""
    scaled: Floats = values.sum(axis=1) / np.sqrt(np.maximum(there.sum(axis=1), 1))[:, None].astype(
        np.float32
    )
    return scaled
