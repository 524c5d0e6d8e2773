"""Linear models as tables of one byte per weight: how they are stored, and what a span of a batch scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.kernels.compiled import span_scores
from voc.kernels.hashing import Floats, Ints

ORDERS = 3


@dataclass(frozen=True)
class Table:
    """Weights (2**bits, outputs); scale and bias per output."""

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    def read(self, codes: NDArray[np.uint32], starts: Ints, ends: Ints) -> NDArray[np.float32]:
        """Score spans of what `voc.kernels.hashing.joined` made, shape (spans, outputs)."""
        found: NDArray[np.float32] = span_scores(codes, starts, ends, self.weights, self.scale, ORDERS)
        found += self.bias
        return found


def quantised(weights: NDArray[np.float32], bias: Floats) -> Table:
    """The nearest table of one byte per weight; the few heavy weights carry the rare outputs and are kept whole."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    small = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    return Table(small, scale.astype(np.float32), bias.astype(np.float32))


def pack(name: str, table: Table) -> dict[str, NDArray[np.generic]]:
    """Arrays to store: only the rows that hold anything."""
    used = np.flatnonzero(np.any(table.weights != 0, axis=1))
    return {
        f"{name}_slots": np.array(len(table.weights)), f"{name}_rows": used.astype(np.uint32),
        f"{name}_weights": table.weights[used], f"{name}_scale": table.scale, f"{name}_bias": table.bias,
    }  # fmt: skip


def unpack(name: str, file: Mapping[str, NDArray[np.generic]]) -> Table:
    """Spread stored rows over all slots; KeyError, ValueError or IndexError when they are no such table."""
    small = file[f"{name}_weights"].astype(np.int8)
    weights = np.zeros((int(file[f"{name}_slots"]), small.shape[1]), dtype=np.int8)
    weights[file[f"{name}_rows"].astype(np.int64)] = small
    scale, bias = (file[f"{name}_{part}"].astype(np.float32) for part in ("scale", "bias"))
    if not scale.size == bias.size == small.shape[1]:
        raise ValueError(f"{name}_weights")
    return Table(weights, scale, bias)
