"""The header of a table is found below titles, and never among the rows of a table that begins with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.intake.heading import heading

DATA = [["快递太慢", "1", "2026-10-03"], ["很好", "5", "2026-10-04"]]


@pytest.mark.parametrize(
    ("above", "header"),
    [
        ([], ["评价内容", "星级", "时间"]),
        ([["2026年10月客户评价汇总"]], ["评价内容", "星级", "时间"]),
        ([["2026年10月客户评价汇总", "", ""], ["导出时间：2026-11-01"], [""]], ["评价内容", "星级", "时间"]),
        ([["客户", "", "评价"], ["汇总"]], ["评价内容", "星级", "时间"]),
        ([["客户说的", "", "别的"]], ["评价内容", "星级", "时间"]),
        ([["投诉周报"]], ["说法", "甲", "周"]),
        ([["", "", ""], []], ["说法", "甲", "周"]),
    ],
)
def test_titles_and_names_of_groups_above_the_header_are_passed_over(
    above: list[list[str]], header: list[str]
) -> None:
    assert heading([*above, header, *DATA]) == len(above)


@pytest.mark.parametrize(
    "rows",
    [
        [["内容", ""], ["很好", "5"], ["不好", "1"]],
        [["内容"], ["快递慢，还贵"], ["很好"]],
        [["内容"], ["很好", "不错", "5"], ["差", "不行", "退货"]],
        [
            ["说法", "甲"],
            ["评价内容", "时间", "星级太低了，我很不满意，所以给一星，并且以后再也不会来这家店了"],
        ],
        [["内容", "评分", ""], ["时间", "标题", "备注"]],
        [["反馈"], ["一二三", "一二三"], ["5", "6"]],
        [["反馈"], ["很好", "备注"], ["不好", "无"]],
        [],
        [[""], []],
    ],
)
def test_a_table_that_begins_with_its_header_is_left_alone(rows: list[list[str]]) -> None:
    assert heading(rows) == 0


CELL = st.text("甲乙丙时间内容评分 0123456789.-", max_size=6)


@given(
    st.lists(CELL.filter(str.strip), min_size=1, max_size=5, unique_by=str.strip),
    st.lists(st.lists(CELL, max_size=5)),
)
def test_where_no_row_is_wider_than_the_first_the_first_is_the_header(
    header: list[str], rows: list[list[str]]
) -> None:
    assert heading([header, *(row[: len(header)] for row in rows)]) == 0


@given(st.lists(st.lists(CELL, max_size=5), max_size=8))
def test_the_header_is_a_filled_row_with_none_as_wide_above_it(rows: list[list[str]]) -> None:
    at = heading(rows)
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    assert all(above < filled[at] for above in filled[:at])
