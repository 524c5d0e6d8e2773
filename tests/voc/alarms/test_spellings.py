"""How times of a series may be written: whatever is not known stays as it is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.alarms.spellings import counted, spelled


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026Q3", "2026-07"),
        ("2026年第三季度", "2026-07"),
        ("Q3 2026", "2026-07"),
        ("2026M7", "2026-07"),
        ("202607", "2026-07"),
        ("20260701", "2026-07-01"),
        ("２０２６０７０１", "2026-07-01"),
        ("2026-07-01~2026-07-07", "2026-07-01"),
        ("2026/07/01-2026/07/07", "2026/07/01"),
        ("2026-07-01（周三）", "2026-07-01"),
        ("1-Jul-26", "2026-07-01"),
        ("July 1, 2026", "2026-07-01"),
        ("Jul-26", "2026-07"),
        ("Jan-85", "1985-01"),
    ],
)
def test_what_offices_and_tables_write_becomes_a_date_or_a_month(cell, expected):
    assert spelled([cell]) == [expected]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12/31/2025", "01/02/2026"], ["2025-12-31", "2026-01-02"]),
        (["31.12.2025", "02.01.2026"], ["2025-12-31", "2026-01-02"]),
    ],
)
def test_a_day_beyond_the_twelfth_tells_days_from_months(cells, expected):
    assert spelled(cells) == expected


def test_without_such_a_day_nothing_is_guessed():
    assert spelled(["01/02/2026", "02/02/2026"]) == ["01/02/2026", "02/02/2026"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("7", 7),
        ("7.0", 7),
        ("第7周", 7),
        ("W7", 7),
        ("7月", 7),
        ("2019年", 2019),
        ("Day 7", 7),
        ("第 12 期", 12),
    ],
)
def test_a_time_may_only_be_counted(cell, number):
    assert counted(cell) == number


@pytest.mark.parametrize("cell", ["2026-07-01", "7月1日", "2026年7月", "-7", "合计", "45708"])
def test_what_is_a_time_or_nothing_is_not_counted(cell):
    assert counted(cell) is None


@given(st.lists(st.text(st.sampled_from(string.digits + "-/.年月日周Q第~W "), max_size=14), max_size=4))
def test_spelling_twice_changes_nothing_more_and_no_row_is_lost(cells):
    once = spelled(cells)
    assert len(once) == len(cells)
    assert spelled(once) == once
