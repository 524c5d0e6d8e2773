import numpy as np
import pytest

from voc.themes.emerging import Said, emerging

WORDS = [
    "遥控",
    "面板",
    "滤网",
    "屏幕",
    "按键",
    "噪音",
    "水箱",
    "电池",
    "插头",
    "灯光",
    "外壳",
    "包装",
    "说明",
    "价格",
    "颜色",
    "支架",
]
NEW = (
    "滤芯一夜之间变成耗尽了",
    "更新以后滤芯提示耗尽，换新的也没用",
    "刚换的滤芯显示耗尽，是不是坏了",
    "家里两台都说滤芯耗尽",
)


def history(planted=0, days=220, seed=3, issue=None):
    rng = np.random.default_rng(seed)
    said = [(int(day), (
        f"{rng.choice(WORDS)}{'不太行坏了差一点难看很吵'[2 * int(rng.integers(6)):][:2]}，{rng.choice(WORDS)}也一般"
    ))
            for day in rng.integers(0, days, 900)]  # fmt: skip
    said += [(days - 1 - n % 20, NEW[n % 4]) for n in range(planted)]
    issues = [
        [(text.find("耗尽"), text.find("耗尽") + 2, issue)] if issue and "耗尽" in text else []
        for _, text in said
    ]
    return Said(np.array([day for day, _ in said]), [text for _, text in said], np.arange(len(said)), issues)


def test_a_new_way_of_complaining_is_found_with_its_words_and_quotations():
    theme = emerging(history(16), 219)[0]
    assert "耗尽" in "".join(theme.phrases)
    assert theme.count == 16
    assert theme.first >= 200
    assert len(theme.quotations) >= 2
    assert theme.label is None
    assert sum(theme.weeks[-4:]) == 16


@pytest.mark.parametrize("seed", range(6))
def test_nothing_rises_where_nothing_changes(seed):
    assert emerging(history(seed=seed), 219) == []


def test_what_comes_later_is_not_looked_at():
    assert emerging(history(16), 195) == []


def test_what_is_already_read_as_an_issue_says_so_and_comes_last():
    (theme,) = emerging(history(16, issue="product.consumable"), 219)
    assert theme.label == "product.consumable"


def test_one_customer_who_repeats_himself_is_no_theme():
    said = history(16)
    same = Said(
        said.days,
        said.texts,
        np.where([("耗尽") in text for text in said.texts], 7, said.customers),
        said.issues,
    )
    assert emerging(same, 219) == []


def test_a_month_of_past_is_needed():
    assert emerging(history(16, days=50), 49) == []
