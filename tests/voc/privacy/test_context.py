from __future__ import annotations

import pytest

from voc.privacy.context import announced


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("派来的师傅", "，活干得好"), ("签收人：", ""), ("客服叫", "。"), ("我叫", "，"), ("", "经理答应赔偿"),
        ("", "（客服）"), ("昨天", "上门维修"), ("很好，感谢", "的解答"), ("", " 电话"),
    ],
)  # fmt: skip
def test_roles_fields_and_what_people_do_announce_a_person(before: str, after: str) -> None:
    text = f"{before}擎峰{after}"
    assert announced(text, len(before), len(before) + 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("买的", "很好用"), ("师傅很好，", "不错"), ("住在", "附近"), ("苹果", "太小")],
)
def test_things_and_places_are_not_announced(before: str, after: str) -> None:
    text = f"{before}擎峰{after}"
    assert not announced(text, len(before), len(before) + 2)
