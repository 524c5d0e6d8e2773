import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import asset_text
from voc.learning.sheet import ISSUES, allowed, columns, issue_names, read
from voc.reading.taxonomy import parse_taxonomy

TAXONOMY = parse_taxonomy(asset_text("taxonomy.toml"))
NAMES = list(issue_names(TAXONOMY))
AREA = next(iter(TAXONOMY.areas))
AREA_COLUMN = f"领域：{TAXONOMY.areas[AREA]}"


def line(**cells):
    return [(2, {"编号": "VOC-1", **cells})]


def test_a_row_is_read_into_codes():
    sheet = read(
        line(类型="投诉", 情感="负面", 问题1=NAMES[0], **{AREA_COLUMN: "负面"}, 备注="看过"), TAXONOMY
    )
    assert sheet.troubles == []
    assert sheet.answers == {
        "VOC-1": {
            "type": "complaint",
            "tone": "negative",
            "issues": {issue_names(TAXONOMY)[NAMES[0]]: -1},
            "areas": {AREA: -1},
            "note": "看过",
        }
    }


def test_a_wrong_cell_is_told_with_row_column_and_remedy_and_the_rest_is_taken():
    sheet = read(line(类型="投素", 情感="正面", 问题1="无"), TAXONOMY)
    assert [str(trouble) for trouble in sheet.troubles] == [
        "第 2 行「类型」：「投素」不在可选值中。是不是「投诉」？可填：表扬、建议、投诉、咨询。"
    ]
    assert sheet.answers == {"VOC-1": {"tone": "positive", "issues": {}}}


def test_no_issue_is_told_apart_from_not_asked():
    assert read(line(问题1="无"), TAXONOMY).answers["VOC-1"]["issues"] == {}
    assert "issues" not in read(line(类型="咨询"), TAXONOMY).answers["VOC-1"]


def test_areas_left_empty_are_not_judged_and_none_of_them_is_said_once():
    assert "areas" not in read(line(类型="投诉", 情感="负面"), TAXONOMY).answers["VOC-1"]
    assert read(line(**{AREA_COLUMN: "无"}), TAXONOMY).answers["VOC-1"]["areas"] == {}


def test_none_beside_an_issue_is_refused():
    sheet = read(line(类型="投诉", 问题1="无", 问题2=NAMES[1]), TAXONOMY)
    assert [(t.column, "留下一种" in t.sentence) for t in sheet.troubles] == [("问题1", True)]
    assert "issues" not in sheet.answers["VOC-1"]


def test_an_empty_row_is_passed_over():
    sheet = read(line(), TAXONOMY)
    assert (sheet.answers, sheet.troubles) == ({}, [])


def test_answers_without_a_number_or_given_twice_are_told():
    cells = [(2, {"类型": "投诉"}), (3, {"编号": "A", "类型": "投诉"}), (4, {"编号": "A", "类型": "表扬"})]
    sheet = read(cells, TAXONOMY)
    assert [(t.row, t.column) for t in sheet.troubles] == [(2, "编号"), (4, "编号")]
    assert sheet.answers["A"]["type"] == "complaint"


def test_every_issue_can_be_named_and_no_two_by_the_same_words():
    assert sorted(issue_names(TAXONOMY).values()) == sorted(issue.code for issue in TAXONOMY.issues)


def test_what_a_cell_may_hold_is_offered_for_columns_that_are_there():
    assert set(allowed(TAXONOMY)) <= set(columns(TAXONOMY))
    assert allowed(TAXONOMY)[ISSUES[0]][0] == "无"


@given(st.lists(st.dictionaries(st.sampled_from(columns(TAXONOMY)), st.text(max_size=8)), max_size=5))
def test_whatever_is_typed_is_read_or_told_and_never_fails(lines):
    sheet = read(list(enumerate(lines, start=2)), TAXONOMY)
    assert all(trouble.sentence.endswith("。") for trouble in sheet.troubles)
    assert set(sheet.answers) <= {cells.get("编号", "").strip() for cells in lines}


@pytest.mark.parametrize("name", NAMES)
def test_every_offered_issue_is_taken_back(name):
    assert read(line(问题1=name), TAXONOMY).answers["VOC-1"]["issues"] == {issue_names(TAXONOMY)[name]: -1}
