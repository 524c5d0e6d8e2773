from __future__ import annotations

import pytest

from voc.reading.mentions import Mention
from voc.reading.severity import severities
from voc.text.clauses import clausal


def test_a_dangerous_issue_weighs_but_only_words_make_an_emergency() -> None:
    warm = Mention("product.safety", "product", -1, 0, 2, 0.9)
    assert severities(["有点烫"], [[warm]]) == [1]
    assert severities(["有点烫"], [[warm._replace(confidence=0.5)]]) == [0]


def test_praise_of_safety_is_not_grave() -> None:
    safe = Mention("product.safety", "product", 1, 0, 2, 0.9)
    assert severities(["很安全"], [[safe]]) == [0]


def test_an_injury_counts_unless_it_is_denied() -> None:
    assert severities(["孩子烫伤住院了", "担心起火"], [[], []]) == [2, 0]


def test_threats_of_escalation_are_severe() -> None:
    assert severities(["我要打12315投诉你们", "还行"], [[], []]) == [1, 0]


DANGEROUS = (
    "漏电了，差点出事",
    "空调外机漏电，老爸摸了一下被电到",
    "插座起火了",
    "充电的时候冒烟了",
    "热水器把孩子烫伤了",
    "用了这款面霜脸过敏了",
    "吃完全家食物中毒",
    "手机充电突然爆炸",
    "洗衣机跑电，手一碰就麻",
    "插头漏电触电，非常危险",
    "燃气灶漏煤气",
    "玻璃面板自己炸了",
    "吃了外卖拉肚子上吐下泻",
    "全部客户无法登录",
    "系统瘫痪了，什么都办不了",
    "小区停水停电三天了",
    "所有人都登不上去",
    "昨天开始停水，到现在没人管",
    "用完脸上起红疹，严重过敏",
    "充电宝差点爆炸",
    "电梯突然下坠，把我们困在里面",
    "孩子手被夹伤了",
    "银行卡被盗刷了五千",
    "吃出了玻璃渣",
    "热水器漏电，电到了我老婆",
    "家里闻到一股煤气味",
    "燃气泄漏，太危险了",
    "服务器崩了，全公司都用不了",
    "整个小区断网两天",
    "存在严重的安全隐患",
    "电池鼓包了",
    "里面有一股烧焦的味道，电线都烧焦了",
    "抽油烟机着火了，幸亏发现得早",
    "锅突然炸裂，汤洒了一地",
    "孩子用了以后全身过敏住院了",
    "安装师傅没固定好，外机掉下来砸到人",
    "平台大面积瘫痪，商户都收不了款",
    "停电了，一直没恢复",
)
HARMLESS = (
    "这家店火了，排队的人很多",
    "这是今年的爆款",
    "客服态度把我气炸了",
    "炸鸡很好吃",
    "有一种触电般的感觉",
    "火锅味道不错",
    "担心起火",
    "有漏电保护，用着放心",
    "不会漏电",
    "味道爆炸好吃",
    "爆浆芝士",
    "手机中毒了，一直弹广告",
    "辣得嘴里冒火",
    "等得我都快冒烟了",
    "气得我头上冒烟",
    "手机发烫",
    "一停电就要重新连接wifi",
    "停电后要重新设置",
    "防烫伤设计很贴心",
    "会不会过敏",
    "敏感肌也不过敏",
    "我是过敏体质，用着没问题",
    "小说里主人公被爆炸炸死了",
    "太伤人心了",
    "评论区炸了",
    "朋友圈都炸锅了",
    "急得我上火",
    "住院费报销",
    "手机没信号",
    "人气爆炸",
    "app老是闪退",
    "性价比炸裂",
    "和他擦出火花",
    "软件登录不上",
    "门把手掉下来了",
    "漏电保护器很灵敏",
    "再也不用担心煤气中毒了",
    "电影很燃，爆炸场面震撼",
    "无法登录",
    "这个价格简直要我的命",
    "三个受伤的苹果",
    "烟灰缸上放着火柴",
    "靠着火车站",
    "吃完没有拉肚子",
    "有几个苹果压伤了",
    "如果半夜着火怎么办",
    "广告多到爆炸",
    "快饿死人了",
)


@pytest.mark.parametrize("text", DANGEROUS)
def test_danger_to_people_and_services_that_are_down_are_emergencies(text: str) -> None:
    assert severities(clausal([text]), [[]]) == [2]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_of_danger_that_mean_none_are_no_emergency(text: str) -> None:
    assert severities(clausal([text]), [[]])[0] < 2


def test_a_power_cut_said_in_passing_counts_only_where_the_issue_was_found() -> None:
    out = Mention("site.outage", "site", -1, 2, 4, 0.9)
    assert severities(["昨晚停电"], [[]]) == [0]
    assert severities(["昨晚停电"], [[out]]) == [2]


def test_an_empty_batch_has_no_grades() -> None:
    assert severities([], []) == []
