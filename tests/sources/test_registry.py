"""Which reader a file gets."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from sources.csv_file import CsvFile
from sources.excel_file import ExcelFile
from sources.json_lines import JsonLines
from sources.registry import KINDS, SUFFIXES, open_source
from voc.errors import InputError
from voc.intake.rows import definition_from_dict


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("a.csv", CsvFile),
        ("a.TSV", CsvFile),
        ("a.txt", CsvFile),
        ("a.xlsx", ExcelFile),
        ("a.json", JsonLines),
    ],
)
def test_the_suffix_chooses_the_reader(tmp_path: Path, name: str, reader: type) -> None:
    (tmp_path / name).touch()
    assert isinstance(open_source(tmp_path / name), reader)


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.json"])
def test_a_workbook_is_read_as_one_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    with xlsxwriter.Workbook(tmp_path / name) as book:
        book.add_worksheet().write_column(0, 0, ["内容", "很好"])
    (chunk,) = open_source(tmp_path / name).chunks(10)
    assert [row.payload for row in chunk.rows] == [{"内容": "很好"}]


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_text_that_was_exported_under_the_name_of_a_workbook_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("内容\t星级\n很好\t5\n".encode("gbk"))
    (chunk,) = open_source(tmp_path / name).chunks(10)
    assert [row.payload for row in chunk.rows] == [{"内容": "很好", "星级": "5"}]


@pytest.mark.parametrize(
    "page", ["<table><tr><td>内容", "\n<html xmlns=''>", '<?xml version="1.0"?>', "<!DOCTYPE html>"]
)
def test_a_web_page_under_the_name_of_a_workbook_is_refused_with_what_to_do(
    tmp_path: Path, page: str
) -> None:
    (tmp_path / "a.xls").write_text(page)
    with pytest.raises(InputError, match=r"另存为 \.xlsx"):
        open_source(tmp_path / "a.xls")


def test_the_definition_wins_over_the_suffix_and_gives_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "export.dat"
    path.write_bytes("内容\n很好\n".encode("gbk"))
    definition = definition_from_dict({"name": "x", "channel": "web", "kind": "csv", "encoding": "gbk"})
    (chunk,) = open_source(path, definition).chunks(10)
    assert [row.payload for row in chunk.rows] == [{"内容": "很好"}]


def test_the_definition_names_the_sheet_of_a_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("说明").write_column(0, 0, ["说明", "看第二张"])
        book.add_worksheet("评价").write_column(0, 0, ["内容", "很好"])
    definition = definition_from_dict({"name": "x", "channel": "web", "sheet": "评价"})
    (chunk,) = open_source(tmp_path / "a.xlsx", definition).chunks(10)
    assert [row.payload for row in chunk.rows] == [{"内容": "很好"}]


def test_a_sheet_of_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("内容\n很好\n")
    with pytest.raises(InputError, match="不是 Excel 文件"):
        open_source(tmp_path / "a.csv", definition_from_dict({"name": "x", "channel": "web", "sheet": "2"}))


def test_every_suffix_leads_to_a_kind_that_exists() -> None:
    assert set(SUFFIXES.values()) == set(KINDS)


@pytest.mark.parametrize(("name", "says"), [("a.pdf", "不认识「a.pdf」的类型"), ("gone.csv", "找不到文件")])
def test_an_unknown_type_or_a_missing_file_is_refused_in_words(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "a.pdf").write_text("x")
    with pytest.raises(InputError, match=says):
        open_source(tmp_path / name)


def test_a_folder_and_a_pipe_are_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="是一个文件夹"):
        open_source(tmp_path)
    with pytest.raises(InputError, match="不能来自管道"):
        open_source(Path("-"))


def test_an_unknown_kind_names_the_kinds_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    definition = definition_from_dict({"name": "x", "channel": "web", "kind": "oracle"})
    with pytest.raises(InputError, match="csv、excel、jsonl"):
        open_source(tmp_path / "a.csv", definition)
