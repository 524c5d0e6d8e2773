"""Linear models over hashed character n-grams, folded into one table and read for a whole batch at once.

A text is the sum of its n-grams' weights, so a running sum over the batch gives the score of any clause by
one subtraction: the sentiment of every clause costs nothing extra.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.hashing import BITS, ORDERS, Floats, Ints, encode, grams, hashed
from voc.learning.layer import Learned, load_layer
from voc.topics import Topics, load_topics

TYPES = ("praise", "suggestion", "complaint", "enquiry")


@dataclass(frozen=True)
class ToneModel:
    """Weights of shape (2**BITS, outputs), outputs being sentiment then TYPES; knots map scores to shares."""

    weights: NDArray[np.float32]
    bias: Floats
    sentiment_knots: Floats
    type_knots: Floats


@dataclass(frozen=True)
class Model:
    """Everything read from weights; the version names the bytes of both files."""

    version: str
    tone: ToneModel
    topics: Topics
    learned: Learned | None = None  # what the users' own labels add


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


def score(texts: Sequence[str], model: ToneModel) -> Scores:
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


def assemble(tone: bytes, topics: bytes) -> Model:
    """Read the two files `make model` writes; ConfigError when one of them is something else."""
    version = f"linear-{zlib.crc32(topics, zlib.crc32(tone)):08x}"
    with reading():
        return Model(version, load_tone(tone), load_topics(topics), load_layer(tone, topics))


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever goes wrong while a model file is read into one sentence people can act on."""
    try:
        yield
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"模型文件无法读取：{error}；请运行 make model 重新生成") from error


def load_tone(data: bytes) -> ToneModel:
    """Read the weights `benchmarks/train_model.py` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        weights = file["weights"].astype(np.float32) * file["scale"].astype(np.float32)
        model = ToneModel(weights, file["bias"], file["sentiment_knots"], file["type_knots"])
    if model.weights.shape != (2**BITS, 1 + len(TYPES)):
        raise ConfigError(41, f"模型文件的形状 {model.weights.shape} 与程序不符；请运行 make model 重新生成")
    return model
