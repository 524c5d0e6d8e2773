from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from voc.kernels.compiled import compiled, span_scores, span_sums
from voc.kernels.hashing import joined, slots

BITS = 10
TABLE = np.random.default_rng(1).integers(-127, 128, (2**BITS, 3), dtype=np.int8)
SCALE = np.array([0.5, 1.0, 2.0], dtype=np.float32)
TEXTS = st.lists(st.text(max_size=20), min_size=1, max_size=5)


def plain(text: str, orders: int) -> NDArray[np.int64]:
    """The sum written down as it is meant, one text and one order after another."""
    codes, starts, ends = joined([text])
    inside = codes[starts[0] : ends[0]]
    return sum(
        (TABLE[slots(inside, order, BITS)].astype(np.int64).sum(axis=0) for order in range(1, orders + 1)),
        start=np.zeros(3, dtype=np.int64),
    )


@settings(deadline=None)
@given(TEXTS, st.integers(1, 5))
def test_the_compiled_sums_are_the_plain_ones(texts: list[str], orders: int) -> None:
    found = span_sums(*joined(texts), TABLE, orders)
    assert found.tolist() == [plain(text, orders).tolist() for text in texts]


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30), st.data())
def test_a_span_sums_as_if_it_were_a_text(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    codes, starts, _ = joined(["前面", text, "后面"])
    found = span_sums(codes, starts[1:2] + first, starts[1:2] + last, TABLE)
    assert found[0].tolist() == plain(text[first:last], 4).tolist()


def test_scores_are_sums_over_the_root_of_the_number_of_grams() -> None:
    codes, starts, ends = joined(["很好", ""])
    scores = span_scores(codes, starts, ends, TABLE, SCALE)
    assert np.allclose(scores[0], plain("很好", 4) * SCALE / np.sqrt(3))
    assert scores[1].tolist() == [0, 0, 0]


def test_case_and_digits_are_folded() -> None:
    found = span_sums(*joined(["WIFI等3天", "wifi等8天"]), TABLE)
    assert found[0].tolist() == found[1].tolist()


def test_a_table_of_an_odd_size_is_refused() -> None:
    with pytest.raises(ValueError, match="power of two"):
        span_sums(*joined(["好"]), TABLE[:1000])


def test_without_a_place_for_its_cache_a_function_is_still_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere_to_write(**options: bool) -> Callable[..., object]:
        if "cache" in options:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    monkeypatch.setattr("voc.kernels.compiled.njit", nowhere_to_write)
    assert compiled(lambda number: number + 1)(2) == 3
