"""What personal data looks like in Chinese customer language, from certain to likely."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Accept = Callable[[str, str, int, int], bool]


@dataclass(frozen=True)
class Rule:
    """A kind of personal data: where it may stand, and the check that decides (value, text, start, end)."""

    kind: str
    pattern: re.Pattern[str]
    accept: Accept


# The cheap look: a text without any of these cannot hold what the rules below find.
TRIGGER = re.compile(
    r"[0-9０-９@＠]{4}|[0-9０-９]\D{0,3}[0-9０-９]\D{0,3}[0-9０-９]\D{0,3}[0-9０-９]|[@＠]|[零〇一二三四五六七八九幺]{7}|"
    r"我叫|我是|我姓|本人|姓名|联系人|收件人|收货人|客户名|先生|女士|小姐|经理|师傅|微信|[Qq扣][Qq扣]|[Vv][Xx信]|号|[路街巷弄村].{0,8}\d|"
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚ]"
)

_CHINESE_DIGITS = str.maketrans(
    "０１２３４５６７８９零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0123456789001234567891123456789"
)
_SEPARATORS = re.compile(r"[\s\-_—－.·]+")
_ANY = "0-9０-９零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_D = "[0-9０-９]"
_GAP = r"[ \t\-_—－.·]{0,2}"


def digits(value: str) -> str:
    """The plain digits of a number however it was written."""
    return _SEPARATORS.sub("", value.translate(_CHINESE_DIGITS))


def identity_card(value: str) -> bool:
    """Whether an 18-character identity number has a possible date and the right check digit (GB 11643)."""
    number = digits(value).upper().replace("Ｘ", "X")
    if not re.fullmatch(r"[1-8]\d{5}(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", number):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, number[:17], strict=True))
    return "10X98765432"[total % 11] == number[17]


def luhn(value: str) -> bool:
    """Whether a card number of 13 to 19 digits passes the Luhn check (ISO/IEC 7812)."""
    number = digits(value)
    if not (number.isdecimal() and 13 <= len(number) <= 19 and len(set(number)) > 2):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def _identity(value: str, text: str, start: int, end: int) -> bool:
    named = re.search(r"身份证|证件号", text[max(0, start - 12) : start])
    return identity_card(value) or bool(named)


def _card(value: str, text: str, start: int, end: int) -> bool:
    named = re.search(r"卡号|银行卡|信用卡|储蓄卡|账号|帐号|账户", text[max(0, start - 12) : start])
    return bool(named) or (digits(value)[0] in "34569" and luhn(value))


def _mobile(value: str, text: str, start: int, end: int) -> bool:
    number = digits(value)
    return number[-11:-8].isdecimal() and len(set(number)) > 2 and not _is_model(text, start, end)


def _is_model(text: str, start: int, end: int) -> bool:
    """Part of a longer code such as a product model or a link."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return any(c.isascii() and (c.isalnum() or c in "_=/") for c in (before, after) if c)


def _landline(value: str, text: str, start: int, end: int) -> bool:
    number = digits(value).strip("()（）")
    # 2020-08240000 and the like are dates or codes, not numbers of a town.
    return number.startswith("0") or bool(
        re.search(r"电话|座机|固话|致电|号码|拨打", text[max(0, start - 8) : start])
    )


def _place(value: str, text: str, start: int, end: int) -> bool:
    """A floor alone (广场一楼) finds nobody."""
    return bool(re.search(r"\d|号|栋|幢|单元|室", value))


def _always(value: str, text: str, start: int, end: int) -> bool:
    return True


def _code(value: str, text: str, start: int, end: int) -> bool:
    return any(c.isdecimal() for c in value)


# Words that stand where a name would, and begin with a character that is also a surname.
_NOT_NAMES = re.compile(
    "客服|老板|店家|商家|卖家|快递|售后|安装|维修|师傅|经理|顾客|客户|用户|会员|高兴|高效|安心|安排|方便|周到|和气|时候|时间|"
    "非常|马上|万分|万能|全部|全程|全体|常常|平时|平常|平台|经常|应该|于是|明明|何时|何必|成功|成交|产品|项目|业务|地区|分店|"
    "门店|单位|公司|总部|电话|因为|所以|但是|可是|而且|华为|小米|程师|申请|辛苦|牛得|牛逼|顾问|高空|高级|安全|金牌|家里|"
    "路上|路边|路过|包装|包邮|毛病|温柔|温和|文明|方法|方面|单子|单独|时常|计较|解释|解决|管理|宋体|易用|施工|水平|严重|严格"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易"
    "乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯"
_GIVEN = r"(?![了的很得是不就都也没说给太到在我你他上下这那去啦呢吧吗苦])[\u4e00-\u9fa5]"
_TITLE = "先生|女士|小姐|太太|老师|医生|大夫|护士|警官|律师"


def _name(value: str, text: str, start: int, end: int) -> bool:
    return not _NOT_NAMES.search(value)


def _rule(kind: str, pattern: str, accept: Accept = _always) -> Rule:
    return Rule(kind, re.compile(pattern, re.IGNORECASE), accept)


_HAN = r"[\u4e00-\u9fa5]"
_CITY = rf"(?:{_HAN}{{2,8}}?(?:省|自治区))?(?:{_HAN}{{2,7}}?(?:市|州|盟))?(?:{_HAN}{{1,7}}?(?:区|县|旗))?"
_ROAD = (
    rf"(?:{_HAN}|[A-Za-z0-9]){{1,10}}?"
    r"(?:路|街|大道|街道|巷|弄|胡同|新村|村|镇|乡|小区|花园|苑|公寓|社区|家园|广场|大厦)"
)
_NUMBER = r"[0-9０-９一二三四五六七八九十百A-Za-z\-]{1,8}"
# 17号到货 is a day of the month, not a house.
_DAY = r"(?!下单|到|安装|收|送|买|装|才|就|说|预约|早|晚|上午|下午|左右|开始|之|以|的|我|拍|发|去|来)"
_DOOR = rf"{_NUMBER} ?(?:号楼|号院|号{_DAY}|弄|栋|幢|座|单元|楼|层|室|房|户|组)"

RULES: tuple[Rule, ...] = (
    _rule("邮箱", r"(?<![\w.])[\w.+\-]{1,64} ?[@＠] ?[A-Za-z0-9\-]+(?: ?[.．] ?[A-Za-z0-9\-]+)+"),
    _rule("身份证号", rf"(?<!{_D})(?:{_D}[ \-]?){{17}}[0-9０-９XxＸ](?!{_D})", _identity),
    _rule(
        "手机号",
        rf"(?<![{_ANY}])(?:[+＋]? ?(?:0086|86){_GAP})?[1１][3-9３-９](?:{_GAP}{_D}){{9}}(?!{_D})",
        _mobile,
    ),
    _rule(
        "手机号",
        rf"(?<![{_ANY}])[1１一幺壹]{_GAP}[3-9３-９三四五六七八九叁肆伍陆柒捌玖](?:{_GAP}[{_ANY}]){{9}}(?![{_ANY}十百千万])",
        _mobile,
    ),
    _rule(
        "银行卡号",
        rf"(?<!{_D})(?<![A-Za-z]){_D}{{4}}(?:[ \-]?{_D}{{4}}){{2,3}}(?:[ \-]?{_D}{{1,4}})?(?!{_D})",
        _card,
    ),
    _rule(
        "订单号",
        r"(?:订单|单号|工单|运单|快递单|物流单|流水|编号|受理号|退款单|保单|合同)(?:号码?|编号)?[\s是为:：#]{0,3}"
        r"(?P<value>[A-Za-z]{0,6}[\-]?\d[A-Za-z0-9\-]{5,31})",
        _code,
    ),
    _rule(
        "电话",
        rf"(?<![\dA-Za-z.])[（(]?0\d{{2,3}}[)）]?{_GAP}[2-9]\d{{2,3}}[ \-]?\d{{4}}(?!\d)(?:[\-转]\d{{1,5}})?",
        _landline,
    ),
    _rule(
        "电话",
        r"(?<=电话|座机|固话|致电|拨打)[号码是为:：\s]{0,4}(?P<value>[2-8]\d{2,3}[ \-]?\d{4})(?!\d)",
        _landline,
    ),
    _rule("车牌", rf"[{_PROVINCES}][A-HJ-NP-Z][ ·•\-]?(?=[A-Z]*\d)[A-HJ-NP-Z0-9]{{5,6}}(?![A-Z0-9])"),
    _rule(
        "QQ号",
        r"(?:[qQＱ][qQＱ]|扣扣|企鹅)(?:群|号码?)?[\s是为:：,，]{0,3}(?P<value>[1-9]\d{4,11})(?!\d)",
    ),
    _rule(
        "微信号",
        r"(?:微信|威信|薇信|(?<![a-z])vx|(?<![a-z])wx|v信|weixin|wechat)(?:号码?)?[\s是为:：,，加]{0,3}"
        r"(?P<value>[A-Za-z][A-Za-z0-9_\-]{5,19}|\d{6,12})(?![A-Za-z0-9_])",
        _code,
    ),
    _rule("账号", r"(?:会员|账|帐|客户)(?:号码?|户)[\s是为:：]{1,3}(?P<value>\d{6,20})(?!\d)"),
    _rule(
        "地址",
        r"(?:送到|送至|寄到|寄往|发到|住在|家住|地址[是为:：]*|位于|在|到)?"
        rf"(?P<value>{_CITY}{_ROAD}(?:{_DOOR}[，, ]?)+(?:{_HAN}{{0,10}}?{_DOOR})*(?:-?\d{{2,4}}(?![\d元块年月天%.]))?)",
        _place,
    ),
    _rule(
        "姓名",
        rf"(?:我的?名字[叫是]|我叫|本人叫|名叫|姓名[是为:：\s]{{1,3}}|联系人[是为:：\s]{{1,3}}|收[货件]人[是为:：\s]{{1,3}}|"
        rf"客户(?:姓名|名)[是为:：\s]{{1,3}})(?P<value>(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN}{{1,2}}?)"
        rf"(?=$|[^\u4e00-\u9fa5]|[，。、,.!！的是住在我手电来要今买想刚上]|{_TITLE})",
        _name,
    ),
    _rule(
        "姓名",
        rf"(?<=我是|本人)(?P<value>(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN}{{1,2}})(?=[，,。、 ]|$)",
        _name,
    ),
    _rule(
        "姓名",
        rf"(?<![\u4e00-\u9fa5])(?P<value>(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN}{{0,2}})(?={_TITLE})",
        _name,
    ),
    _rule(
        "姓名",
        rf"(?<=[的叫是找向跟和与位给让由请])(?P<value>(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN}{{0,2}})(?={_TITLE})",
        _name,
    ),
    _rule(
        "姓名",
        rf"(?:客服|师傅|经理|店员|快递员|骑手|导购|安装工|坐席|工号\w{{1,8}}的|业务员|店长)(?P<value>(?:{_COMPOUND}|[{_SURNAMES}]){_GIVEN}{{1,2}})"
        rf"(?=[，,。、 ]|$|服务|态度|很|非常|特别)",
        _name,
    ),
)
