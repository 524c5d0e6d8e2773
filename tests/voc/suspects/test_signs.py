import numpy as np

from voc.suspects.signs import Praise, hollow, letters_of, signs_of

DETAIL = [
    "手柄上的按键比上一代大，老人也看得清", "装好以后滤芯提醒很准，换起来不用工具", "电池能撑两天，地铁上看视频也不烫",
    "送来的那天下雨，箱子里还垫了防水袋", "音量键在左边，单手够得着，这点想得周到", "锅底厚，煎鱼不粘，洗起来一冲就净",
    "孩子自己会调台灯的亮度，眼睛没那么累", "窗帘关得比旧的安静，夜里不吵人", "说明书有大字版，爸妈照着就装好了",
    "屏幕边上有点漏光，不过看书没问题", "客服把发票改了抬头，第二天就寄到", "热水来得快，冬天洗碗不用等",
]  # fmt: skip
NOBODY = -np.ones(48, dtype=np.int64)


def praise(texts, seconds, customers=None):
    many = NOBODY[:1].repeat(len(texts)) if customers is None else customers
    return Praise(letters_of(texts), np.array(seconds, dtype=np.int64), many)


def spread(n, days=30):
    return np.sort(np.random.default_rng(3).integers(0, days * 86400, n)) + 7


PAST = praise(DETAIL * 4, spread(48))


def test_templates_are_alike_and_hollow():
    bought = praise(["非常好用的产品，推荐", "非常好用的产品，点赞"] * 12, spread(24, 1))
    assert {"alike", "hollow"} <= set(signs_of(bought, PAST, 0.01))


def test_more_of_the_same_detailed_praise_bears_no_sign():
    fresh = praise(DETAIL * 2, spread(24, 1))
    assert signs_of(fresh, PAST, 0.01) == []


def test_forty_in_a_quarter_of_an_hour_are_hasty():
    hurried = praise(DETAIL * 3, 40 * 86400 + np.arange(36) * 20 + 7)
    assert "hasty" in signs_of(hurried, PAST, 0.01)


def test_times_that_tell_only_the_day_are_not_called_hasty():
    days = praise(DETAIL * 3, np.full(36, 86400 * 40))
    assert "hasty" not in signs_of(days, PAST, 0.01)


def test_the_same_customers_again_and_again_are_one_hand():
    own = np.repeat(np.arange(4), 9).astype(np.int64)
    assert "hands" in signs_of(praise(DETAIL * 3, spread(36, 3), own), PAST, 0.01)


def test_general_praise_is_hollow_and_detail_is_not():
    assert (
        hollow(letters_of(["很好用，五星好评，推荐", "特别喜欢", *DETAIL])).tolist()
        == [True, True] + [False] * 12
    )
