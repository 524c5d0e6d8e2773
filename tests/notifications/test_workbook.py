"""The workbook of a report: every figure as what it is, and nothing a spreadsheet would run."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from notifications.workbook import UNITS, write_workbook
from voc.reporting.facts import Facts
from voc.reporting.report import build
from voc.zone import CHINA

_SPEC = importlib.util.spec_from_file_location(
    "report_example", Path(__file__).with_name("report_example.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)
FULL: Facts = example.FULL


@pytest.fixture
def book(tmp_path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_workbook(build(FULL), tmp_path / "a.xlsx"))


def test_every_headline_number_is_in_full_and_a_number(book: openpyxl.Workbook) -> None:
    rows = list(book["核心指标"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == [number.value for number in FULL.numbers]


def test_the_series_behind_each_picture_is_there(book: openpyxl.Workbook) -> None:
    rows = list(book["效果走势"].iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == list(example.PICTURE.observed)
    assert rows[0][5] is None


def test_each_number_names_its_origin(book: openpyxl.Workbook) -> None:
    keys = {row[0] for row in book["出处"].iter_rows(min_row=2, values_only=True)}
    assert keys == {entry.key for entry in FULL.lineage}


@pytest.mark.parametrize("bad", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("a")'])
def test_words_of_customers_never_become_formulas_links_or_numbers(bad: str, tmp_path: Path) -> None:
    problem = replace(FULL.problems[0], name=bad)
    path = write_workbook(build(replace(FULL, problems=(problem,))), tmp_path / "b.xlsx")
    cell = openpyxl.load_workbook(path)["问题"].cell(2, 2)
    assert cell.data_type == "s"
    assert cell.value == "'" + bad
    assert cell.hyperlink is None


def test_units_are_chinese_shares_are_percent_and_times_are_those_of_china(book: openpyxl.Workbook) -> None:
    units = {row[2] for row in book["核心指标"].iter_rows(min_row=2, values_only=True)}
    assert units <= set(UNITS.values())
    assert book["措施效果"]["G2"].number_format == "0.0%"
    due = [row[3] for row in book["逾期"].iter_rows(min_row=2, values_only=True)]
    assert due == [f"{late.due.astimezone(CHINA):%Y-%m-%d %H:%M}" for late in build(FULL).overdue]
