import numpy as np

from voc.themes.asking import asked
from voc.themes.needs import Voices, needs

TEXTS = [
    "希望支持快捷指令", "什么时候能支持快捷指令", "强烈建议加入快捷指令！！",
    "希望增加夜间模式", "请增加夜间模式，太亮了", "建议做个深色外壳",
]  # fmt: skip


def voices(customers=None, values=None, ratings=None):
    n = len(TEXTS)
    return Voices(
        np.arange(n) if customers is None else np.array(customers), np.arange(n) + 100,
        np.full(n, np.nan) if ratings is None else np.array(ratings, dtype=float),
        np.zeros(n, dtype=int) if values is None else np.array(values), TEXTS,
    )  # fmt: skip


def test_one_thing_in_other_words_is_one_need_and_the_most_wanted_comes_first():
    first, second = needs(asked(TEXTS), voices())
    assert ("快捷指令" in first.what, first.customers) == (True, 3)
    assert ("夜间模式" in second.what, second.customers) == (True, 2)
    assert (first.first, first.last) == (100, 102)
    assert len(first.quotations) >= 2


def test_a_customer_who_asks_three_times_is_one_customer():
    alone = needs(asked(TEXTS), voices(customers=[1, 1, 1, 2, 3, 4]), fewest=1)
    assert next(need for need in alone if "快捷指令" in need.what).customers == 1


def test_valued_and_unhappy_customers_move_a_need_up():
    plain = needs(asked(TEXTS), voices())
    moved = needs(asked(TEXTS), voices(values=[0, 0, 0, 3, 3, 0], ratings=[5, 5, 5, 1, 1, 5]))
    assert "快捷指令" in plain[0].what
    assert "夜间模式" in moved[0].what
    assert moved[0].valued == 2


def told(texts):
    """The needs of texts that each another customer wrote."""
    n = len(texts)
    heard = Voices(np.arange(n), np.zeros(n, dtype=int), np.full(n, np.nan), np.zeros(n, dtype=int), texts)
    return needs(asked(texts), heard, fewest=1)


def test_how_a_thing_is_to_be_made_does_not_make_two_things_of_it():
    (only,) = told(["希望ipad能出横屏模式", "希望ipad可以横屏", "建议为ipad版添加个横屏模式"])
    assert only.customers == 3


def test_what_is_part_of_two_things_is_neither():
    wanted = [
        "希望支持ipad pro",
        "希望更新ipad pro版本",
        "希望支持ipad横屏",
        "建议增加ipad横屏",
        "建议增加ipad版",
    ]
    assert [need.customers for need in told(wanted)] == [2, 2, 1]


def test_a_thing_asked_for_in_several_cities_is_one_and_named_without_them():
    wanted = [f"能否在{city}设个备件仓，等件太久" for city in ("成都", "成都", "南京", "重庆")]
    (only,) = told(wanted)
    assert (only.what, only.customers) == ("设个备件仓", 4)


def test_a_thing_asked_for_in_one_city_keeps_its_name():
    (only,) = told(["能否在成都设个备件仓"] * 2)
    assert only.what == "成都设个备件仓"


def test_a_question_names_what_the_thing_is_asked_of():
    (only,) = told(
        ["广告能不能设成一周一次", "用了两个月，广告能不能设成一周一次，谢谢", "你们能不能设成一周一次"]
    )
    assert only.what == "广告设成一周一次"


def test_nothing_asked_is_no_need():
    assert needs([], voices()) == []
