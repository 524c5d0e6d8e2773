"""CSV files as people have them: every physical record is counted exactly once."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.base import Chunk
from sources.csv_file import MAX_LINES, CsvFile, sniff
from voc.errors import InputError

PUBLIC = Path(os.environ.get("VOC_PUBLIC_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEADER = "编号,评价内容,星级\n"
LINE_END = re.compile("\r\n|\r|\n")


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "feedback.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(path: Path, size: int = 1_000, **options: str) -> Chunk:
    """All chunks of a file as one."""
    chunks = list(CsvFile(path, **options).chunks(size))
    return Chunk(
        columns=chunks[0].columns,
        rows=[row for chunk in chunks for row in chunk.rows],
        unreadable=[row for chunk in chunks for row in chunk.unreadable],
        blank=[row for chunk in chunks for row in chunk.blank],
        notes=[note for chunk in chunks for note in chunk.notes],
    )


def cells(chunk: Chunk) -> list[list[str]]:
    return [list(row.payload.values()) for row in chunk.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_same_table_is_read_from_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, HEADER + "1,空调很好，安装师傅准时,5\n2,不制冷,1\n", encoding)
    chunk = read(path)
    assert chunk.columns == ("编号", "评价内容", "星级")
    assert cells(chunk) == [["1", "空调很好，安装师傅准时", "5"], ["2", "不制冷", "1"]]
    assert [row.row for row in chunk.rows] == [2, 3]


def test_big5_is_read(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, "編號,評價內容\n1,安裝師傅準時，服務很好\n", "big5"))
    assert cells(chunk) == [["1", "安裝師傅準時，服務很好"]]


def test_an_encoding_given_by_the_user_is_used_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "id,text\n1,café\n", "cp1252")
    assert cells(read(path, encoding="cp1252")) == [["1", "café"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, f"编号{delimiter}内容\n1{delimiter}很好\n2{delimiter}不好\n")
    assert cells(read(path)) == [["1", "很好"], ["2", "不好"]]


def test_commas_inside_the_text_do_not_win_over_the_semicolons_of_the_header() -> None:
    assert sniff("编号;内容\n1;好,很好,非常好\n2;差,很差,太差\n") == ";"


def test_a_cell_over_several_lines_is_one_row_and_keeps_its_line_ends(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, HEADER + '1,"制冷：好\r\n静音：好\n送货：快",5\n2,不好,1\n'))
    assert cells(chunk) == [["1", "制冷：好\r\n静音：好\n送货：快", "5"], ["2", "不好", "1"]]
    assert [row.row for row in chunk.rows] == [2, 5]


@pytest.mark.parametrize(
    "tail",
    ['3,很好,5\n4,"正常",4\n', "3,很好,5\n", '3,"多行\n文字",5\n4,好,5\n', '3,"",5\n4,"a""b",5\n'],
)
def test_a_quote_never_closed_costs_one_row_and_not_the_rest_of_the_file(tmp_path: Path, tail: str) -> None:
    whole = read(written(tmp_path, HEADER + "1,好,5\n" + tail))
    broken = read(written(tmp_path, HEADER + "1,好,5\n" + '2,"他说,4\n' + tail))
    assert cells(broken) == cells(whole)
    assert [(bad.row, bad.raw) for bad in broken.unreadable] == [(3, '2,"他说,4\n')]
    assert "第 3 行" in broken.unreadable[0].reason
    assert "引号" in broken.unreadable[0].reason


def test_a_quote_that_runs_away_over_many_lines_is_given_up_at_the_limit(tmp_path: Path) -> None:
    many = "".join(f"{i},很好,5\n" for i in range(3 * MAX_LINES))
    chunk = read(written(tmp_path, HEADER + '0,"他说,4\n' + many + '9,"完",5\n'))
    assert len(chunk.rows) == 3 * MAX_LINES + 1
    assert [bad.row for bad in chunk.unreadable] == [2]


@pytest.mark.parametrize(("lines", "rows"), [(MAX_LINES, 2), (MAX_LINES + 1, 1)])
def test_a_cell_may_go_over_as_many_lines_as_the_limit_and_no_more(
    tmp_path: Path, lines: int, rows: int
) -> None:
    cell = '"' + "好\n" * (lines - 1) + '好"'
    assert len(read(written(tmp_path, HEADER + f"1,{cell},5\n2,好,5\n")).rows) == rows


@pytest.mark.parametrize(("row", "count"), [("1,好", 2), ("1,好,5,多", 4)])
def test_a_row_with_the_wrong_number_of_cells_says_both_numbers(tmp_path: Path, row: str, count: int) -> None:
    chunk = read(written(tmp_path, HEADER + row + "\n2,好,5\n"))
    assert cells(chunk) == [["2", "好", "5"]]
    assert f"第 2 行读出 {count} 格，表头是 3 列" in chunk.unreadable[0].reason


def test_empty_cells_after_the_last_column_do_no_harm(tmp_path: Path) -> None:
    assert cells(read(written(tmp_path, HEADER + "1,好,5,,\n"))) == [["1", "好", "5"]]


def test_nul_characters_are_removed_and_noted(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, HEADER + "1,好\x00的,5\n"))
    assert cells(chunk) == [["1", "好的", "5"]]
    assert chunk.notes == ["第 2 行去掉了 1 个 NUL 字符。"]


def test_a_row_with_bytes_of_another_encoding_is_set_aside_alone(tmp_path: Path) -> None:
    good = (HEADER + "1,空调很好安装师傅准时,5\n" * 30).encode()
    chunk = read(written(tmp_path, good + b"31,\xff\xfe,3\n32,ok,4\n"))
    assert len(chunk.rows) == 31
    assert [bad.row for bad in chunk.unreadable] == [32]
    assert "--encoding" in chunk.unreadable[0].reason
    chunk.unreadable[0].raw.encode("utf-8")


def test_lone_surrogates_written_as_utf8_never_reach_the_rows(tmp_path: Path) -> None:
    good = (HEADER + "1,空调很好安装师傅准时,5\n" * 30).encode()
    chunk = read(written(tmp_path, good + "31,\ud83d,3\n".encode("utf-8", "surrogatepass")))
    assert len(chunk.rows) == 30
    assert [bad.row for bad in chunk.unreadable] == [32]


@pytest.mark.parametrize(("length", "readable"), [(66_000, 1), (200_000, 0)])
def test_a_very_long_cell_never_aborts_the_file(tmp_path: Path, length: int, readable: int) -> None:
    chunk = read(written(tmp_path, HEADER + f"1,{'好' * length},5\n2,不好,1\n"))
    assert len(chunk.rows) == readable + 1
    assert len(chunk.rows) + len(chunk.unreadable) == 2
    assert all("131,072" in bad.reason and len(bad.raw) > length for bad in chunk.unreadable)


def test_a_header_alone_gives_no_rows_and_says_so(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, HEADER))
    assert (chunk.columns, len(chunk)) == (("编号", "评价内容", "星级"), 0)
    assert chunk.notes == ["文件只有表头，没有数据行。"]


@pytest.mark.parametrize(("content", "says"), [(b"", "是空的"), (b"\n\r\n \n", "没有表头")])
def test_a_file_without_a_table_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(written(tmp_path, content))


def test_titles_above_the_header_are_passed_over_and_told(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, "2026年10月客户评价汇总\n\n" + HEADER + "1,空调很好,5\n2,不制冷,1\n"))
    assert cells(chunk) == [["1", "空调很好", "5"], ["2", "不制冷", "1"]]
    assert ([row.row for row in chunk.rows], chunk.notes) == (
        [4, 5],
        ["列名取自第 3 行，上面的 2 行（标题或空行）不算数据。"],
    )


def test_commas_in_a_file_of_one_column_belong_to_the_words(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, '评价\n快递慢,一直不送,差评\n很好\n不错,\n"质量好，""赞"""\n'))
    assert cells(chunk) == [["快递慢,一直不送,差评"], ["很好"], ["不错,"], ['质量好，"赞"']]
    assert chunk.unreadable == []


def test_rows_that_are_all_wider_than_a_header_of_one_name_are_refused(tmp_path: Path) -> None:
    assert len(read(written(tmp_path, "评价\n很好,5\n不好,1\n还行,3\n")).unreadable) == 3


def test_a_header_whose_quote_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"表头.*引号"):
        read(written(tmp_path, '编号,"内容\n1,好\n'))


def test_equal_and_empty_column_names_are_made_different_and_noted(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, "内容,内容,,内容_2\n甲,乙,丙,丁\n"))
    assert chunk.columns == ("内容", "内容_3", "列3", "内容_2")
    assert cells(chunk) == [["甲", "乙", "丙", "丁"]]
    assert len(chunk.notes) == 2


def test_mixed_line_ends_and_blank_rows_are_each_counted_once(tmp_path: Path) -> None:
    chunk = read(written(tmp_path, "a,b\r\n1,2\n3,4\r5,6\r\n\r\n,\n"))
    assert cells(chunk) == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert chunk.blank == [5, 6]


def test_a_byte_order_mark_before_a_quoted_header_is_no_part_of_the_name(tmp_path: Path) -> None:
    assert read(written(tmp_path, '"编号","内容"\r\n"1","好"\r\n', "utf-8-sig")).columns == ("编号", "内容")


def test_chunks_have_the_size_asked_for_and_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "".join(f'{i},"好\n好",5\n' for i in range(10)))
    chunks = list(CsvFile(path).chunks(4))
    assert [len(chunk) for chunk in chunks] == [4, 4, 2]
    assert [row.row for chunk in chunks for row in chunk.rows] == list(range(2, 22, 2))


TABLE = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
            min_size=width,
            max_size=width,
        ),
        min_size=1,
        max_size=12,
    )
)


@given(table=TABLE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_wrote_is_read_back_cell_by_cell(tmp_path: Path, table: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([[f"c{i}" for i in range(len(table[0]))], *table])
    chunk = read(written(tmp_path, buffer.getvalue()), size=5, delimiter=",", encoding="utf-8")
    assert cells(chunk) == [row for row in table if "".join(row).strip()]
    assert len(chunk) == len(table)
    assert chunk.unreadable == []


def refusal_or_rows(path: Path) -> tuple[str, list[int], int]:
    try:
        chunk = read(path)
    except InputError as error:
        return str(error), [], 0
    numbers = [*(row.row for row in chunk.rows), *(bad.row for bad in chunk.unreadable), *chunk.blank]
    return "读入", numbers, len(chunk)


@given(content=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    sentence, numbers, count = refusal_or_rows(written(tmp_path, content))
    assert re.search("[一-鿿]", sentence)
    assert len(set(numbers)) == count


MESS = st.text(st.sampled_from(list('ab好,";\n\r')), max_size=60)


@given(mess=MESS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
def test_every_physical_line_belongs_to_exactly_one_record(tmp_path: Path, mess: str) -> None:
    chunk = read(written(tmp_path, "x,y\n" + mess), size=3, delimiter=",", encoding="utf-8")
    spans = {row.row: _line_ends("".join(row.payload.values())) + 1 for row in chunk.rows}
    spans |= {bad.row: 1 for bad in chunk.unreadable}
    spans |= {row: _blank_span(mess, row) for row in chunk.blank}
    covered = [line for row, span in spans.items() for line in range(row, row + span)]
    assert sorted(covered) == list(range(2, 2 + len(mess.splitlines())))


def _line_ends(text: str) -> int:
    return len(LINE_END.findall(text))


def _blank_span(mess: str, row: int) -> int:
    # A blank record may hold a quoted cell of line ends only: read it again to see how far it goes.
    reader = csv.reader(
        io.StringIO("".join(mess.splitlines(keepends=True)[row - 2 :]), newline=""), strict=True
    )
    next(reader)
    return reader.line_num


@pytest.mark.real_data
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="public data is not here: set VOC_PUBLIC_DATA")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("jd_aircon_reviews/jd_aircon_dev.csv", 8_318),
        ("appstore_zh_iot_and_mall/mijia.csv", 4_873),
        ("appstore_zh_iot_and_mall/midea_meiju.csv", 2_395),
    ],
)
def test_real_files_are_read_like_the_standard_library_reads_them(name: str, rows: int) -> None:
    path = PUBLIC / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.reader(file))[1:]
    chunk = read(path)
    assert len(chunk.rows) == len(chunk) == rows
    assert cells(chunk) == expected
