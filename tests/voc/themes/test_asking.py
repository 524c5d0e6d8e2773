import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.duplicates import bare
from voc.themes.asking import asked


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("希望可以增加夜间模式，其他都挺好", "增加夜间模式"),
        ("要是遥控器带夜光就好了", "遥控器带夜光"),
        ("能不能支持横屏显示啊？", "支持横屏显示"),
        ("建议增加定时开关机的功能。", "增加定时开关机的功能"),
        ("什么时候能适配新手机", "适配新手机"),
        ("为什么没有夜光灯功能，摸黑找不到", "夜光灯功能"),
        ("东西不错；最好加个保温袋", "加个保温袋"),
    ],
)  # fmt: skip
def test_the_thing_asked_for_is_cut_out_of_its_clause(text, what):
    assert [ask.what for ask in asked([text])] == [what]


@pytest.mark.parametrize(
    "text",
    [
        "希望公司能改进一下",
        "希望技术人员能修复这个bug",
        "希望服务跟上",
        "能不能升级一下？",
    ],
)
def test_what_names_nothing_that_could_be_made_is_no_need(text):
    assert asked([text]) == []


@pytest.mark.parametrize(
    "text",
    ["希望越来越好", "希望一直这么好", "希望你们的服务始终这样贴心", "希望质量好一点",
     "建议大家不要买", "建议去实体店购买",
     "希望尽快退款", "请尽快给我换货", "能不能上点心", "希望店家给个说法",
     "没有希望了", "质量很好，非常满意", "期待您的再次光临"],
)  # fmt: skip
def test_good_wishes_advice_to_others_and_own_cases_are_no_needs(text):
    assert asked([text]) == []


def test_strong_words_count_more():
    plain, strong = asked(["希望增加夜间模式", "强烈希望赶紧增加夜间模式"])
    assert strong.strength > plain.strength


@given(st.lists(st.text(alphabet="希望能不建议增加支持夜间模式要是就好了，。ab \n", max_size=30), max_size=6))
def test_what_is_asked_stands_where_it_is_said_to_stand(texts):
    for ask in asked(texts):
        assert texts[ask.row].lower()[ask.start : ask.end] == ask.what
        assert 1 <= len(bare(ask.what)) <= 28
        assert 0 < ask.strength <= 2
