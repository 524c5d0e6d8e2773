"""The whole registry on events told in several words, in any order and any batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.registry.memory import Registry

PLACES = ("阳光小区", "龙腾家园", "青石桥社区")
TOLD = (
    "{}从昨晚开始停水，物业电话没人接，老人小孩没水喝",
    "我们{}停水两天了，物业没人管，老人和小孩连水都没得喝",
    "{}停水，物业没人接电话，老人小孩喝水都成问题",
)
OTHER = ("快递包装破了", "客服很热情但是不解决", "希望多开一条公交线", "发票抬头开错了要重开", "退款一周没到")


@pytest.fixture(scope="module")
def history(read):
    texts = [told.format(place) for place in PLACES for told in TOLD] + list(OTHER)
    signs, facts = read(texts, days=[day % 4 for day in range(len(texts))])
    return signs, facts


def registered(background, history, order, size):
    signs, facts = history
    registry = Registry(background)
    for start in range(0, len(order), size):
        rows = np.array(order[start : start + size])
        registry.add(rows, signs.take(rows), facts.take(rows), np.zeros(len(rows), dtype=np.int64))
    return registry


def parts(registry):
    return {frozenset(members) for members in registry.members.values()}


EVENTS = {frozenset({0, 1, 2}), frozenset({3, 4, 5}), frozenset({6, 7, 8})}


def test_each_event_is_one_group_and_the_rest_is_alone(background, history):
    assert parts(registered(background, history, list(range(14)), 14)) == EVENTS


@given(st.permutations(range(14)), st.integers(1, 14))
@settings(max_examples=25, deadline=None)
def test_the_groups_are_the_same_in_whatever_order_and_batches_the_feedback_comes(
    background, history, order, size
):
    assert parts(registered(background, history, order, size)) == EVENTS


def test_one_event_told_in_words_that_share_one_rare_pair_is_found_by_its_surge(background, read):
    usual = [f"{word}用着还可以就是{thing}有点{how}" for word in ("空调", "冰箱", "风扇") for thing in
             ("声音", "价格", "颜色", "线") for how in ("大", "高", "浅", "短")]  # fmt: skip
    music = ["半夜突然放音乐吓死人", "后台偷偷播音乐关不掉", "手机自己响起音乐", "音乐怎么都停不了", "为什么总放音乐",
             "一直响音乐以为中毒了", "早上被音乐吵醒", "卸载了才没音乐"]  # fmt: skip
    days = [number % 40 for number in range(len(usual))] + [60] * len(music)
    signs, facts = read([*usual, *music], days=days, product=[5] * len(days))
    registry = Registry(background)
    rows = np.arange(len(days))
    registry.add(rows, signs, facts, np.full(len(days), 5))
    assert frozenset(range(len(usual), len(days))) in parts(registry)


def test_the_same_words_of_two_sites_are_two_events(background, read):
    told = ("{}发的货箱子全湿了，里面都发霉", "{}这批货箱子泡水，打开全是霉，里面都发霉")
    texts = [words.format(site) for site in ("武汉仓", "成都仓") for words in told]
    assert parts(registered(background, read(texts, days=[0] * 4), range(4), 4)) == {
        frozenset({0, 1}),
        frozenset({2, 3}),
    }
