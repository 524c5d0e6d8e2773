"""Compiled readers of one quantised table of n-gram weights: any spans of a joined batch, all outputs in one pass.

Weights are added up as whole numbers, so a span scores exactly the same alone and in a batch, in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voc.kernels.hashing import MIX, SHIFT

F = TypeVar("F", bound=Callable[..., Any])
ORDERS = 4  # longest n-gram a table is asked for, unless told otherwise
_MIX, _SHIFT = np.uint64(MIX), np.uint64(SHIFT)


def compiled(function: F) -> F:
    """Compile on first use and keep the result on disk, where there is a place that can be written to."""
    try:
        return cast(F, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # neither the package nor a cache folder can be written
        return cast(F, njit(nogil=True)(function))


def span_scores(
    codes: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: NDArray[np.int8],
    scale: NDArray[np.float32],
    orders: int = ORDERS,
) -> NDArray[np.float32]:
    """Mean-like score of spans: summed weights over the square root of the number of n-grams, (spans, outputs)."""
    length = ends - starts
    count = np.maximum(length - np.arange(orders)[:, None], 0).sum(axis=0)
    root = np.sqrt(np.maximum(count, 1)).astype(np.float32)
    sums = span_sums(codes, starts, ends, table, orders)
    scores: NDArray[np.float32] = sums.astype(np.float32) * (scale / root[:, None])
    return scores


def span_sums(
    codes: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: NDArray[np.int8],
    orders: int = ORDERS,
) -> NDArray[np.int32]:
    """Sum the rows of a table (2**bits, outputs) over all n-grams inside each span of `codes`, (spans, outputs)."""
    bits = table.shape[0].bit_length() - 1
    if table.shape[0] != 2**bits:
        raise ValueError("a table has a power of two of slots")
    out = np.zeros((len(starts), table.shape[1]), dtype=np.int32)
    _add(codes, starts, ends, table, orders, np.uint64(64 - bits), out)
    return out


@compiled
def _add(
    codes: NDArray[np.uint32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: NDArray[np.int8],
    orders: int,
    shift: np.uint64,
    out: NDArray[np.int32],
) -> None:
    for span in range(len(starts)):
        end = ends[span]
        for first in range(starts[span], end):
            state = np.uint64(0)
            for at in range(first, min(first + orders, end)):
                state = (state ^ np.uint64(codes[at])) * _MIX
                state ^= state >> _SHIFT
                slot = (state * _MIX) >> shift
                for output in range(table.shape[1]):
                    out[span, output] += table[slot, output]
