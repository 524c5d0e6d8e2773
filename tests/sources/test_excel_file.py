"""Excel files: what people see in the cells, and no bombs."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from sources.excel_file import ExcelFile, cell_text, check_safe
from voc.errors import FileUnsafe, InputError

MOMENT = dt.datetime(2020, 8, 24, 11, 29)  # noqa: DTZ001 - Excel knows no zones


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sheet that starts at C3, with a date, a phone number, a blank row and a cell beyond the header."""
    path = tmp_path / "feedback.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 2, ["编号", "评价内容", "评价时间", "电话"])
        sheet.write_row(3, 2, [1, "很好"])
        sheet.write_datetime(3, 4, MOMENT, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write(3, 5, 13800000000)
        sheet.write(5, 3, "不好")
        sheet.write(6, 9, "越界")
    return path


def test_rows_have_the_numbers_excel_shows_and_cells_the_text_people_see(workbook: Path) -> None:
    (chunk,) = ExcelFile(workbook).chunks(100)
    assert chunk.columns == ("编号", "评价内容", "评价时间", "电话")
    assert [(row.row, list(row.payload.values())) for row in chunk.rows] == [
        (4, ["1", "很好", "2020-08-24 11:29:00", "13800000000"]),
        (6, ["", "不好", "", ""]),
    ]
    assert chunk.blank == [5]
    assert [(bad.row, "右边还有内容" in bad.reason) for bad in chunk.unreadable] == [(7, True)]


def test_chunks_have_the_size_asked_for(workbook: Path) -> None:
    assert [len(chunk) for chunk in ExcelFile(workbook).chunks(3)] == [3, 1]


def test_a_header_alone_gives_no_rows_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "header.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, ["编号", "内容"])
    (chunk,) = ExcelFile(path).chunks(10)
    assert (len(chunk), chunk.notes) == (0, ["工作表只有表头，没有数据行。"])


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("一月", "二月"):
            book.add_worksheet(name).write_column(0, 0, ["内容", "很好"])
    (chunk,) = ExcelFile(path).chunks(10)
    assert len(chunk.rows) == 1
    assert chunk.notes == ["工作簿还有别的工作表，没有读入：二月；要读哪一张，请用 --sheet 指明。"]


def test_titles_above_the_header_are_passed_over_and_told(tmp_path: Path) -> None:
    path = tmp_path / "titled.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A2:C2", "2026年10月客户评价")
        for row, cells in enumerate(
            [["客户", "评价", ""], ["用户", "评价内容", "星级"], ["甲", "很好", "5"]], 2
        ):
            sheet.write_row(row, 0, cells)
    (chunk,) = ExcelFile(path).chunks(10)
    assert [(row.row, row.payload) for row in chunk.rows] == [
        (5, {"用户": "甲", "评价内容": "很好", "星级": "5"})
    ]
    assert chunk.notes == ["列名取自第 4 行，上面的 3 行（标题或空行）不算数据。"]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()
    with pytest.raises(InputError, match="没有表头"):
        list(ExcelFile(path).chunks(10))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "是空的"), (b"id,text\n1,good\n", "不是完整的 Excel"), (b"\xd0\xcf\x11\xe0 broken", "读不出来")],
)
def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "feedback.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        list(ExcelFile(path).chunks(10))


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (201 << 20)})
    with pytest.raises(FileUnsafe, match="超过 200 MB"):
        list(ExcelFile(bomb).chunks(10))


def test_a_smaller_bomb_is_refused_for_its_ratio(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (20 << 20)})
    with pytest.raises(FileUnsafe, match="压缩炸弹"):
        check_safe(bomb)


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnsafe, match="2001 个部件"):
        check_safe(zipped(tmp_path / "parts.xlsx", {f"part{i}": b"x" for i in range(2_001)}))


def test_a_directory_that_lies_about_the_size_is_found_out(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "liar.xlsx", {"xl/worksheets/sheet1.xml": b"0" * (20 << 20)})
    content = bytearray(bomb.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    bomb.write_bytes(content)
    with pytest.raises(FileUnsafe, match="目录与内容不符"):
        check_safe(bomb)


def test_an_ordinary_workbook_passes_the_check(workbook: Path) -> None:
    check_safe(workbook)
    assert zipfile.is_zipfile(io.BytesIO(workbook.read_bytes()))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (5.0, "5"),
        (4.5, "4.5"),
        (13800000000.0, "13800000000"),
        (True, "true"),
        ("好\x00的", "好的"),
        (MOMENT, "2020-08-24 11:29:00"),
        (MOMENT - dt.timedelta(milliseconds=1), "2020-08-24 11:29:00"),
        (dt.date(2020, 8, 24), "2020-08-24"),
        (None, ""),
    ],
)
def test_a_cell_reads_as_a_person_would_read_it(cell: object, text: str) -> None:
    assert cell_text(cell) == text
