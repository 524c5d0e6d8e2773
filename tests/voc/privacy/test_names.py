from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from voc.errors import ConfigError
from voc.privacy.masking import mask
from voc.privacy.names import find_spans, join, load_names

DATA = (Path(__file__).resolve().parents[3] / "voc" / "data" / "names.npz").read_bytes()
NAMES = load_names(DATA)


def masked(text: str) -> str:
    return mask([text], NAMES).texts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王建国一直没来修，打了三次电话", "[姓名1]一直没来修，打了三次电话"),
        ("客服李晓燕态度很好", "客服[姓名1]态度很好"),
        ("感谢张伟和刘志强两位师傅", "感谢[姓名1]和[姓名2]两位师傅"),
        ("记者陈思敏报道，陈思敏在现场", "记者[姓名1]报道，[姓名1]在现场"),
    ],
)
def test_names_are_found_without_a_title(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize("text", ["我先生钱华很满意", "业主盖茨表示不满", "派来的师傅托蒂很专业"])
def test_names_need_less_margin_where_they_are_announced(text: str) -> None:
    assert "[姓名1]" in masked(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客服王小明说下周来，小明没来", "客服[姓名1]说下周来，[姓名1]没来"),
        ("小明打来电话，我找的是客服王小明", "[姓名1]打来电话，我找的是客服[姓名1]"),
        ("客服李安静态度好，房间安静", "客服[姓名1]态度好，房间安静"),
    ],
)
def test_a_given_name_alone_is_the_same_person(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_a_name_in_latin_letters_is_masked_to_the_end_of_the_word() -> None:
    assert masked("顾问Jacksonville说下周来") == "顾问[姓名1]说下周来"


@pytest.mark.parametrize(
    "text",
    [
        "华为手机不错，小米也可以，周黑鸭好吃",
        "空调制冷效果很好，安装师傅很专业",
        "王者荣耀更新以后一直闪退",
        "酒店环境安静，早餐方便，马桶堵了",
        "高兴得很，温度刚好，方便快捷",
        "余额宝的钱花在哪里了，今天忘记把钱存了",
        "约的周三来修，骑手凌晨打电话，师傅张口就要三百",
        "护士扎针扎了四次都没扎进去",
        "只好申请劳动仲裁看看。此致 敬礼！",
        "签收日期：二〇二二年三月五日",
        "周末看了埃因霍温对费耶诺德，阿森纳又输了",
    ],
)
def test_brands_and_everyday_words_stay(text: str) -> None:
    assert masked(text) == text


def test_addresses_without_a_city_are_found() -> None:
    assert "文三路" not in masked("送到文三路478号华星大厦5楼，尽快")
    assert masked("广州很热，北京的店也不错") == "广州很热，北京的店也不错"


@limits(max_examples=50)
@given(st.lists(st.text(alphabet="王建国李晓燕客服说很好，的·a1", max_size=20), max_size=5))
def test_a_text_is_read_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    assert mask(texts, NAMES).texts == [masked(text) for text in texts]


@limits(max_examples=50)
@given(st.text(max_size=60))
def test_spans_lie_in_their_text_and_do_not_overlap(text: str) -> None:
    spans = find_spans(*join([text]), NAMES)
    assert bool(np.all((spans.starts < spans.ends) & (spans.ends <= len(text))))
    assert bool(np.all(spans.starts[1:] >= spans.ends[:-1]))


def test_no_texts_have_no_names() -> None:
    assert mask([], NAMES).texts == []
    assert mask(["", ""], NAMES).texts == ["", ""]


def test_another_file_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="姓名模型文件无法读取"):
        load_names(b"no weights")
