import numpy as np

from voc.asking import asked
from voc.needs import Voices, needs

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


def test_nothing_asked_is_no_need():
    assert needs([], voices()) == []
