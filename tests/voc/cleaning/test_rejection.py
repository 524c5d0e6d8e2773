from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.cleaning.rejection import ABUSE, ADVERTISING, FRAUD, MEANINGLESS, PLACEHOLDER, REASONS, TEST, reject
from voc.cleaning.spam import SpamModel, load_spam


@pytest.fixture(scope="module")
def spam() -> SpamModel:
    return load_spam((Path(__file__).parents[3] / "voc" / "data" / "spam.npz").read_bytes())


@pytest.mark.parametrize(
    "text",
    [
        "此用户未填写评价内容", "此用户未及时填写评价内容", "系统默认好评！", "无", "-", "N/A", "暂无评价",
        "评价方未及时做出评价,系统默认好评!", "此用户没有填写评论!", "买家未作出评价，系统自动好评",
        "该用户很懒，什么都没写",
        "本条评论已被删除", "没有意见", "买家没有写评价，系统自动给了好评", "该用户觉得商品很好",
        "此用户对服务非常满意",
    ],
)  # fmt: skip
def test_placeholders_are_rejected(text: str) -> None:
    assert reject([text]) == [PLACEHOLDER]


@pytest.mark.parametrize(
    "text",
    [
        "测试数据",
        "test",
        "asdf",
        "111",
        "123",
        "这是一条测试工单请忽略",
        "测试测试",
        "接口联调测试，请勿处理",
        "hello world",
        "qwerty",
        "接口联调用",
    ],
)
def test_test_entries_are_rejected(text: str) -> None:
    assert reject([text]) == [TEST]


@pytest.mark.parametrize("text", ["。。。", "dsfsdfsdgh", "阿斯顿发撒", "……，，"])
def test_signs_without_meaning_are_rejected(text: str) -> None:
    assert reject([text]) == [MEANINGLESS]


ADVERTISED = [
    "兼职刷单日赚300元，加微信abc12345",
    "兼 职 刷 单，日 结，加 V 信 abc12345",
    "代开各类发票，电话13800000000",
    "无抵押贷款，当天放款，联系QQ123456",
    "①天③百，诚招兼职，时间自由，加薇❤abc12345，日结",
    "注册送彩金88元，网址www.abc123.com，返水1.2%",
    "限时抢购，全场五折起，点击链接领取优惠券http://t.cn/abc 退订回T",
    "专业代开发票，各行业都有，点数低，[手机号1]",
    "高薪诚聘兼职打字员，在家操作，日结200，＋𝐕：[微信号1]",
    "全国办理信用卡提额，秒批10万，详询[手机号1]",
    "本店低价出售发票，量大从优，电话同V",
    "代 开 发 票 ，点 数 低",
    "有需要贷款的朋友联系我，秒到账",
    "减肥产品一个月瘦二十斤，不反弹，想了解的加我",
    "加我内部群，每天上百张大额券，想省钱的姐妹扫我头像进群",
    "高价回收茅台、购物卡，当面结账，同城上门",
    "代考驾照，不用本人到场，包拿证，扣1234567890",
]


@pytest.mark.parametrize("text", ADVERTISED)
def test_advertising_is_rejected_in_disguise_too(text: str, spam: SpamModel) -> None:
    assert reject([text]) == [ADVERTISING]
    assert reject([text], spam) == [ADVERTISING]


@pytest.mark.parametrize(
    "text",
    [
        "【工商银行】尊敬的用户，您的电子密码器将于次日失效，请尽快登录www.icbcvk.com进行升级",
        "尊敬的建行客户：您的账户已满10000积分可兑换5%的现金，请登录手机网www.ccbaev.cc查询兑换【建设银行】",
    ],
)
def test_fraud_is_told_from_advertising(text: str, spam: SpamModel) -> None:
    assert reject([text], spam) == [FRAUD]


@pytest.mark.parametrize(
    "text",
    [
        "傻逼",
        "草泥马！",
        "你妈的",
        "滚蛋",
        "ｓｂ",
        "你们这群废物",
        "去死吧垃圾，操你妈",
        "傻逼商家",
        "傻逼玩意儿",
    ],
)
def test_mere_insults_are_rejected(text: str) -> None:
    assert reject([text]) == [ABUSE]


@pytest.mark.parametrize(
    "text",
    [
        "他妈的太慢了，等了三个小时",
        "垃圾客服，态度差，打了五次电话没人管",
        "你们这群傻逼退钱",
        "好评都是刷单刷出来的，东西很烂",
        "师傅让我加微信付安装费200元，不开发票",
        "师傅让我加微信，说好评返现20元",
        "安装师傅主动加我微信[微信号1]，有问题随时解答，非常负责",
        "活动说满1000减100，结果优惠券用不了",
        "贷款审核太慢，客服一直推脱",
        "天天打电话推销贷款，烦死了",
        "收到你们的短信：尊敬的用户，您的积分已满10000可兑换现金，请登录www.abc.com，这是不是诈骗？",
        "一直给我发“全场五折起，回T退订”，退订了还发，投诉！",
        "发票开错了，联系客服没人理",
        "广告太多，点开就是红包领取",
        "请尽快联系我，电话[手机号1]，订单[订单号1]",
        "双十一买的，满减加红包很划算，送的礼品也收到了",
        "用户未收到货",
        "默认地址改不了",
        "666", "好", "不好用", "没有测试就上线，全是bug", "测试了一下，效果不错",
        "很差", "垃圾", "哈哈哈哈", "👍👍👍", "？？？", "yyds", "1",
        "大学生做什么兼职能赚钱", "社保卡可以套现吗", "没人联系我", "客服让我加微信才给退款，是不是骗子",
        "这个月话费套餐外多扣了30，办理的时候说免费领流量的", "贷款批了迟迟不放款，额度还降了，征信查了三次",
        "店里贴着加微信领红包，加了以后天天被推销",
        "培训班招生时说名师小班，来了是大班", "该用户反映空调漏水", "扣100块钱也没人说一声",
        "操作简单", "给孙子买的", "无语", "没用", "无法登录",
    ],
)  # fmt: skip
def test_real_feedback_is_never_thrown_away(text: str, spam: SpamModel) -> None:
    assert reject([text]) == [None]
    assert reject([text], spam) == [None]


def test_every_text_gets_its_answer_in_order() -> None:
    assert reject(["111", "安装很快", "此用户未填写评价内容"]) == [TEST, None, PLACEHOLDER]
    assert reject([]) == []


@given(st.lists(st.one_of(st.text(max_size=60), st.sampled_from(ADVERTISED)), max_size=6))
def test_a_text_is_judged_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    together = reject(texts)
    assert together == [reject([text])[0] for text in texts]
    assert set(together) <= {None, *REASONS}


@pytest.mark.parametrize(
    "text",
    [
        "价保说好三十天，找谁都推来推去，越想越气，电话[手机号1]",
        "门锁能约周末装吗，平时上班。盼回复 [姓名1] 地址：[地址1] 电话：[手机号1]",
        "老人睡眠浅，那个电流声一晚上不停，找[姓名1]，[手机号1]，微信同号",
        "大周末停热水，远程教我6分钟好了，感激！店长亲自跟单，买完还加微信回访",
    ],
)
def test_who_says_how_he_is_reached_is_no_advertiser_for_that(text: str, spam: SpamModel) -> None:
    assert reject([text], spam) == [None]


@pytest.mark.parametrize("text", ["没用绑定信用卡可以贷款嘛", "贷款利率说好3.2，放款成了4.1"])
def test_words_of_loans_alone_do_not_outweigh_a_model_that_sees_no_advertising(
    text: str, spam: SpamModel
) -> None:
    assert reject([text], spam) == [None]
