"""Somebody who filled in a form wrongly is told which field, and what it wants."""

import pytest

from models.engine import transaction
from portal.mistakes import told


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"loc": ("body", "due_on"), "type": "missing"}, "请填写「期限」"),
        ({"loc": ("body", "reason"), "type": "string_too_long", "ctx": {"max_length": 500}}, "「理由」最多 500 个字"),
        ({"loc": ("body", "due_on"), "type": "date_parsing"}, "「期限」填写有误，日期请写成 2026-11-23 的样子"),
        ({"loc": ("body", "went_live_at"), "type": "time_parsing"}, "「上线时间」填写有误，时间请写成 14:30 的样子"),
        ({"loc": ("body", "cases", 0), "type": "int_parsing"}, "「个案」填写有误，请重新选择或填写"),
        ({"loc": ("query", "page"), "type": "int_parsing"}, "填写的内容有误"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_field_and_what_it_wants(error, said):
    assert told([error, error]) == f"{said}。请返回修改后重新提交。"


def test_several_mistakes_are_told_at_once(app, signed):
    from datetime import UTC, datetime

    from benchmarks.portal_rows import lay_out

    with transaction() as session:
        lay_out(session, 60, datetime.now(UTC))
    form = {"measure": "装" * 81, "detail": "做", "department": "app", "due_on": "明天"}
    answer = signed("voc").post("/problems/1/preventive", form)
    assert answer.status_code == 400
    assert "「措施」最多 80 个字；「期限」填写有误，日期请写成 2026-11-23 的样子。" in answer.text
