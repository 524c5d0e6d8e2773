from __future__ import annotations

import pytest

from voc.rejection import ABUSE, ADVERTISING, PLACEHOLDER, TEST, reject


@pytest.mark.parametrize(
    "text",
    ["此用户未填写评价内容", "此用户未及时填写评价内容", "系统默认好评！", "无", "-", "N/A", "暂无评价"],
)
def test_placeholders_are_rejected(text: str) -> None:
    assert reject([text]) == [PLACEHOLDER]


@pytest.mark.parametrize("text", ["测试数据", "test", "asdf", "111", "这是一条测试工单请忽略", "。。。"])
def test_test_entries_are_rejected(text: str) -> None:
    assert reject([text]) == [TEST]


@pytest.mark.parametrize(
    "text",
    [
        "兼职刷单日赚300元，加微信abc12345",
        "兼 职 刷 单，日 结，加 V 信 abc12345",
        "代开各类发票，电话13800000000",
        "无抵押贷款，当天放款，联系QQ123456",
        "①天③百，诚招兼职，时间自由，加薇❤abc12345，日结",
        "注册送彩金88元，网址www.abc123.com，返水1.2%",
        "限时抢购，全场五折起，点击链接领取优惠券http://t.cn/abc 退订回T",
    ],
)
def test_advertising_is_rejected_in_disguise_too(text: str) -> None:
    assert reject([text]) == [ADVERTISING]


@pytest.mark.parametrize("text", ["傻逼", "草泥马！", "你妈的", "滚蛋"])
def test_mere_insults_are_rejected(text: str) -> None:
    assert reject([text]) == [ABUSE]


@pytest.mark.parametrize(
    "text",
    [
        "他妈的太慢了，等了三个小时",
        "垃圾客服，态度差，打了五次电话没人管",
        "好评都是刷单刷出来的，东西很烂",
        "师傅让我加微信付安装费200元，不开发票",
        "活动说满1000减100，结果优惠券用不了",
        "贷款审核太慢，客服一直推脱",
        "天天打电话推销贷款，烦死了",
        "发票开错了，联系客服没人理",
        "广告太多，点开就是红包领取",
        "666",
        "好",
        "不好用",
        "没有测试就上线，全是bug",
    ],
)
def test_real_feedback_is_never_thrown_away(text: str) -> None:
    assert reject([text]) == [None]


def test_every_text_gets_its_answer_in_order() -> None:
    assert reject(["111", "安装很快", "此用户未填写评价内容"]) == [TEST, None, PLACEHOLDER]
    assert reject([]) == []
