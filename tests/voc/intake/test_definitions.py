"""What a source may say of itself, and how a mistake in it is told."""

from __future__ import annotations

import pytest

from voc.errors import InputError
from voc.intake.definitions import Definition, definition_from_dict, parse_definition, parse_mapping


def test_a_definition_is_read_from_toml(definition: Definition) -> None:
    assert definition == Definition(
        name="jd-aircon",
        title="京东空调评价",
        kind="csv",
        channel="store_review",
        touchpoint="售后评价",
        encoding="",
        sheet="",
        mapping={"text": "标题+内容", "rating": "星级", "occurred_at": "时间", "customer": "用户"},
        rating_scale=(1.0, 5.0),
        owner="客户体验部",
        every="1d",
        path="",
    )


def test_a_channel_may_be_given_by_its_chinese_name() -> None:
    assert definition_from_dict({"name": "x", "channel": "热线"}).channel == "hotline"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "缺少 name"),
        ({"name": "京东"}, "只能用小写字母"),
        ({"channel": "火星"}, "渠道表"),
        ({"every": "每天"}, "every"),
        ({"rating_scale": [5, 5]}, "rating_scale"),
        ({"rating_scale": "1-5"}, "rating_scale"),
        ({"map": {"words": "内容"}}, "不认识字段「words」"),
        ({"map": ["内容"]}, "map 要写成"),
        ({"owner": 7}, "owner"),
        ({"colour": "red"}, "不认识的项：colour"),
    ],
)
def test_a_wrong_definition_says_which_item_is_wrong(change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        definition_from_dict({"name": "x", "channel": "web", **change})


def test_broken_toml_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="TOML"):
        parse_definition("name = ")


def test_a_mapping_is_read_from_one_line() -> None:
    assert parse_mapping("text=title+content, rating=star") == {"text": "title+content", "rating": "star"}
    assert parse_mapping("text＝内容，rating＝星级") == {"text": "内容", "rating": "星级"}
    assert parse_mapping("") == {}


@pytest.mark.parametrize(
    ("line", "says"),
    [("text", "看不懂"), ("text=", "看不懂"), ("words=a", "不认识字段"), ("text=a,text=b", "对应了两次")],
)
def test_a_wrong_mapping_line_is_refused_in_words(line: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_mapping(line)
