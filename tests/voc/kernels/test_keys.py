import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voc.kernels.keys import KeyTable

ROWS = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), max_size=40)


def keys(row):
    return np.array(row, dtype=np.int64)


@given(ROWS, st.integers(1, 40))
def test_it_finds_what_a_dictionary_of_lists_finds_however_often_it_grew(rows, most):
    table, plain = KeyTable(most, slots=2), {}
    for number, row in enumerate(rows):
        expected = sorted({found for key in row for found in plain.get(key, [])[:most]})
        assert table.find(keys(row)) == expected
        table.add(keys(row), number)
        for key in filter(None, row):
            plain.setdefault(key, []).append(number)


def test_key_zero_is_no_key():
    table = KeyTable(4)
    table.add(keys([0, 7]), 1)
    assert (table.find(keys([0])), table.find(keys([0, 7]))) == ([], [1])


def test_a_key_that_all_rows_share_keeps_only_the_first():
    table = KeyTable(2, slots=8)
    for number in range(500):
        table.add(keys([3]), number)
    assert table.find(keys([3])) == [0, 1]
