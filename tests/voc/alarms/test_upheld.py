"""A problem that begins with an alarm is called what the reviewer calls it."""

import pytest

from voc.alarms.upheld import name_of_upheld


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("安装师傅不足", "安装师傅不足"),
        ("属实，没走高速却收高速费。已通知计费组", "没走高速却收高速费"),
        ("经核实，确实是支付后不到账；已修复", "支付后不到账"),
        ("属实", "「登录失败」明显增多"),
        ("情况属实。", "「登录失败」明显增多"),
    ],
)
def test_the_first_sentence_that_says_more_than_yes_is_the_name(said, name):
    assert name_of_upheld(said, "「登录失败」") == name


def test_a_long_sentence_is_cut_to_a_name():
    assert len(name_of_upheld("登" * 80, "登录失败")) == 40
