import pytest

from voc.reading.denied import ALONE, WEIGHT, denials, denied, outright


@pytest.mark.parametrize(
    "clause",
    [
        "不漏水",
        "不卡",
        "用了一个月没有死机",
        "没有出现死机、卡顿、发热的现象",
        "耗电不高",
        "耗电慢",
        "发热不严重",
        "卡顿现象没有",
        "没有任何质量问题",
        "手机不会死机黑屏",
        "没有坏果",
        "噪音也很小",
        "没发现什么质量问题",
        "总的来说没有异味",
        "用了几天没发现任何问题",
        "没后悔",
        "全程没有隐形消费",
        "不催单",
        "中介没有推诿",
        "没有半点不耐烦",
        "一个没碎",
        "没让我白跑",
        "不用排队",
        "没收手续费",
        "房间没有霉味",
        "没有摔坏",
        "不坑人",
    ],
)
def test_trouble_that_is_denied_is_heard_as_such(clause):
    assert denied(clause)


@pytest.mark.parametrize(
    "clause",
    [
        "漏水",
        "不制冷",
        "会不会卡",
        "有没有异味",
        "客服说没有质量问题",
        "希望以后不卡",
        "不卡就好",
        "怎么可能不卡",
        "以前那台不漏水",
        "别的牌子就不掉色",
        "刺不刺激",
        "一点味道都没有",
        "声音小",
        "没有卡片",
        "虽然不漏水",
        "什么时候才能不闪退",
        "没有不卡的时候",
        "不排水",
        "不给退",
        "没有售后",
        "没人管",
        "没有解决",
        "不负责",
        "为什么不涨价",
        "没有一天不堵车",
        "只有三个没烂",
        "幸好没摔坏",
        "不得不排队",
    ],
)
def test_doubts_wishes_and_what_others_say_deny_nothing(clause):
    assert not denied(clause)


def test_a_denial_weighs_as_much_as_its_share_of_the_text_and_most_alone():
    whole, half, none = denials(["不漏水\n不掉色", "不漏水\n太贵了", "太贵了"])
    assert whole == ALONE > WEIGHT
    assert 0 < half < WEIGHT
    assert none == 0


def test_long_clauses_are_not_told_by_their_form():
    assert not denied("不" + "会再像从前住过的许多地方那样在夏天最热的几个星期里" + "漏水")


def test_no_texts_are_no_denials():
    assert denials([]).tolist() == []


@pytest.mark.parametrize("turn", ["但", "不过", "就是", "只是", "可惜"])
def test_what_is_conceded_is_no_praise_of_the_whole(turn):
    texts = ["物流没什么问题\n" + turn + "不新鲜", "物流没什么问题\n也不漏水"]
    assert (outright(texts, denials(texts)) > 0).tolist() == [False, True]
    assert (denials(texts) > 0).all()
