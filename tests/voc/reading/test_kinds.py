from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.reading.kinds import KINDS, choose, kind_shares
from voc.reading.labels import assemble
from voc.reading.model import OUTPUTS

DATA = Path(__file__).resolve().parents[3] / "voc" / "data"
TONE = assemble((DATA / "tone.npz").read_bytes(), (DATA / "topics.npz").read_bytes()).tone


def kind(text: str) -> str:
    return KINDS[int(choose([text], TONE)[0].argmax())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("制冷很快，声音也小，很满意", "opinion"),
        ("建议增加定时开关的功能", "suggestion"),
        ("希望能支持更多的设备", "suggestion"),
        ("请问怎么修改绑定的手机号？", "enquiry"),
        ("想咨询一下，我市户口迁移需要哪些材料？请领导答复，谢谢！", "enquiry"),
        ("我们小区对面的工地每天凌晨施工，严重扰民，多次投诉无人处理，请有关部门查处", "opinion"),
        ("求出平板适配的版本", "suggestion"),
        ("要是发货能再快一点就完美了", "suggestion"),
        ("什么玩意儿", "opinion"),
        ("还可以", "opinion"),
        ("退货运费凭什么要我出", "opinion"),
        ("补个牙要两千，这是抢钱吧？", "opinion"),
        ("驾校关门跑路，学车钱谁退给我们", "opinion"),
        ("感谢贵司让我体验了什么叫踢皮球", "opinion"),
        ("烧烤摊半夜还放音响，投诉了八百遍了，到底谁管？", "opinion"),
        ("小区快递柜不够用，能不能再装两组？", "suggestion"),
        ("洗衣液能不能别做得那么香", "suggestion"),
        ("叫号能不能慢点，老人听不清", "suggestion"),
        ("床头加个插座吧，充电得趴地上找", "suggestion"),
        ("走廊里贴个指示牌呗", "suggestion"),
        ("我想问下像我妈这种半自理的，还有点糊涂，你们收不收，一个月大概得交多少，要不要先来看看", "enquiry"),
        ("地图上能显示哪个桩坏了就好了", "suggestion"),
        ("免费时间是从充电开始算还是从进场开始算", "enquiry"),
        ("热水器挂空心砖墙上，要提前准备啥", "enquiry"),
        ("逾期一天就打到单位，你们有没有底线", "opinion"),
        ("说优惠到期了，谁通知过我", "opinion"),
        ("建议闭馆音乐换一首，怪吓人的", "suggestion"),
        ("套餐是按人头还是按桌收", "enquiry"),
        ("换号之后积分还在不在", "enquiry"),
        ("旧沙发能给搬下楼不", "enquiry"),
        ("不知道还收不收，反正味道可以", "opinion"),
        ("一瓶水十五，你怎么不去抢", "opinion"),
        ("说好保修三年，骗谁呢", "opinion"),
        ("会员费涨成这样，把老客户当傻子吗", "opinion"),
        ("上面写着退款成功，我怎么不知道", "opinion"),
        ("建议在学校门口增设红绿灯和斑马线，方便学生上下学，希望相关部门采纳", "suggestion"),
    ],
)
def test_kinds_are_told_apart(text: str, expected: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize("text", ["希望大家别买", "建议退款处理"])
def test_a_warning_or_a_demand_is_no_suggestion(text: str) -> None:
    assert kind(text) != "suggestion"


def test_a_form_of_words_raises_its_kind() -> None:
    rows = np.zeros((2, len(OUTPUTS)), dtype=np.float32)
    plain, wished = kind_shares(rows, ["请说很好吗", "希望增加功能吗"], ["请说很好吗", "希望增加功能吗"])
    assert plain.tolist() == pytest.approx([1 / 3] * 3)
    assert wished[KINDS.index("suggestion")] > plain[KINDS.index("suggestion")]


@pytest.mark.parametrize(
    "text", ["尖椒土豆丝盐放少了", "图片供参考", "4块钱超值的！！！", "我以为2个壳，原来只有一个"]
)
def test_what_asks_nothing_is_no_enquiry(text: str) -> None:
    assert kind(text) == "opinion"


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_shares_add_up_to_one(texts: list[str]) -> None:
    assert choose(texts, TONE).sum(axis=1).tolist() == pytest.approx([1.0] * len(texts))
