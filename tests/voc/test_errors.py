"""What a library or the system says is told in Chinese."""

from __future__ import annotations

import tomllib

import pytest

from voc.errors import misspelt, reason


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
