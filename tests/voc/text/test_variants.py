from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.assets import load_cleaning
from voc.errors import ConfigError
from voc.text.variants import canonical, parse_variants

DATA = Path(__file__).parents[3] / "voc" / "data"
SHIPPED = load_cleaning(
    (DATA / "spam.npz").read_bytes(), (DATA / "variants.toml").read_text(encoding="utf-8")
).variants
TYPED = st.sampled_from([*SHIPPED.meant, "树", "，", "很好", "\x1e", "😡"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("木有人接电话", "没有人接电话"),
        ("肿么退欵，客付灰常慢", "怎么退款，客服非常慢"),
        ("布吉岛肿么登陆帐号", "不知道怎么登录账号"),
        ("软体的讯号不好，萤幕黑了", "软件的信号不好，屏幕黑了"),
        ("冇人理，唔知佢讲乜", "没人理，不知他讲乜"),
        ("👍师付很好😡", "赞师傅很好怒"),
        ("呢个嘢好正，唔使嚟第二次", "这个嘢很好，不用来第二次"),
        ("yyds，绝绝子，快递却拉胯", "非常好的，非常好，快递却很差"),
        ("我哋呢度成日冇信号", "我们这里整天没信号"),
        ("问题搞掂", "问题搞定"),
    ],
)
def test_variants_are_written_the_usual_way(typed: str, meant: str) -> None:
    assert canonical([typed], SHIPPED) == [meant]


@pytest.mark.parametrize(
    "text",
    [
        "小区里树木有人砍",
        "客付款后没发货",
        "台风登陆那天",
        "石灰常有",
        "起因该查清",
        "介绍个产品",
        "预设计方案",
        "辣鸡翅很好吃",
        "酱紫色的沙发",
        "非长期使用",
    ],
)
def test_words_that_only_look_like_variants_are_left_alone(text: str) -> None:
    assert canonical([text], SHIPPED) == [text]


@given(st.lists(st.lists(TYPED, max_size=6).map("".join), max_size=4))
def test_every_text_keeps_its_place_and_length(texts: list[str]) -> None:
    read = canonical(texts, SHIPPED)
    assert [len(text) for text in read] == [len(text) for text in texts]
    assert read == [canonical([text], SHIPPED)[0] for text in texts]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('[a]\n"木有" = "没"', "木有"),
        ('[a]\n"木有" = {to = "没有", after = "x"}', "木有"),
        ('[a]\n"" = ""', "字数"),
        ("[a", "variants"),
    ],
)
def test_a_wrong_entry_is_named(body: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_variants(body)


def test_an_empty_dictionary_changes_nothing() -> None:
    assert canonical(["木有"], parse_variants("")) == ["木有"]
