"""Files written as other systems would export them are read back by our own readers and others."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from sources.writing import write

COLUMNS = ("编号", "内容")
ROWS = [{"编号": "1", "内容": "师傅迟到，\n很气😡"}, {"编号": "2", "内容": '=1+1 "好"'}, {"编号": "003"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_keeps_commas_quotes_line_breaks_and_emoji(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "a.csv", "csv", encoding, COLUMNS, ROWS)
    with path.open(encoding=encoding, newline="") as file:
        assert list(csv.reader(file)) == [
            ["编号", "内容"],
            ["1", ROWS[0]["内容"]],
            ["2", ROWS[1]["内容"]],
            ["003", ""],
        ]


def test_json_lines_hold_one_object_per_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", "jsonl", "utf-8", COLUMNS, ROWS)
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line)["内容"] for line in lines] == [ROWS[0]["内容"], ROWS[1]["内容"], ""]


def test_xlsx_cells_stay_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a.xlsx", "xlsx", "", COLUMNS, ROWS)
    cells = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert cells[1:] == [("1", ROWS[0]["内容"]), ("2", '=1+1 "好"'), ("003", None)]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_raw_line_is_written_as_it_stands(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, f"a.{kind}", kind, "utf-8", COLUMNS, [{"__raw__": 'x,y,"z,多余'}])
    assert path.read_text("utf-8").splitlines()[-1] == 'x,y,"z,多余'
