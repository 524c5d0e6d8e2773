import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.registry.frames import without_frames
from voc.registry.pairs import Rule, alike

LETTER = (
    "对贵公司服务不满\n尊敬的客服：\n本人上月在贵司购买冰箱一台。{}。"
    "请书面答复，附件是照片。\n盼复\n[姓名1]敬上\n电话：[手机号1]"
)


def matter(text):
    return without_frames([text])[0]


@pytest.mark.parametrize(
    "said",
    ["门封条开裂漏冷气", "退款拖了两周没到账", "电话一直打不通", "订单被取消了没人说", "你们的地址写错了"],
)
def test_of_a_letter_its_matter_is_left(said):
    left = matter(LETTER.format(said))
    assert said in left
    assert not any(
        word in left for word in ("贵公司", "贵司", "尊敬", "书面", "附件", "盼复", "敬上", "手机号")
    )


@pytest.mark.parametrize(
    "text", ["门封条开裂漏冷气", "客服：您好", "领导说可以退，结果又不退", "贵是贵，东西不错"]
)
def test_what_is_no_letter_stays_as_it_is(text):
    assert matter(text) == text


def test_letters_with_the_same_frame_and_another_matter_are_no_event(read):
    signs, facts = read([LETTER.format("门封条开裂漏冷气"), LETTER.format("退款拖了两周没到账")])
    assert not alike(signs, facts, np.array([0]), np.array([1]), Rule())[0]


@given(st.text(alphabet="在贵司购买冰箱，。\n[姓名1]盼复客服：坏了", max_size=40))
def test_nothing_is_added_and_something_is_left_of_whatever_says_something(text):
    left = matter(text)
    assert len(left) <= len(text)
    assert any(letter.isalnum() for letter in left) == any(letter.isalnum() for letter in text)
