from __future__ import annotations

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.uniform import normalise, segment

ANY_TEXT = st.text(st.characters(), max_size=60)


def test_full_width_digits_and_letters_become_half_width() -> None:
    assert normalise(["型号ＫＦＲ－３５　１级"]) == ["型号KFR-35 1级"]


def test_chinese_punctuation_stays_because_people_read_it() -> None:
    assert normalise(["很好，谢谢！（满意）"]) == ["很好，谢谢！（满意）"]


def test_traditional_characters_become_simplified() -> None:
    assert normalise(["客服態度很差，裝了三天還沒好"]) == ["客服态度很差，装了三天还没好"]


def test_ambiguous_traditional_characters_are_left_alone() -> None:
    assert normalise(["乾隆"]) == ["乾隆"]


def test_nul_control_and_lone_surrogates_disappear() -> None:
    assert normalise(["坏\x00了\ud800\x07！"]) == ["坏了！"]


def test_invisible_characters_disappear_but_family_emoji_stay_whole() -> None:
    assert normalise(["漏\u200b水\ufeff", "👨\u200d👩\u200d👧"]) == ["漏水", "👨\u200d👩\u200d👧"]


def test_white_space_is_squeezed_and_line_breaks_survive() -> None:
    assert normalise(["  外观 \t 好\r\n\r\n  噪音大  "]) == ["外观 好\n噪音大"]


def test_long_runs_are_capped_but_amounts_are_not() -> None:
    assert normalise(["好好好好好！！！！！赔我10000000元"]) == ["好好好！！！赔我10000000元"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("加\u200d微\u200b信\ufe0f", "加微信"),
        ("wеixin（е 是西里尔字母）", "weixin（е 是西里尔字母）"),
        ("β版的 μ 和 αlpha", "β版的 μ 和 αlpha"),
        ("①②⑩❶🅥𝐕ⓧⅤ㈠", "12101VVxⅤ(一)"),
        ("⽤⼾说⻋不好", "用户说车不好"),
        ("很好❤️❤️❤️❤️❤️", "很好❤❤❤"),
        ("1️⃣ 安装慢", "1 安装慢"),
        ("差\ue123评\U000f0000", "差评"),
    ],
)
def test_disguises_and_foreign_forms_of_characters_are_undone(typed: str, meant: str) -> None:
    assert normalise([typed]) == [meant]


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("很慢&nbsp;&amp;很贵&#33;&#x21;", "很慢 &很贵!!"),
        ("第一<br/>第二<p class='x'>第三</p>", "第一\n第二\n第三"),
        ("<script>alert(1)</script><b>差</b>", "差"),
        ("&amp;amp;lt;br&amp;amp;gt;两层", "两层"),
        ("温度<30度且>20度，a<b and c>d，R&D", "温度<30度且>20度，a<b and c>d，R&D"),
        ("http://a.cn/x?copy=1&reg=2", "http://a.cn/x?copy=1&reg=2"),
    ],
)
def test_mark_up_is_opened_and_signs_of_comparison_stay(pasted: str, meant: str) -> None:
    assert normalise([pasted]) == [meant]


@given(st.lists(st.text("&;<>ampltgbr/#x1 好後裏аe\u200d❤\n　⑩", max_size=24), max_size=4))
def test_normalising_twice_changes_nothing_of_mark_up_either(texts: list[str]) -> None:
    once = normalise(texts)
    assert normalise(once) == once


def test_an_empty_batch_gives_an_empty_batch() -> None:
    assert normalise([]) == []


@given(st.lists(ANY_TEXT, max_size=8))
def test_every_text_keeps_its_place(texts: list[str]) -> None:
    together = normalise(texts)
    assert together == [normalise([text])[0] for text in texts]


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise([text])
    assert normalise(once) == once


@given(ANY_TEXT)
def test_what_comes_out_can_be_stored_as_utf8_without_nul(text: str) -> None:
    (clean,) = normalise([text])
    assert "\x00" not in clean
    assert clean.encode("utf-8").decode("utf-8") == clean


@given(st.lists(ANY_TEXT, max_size=5))
def test_words_joined_again_are_the_text(texts: list[str]) -> None:
    clean = normalise(texts)
    assert ["".join(words) for words in segment(clean)] == clean


def test_segmentation_agrees_with_jieba_on_chinese() -> None:
    text = "安装师傅很准时，就是外机噪音有点大"
    assert segment([text]) == [list(jieba.cut(text))]
