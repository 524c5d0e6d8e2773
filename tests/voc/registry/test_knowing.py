"""A group of a history that came at once is known when its members, one by one, would have made it one."""

import numpy as np
import pytest

from voc.kernels.runs import ordered
from voc.registry.anchors import entries, of_streams
from voc.registry.knowing import Members, earliest, held, known_from
from voc.registry.memory import Registry
from voc.registry.pairs import Facts, Rule
from voc.registry.surges import SURGES

APART = [
    "阳光小区从昨晚开始停水，老人小孩没水喝",
    "阳光小区路灯不亮，晚上摔倒了人",
    "阳光小区路灯全都不亮，晚上有人摔倒",
]
LINK = "阳光小区停水，路灯也不亮，老人小孩没水喝，晚上有人摔倒"
MUSIC = ["半夜突然放音乐吓死人", "后台偷偷播音乐关不掉", "手机自己响起音乐", "音乐怎么都停不了", "为什么总放音乐",
         "一直响音乐以为中毒了", "早上被音乐吵醒", "卸载了才没音乐"]  # fmt: skip
USUAL = [f"{word}用着还可以就是{thing}有点{how}" for word in ("空调", "冰箱", "风扇")
         for thing in ("声音", "价格", "颜色", "线") for how in ("大", "高", "浅", "短")]  # fmt: skip


def known(background, members, runs, least):
    return known_from(members, runs, least, background, Rule(), SURGES)


@pytest.fixture
def group(read):
    def of(texts, days, customers=None):
        signs, facts = read(texts, days)
        return Members(
            np.arange(len(texts)), customers or list(range(len(texts))), np.full(len(texts), 7), signs, facts
        )

    return of


@pytest.fixture
def music(background, read):
    """Reviews of one product in which a word surges, in order of time: all of them, and the index over them."""
    days = [number % 40 for number in range(len(USUAL))] + [60 + number / 10 for number in range(len(MUSIC))]
    order = np.argsort(days, kind="stable")
    texts = [[*USUAL, *MUSIC][row] for row in order]
    signs, facts = read(texts, [days[row] for row in order], product=[5] * len(order))
    ids, stream = np.arange(len(order)), np.full(len(order), 5)
    runs = [ordered(np.concatenate([entries(ids, facts.moment, stream, facts.product, signs.keys),
                                    of_streams(ids, facts.moment, stream)]))]  # fmt: skip
    return Members(ids, ids.tolist(), stream, signs, facts), runs


def part(members, rows):
    facts = Facts(*(getattr(members.facts, name)[rows] for name in ("moment", "product", "region")))
    return Members(members.ids[rows], rows.tolist(), members.stream[rows], members.signs.take(rows), facts)


def registered_one_by_one(background, members, group, least):
    """Return the number of the feedback with which the registry first holds so many of a group together."""
    registry = Registry(background)
    for row in range(len(members.ids)):
        one = np.array([row])
        registry.add(members.ids[one], members.signs.take(one), members.facts.take(one), members.stream[one])
        if any(len(group & set(rows)) >= least for rows in registry.members.values()):
            return row
    return None


def test_what_a_later_customer_shows_to_be_one_was_not_known_before(background, group):
    members = group([*APART, LINK], [0, 1, 2, 5])
    assert earliest(members.customers, 3) == 2
    assert known(background, members, [], 3) == 3


def test_what_is_alike_from_the_beginning_is_known_when_enough_customers_spoke(background, group):
    members = group([LINK, *APART], [0, 1, 2, 5], customers=[1, 1, 2, 3])
    assert known(background, members, [], 2) == 2
    assert known(background, members, [], 3) == 3


def test_members_whose_link_is_gone_are_known_with_the_last(background, group):
    assert known(background, group(APART, [0, 1, 2]), [], 3) == 2


@pytest.mark.parametrize("least", [3, 5, 7])
def test_a_surge_puts_together_when_it_is_one_and_not_when_its_first_words_were_said(
    background, music, least
):
    everything, runs = music
    registry = grown(background, everything)
    rows = np.array(sorted(registry.members[registry.group[len(everything.ids) - 1]]))
    now = known(background, part(everything, rows), runs, least)
    assert rows[now] == registered_one_by_one(background, everything, set(rows.tolist()), least)
    assert now >= min(rule.least for rule in SURGES) - 1


def grown(background, members):
    registry = Registry(background)
    registry.add(members.ids, members.signs, members.facts, members.stream)
    return registry


def test_only_keys_that_two_members_hold_are_looked_up(music):
    everything, _ = music
    _, count = np.unique(held(everything)[:, 0], return_counts=True)
    assert count.min() >= 2
