"""What labels add to logits, and logits as shares; reading a layer needs no more than this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy import sparse

Floats = NDArray[np.float64]
Link = Literal["one", "many"]  # one of the classes is true (softmax), or any number of them (logistic)


@dataclass(frozen=True)
class Residual:
    """What labels add to logits: weights (slots, classes) of the used slots, gain (classes,), bias (classes,)."""

    weights: Floats
    gain: Floats
    bias: Floats

    def logits(self, x: sparse.csr_matrix, offset: Floats) -> Floats:
        """Return the moved logits, shape (rows, classes)."""
        moved: Floats = offset * (1 + self.gain) + self.bias + x @ self.weights
        return moved


def shares(logits: Floats, link: Link) -> Floats:
    """Turn logits into shares: rows sum to one for "one", each stands alone for "many"."""
    if link == "many":
        apart: Floats = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
        return apart
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    whole: Floats = raised / raised.sum(axis=1, keepdims=True)
    return whole
