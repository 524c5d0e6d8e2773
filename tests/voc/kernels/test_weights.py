from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels.hashing import joined, slots
from voc.kernels.weights import ORDERS, pack, quantised, unpack

BITS = 10
WEIGHTS = np.random.default_rng(1).normal(size=(2**BITS, 3)).astype(np.float32)
TABLE = quantised(WEIGHTS, np.array([0.5, 0.0, -1.0]))
TEXTS = st.lists(st.text(alphabet="物流很快1a，。\n ", max_size=12), min_size=1, max_size=4)


def by_hand(text: str) -> np.ndarray:
    codes, _, _ = joined([text])
    rows = [slots(codes[:-1], order, BITS) for order in range(1, ORDERS + 1)]
    found = np.concatenate(rows)
    sums = (TABLE.weights[found].astype(float) * TABLE.scale).sum(axis=0)
    return sums / np.sqrt(max(len(found), 1)) + TABLE.bias


@given(TEXTS)
def test_a_span_scores_the_sum_of_its_n_grams(texts: list[str]) -> None:
    codes, starts, ends = joined(texts)
    expected = np.array([by_hand(text) for text in texts])
    assert np.allclose(TABLE.read(codes, starts, ends), expected, atol=1e-4)


def test_a_byte_per_weight_is_off_by_half_a_step_at_most() -> None:
    assert (np.abs(TABLE.weights * TABLE.scale - WEIGHTS) <= TABLE.scale / 2 + 1e-6).all()


def test_what_is_packed_comes_back() -> None:
    back = unpack("x", pack("x", TABLE))
    assert (back.weights == TABLE.weights).all()
    assert (back.scale == TABLE.scale).all()
    assert (back.bias == TABLE.bias).all()


def test_arrays_that_do_not_fit_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="x_weights"):
        unpack("x", pack("x", TABLE) | {"x_bias": np.zeros(2, dtype=np.float32)})
