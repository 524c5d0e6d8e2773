"""How much a text reads like advertising or fraud: a linear model over hashed character n-grams."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.kernels.compiled import compiled

ORDERS = 4
BITS = 17
SHORT, LONG = 40, 400  # n-grams; ten and a hundred characters
OUTPUTS = ("spam", "fraud")  # anything unwanted; of that, what pretends to be a bank, a winner's notice …
Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class SpamModel:
    """Weights of shape (2**BITS, 2) in eight bits, with their scale and bias; from `threshold` on it is spam."""

    version: str
    weights: NDArray[np.int8]
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]
    threshold: float


def load_spam(data: bytes) -> SpamModel:
    """Read the weights `benchmarks/train_spam.py` wrote; ConfigError when the file is something else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            card = json.loads(bytes(file["card"]).decode())
            model = SpamModel(
                card["version"], file["weights"], file["scale"], file["bias"], float(card["threshold"])
            )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(41, f"spam.npz 无法读取：{error}；请运行 make model 重新生成") from error
    if model.weights.shape != (2**BITS, len(OUTPUTS)):
        raise ConfigError(41, f"spam.npz 的形状 {model.weights.shape} 与程序不符；请运行 make model 重新生成")
    return model


def spam_scores(plain: Sequence[str], model: SpamModel) -> Floats:
    """Score texts from `undisguised`, shape (n, 2), as logits of being spam and of spam being fraud."""
    codes, bounds = encode(plain)
    return _scores(codes, bounds, model.weights, model.scale, model.bias)


def encode(plain: Sequence[str]) -> tuple[Codes, Ints]:
    """Join texts into code points; text i stands at bounds[i]:bounds[i + 1]. Every number becomes one 0."""
    codes = np.frombuffer("".join(plain).encode("utf-32-le"), dtype="<u4").astype(np.uint32)
    digit = (codes >= 48) & (codes <= 57)
    codes[digit] = 48
    ends = np.cumsum(np.array([len(text) for text in plain], dtype=np.int64))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    again = np.zeros(len(codes), dtype=np.bool_)
    again[1:] = digit[1:] & digit[:-1]
    again[starts[starts < len(codes)]] = False
    dropped = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(again)])
    return codes[~again], starts - dropped[starts]


@compiled
def slots(codes: Codes, bounds: Ints) -> tuple[NDArray[np.int32], Ints]:
    """List the table rows of the distinct n-grams of every text: indices, and where each text's begin, (n + 1,)."""
    found = np.empty(ORDERS * len(codes), dtype=np.int32)
    begins = np.zeros(len(bounds), dtype=np.int64)
    last = np.full(2**BITS, -1, dtype=np.int32)  # the text that held an n-gram last
    count = 0
    for text in range(len(bounds) - 1):
        for at in range(bounds[text], bounds[text + 1]):
            value = np.uint64(0)
            for order in range(min(ORDERS, bounds[text + 1] - at)):
                value = (value ^ (np.uint64(codes[at + order]) + np.uint64(order + 1))) * _PRIME
                value ^= value >> np.uint64(29)
                slot = np.int32(value >> np.uint64(64 - BITS))
                if last[slot] != text:
                    last[slot] = text
                    found[count] = slot
                    count += 1
        begins[text + 1] = count
    return found[:count], begins


@compiled
def divisor(size: int) -> float:
    """Divide by this for a text of `size` n-grams: short texts are doubted, long ones never pile up."""
    return max(math.sqrt(max(size, SHORT)), size / math.sqrt(LONG))


@compiled
def _scores(codes: Codes, bounds: Ints, weights: NDArray[np.int8], scale: Floats, bias: Floats) -> Floats:
    found, begins = slots(codes, bounds)
    scores = np.empty((len(bounds) - 1, len(bias)))
    for text in range(len(bounds) - 1):
        size = begins[text + 1] - begins[text]
        for output in range(len(bias)):
            total = 0
            for at in range(begins[text], begins[text + 1]):
                total += weights[found[at], output]
            scores[text, output] = total * scale[output] / divisor(size) + bias[output]
    return scores
