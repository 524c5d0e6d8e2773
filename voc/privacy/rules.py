"""What personal data looks like in Chinese customer language, from certain to likely.

Hotlines of companies (400, 800, 95xxx, 12315, 10086) are nobody's number and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from voc.privacy import checks as check
from voc.privacy.look import CONTACT, CUE, DOOR, LONG, MAIL, NUMBER, PLATE, TITLE, WORD

Accept = Callable[[str, str, int, int], bool]


@dataclass(frozen=True)
class Rule:
    """A kind of personal data: where it may stand, and the check that decides (value, text, start, end).

    look is the sign of `privacy_look.look` without which the rule cannot find anything, hint what a text with
    that sign must hold as well.
    """

    kind: str
    look: int
    pattern: re.Pattern[str]
    accept: Accept
    hint: re.Pattern[str] | None = None


def _rule(kind: str, look: int, pattern: str, accept: Accept = check.always, hint: str = "") -> Rule:
    # Where case is ignored the engine skips hardly anything; a hint that begins with a set of characters lets it.
    return Rule(kind, look, re.compile(pattern, re.IGNORECASE), accept, re.compile(hint) if hint else None)


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ANY = "0-9０-９零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_D = "[0-9０-９]"
_KEYCAP = "\ufe0f?\u20e3?"
_GAP = rf"{_KEYCAP}[ \t\-_—–－.·•*()（）]{{0,3}}"
_AT = r"(?: ?[@＠] ?| ?[【\[(（#{<] ?(?:at|艾特|圈a|@) ?[】\])）#}>] ?| ?(?:艾特|圈a) ?| at )"
_DOT = r"(?: ?[.．。] ?| ?[【\[(（] ?(?:点|dot|[.。]) ?[】\])）] ?|点| dot )"
_TLD = r"(?:com|cn|net|org|edu|gov|me|io|cc|vip|info|hk|tw|jp|c o m|c n|n e t)"
_HOST = r"(?:qq|163|126|gmail|sina|sohu|hotmail|outlook|foxmail|139|189|yeah|aliyun|icloud|live|21cn|tom)"
_LOCAL = r"(?<![A-Za-z0-9._%+\-])(?:[A-Za-z0-9](?: [A-Za-z0-9._\-]){2,40}|[A-Za-z0-9][\w.%+\-]{0,63})"
_IS = r"[\s是为:：#=,，]{0,3}"
_ORDER = (
    r"(?:订单|单号|工单|运单|快递|物流|流水|受理|退款|保单|合同|受理单|退货|取件码?|面单|服务单|维修单|报修单|投诉)"
    r"(?:号码?|编号|单号?|ID|id)?"
)
_WECHAT = (
    r"(?:微 ?信|威信|薇信|徽信|[微薇]x(?![a-z])|(?<![a-z])v信|(?<![a-z])v ?x|(?<![a-z])w ?x|weixin|wechat|薇❤|"
    r"(?<=加)[薇微维威v]|(?<=加我)[薇微维威v]|➕[薇微v]|卫星号?|(?<![a-z0-9])v(?=[:：]))"
)

_NUMBERS = (
    _rule(
        "邮箱",
        MAIL,
        rf"{_LOCAL}{_AT}(?:[A-Za-z0-9](?: ?[A-Za-z0-9\-]){{0,30}}{_DOT}){{1,3}}"
        rf"(?:{_TLD}(?:{_DOT}cn)?|[A-Za-z]{{2,6}})(?![A-Za-z])",
    ),
    _rule("邮箱", MAIL, rf"{_LOCAL}(?:(?:{_AT}|#){_HOST}{_DOT}{_TLD}|{_AT}{_HOST}(?:邮箱)?)(?![A-Za-z0-9])"),
    _rule(
        "身份证号",
        LONG,
        rf"(?<!{_D})(?:{_D}[ \-]{{0,2}}){{17}}[0-9０-９XxＸ](?![0-9０-９A-Za-z])",
        check.identity,
    ),
    _rule("身份证号", LONG, rf"(?<!{_D})(?:{_D}[ \-]?){{14}}{_D}(?!{_D})", check.old_identity),
    # Before mobiles, which could be seen in the middle of a card written in fours.
    _rule(
        "银行卡号",
        LONG,
        rf"(?<!{_D})(?<![A-Za-z])(?:{_D}{{4}}[ \-]{{1,2}}){{3,4}}{_D}{{1,4}}(?![0-9０-９A-Za-z])",
        lambda value, text, start, end: check.digits(value)[0] in "34569" and check.luhn(value),
    ),
    _rule(
        "手机号",
        LONG,
        rf"(?<![{_ANY}])(?:[+＋(（]{{0,2}} ?(?:0086|86){_GAP})?"
        rf"[(（]?[1１]{_GAP}[3-9３-９](?:{_GAP}{_D}){{9}}{_KEYCAP}(?!{_D})",
        check.mobile,
    ),
    _rule(
        "手机号",
        NUMBER,
        rf"(?<![{_ANY}])[(（]?[1１一幺壹]{_GAP}[3-9３-９三四五六七八九叁肆伍陆柒捌玖](?:{_GAP}[{_ANY}]){{9}}"
        rf"(?![{_ANY}十百千万])",
        check.mobile,
    ),
    _rule(  # normalising caps runs of a character at three, numerals too
        "手机号",
        NUMBER,
        rf"(?<![{_ANY}])[一幺壹][三四五六七八九叁肆伍陆柒捌玖][零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{{7,8}}(?![{_ANY}十百千万])",
        lambda value, text, start, end: bool(re.search(r"(.)\1\1", value)),
    ),
    _rule(
        "订单号",
        NUMBER,
        rf"{_ORDER}{_IS}(?P<value>(?!1[3-9]\d{{9}}(?!\d))"
        rf"[A-Za-z]{{0,6}}[\-]?\d[A-Za-z0-9\-]{{5,31}}(?: \d{{3,6}}){{0,5}})(?![A-Za-z0-9])",
        check.numbered,
    ),
    _rule(
        "银行卡号",
        LONG,
        rf"(?<!{_D})(?<![A-Za-z])(?:{_D}[ \-·.]{{0,2}}){{12,18}}{_D}(?![0-9０-９A-Za-z])",
        check.card,
    ),
    _rule(
        "证件号",
        CONTACT,
        r"(?:护照|通行证|军官证|士官证|证件)(?:号码?)?"
        + _IS
        + r"(?P<value>[\u4e00-\u9fa5]{0,2}字?第?[A-Za-z]{0,2}\d{6,10})(?!\d)",
    ),
    _rule(
        "社保卡号",
        CONTACT,
        r"(?:社保|医保|公积金)(?:卡|账|帐)?(?:号码?|户)?" + _IS + r"(?P<value>[A-Za-z]?\d{8,19})(?!\d)",
    ),
    _rule(
        "订单号",
        LONG,
        r"(?<![A-Za-z0-9])(?:(?:SF|YT|JT|JD[A-Z]{0,2}|ZTO|STO|YD|DPK|EMS|KY|TT|LP|DD|BS|UC)\d{10,15}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Za-z0-9])",
    ),
    _rule("订单号", LONG, r"(?<![A-Za-z0-9.])\d{15,24}(?:-\d{2,6})?(?![A-Za-z0-9])", check.long_number),
    _rule(
        "电话",
        LONG,
        r"(?<![\dA-Za-z.])(?:[+＋]?86[ \-]?)?[（(]?0[1-9]\d{1,2}[)）]?"
        r"[ \t\-—–－.·]{0,2}[1-9]\d{2,3}[ \-]?\d{4}(?!\d)(?: ?(?:[\-转x*]|转分机|分机号?|ext\.?) ?\d{1,5}(?!\d))?",
        check.landline,
    ),
    _rule(
        "电话",
        NUMBER,
        r"(?:电话|座机|固话|致电|拨打)[号码是为:：\s]{0,4}(?P<value>[2-8]\d{2,3}[ \-]?\d{4}(?:[\-转]\d{1,5})?)(?!\d)",
        check.landline,
    ),
    _rule(
        "车牌",
        PLATE,
        rf"[{_PROVINCES}] ?[A-HJ-NP-Z][ ·•.\-]?(?=[A-Z]{{0,2}}\d)"
        r"(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[学警挂港澳领])(?![A-Za-z0-9])",
        check.plate,
    ),
    _rule(
        "QQ号",
        CONTACT,
        r"(?:[qQＱ] ?[qQＱ]|扣扣|抠抠|叩叩|扣q|企鹅号?|秋秋|(?<=加)[q扣]|(?<=加我)[q扣]|(?<![a-z0-9])q(?=[:：]))"
        r"(?:群|号码?)?"
        rf"{_IS}(?P<value>[1-9](?:[ \-]?\d){{4,11}})(?!\d)",
        hint="[qQＱｑ扣抠叩企秋]",
    ),
    _rule(
        "QQ号",
        CONTACT,
        r"(?<!\d)(?P<value>[1-9]\d{4,10})(?=[ (（]{0,2}(?:qq|扣扣)(?![a-z]))",
        hint="[qQ扣]",
    ),
    _rule(
        "微信号",
        CONTACT,
        rf"{_WECHAT}(?:号码?|账号|ID|同号)?(?:是|为|加|搜|[\s:：,，=➕+～~]){{0,4}}(?P<value>[A-Za-z][A-Za-z0-9_\-]{{5,19}}|\d{{6,12}})(?![A-Za-z0-9_])",
        check.account,
        hint="[微威薇徽维卫➕vVwW]",
    ),
    _rule(
        "账号",
        CONTACT,
        r"(?:会员|账|帐|客户|用户|户)(?:号码?|户|编号|ID)[\s是为:：]{1,3}(?P<value>[A-Za-z]{0,4}\d{6,20})(?!\d)",
    ),
)

_HAN = r"[\u4e00-\u9fa5]"
_CITY = rf"(?:{_HAN}{{2,8}}?(?:省|自治区))?(?:{_HAN}{{2,7}}?(?:市|州|盟))?(?:{_HAN}{{1,7}}?(?:区|县|旗))?"
_ROAD = (
    rf"(?:{_HAN}|[A-Za-z0-9]){{1,10}}?"
    r"(?:路|街|大道|街道|巷|弄|胡同|新村|村|镇|乡|小区|花园|苑|公寓|社区|家园|广场|大厦|花苑|名苑|华庭|新城|山庄)"
)
_NUMBER = r"[0-9０-９一二三四五六七八九十百A-Za-z\-]{1,8}"
# 17号到货 is a day of the month, not a house.
_DAY = r"(?!下单|到|安装|收|送|买|装|才|就|说|预约|早|晚|上午|下午|左右|开始|之|以|的|我|拍|发|去|来)"
_DOOR_PART = rf"{_NUMBER} ?(?:号楼|号院|号{_DAY}|弄|栋|幢|座|单元|楼|层|室|房|户|组)"

_PLACES = (
    _rule(
        "地址",
        DOOR,
        r"(?:送到|送至|寄到|寄往|发到|住在|家住|地址[是为:：]*|位于|在|到)?"
        rf"(?P<value>{_CITY}{_ROAD}(?:{_DOOR_PART}[，, ]?)+"
        rf"(?:{_HAN}{{0,10}}?{_DOOR_PART})*(?:-?\d{{2,4}}(?![\d元块年月天%.]))?)",
        lambda value, text, start, end: bool(re.search(r"\d|号|栋|幢|单元|室", value)),
        hint=rf"(?i)[路街道巷弄同村镇乡区园苑寓场厦庭城庄]{_NUMBER} ?[号弄栋幢座单楼层室房户组]",
    ),
    _rule(
        "地址",
        DOOR,
        rf"{_HAN}{{2,8}}(?:酒店|宾馆|旅馆|公寓|民宿){_D}{{3,5}} ?(?:号房|房间?|室)(?!型|费|价|间)",
    ),
)

# Words that stand where a name would, and begin with a character that is also a surname.
_NOT_NAMES = re.compile(
    "谢谢|客服|老板|店家|商家|卖家|快递|售后|安装|维修|师傅|经理|顾客|客户|用户|会员|高兴|高效|安心|安排|方便|周到|和气|时候|时间|"
    "非常|马上|万分|万能|全部|全程|全体|常常|平时|平常|平台|经常|应该|于是|明明|何时|何必|成功|成交|产品|项目|业务|地区|分店|"
    "门店|单位|公司|总部|电话|因为|所以|但是|可是|而且|华为|小米|程师|申请|辛苦|牛得|牛逼|顾问|高空|高级|安全|金牌|家里|"
    "路上|路边|路过|包装|包邮|毛病|温柔|温和|文明|方法|方面|单子|单独|舒服|高校|时常|计较|解释|解决|管理|宋体|易用|施工|水平|严重|严格"
)
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易"
    "乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯"
_GIVEN = r"(?![了的很得是不就都也没说给太到在我你他上下这那去啦呢吧吗苦])[\u4e00-\u9fa5]"
_TITLED = "先生|女士|小姐|太太|老师|医生|大夫|护士|警官|律师"
_PERSON = rf"(?P<value>(?:{_COMPOUND}|[{SURNAMES}]){_GIVEN}"


def _name(value: str, text: str, start: int, end: int) -> bool:
    return not _NOT_NAMES.search(value)


_NOBODY = re.compile(  # a form says itself that a name follows, so any will do; nobody's are left alone
    r"(?:本人|匿名|保密|不详|未知|未填|用户|顾客|客户|客服|先生|女士|同上|自己|家人|公司|个人|商家|门店|默认|为空|没有|不[是对知符]|错误|写错|"
    r"你们?|我们?|他们?|谁|什么|如下|见下|电话|手机|地址|订单)|.*[了的吗吧呢啊请]"
)


def _in_form(value: str, text: str, start: int, end: int) -> bool:
    return not _NOBODY.match(value) and _name(value, text, start, end)


_STAFF = (
    "客服|坐席|师傅|技师|工程师|快递员|骑手|小哥|配送员|司机|空姐|服务员|店员|店长|老板|导购|销售|业务员|经理|主管|主任|总监|领班|队长|站长|顾问|专员|助理|秘书|管家|"
    "医生|护士|教练|老师|律师|主播|同事|名叫|我叫|叫做"
)

_SPEAKS = (  # before what only persons do or have a Latin word of small letters is a name as well
    "说|讲|解释|承诺|答应|表示|反馈|推荐|忽悠|骗|敷衍|推脱|态度|服务|师傅|经理|老师|先生|女士|小姐|接的|接待|给我|帮我|跟我|告诉|上门|送来|来修|来装|"
    "打电话|很[热耐负专认客]|特别[热耐负专认客]|非常[热耐负专认客]|太[热耐负专认客差]"
)

# Products and services that follow such a word written like a name.
_PRODUCTS = re.compile(
    r"(?:app|apple|android|windows|excel|word|kindle|plus|pro|max|mini|note|mate|nova|pad|wifi|web|bug|logo|vip|music|pay|"
    r"email|line|skype|wechat|online|taobao|jingdong|huawei|xiaomi|haier|midea|office|photoshop|python|java|"
    r"ios|gps|usb|ktv|atm|pos|sim|vpn|hello|iphone|ipad|wps|ppt|pdf|oppo|vivo|sony|dell|tcl|tmd|nmd)\b",
    re.IGNORECASE,
)


def _latin(value: str, text: str, start: int, end: int) -> bool:
    return not _PRODUCTS.match(value)


_NAMES = (
    _rule(
        "姓名",
        WORD,
        rf"(?:{_STAFF})(?:[:：\s]{{1,2}}|[是叫]|名叫)?"
        r"(?P<value>(?-i:[A-Z][a-z]{2,14})(?: (?-i:[A-Z][a-z]{1,14})){0,2}(?![a-z0-9])|"
        rf"[a-z]{{3,14}}(?= ?(?:{_SPEAKS})))",
        _latin,
        hint=f"(?:{_STAFF}).{{0,4}}[A-Za-z]{{3}}",
    ),
    _rule(
        "姓名",
        CUE,
        r"(?:姓名|名字|联系人|联络人|收[货件]人|寄件人|发[货件]人|户名|持卡人|签收人|申请人|投诉人|经办人)\s?[:：]\s{0,2}"
        rf"(?P<value>{_HAN}{{2,6}}?|{_HAN}{{1,6}}(?:[·•・‧-]{_HAN}{{1,6}}){{1,3}}|"
        r"[a-z]{2,15}(?: [a-z]{2,15}){0,2})"
        r"(?=$|[\s，。、；,;.!！/|(（\[【\d]|电话|手机|性别|住址|地址|身份证|工号)",
        _in_form,
    ),
    _rule(
        "姓名",
        CUE,
        r"(?:我的?名字[叫是]|我叫|本人叫|名叫|姓名[是为:：\s]{1,3}|联系人[是为:：\s]{1,3}|收[货件]人[是为:：\s]{1,3}|"
        rf"客户(?:姓名|名)[是为:：\s]{{1,3}}){_PERSON}{{1,2}}?)"
        rf"(?=$|[^\u4e00-\u9fa5]|[，。、,.!！的是住在我手电来要今买想刚上]|{_TITLED})",
        _name,
    ),
    _rule("姓名", CUE, rf"(?<=我是|本人){_PERSON}{{1,2}})(?=[，,。、 ]|$)", _name),
    _rule("姓名", TITLE, rf"(?<![\u4e00-\u9fa5]){_PERSON}{{0,2}})(?={_TITLED})", _name),
    _rule(
        "姓名",
        TITLE,
        rf"(?:(?<=[的叫是找向跟和与位给让由请])|(?<=感谢|谢谢|投诉|表扬|辛苦|联系)){_PERSON}{{0,2}})(?={_TITLED})",
        _name,
    ),
)

RULES: tuple[Rule, ...] = _NUMBERS + _PLACES + _NAMES
