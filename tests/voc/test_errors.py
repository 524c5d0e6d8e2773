"""What a library or the system says is told in Chinese."""

from __future__ import annotations

import tomllib

import pytest

from voc.errors import StepRefused, misspelt, reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "x\n', "第 1 行第 10 个字符处有错；请检查引号、括号和等号。"),
        ("a = 1\nb = [1, }\n", "第 2 行第 9 个字符处有错；请检查引号、括号和等号。"),
        ("name = ", "结尾不完整；请检查引号、括号和等号。"),
    ],
)
def test_the_place_where_a_definition_is_misspelt_is_told(text: str, told: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as found:
        tomllib.loads(text)
    assert misspelt(found.value) == told


def test_what_the_system_refuses_is_told_and_what_is_seldom_stays_as_it_is() -> None:
    assert reason(PermissionError(13, "Permission denied")) == "没有权限"
    assert reason(OSError(5, "Input/output error")) == "Input/output error"
    assert reason(OSError("alone")) == "OSError"


def test_what_does_not_exist_is_told_without_a_state_or_a_step() -> None:
    assert str(StepRefused("预警复核", 1, None, "uphold", "没有这个编号。")) == "预警复核 1：没有这个编号。"
    refused = StepRefused("措施", 2, "已提议", "开始", "须先处于「已接单」。")
    assert str(refused) == "措施 2：当前状态「已提议」不能执行「开始」，须先处于「已接单」。"
