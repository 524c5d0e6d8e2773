"""The tone of texts and clauses: one table of hashed n-gram weights, read by a compiled kernel for a whole batch.

A text is the sum of its n-grams' weights over the root of their number; a second step weighs what its clauses say.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.kernels.compiled import span_scores
from voc.kernels.hashing import Floats, Ints, joined
from voc.learning.layer import Learned, load_layer
from voc.privacy.names import NameModel, load_names
from voc.reading.pooling import POOLED, cut, pooled
from voc.reading.topics import Topics, load_topics

TYPES = ("praise", "suggestion", "complaint", "enquiry")
OUTPUTS = (
    "sentiment", "opinion", "suggestion", "enquiry",
    "letter_opinion", "letter_suggestion", "letter_enquiry", "letter",
)  # fmt: skip
ORDERS = 3


@dataclass(frozen=True)
class ToneModel:
    """Weights of shape (slots, OUTPUTS) in one byte each; pool weighs what `voc.reading.pooling` says of the clauses.

    Knots of shape (2, k) map scores to shares.
    """

    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    pool: Floats
    pool_bias: float
    sentiment_knots: Floats
    type_knots: Floats

    @cached_property
    def feeling(self) -> NDArray[np.int8]:
        """The sentiment weights alone, shape (slots, 1): four times less to read for a clause."""
        return np.ascontiguousarray(self.table[:, :1])


@dataclass(frozen=True)
class Model:
    """Everything read from weights; the version names the bytes of both files."""

    version: str
    tone: ToneModel
    topics: Topics
    learned: Learned | None = None  # what the users' own labels add
    names: NameModel | None = None  # who finds names of people; None leaves it to rules


@dataclass(frozen=True)
class Scores:
    """A batch whose spans can be scored."""

    codes: NDArray[np.uint32]
    starts: Ints
    lengths: Ints
    model: ToneModel

    def rows(self) -> NDArray[np.float32]:
        """Score every text, shape (texts, OUTPUTS)."""
        model, ends = self.model, self.starts + self.lengths
        found = span_scores(self.codes, self.starts, ends, model.table, model.scale, ORDERS)
        found += model.bias
        return found

    def spans(self, starts: Ints, ends: Ints) -> Floats:
        """Sentiment, in logits, of spans given as positions in the joined batch, shape (spans, 1)."""
        return self._felt(starts, ends).astype(np.float64)

    def _felt(self, starts: Ints, ends: Ints) -> NDArray[np.float32]:
        model = self.model
        found = span_scores(self.codes, starts, ends, model.feeling, model.scale[:1], ORDERS)
        found += model.bias[:1]
        return found

    def feelings(self, rows: NDArray[np.float32]) -> Floats:
        """Sentiment of texts in logits, from their own score and those of their clauses."""
        parts = cut(self.codes, self.starts, self.starts + self.lengths)
        clauses = self._felt(parts.starts, parts.ends)[:, 0]
        described = pooled(rows[:, 0], clauses, parts, self.lengths)
        # Not a matrix product: its last digit would depend on the company a text keeps.
        told: Floats = (described * self.model.pool).sum(axis=1) + self.model.pool_bias
        return told


def score(texts: Sequence[str], model: ToneModel) -> Scores:
    """Make a batch ready to be scored."""
    codes, starts, ends = joined(texts)
    return Scores(codes, starts, ends - starts, model)


def calibrated(scores: Floats, knots: Floats) -> Floats:
    """Map scores to probabilities through the knots (2, k) of an isotonic fit."""
    shares: Floats = np.interp(scores, knots[0], knots[1])
    return shares


def assemble(tone: bytes, topics: bytes, names: bytes | None = None) -> Model:
    """Read the two files `make model` writes; ConfigError when one of them is something else."""
    version = f"linear-{zlib.crc32(names or b'', zlib.crc32(topics, zlib.crc32(tone))):08x}"
    with reading():
        who = load_names(names) if names else None
        return Model(version, load_tone(tone), load_topics(topics), load_layer(tone, topics), who)


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever goes wrong while a model file is read into one sentence people can act on."""
    try:
        yield
    except (KeyError, ValueError, IndexError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"模型文件无法读取：{error}；请运行 make model 重新生成") from error


def load_tone(data: bytes) -> ToneModel:
    """Read the weights `benchmarks/train_model.py` wrote, their rows that hold anything spread over all slots."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        small = file["weights"].astype(np.int8)
        table = np.zeros((int(file["slots"]), small.shape[1]), dtype=np.int8)
        table[np.cumsum(file["gaps"].astype(np.int64))] = small
        scale, bias = file["scale"].astype(np.float32), file["bias"].astype(np.float32)
        stage = file["pool"].astype(np.float64), float(file["pool_bias"])
        model = ToneModel(table, scale, bias, *stage, file["sentiment_knots"], file["type_knots"])
    shapes = model.table.shape[1], model.scale.size, model.bias.size, model.pool.size
    if shapes != (*[len(OUTPUTS)] * 3, POOLED):
        raise ConfigError(41, f"模型文件的形状 {shapes} 与程序不符；请运行 make model 重新生成")
    return model
