import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.themes.phrases import named, shortened, terms


def test_words_and_phrases_are_taken_and_empty_words_and_masks_are_not():
    (found,) = terms(["来电人：[姓名1]的空气净化器滤芯耗尽了，就是不行"])
    assert {"滤芯", "耗尽"} <= found
    assert not found & {"就是", "不行", "姓名", "姓名1", "来电人"}


def test_phrases_do_not_cross_a_mark():
    assert not any("滤芯屏幕" in word for words in terms(["换了滤芯，屏幕黑了"]) for word in words)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_every_text_has_its_set_of_terms_and_none_is_longer_than_a_phrase(texts):
    found = terms(texts)
    assert len(found) == len(texts)
    assert all(len(word) >= 2 for words in found for word in words)


def test_the_longer_of_two_nested_words_stays_where_it_nearly_always_stands():
    assert shortened(["滤芯", "滤芯耗尽"], {"滤芯": 10, "滤芯耗尽": 9}) == ["滤芯耗尽"]
    assert shortened(["滤芯", "滤芯耗尽"], {"滤芯": 10, "滤芯耗尽": 3}) == ["滤芯"]


def test_a_brand_alone_is_a_name_and_a_thing_is_not():
    assert named("海尔")
    assert not named("滤芯耗尽")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("约11月安装师傅没来", "约11月"),
        ("等了3天也没装", "等了3天"),
        ("说好的200元补贴", "200元补贴"),
        ("明明装好了", "明明"),
    ],
)
def test_when_and_how_much_and_mere_adverbs_are_no_matter(text, named):
    assert named not in terms([text])[0]


def test_a_number_that_names_a_thing_stays():
    assert "地铁4号线" in terms(["希望地铁4号线早点通"])[0]
