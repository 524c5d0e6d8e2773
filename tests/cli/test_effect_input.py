"""Tables come as offices write them; what cannot be read is named with its row and how to mend it."""

import pytest
from openpyxl import Workbook

from cli.effect_cells import amount, is_never, switch
from cli.effect_input import Asked, read
from voc.errors import InputError


@pytest.fixture
def file(tmp_path):
    def write(times, values, header=("t", "y"), encoding="utf-8"):
        path = tmp_path / "a.csv"
        rows = [header, *zip(times, values, strict=True)]
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding=encoding)
        return path

    return write


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,234", 1234), ("12.5%", 12.5), ("1.2万", 12_000), ("3 亿", 3e8), ("30条", 30), ("１２", 12), ("￥99.5元", 99.5),
     ("-7", -7), ("1e3", 1000), ("1，234 人次", 1234)],
)  # fmt: skip
def test_amounts_are_read_with_their_separators_and_units(cell, value):
    assert amount(cell, "--value", "1") == pytest.approx(value)


@pytest.mark.parametrize("cell", ["", "-", "—", "缺失", "N/A", "#N/A"])
def test_what_is_missing_is_not_nought(cell):
    assert amount(cell, "--value", "1") != amount(cell, "--value", "1")


@pytest.mark.parametrize("cell", ["很多", "1.2.3", "12:30", "3万条多", "inf"])
def test_what_is_no_number_is_named_with_its_row(cell):
    with pytest.raises(InputError, match=f"第 7 行的「{cell}」不是"):
        amount(cell, "--value", "7")


def test_marks_of_the_treated_are_read_in_words():
    assert [switch(cell, "1") for cell in ("是", "未上线", "实验组", "对照组", "Y", "0", "1.0")] == [
        1,
        0,
        1,
        0,
        1,
        0,
        1,
    ]


def test_marks_of_the_treated_are_read_in_english():
    assert [switch(cell, "1") for cell in ("treated", "Control", "Treatment", "comparison")] == [1, 0, 1, 0]


def test_units_that_never_went_live_are_known_by_many_words():
    assert [is_never(cell) for cell in ("未上线", "从未", "", "0", "-", "2024-03", "2019")] == [True] * 5 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("times", "live"),
    [
        ([f"{y}年" for y in range(2005, 2017)], "2011年"),
        ([f"第{n}周" for n in range(1, 13)], "第7周"),
        ([f"{y}年{q}季度" for y in (2020, 2021, 2022) for q in "一二三四"], "2021年三季度"),
        ([f"Q{q} {y}" for y in (2020, 2021, 2022) for q in range(1, 5)], "Q3 2021"),
        ([f"2024-01-{n:02d}~2024-01-{n + 1:02d}" for n in range(1, 25, 2)], "2024-01-13"),
        ([f"{y}年{m}月" for y in (2023,) for m in range(1, 13)], "2023-07"),
    ],
)
def test_times_are_read_in_the_ways_offices_write_them(file, times, live):
    table = read(file(times, range(12)), Asked("t", "y", intervention=live))
    assert (len(table.labels), table.panel.after) == (12, 6)


def test_a_row_of_totals_is_no_point_in_time(file):
    with pytest.raises(InputError, match="第 4 行的时间是「合计」；汇总行不是时点，请先从表里删去"):
        read(file(["2023-01", "2023-02", "合计"], [1, 2, 3]), Asked("t", "y", intervention="2023-02"))


def test_a_go_live_that_cannot_be_read_is_named_by_its_option(file):
    with pytest.raises(InputError, match=r"^--intervention 的时间「五月」看不懂"):
        read(file(["2023-01", "2023-02", "2023-03"], [1, 2, 3]), Asked("t", "y", intervention="五月"))


@pytest.mark.parametrize("live", ["2022-01", "2023-01", "2031-05"])
def test_a_go_live_outside_the_data_is_told_with_the_span_of_the_data(file, live):
    months = [f"2023-{m:02d}" for m in range(1, 13)]
    with pytest.raises(InputError, match=f"「{live}」不在数据的时间范围之内：数据从「2023-01」到「2023-12」"):
        read(file(months, range(12)), Asked("t", "y", intervention=live))


def test_a_named_sheet_in_a_workbook_is_read(tmp_path):
    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("各周")
    for row in [("周", "投诉"), *((week, 20 - week) for week in range(1, 13))]:
        sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    table = read(tmp_path / "表.xlsx", Asked("周", "投诉", intervention="7", sheet="各周"))
    assert table.panel.values.ravel().tolist() == [20 - week for week in range(1, 13)]


def test_a_table_from_a_chinese_windows_is_read(file):
    times = [f"2023年{m}月" for m in range(1, 13)]
    path = file(times, [f"1,{m:03d}" for m in range(12)], ("月份", "投诉量"), "gb18030")
    table = read(path, Asked("月份", "投诉量", intervention="2023年7月"))
    assert table.panel.values[0, :2].tolist() == [1000, 1001]
