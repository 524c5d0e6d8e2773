"""Figures of the business are read from long and wide tables, and what is wrong is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import InputError
from voc.operating import FIGURES, Figure, layout_of, read_figures


def read(rows):
    return read_figures(layout_of(list(rows[0])), rows, range(2, 2 + len(rows)))


def test_a_wide_table_gives_one_figure_for_each_filled_cell():
    rows = [{"日期": "2026-06-18", "地区": "成都", "订单量": "1,200", "来访量": "", "备注": "x"}]
    assert read(rows) == ([Figure(date(2026, 6, 18), "orders", "成都", "", 1200.0)], [])


def test_a_long_table_names_its_figure_in_each_row():
    rows = [{"日期": "2026/6/18", "指标": "平均等待秒数", "数值": "35.5", "产品": "空调"}]
    assert read(rows) == ([Figure(date(2026, 6, 18), "waiting_seconds", "", "空调", 35.5)], [])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"日期": "上周", "指标": "订单量", "数值": "1"}, "第 2 行：看不懂日期「上周」"),
        ({"日期": "2026-06-18", "指标": "心情", "数值": "1"}, "不认识指标「心情」"),
        ({"日期": "2026-06-18", "指标": "订单量", "数值": "很多"}, "「很多」不是数"),
        ({"日期": "2026-06-18", "指标": "订单量", "数值": "-3"}, "不能是负数"),
        ({"日期": "2026-06-18", "指标": "订单量", "数值": "inf"}, "不是数"),
    ],
)
def test_a_wrong_cell_is_named_and_the_others_go_on(row, said):
    good = {"日期": "2026-06-19", "指标": "订单量", "数值": "7"}
    figures, errors = read([row, good])
    assert [figure.value for figure in figures] == [7.0]
    assert said in errors[0]


def test_a_blank_row_is_nothing():
    assert read([{"日期": "2026-06-19", "订单量": "7"}, {"日期": "", "订单量": " "}])[1] == []


def test_a_file_without_any_figure_is_told_what_to_write():
    with pytest.raises(InputError, match="现有的列：日期、温度"):
        layout_of(["日期", "温度"])


@given(
    st.lists(st.sampled_from([*FIGURES.values(), "地区", "产品", "备注"]), unique=True),
    st.sampled_from(list(FIGURES.items())),
)
def test_a_header_with_a_day_and_a_figure_is_understood(others, figure):
    code, title = figure
    header = list(dict.fromkeys(["日期", *others, title]))
    assert layout_of(header).wide[code] == title
    assert set(layout_of(header).wide.values()) <= set(header)
