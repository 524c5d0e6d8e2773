from __future__ import annotations

import numpy as np
import pytest

from voc.reading.areas import AreaOpinion
from voc.reading.mentions import Mention
from voc.reading.outright import BRIEF, DOUBTED, PLAIN, named_outright

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
