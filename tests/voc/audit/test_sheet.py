from datetime import date

import pytest

from voc.audit.sheet import monday_of, read_sheet, week_of
from voc.errors import InputError

AREAS = {"物流配送": "logistics"}


@pytest.mark.parametrize("text", ["2026-W21", "2026w21", "2026-05-20", " 2026-05-18 "])
def test_a_week_is_named_by_its_number_or_any_of_its_days(text):
    assert monday_of(text) == date(2026, 5, 18)
    assert week_of(monday_of(text)) == "2026-W21"


@pytest.mark.parametrize("text", ["", "21", "2026-W60", "昨天"])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(InputError):
        monday_of(text)


def test_a_filled_row_is_read_and_an_empty_one_passed_over():
    rows = [(2, {"编号": "A1", "类型": "投诉", "领域": "物流配送", "备注": "x"}), (3, {"编号": "A2", "类型": ""}),
            (4, {"编号": "A3", "类型": "表扬", "领域": "无"}), (5, {"编号": "A4", "类型": "建议"})]  # fmt: skip
    found = read_sheet(rows, AREAS).found
    assert [(a.number, a.type, a.area) for a in found] == [
        ("A1", "complaint", "logistics"), ("A3", "praise", ""), ("A4", "suggestion", None)]  # fmt: skip


def test_an_unknown_type_or_area_is_told_with_its_row():
    answers = read_sheet([(2, {"类型": "差"}), (3, {"类型": "投诉", "领域": "火星"})], AREAS)
    assert [(t.row, t.column) for t in answers.troubles] == [(2, "类型"), (3, "领域")]
    assert answers.found == []
