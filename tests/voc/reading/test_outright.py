from __future__ import annotations

import numpy as np
import pytest

from voc.reading.areas import AreaOpinion
from voc.reading.mentions import Mention
from voc.reading.outright import BRIEF, DOUBTED, HALF, PLAIN, SURELY, named_outright, without_doubtful_goods

AREAS = {"product": "产品质量", "service": "客户服务", "payment": "支付账务"}
GOODS = AreaOpinion("product", -0.5, 0, 3, DOUBTED - 0.1)
SURE = GOODS._replace(confidence=DOUBTED + 0.1)


def named(text, told=(), mentions=(), judged=True, areas=AREAS):
    return named_outright([text], [list(told)], [list(mentions)], np.array([-0.7]), [judged], areas)[0]


def test_who_is_spoken_of_names_the_area_where_the_model_named_none():
    assert named("打给公司\n业务员离职了没人接手") == [AreaOpinion("service", -0.7, 5, 15, PLAIN)]


def test_two_areas_are_named_and_of_each_the_first_word():
    assert [one.area for one in named("年费退款找客服\n客服找经理")] == ["payment", "service"]


def test_a_plain_word_outweighs_doubtful_goods_alone():
    assert [one.area for one in named("业务员离职了", [GOODS])] == ["service"]


@pytest.mark.parametrize(
    ("told", "mentions", "judged"),
    [
        ([SURE], [], True),
        ([GOODS._replace(area="payment")], [], True),
        ([], [Mention("product.fault", "product", -1, 0, 2, 0.9)], True),
        ([GOODS], [], False),
    ],
)
def test_what_is_surely_told_or_not_judged_stays(told, mentions, judged):
    assert named("业务员离职了", told, mentions, judged) == told


def test_in_a_long_text_a_plain_word_is_an_aside():
    assert named("业务员" + "很" * BRIEF, [GOODS]) == [GOODS]


def test_areas_the_taxonomy_does_not_know_are_not_named():
    assert named("业务员离职了", areas={"payment": "支付账务"}) == []


def test_no_texts_have_no_opinions():
    assert named_outright([], [], [], np.zeros(0), [], AREAS) == []


MAYBE = GOODS._replace(confidence=HALF - 0.1)
SITE = GOODS._replace(area="site", confidence=SURELY)


def left(*told, mentions=(), judged=True):
    return without_doubtful_goods([list(told)], [list(mentions)], [judged])[0]


def test_doubtful_goods_give_way_to_an_area_that_is_sure():
    assert left(MAYBE, SITE) == [SITE]


def test_doubtful_goods_are_not_told_where_nothing_is_judged():
    assert left(MAYBE, judged=False) == []


@pytest.mark.parametrize(
    ("told", "mentions"),
    [
        ((MAYBE,), ()),
        ((MAYBE, SITE._replace(confidence=SURELY - 0.1)), ()),
        ((MAYBE._replace(confidence=HALF), SITE), ()),
        ((MAYBE, SITE), [Mention("product.fault", "product", -1, 0, 2, 0.9)]),
    ],
)
def test_goods_stay_where_nothing_surer_is_told_or_their_trouble_has_a_name(told, mentions):
    assert left(*told, mentions=mentions) == list(told)
