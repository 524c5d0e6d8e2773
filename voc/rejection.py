"""What is not feedback at all: placeholders, advertising, mere abuse, test entries.

A rejected complaint is a customer not heard, so every rule asks for more than one sign; what stays in doubt
stays in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

PLACEHOLDER, ADVERTISING, ABUSE, TEST = "placeholder", "advertising", "abuse", "test"
LONGEST_EMPTY = 40  # longer texts say something

_PLACEHOLDER = re.compile(
    r"(?:此|该)?用户(?:没有|未)(?:填写|及时)?(?:评价|评论|填写)?(?:内容)?[^，。]{0,12}|"
    r"(?:系统)?默认(?:好评|评价|五星)[！!。.]*|(?:系统)?自动(?:好评|评价)[！!。.]*|评价方未及时做出评价[，,]?系统默认好评[！!。.]*|"
    r"(?:暂无|没有|无)(?:评价|评论|内容|意见)?(?:内容)?[。.!！]*|(?:用户)?未(?:作|做出|发表)评[价论][。.]*|"
    r"(?:n/?a|null|none|nan|nil|-+|/+|\\+)|本条评论(?:已删除|由系统自动生成)[。.]*|来自.{1,10}的评[价论]"
)
_TEST = re.compile(
    r"(?:这是|这只是)?(?:一[条个])?(?:测试|试验|test(?:ing)?)(?:数据|内容|反馈|一下|用例|提交|消息|文本|工单|单|请忽略|\d+|[，,。.!！\s])*(?:请?忽略|勿处理|不用处理)?[。.!！]*|"
    r"(?:asd|qwe|zxc|sdf|dfg|fgh|jkl|hjk|wer|abc|xxx|aaa)[a-z]{0,12}|([0-57-9])\1{2,}|1?2345?6?7?8?9?0?|[.。，,…~\s]+|(?:hello|hi)[,\s]?world|你好[，,]?测试.{0,6}|"
    r"(?:系统|功能|接口|压力|回归)测试.{0,8}(?:请忽略|忽略|勿处理|勿回)[。.!！]*"
)

# Signs of advertising; the sum decides, so that no single word rejects a complaint that happens to hold it.
_CONTACT = re.compile(
    r"(?:加|\+|➕|伽|咖|联系|咨询|私|添加)(?:我|一下|下|我们|老师|客服|小编|领|这个|本人)*(?:的)?(?:个?人)?"
    r"(?:v|微|薇|威|徽|卫|巍|q|扣|企鹅|群|wechat)(?:x|信|心|芯|星|♥|❤|q|扣)?|"
    r"(?:微信|威信|薇信|徽信|微芯|vx|v信|wx|wechat|weixin|qq|扣扣|q群|企鹅群?)(?:号|号码|群)?[:：]?\s*(?:[a-z0-9_\-]{5,}|wechat|qq)|"
    r"https?://|www\.|t\.cn|url|[a-z0-9\-]+\.(?:com|cn|net|top|xyz|cc|vip|me)\b|"
    r"(?:手机|电话|热线|tel|致电|咨询|联系|详询)[:：]?\s*(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|cellphone|phone|hotline)|"
    r"\[(?:手机号|微信号|qq号|电话)\d+\]|cellphone|hotline|点击(?:链接|领取|查看|暗号|抢)|扫码|戳|"
    r"回复\s*[a-z0-9]{1,6}\s*(?:领|办|即|开|参|退|升|订)|wechat"
)
_OFFER = re.compile(
    r"刷单|刷信誉|兼职|日结|日赚|日入过|月入过|躺赚|赚钱|轻松赚|高薪|招聘|招代理|诚招|代理|加盟|垫付|佣金|返佣|返利|货到付款|一件代发|复刻|"
    r"贷款|借款|无抵押|网贷|放款|秒批|下款|额度|提额|套现|办卡|垫还|月息|利息低|征信|黑户|"
    r"代开|开票|发票.{0,6}(?:点数|优惠|代理|税)|国税|地税|刻章|办证|文凭|学历|代写|"
    r"博彩|彩票|彩金|返水|投注|赌场|娱乐[城场]|棋牌|注册(?:即|就|可)?送|首[存充冲]|提现|充值|开户|荐股|牛股|涨停|投资理财|年化|收益|配资|"
    r"限时|限量|全场|新店|盛大|钜惠|特惠|大促|促销|折扣|折起|至\w{0,3}折|低至|立减|满\w{1,6}减|买\w{0,3}[送免]|免费领|领取|礼包|好礼|豪礼|大礼|抽奖|中奖|"
    r"酬宾|开业|周年庆|抢购|秒杀|开抢|热销|团购|现房|首付|楼盘|别墅|商铺|认筹|样板间|旗舰店|专享|红包|代金券|优惠券|满额|换购|唯品会|聚划算|天猫|淘宝|"
    r"积分(?:兑换|清零|已满|即将|可兑)|尊敬的|诚邀|邀您|恭喜|招生|培训班|小班|名师|流量包|话费|套餐|资费|办理|祝您|敬请|客户经理|凭(?:此|本)?短信|退订"
)
_STRONG = re.compile(
    r"刷单.{0,10}(?:日|赚|返|元|联系|加|招)|兼职.{0,12}(?:日|赚|元|薪|招)|(?:日赚|日入|月入)\w{0,3}(?:过万|上万|过千|上千)|日赚\d|"
    r"代开.{0,8}发?票|发票.{0,6}代开|(?:正规|各类|专用).{0,6}发票.{0,8}(?:代|电话|联系|cellphone)|"
    r"(?:无抵押|信用(?!社)|低息).{0,8}贷款?|贷款.{0,20}(?:放款|秒批|月息|下款)|六合彩|百家乐|时时彩|彩金|返水|首[存充冲]|彩票网|"
    r"刻章|办证(?:件)?(?:联系|电话|[:：])|荐股|套现|注册(?:即|就|可)?送\w{0,3}(?:元|彩|digit)|积分.{0,12}(?:兑换?|领取).{0,12}(?:现金|礼包)|"
    r"td退订|退订回|回复?\w{0,2}退订?(?![货款])|取消提醒|在家操作|不限地点|一件代发"
)
_OWN = re.compile(
    r"投诉|差评|骗|退货|退款|垃圾|坑|师傅|售后|装了|收到|买了|买的|用了|我(?:的|买|打|家|们家|想|要|在|已|被|是|就)|质量|快递|太差|"
    r"不好用|不行|失望|没人|骚扰|为什么|怎么|建议|希望|评价|评论|好评"
)

_INSULT = re.compile(
    r"(?:傻|煞|沙|啥|s)(?:逼|比|b|叉|屌|吊|缺)|(?:你|尼|他|它|特|踏|t)(?:妈|马|吗|麻|m)(?:的|逼|b|死|比)?|(?:草|操|艹|日|肏)(?:你|尼|泥)?(?:妈|马|大爷|祖宗|全家)?|(?:cn|n|s)m?b|cnm|nmsl|tmd|wc|"
    r"滚(?:蛋|犊子|你妈)?|去死(?:吧)?|王八蛋|狗(?:东西|屎|日的|杂种|娘养的)|混蛋|畜生|杂种|贱人|婊子|废物|脑残|智障|白痴|死全家|全家死光|妈的|他娘的|不要脸|臭不要脸|人渣|败类|猪狗不如|sb|fuck(?:\s*you)?|shit|死妈|龟孙|孙子"
)
_FILLER = re.compile(
    r"[\s，,。.！!？?~…、*#@&%$\-_]|[你我他她它这那是的了个们吧啊呀哦嗯都就真太很全一群帮家公司死东西玩意破什么吗呢]|[\U0001f300-\U0001faff\u2600-\u27bf]"
)

_DISGUISE = re.compile(r"(?<=[^\W_])[\s.。·*_\-~丨|/\\^`'，,♥❤🌸]+(?=[^\W_])")
_HOMOGLYPHS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧаеорсухѵνⅴｖ╋＋加嘉佳茄", "abezhikmnoptyxaeopcyxvvvv++加加加加")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().translate(_HOMOGLYPHS)


def _tight(folded: str) -> str:
    """Undo the spacing of disguises such as 加 V 信."""
    return _DISGUISE.sub("", folded)


def _is_advertising(folded: str) -> bool:
    if not _OFFER.search(folded) and not _DISGUISE.search(folded):
        return False
    tight = _tight(folded)
    offers = len({found.group() for found in _OFFER.finditer(tight)})
    if not offers:
        return False
    own = len(_OWN.findall(folded))
    strong = len(set(_STRONG.findall(tight)))
    contact = len({found.group() for found in _CONTACT.finditer(tight)})
    return 2.5 * strong + 1.5 * min(contact, 2) + min(offers, 4) - 1.5 * own >= 3.5


def _is_abuse(folded: str) -> bool:
    if not _INSULT.search(folded):
        return False
    return len(_FILLER.sub("", _INSULT.sub("", folded))) == 0


def _reason(text: str) -> str | None:
    folded = _fold(text).strip()
    if len(folded) <= LONGEST_EMPTY:
        if _PLACEHOLDER.fullmatch(folded):
            return PLACEHOLDER
        if _TEST.fullmatch(folded):
            return TEST
        if _is_abuse(folded):
            return ABUSE
    return ADVERTISING if _is_advertising(folded) else None


def reject(texts: Sequence[str]) -> list[str | None]:
    """Say why a text is not feedback (placeholder, advertising, abuse, test); None for feedback."""
    return [_reason(text) for text in texts]
