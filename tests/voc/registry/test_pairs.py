import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.registry.pairs import Rule, alike, score

WATER = "阳光小区3栋从昨晚开始停水，物业电话没人接，老人小孩没水喝"
AGAIN = "我们阳光小区停水两天了，物业没人管，老人和小孩连水都没得喝"


def together(read, a, b, **known):
    signs, facts = read([a, b], **known)
    return bool(alike(signs, facts, np.array([0]), np.array([1]), Rule())[0])


def test_two_who_tell_of_one_event_in_other_words_belong_together(read):
    assert together(read, WATER, AGAIN)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (WATER, WATER.replace("阳光", "幸福")),
        ("请求硬化白云村三组到镇上的公路，下雨天没法走", "请求硬化青石村三组到镇上的公路，下雨天没法走"),
        ("升级到5.6.1版本之后一打开就闪退，完全没法用", "升级到6.0.2版本之后一打开就闪退，完全没法用"),
        ("西湖店晚上没有热水，前台说锅炉坏了", "五道口店晚上没有热水，前台说锅炉坏了"),
        ("武汉光谷站的充电桩全是坏的，扫码没反应", "成都天府站的充电桩全是坏的，扫码没反应"),
        ("翠湖苑3栋电梯停运四天，老人下不了楼", "翠湖苑11栋电梯停运四天，老人下不了楼"),
        ("刚买的M7洗衣机底部一直漏水，地板都泡坏了", "刚买的X9洗衣机底部一直漏水，地板都泡坏了"),
    ],
)
def test_the_same_words_about_another_place_or_product_stay_apart(read, a, b):
    assert not together(read, a, b)


def test_neighbours_from_two_buildings_tell_of_one_matter(read):
    noise = "翠湖苑{}栋业主反映旁边工地半夜施工打桩，整夜睡不着"
    assert together(read, noise.format(3), noise.format(11))


@pytest.mark.parametrize(
    "known", [{"days": [0, 200]}, {"product": [1, 2]}, {"region": [1, 2], "days": [0, 1]}]
)
def test_the_same_words_at_another_time_or_of_another_product_or_region_stay_apart(read, known):
    text = "会员中心的签到积分怎么一直不到账，客服也说查不到"
    assert together(read, text, text)
    assert not together(read, text, text, **known)


def test_another_matter_at_the_same_place_stays_apart(read):
    assert not together(
        read,
        "反映龙腾家园的电梯三天两头困人，维保单位一直不来修",
        "咨询龙腾家园对口的小学是哪一所，外地户口能不能报名",
    )


def test_two_everyday_sentences_are_no_event(read):
    assert not together(read, "客服态度差", "客服态度很差")


@given(st.lists(st.text(alphabet="阳光小区停水物业A7县5.6路 ，。", max_size=30), min_size=2, max_size=2))
def test_the_rule_is_symmetric(read, pair):
    signs, facts = read(pair, days=[0, 3])
    there, back = (score(signs, facts, np.array([a]), np.array([1 - a]), Rule()) for a in (0, 1))
    assert there[0] == pytest.approx(back[0], abs=1e-6)
    assert there[1] == back[1]
