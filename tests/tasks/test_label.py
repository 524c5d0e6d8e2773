"""Drawing, labelling in the terminal and in sheets, against a real database."""

import csv
from datetime import UTC, date, datetime

import openpyxl
import pytest
from typer.testing import CliRunner

from cli import app
from models.analysis import labelling
from models.engine import transaction
from tasks.label import draw, export, take_back
from voc.errors import InputError

NOW = datetime(2026, 6, 8, 1, tzinfo=UTC)
WORDS = ("空调", "冰箱", "洗衣机", "热水器", "油烟机", "净水器", "电视", "风扇", "烤箱", "门锁", "路由器")
SAYS = (
    "很快，非常满意",
    "两天就坏了，气死人",
    "什么时候能发货",
    "希望增加夜间模式",
    "一般般吧",
    "声音大得睡不着",
)


@pytest.fixture
def labelled_house(house, make):
    """Give a test a house with 66 different feedbacks."""
    rows = [
        [f"L{n}", f"{word}{says}", make["at"](date(2026, 6, 1), n), "3", make["phone"](n), "成都"]
        for n, (word, says) in enumerate((w, s) for w in WORDS for s in SAYS)
    ]
    house.register()
    house.put(rows)
    house.collect()
    house.understand()
    return house


def strata(house):
    return house.pairs(
        "SELECT stratum, array_agg(feedback_id ORDER BY feedback_id) FROM label_draw GROUP BY 1"
    )


def test_half_is_drawn_to_measure_and_half_to_learn_the_same_each_time(labelled_house, house):
    assert draw(10, NOW) == {"audit": 5, "active": 5}
    first = strata(house)
    house.value("WITH gone AS (DELETE FROM label_draw RETURNING 1) SELECT count(*) FROM gone")
    draw(10, NOW)
    assert strata(house) == first
    draw(10, NOW)
    second = strata(house)
    assert {name: set(first[name]) <= set(second[name]) for name in first} == {"audit": True, "active": True}
    assert not set(second["audit"]) & set(second["active"])


def test_a_sheet_goes_out_and_comes_back_with_its_mistakes_told(labelled_house, house, tmp_path):
    assert export(tmp_path / "out.xlsx", 8, "李雷", NOW) == 8
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["标注"]
    header = [cell.value for cell in sheet[1]]
    offered = {str(v.sqref).split(":")[0][:-1] for v in sheet.data_validations.dataValidation}
    assert sheet.cell(1, header.index("类型") + 1).column_letter in offered
    lines = [
        dict(zip(header, [cell.value or "" for cell in row], strict=True))
        for row in sheet.iter_rows(min_row=2)
    ]
    lines[0] |= {"类型": "投诉", "情感": "负面", "问题1": "无"}
    lines[1] |= {"类型": "投素", "情感": "正面"}
    lines[2] |= {"编号": "VOC-XXXX", "类型": "投诉"}
    with (tmp_path / "in.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(lines)
    stored, troubles = take_back(tmp_path / "in.csv", "李雷", NOW)
    assert (stored, [(t.row, t.column) for t in troubles]) == (2, [(3, "类型"), (4, "编号")])
    found = house.rows("SELECT type, tone, issues, labeller FROM label ORDER BY type NULLS LAST")
    assert found == [
        {"type": "complaint", "tone": "negative", "issues": {}, "labeller": "李雷"},
        {"type": None, "tone": "positive", "issues": None, "labeller": "李雷"},
    ]


def test_a_cell_that_looks_like_a_formula_stays_text(labelled_house, tmp_path):
    export(tmp_path / "out.xlsx", 8, "李雷", NOW)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["标注"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_file_without_the_columns_is_refused(labelled_house, tmp_path):
    (tmp_path / "other.csv").write_text("内容,类型\n很好,表扬\n", "utf-8")
    with pytest.raises(InputError, match="缺少列：编号"):
        take_back(tmp_path / "other.csv", "李雷", NOW)


def test_answers_in_the_terminal_are_stored_at_once_and_can_be_undone(labelled_house, house):
    runner = CliRunner()
    # One whole answer; then type and tone of the next, and quit.
    done = runner.invoke(app, ["label", "--rows", "4", "--by", "李雷"], input="330" + "11q")
    assert done.exit_code == 0, done.output
    kept = "SELECT type, tone, issues FROM label ORDER BY id"
    assert house.rows(kept) == [
        {"type": "complaint", "tone": "negative", "issues": {}},
        {"type": "praise", "tone": "positive", "issues": None},
    ]
    runner.invoke(app, ["label", "--rows", "2", "--by", "李雷"], input="330" + "u" + "110" + "q")
    assert house.value("SELECT count(*) FROM label") == 3
    assert house.rows(kept)[-1] == {"type": "praise", "tone": "positive", "issues": {}}


def test_audit_rows_are_labelled_twice_by_different_people(labelled_house):
    draw(12, NOW)
    with transaction() as session:
        first = labelling.waiting(session, "李雷", 100)
        for one in first:
            labelling.answer(session, one.id, "李雷", {"type": "praise"}, NOW)
        assert labelling.waiting(session, "李雷", 100, second=True) == []
        again = labelling.waiting(session, "韩梅梅", 100, second=True)
        assert {one.id for one in again} == {one.id for one in first if one.stratum == "audit"}
        labelling.answer(session, again[0].id, "韩梅梅", {"type": "complaint"}, NOW)
        assert {row["stratum"]: row["twice"] for row in labelling.progress(session)} == {
            "audit": 1,
            "active": 0,
        }
