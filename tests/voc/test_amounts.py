"""Numbers as offices write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.amounts import MISSING, amount, share

WIDE = str.maketrans("0123456789.,%()+-", "０１２３４５６７８９．，％（）＋－")
WHOLE = st.integers(-(10**12), 10**12)
CENTS = st.integers(-(10**9), 10**9)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234", 1234), ("1，234", 1234), ("1 234 567", 1234567), ("1'234", 1234), ("12.", 12), (".5", 0.5),
        ("1.2万", 12_000), ("1.13万", 11_300), ("3 亿", 3e8), ("2w", 20_000), ("3k", 3000), ("120人次", 120),
        ("1.2 万条", 12_000), ("¥30", 30), ("￥1,200.50元", 1200.5), ("-¥30", -30), ("¥-30", -30), ("−3.5", -3.5),
        ("(1,234.5)", -1234.5), ("（４５）", -45), ("1E-3", 0.001), ("12.5%", 12.5), ("0.5‰", 0.5),
        (" 7\u00a0", 7), ("１２．５％", 12.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written(cell: str, value: float) -> None:
    assert amount(cell) == value


@pytest.mark.parametrize(
    "cell",
    ["1,5", "1,234,56", "12 34", "1_000", "inf", "1e999", "很多", "12:30", "1/2", "-(5)", "--5", "5-", "二"],
)
def test_what_is_no_number_or_could_be_two_is_none(cell: str) -> None:
    assert amount(cell) is None


@pytest.mark.parametrize("cell", [*sorted(MISSING), "  ", "—", "ＮＡ", "Null", "（空）"])
def test_a_blank_is_missing_and_not_nought(cell: str) -> None:
    assert math.isnan(amount(cell) or 0.0)


@pytest.mark.parametrize(
    ("cell", "value"), [("29%", 0.29), ("7‰", 0.007), ("0.29", 0.29), ("１２．５％", 0.125)]
)
def test_a_percentage_may_mean_a_part_of_one(cell: str, value: float) -> None:
    assert share(cell) == value


@given(WHOLE)
def test_separators_change_no_number(number: int) -> None:
    assert amount(f"{number:,}") == amount(f"{number:,}".replace(",", " ")) == float(number)


@given(CENTS)
def test_full_width_signs_change_no_number(cents: int) -> None:
    written = f"{cents / 100:.2f}"
    assert amount(written.translate(WIDE)) == amount(written) == cents / 100


@given(CENTS)
def test_ten_thousands_are_exact(cents: int) -> None:
    assert amount(f"{cents / 100:.2f}万") == cents * 100


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_is_read_back(number: float) -> None:
    assert amount(repr(number)) == number


@given(st.text(max_size=12))
def test_no_cell_breaks_the_reader_and_none_is_infinite(cell: str) -> None:
    assert not math.isinf(amount(cell) or 0.0)
