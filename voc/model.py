"""Linear models over hashed character n-grams, folded into one table and read for a whole batch at once.

A text is the sum of its n-grams' weights, so a running sum over the batch gives the score of any clause by
one subtraction: the sentiment of every clause costs nothing extra.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError

TYPES = ("praise", "suggestion", "complaint", "enquiry")
ORDERS = (1, 2, 3)
BITS = 19
_SEPARATOR = "\x00"
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """Weights of shape (2**BITS, outputs), outputs being sentiment then TYPES; knots map scores to shares."""

    version: str
    weights: NDArray[np.float32]
    bias: Floats
    sentiment_knots: Floats
    type_knots: Floats


@dataclass(frozen=True)
class Scores:
    """Running sums over a batch, one per n-gram order, from which any span is scored."""

    sums: tuple[Floats, ...]
    starts: Ints
    lengths: Ints
    bias: Floats

    def rows(self) -> Floats:
        """Score every text, shape (texts, outputs)."""
        return self.spans(self.starts, self.starts + self.lengths)

    def spans(self, starts: Ints, ends: Ints) -> Floats:
        """Score spans given as positions in the joined batch, shape (spans, outputs)."""
        total = np.zeros((len(starts), self.bias.size))
        for order, sums in zip(ORDERS, self.sums, strict=True):
            total += sums[np.maximum(ends - order + 1, starts)] - sums[starts]
        return total / np.sqrt(grams(ends - starts))[:, None] + self.bias


def grams(lengths: Ints) -> Floats:
    """How many n-grams of all orders texts of these lengths have, at least one."""
    return np.maximum(sum(np.maximum(lengths - order + 1, 0) for order in ORDERS), 1).astype(np.float64)


def encode(texts: Sequence[str]) -> tuple[NDArray[np.uint64], Ints, Ints]:
    """Join a batch into one array of code points; also where each text starts and how long it is."""
    joined = _SEPARATOR.join(texts) + _SEPARATOR * len(ORDERS)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    return _fold(codes), starts, lengths


def _fold(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Lower-case Latin letters and make all digits alike."""
    codes[(codes >= 65) & (codes <= 90)] += np.uint64(32)
    codes[(codes >= 48) & (codes <= 57)] = 48
    return codes


def hashed(codes: NDArray[np.uint64], order: int) -> Ints:
    """Slot of the n-gram that starts at each position; the last `order - 1` positions have none."""
    size = len(codes) - order + 1
    value = np.full(size, order, dtype=np.uint64)
    for place in range(order):
        value = (value ^ codes[place : place + size]) * _PRIMES[place]
        value ^= value >> np.uint64(29)
    return (value >> np.uint64(64 - BITS)).astype(np.int64)


def score(texts: Sequence[str], model: Model) -> Scores:
    """Read the weights of all n-grams of a batch."""
    codes, starts, lengths = encode(texts)
    sums = tuple(_running(model.weights[hashed(codes, order)]) for order in ORDERS)
    return Scores(sums, starts, lengths, model.bias)


def _running(values: NDArray[np.float32]) -> Floats:
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:], dtype=np.float64)
    return sums


def calibrated(scores: Floats, knots: Floats) -> Floats:
    """Map scores to probabilities through the knots (2, k) of an isotonic fit."""
    shares: Floats = np.interp(scores, knots[0], knots[1])
    return shares


def load_model(data: bytes) -> Model:
    """Read the weights `benchmarks/train_model.py` wrote; ConfigError when the file is something else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            card = json.loads(bytes(file["card"]).decode())
            weights = file["weights"].astype(np.float32) * file["scale"].astype(np.float32)
            model = Model(card["version"], weights, file["bias"], file["sentiment_knots"], file["type_knots"])
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"模型文件无法读取：{error}；请运行 make model 重新生成") from error
    if model.weights.shape != (2**BITS, 1 + len(TYPES)):
        raise ConfigError(41, f"模型文件的形状 {model.weights.shape} 与程序不符；请运行 make model 重新生成")
    return model
