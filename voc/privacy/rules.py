"""What personal data looks like in Chinese customer language, from certain to likely.

Hotlines of companies (400, 800, 95xxx, 12315, 10086) are nobody's number and stay.
"""

from __future__ import annotations

import re

from voc.privacy import checks as check
from voc.privacy.look import CONTACT, DOOR, LONG, MAIL, NUMBER, PLATE
from voc.privacy.rule import Rule, rule
from voc.privacy.rules_of_names import NAMES

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
    rule(
        "邮箱",
        MAIL,
        rf"{_LOCAL}{_AT}(?:[A-Za-z0-9](?: ?[A-Za-z0-9\-]){{0,30}}{_DOT}){{1,3}}"
        rf"(?:{_TLD}(?:{_DOT}cn)?|[A-Za-z]{{2,6}})(?![A-Za-z])",
    ),
    rule("邮箱", MAIL, rf"{_LOCAL}(?:(?:{_AT}|#){_HOST}{_DOT}{_TLD}|{_AT}{_HOST}(?:邮箱)?)(?![A-Za-z0-9])"),
    rule(
        "身份证号",
        LONG,
        rf"(?<!{_D})(?:{_D}[ \-]{{0,2}}){{17}}[0-9０-９XxＸ](?![0-9０-９A-Za-z])",
        check.identity,
    ),
    rule("身份证号", LONG, rf"(?<!{_D})(?:{_D}[ \-]?){{14}}{_D}(?!{_D})", check.old_identity),
    # Before mobiles, which could be seen in the middle of a card written in fours.
    rule(
        "银行卡号",
        LONG,
        rf"(?<!{_D})(?<![A-Za-z])(?:{_D}{{4}}[ \-]{{1,2}}){{3,4}}{_D}{{1,4}}(?![0-9０-９A-Za-z])",
        lambda value, text, start, end: check.digits(value)[0] in "34569" and check.luhn(value),
    ),
    rule(
        "手机号",
        LONG,
        rf"(?<![{_ANY}])(?:[+＋(（]{{0,2}} ?(?:0086|86){_GAP})?"
        rf"[(（]?[1１]{_GAP}[3-9３-９](?:{_GAP}{_D}){{9}}{_KEYCAP}(?!{_D})",
        check.mobile,
    ),
    rule(
        "手机号",
        NUMBER,
        rf"(?<![{_ANY}])[(（]?[1１一幺壹]{_GAP}[3-9３-９三四五六七八九叁肆伍陆柒捌玖](?:{_GAP}[{_ANY}]){{9}}"
        rf"(?![{_ANY}十百千万])",
        check.mobile,
    ),
    rule(  # normalising caps runs of a character at three, numerals too
        "手机号",
        NUMBER,
        rf"(?<![{_ANY}])[一幺壹][三四五六七八九叁肆伍陆柒捌玖][零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{{7,8}}(?![{_ANY}十百千万])",
        lambda value, text, start, end: bool(re.search(r"(.)\1\1", value)),
    ),
    rule(
        "订单号",
        NUMBER,
        rf"{_ORDER}{_IS}(?P<value>(?!1[3-9]\d{{9}}(?!\d))"
        rf"(?:[A-Za-z]{{0,6}}[\-]?\d[A-Za-z0-9\-]{{5,31}}(?: \d{{3,6}}){{0,5}}|\d{{3,5}}(?: \d{{3,5}}){{2,5}}))"
        r"(?![A-Za-z0-9])",
        check.numbered,
    ),
    rule(
        "银行卡号",
        LONG,
        rf"(?<!{_D})(?<![A-Za-z])(?:{_D}[ \-·.]{{0,2}}){{12,18}}{_D}(?![0-9０-９A-Za-z])",
        check.card,
    ),
    rule(
        "证件号",
        CONTACT,
        r"(?:护照|通行证|军官证|士官证|准考证|台胞证|回乡证|居住证|证件|学(?=号))(?:号码?)?"
        + _IS
        + r"(?P<value>[\u4e00-\u9fa5]{0,2}字?第?[A-Za-z]{0,2}\d{6,12})(?!\d)",
    ),
    rule(
        "车架号",
        CONTACT,
        r"(?:车架号?|vin)(?:号码?|码)?" + _IS + r"(?P<value>[A-HJ-NPR-Z0-9]{17})(?![A-Za-z0-9])",
    ),
    rule(
        "社保卡号",
        CONTACT,
        r"(?:社保|医保|公积金)(?:卡|账|帐)?(?:号码?|户)?" + _IS + r"(?P<value>[A-Za-z]?\d{8,19})(?!\d)",
    ),
    rule(
        "订单号",
        LONG,
        r"(?<![A-Za-z0-9])(?:(?:SF|YT|JT|JD[A-Z]{0,2}|ZTO|STO|YD|DPK|EMS|KY|TT|LP|DD|BS|UC)\d{10,15}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Za-z0-9])|"
        r"(?<=[中圆申]通|韵达|极兔|百世|德邦|顺丰|邮政|快递)\d{12,14}(?!\d)",
    ),
    rule(
        "订单号",
        LONG,
        r"(?<![0-9.])(?:(?<![A-Za-z])|(?<=imei))\d{15,24}(?:-\d{2,6})?(?![A-Za-z0-9])",
        check.long_number,
    ),
    rule(
        "电话",
        LONG,
        r"(?<![\dA-Za-z.])(?:[+＋]86[ \-]?[（(]?0?|(?:86[ \-]?)?[（(]?0)[1-9]\d{1,2}[)）]?"
        r"[ \t\-—–－.·]{0,2}[1-9]\d{2,3}[ \-]?\d{4}(?!\d)(?: ?(?:[\-转x*]|转分机|分机号?|ext\.?) ?\d{1,5}(?!\d))?",
        check.landline,
    ),
    rule(
        "电话",
        NUMBER,
        r"(?:电话|座机|固话|致电|拨打)[号码是为:：\s]{0,4}(?P<value>[2-8]\d{2,3}[ \-]?\d{4}(?:[\-转]\d{1,5})?)(?!\d)",
        check.landline,
    ),
    rule(
        "车牌",
        PLATE,
        rf"[{_PROVINCES}] ?[A-HJ-NP-Z][ ·•.\-]?(?=[A-Z]{{0,2}}\d)"
        r"(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[学警挂港澳领])(?![A-Za-z0-9])",
        check.plate,
    ),
    rule(
        "QQ号",
        CONTACT,
        r"(?:[qQＱ] ?[qQＱ]|扣扣|抠抠|叩叩|扣q|企鹅号?|秋秋|(?<=加)[q扣]|(?<=加我)[q扣]|(?<=联系)[q扣]|"
        r"(?<![a-z0-9])q(?=[:：]|[1-9]\d{7,10}(?!\d)))"
        r"(?:群|号码?)?"
        rf"{_IS}(?P<value>[1-9](?:[ \-]?\d){{4,11}})(?!\d)",
        hint="[qQＱｑ扣抠叩企秋]",
    ),
    rule(
        "QQ号",
        CONTACT,
        r"(?<!\d)(?P<value>[1-9]\d{4,10})(?=[ (（]{0,2}(?:qq|扣扣)(?![a-z]))",
        hint="[qQ扣]",
    ),
    rule(
        "微信号",
        CONTACT,
        rf"{_WECHAT} ?(?:号码?|账号|ID|同号)?(?:就?是|为|加|搜|[\s:：,，=➕+～~]){{0,4}}"
        r"(?P<value>[A-Za-z][A-Za-z0-9_\-]{5,19}|\d{6,12})(?![A-Za-z0-9_])",
        check.account,
        hint="[微威薇徽维卫➕vVwW]",
    ),
    rule(
        "账号",
        CONTACT,
        r"(?:会员|账|帐|客户|用户|户)(?:卡?号码?|户|编号|ID)[\s是为:：]{0,3}(?P<value>[A-Za-z]{0,4}\d{6,20})(?!\d)",
        check.numbered,
    ),
    rule(
        "账号",
        CONTACT,
        r"(?:抖音|快手|小红书|微博|淘宝|旺旺|京东|支付宝|游戏|[bB]站) ?(?:账?帐?号|ID)"
        + _IS
        + r"(?P<value>(?=[A-Za-z_\-]*\d)[A-Za-z0-9_\-]{5,20})(?![A-Za-z0-9_])",
    ),
)

_HAN = r"[\u4e00-\u9fa5]"
_CITY = rf"(?:{_HAN}{{2,8}}?(?:省|自治区))?(?:{_HAN}{{2,7}}?(?:市|州|盟))?(?:{_HAN}{{1,7}}?(?:区|县|旗))?"
_ROAD = (
    rf"(?:{_HAN}|[A-Za-z0-9]){{1,10}}?"
    r"(?:路|街|大道|街道|巷|弄|胡同|新村|村|镇|乡|小区|花园|苑|公寓|社区|家园|广场|大厦|花苑|名苑|华庭|新城|山庄|[一二三四五六七八九十]区)"
)
_NUMBER = r"[0-9０-９一二三四五六七八九十百A-Za-z\-]{1,8}"
# 17号到货 is a day of the month, not a house.
_DAY = r"(?!下单|到|安装|收|送|买|装|才|就|说|预约|早|晚|上午|下午|左右|开始|之|以|的|我|拍|发|去|来)"
_DOOR_PART = rf"{_NUMBER} ?(?:号楼|号院|号{_DAY}|弄|栋|幢|座|单元|楼|层|室|房|户|组)"

_PLACES = (
    rule(
        "地址",
        DOOR,
        r"(?:送到|送至|寄到|寄往|发到|住在|家住|地址[是为:：]*|位于|在|到)?"
        rf"(?P<value>{_CITY}{_ROAD}(?:{_DOOR_PART}[，, ]?)+"
        rf"(?:{_HAN}{{0,10}}?{_DOOR_PART})*(?:-?\d{{2,4}}(?![\d元块年月天%.]))?)",
        lambda value, text, start, end: bool(re.search(r"\d|号|栋|幢|单元|室", value)),
        hint=rf"(?i)[路街道巷弄同村镇乡区园苑寓场厦庭城庄]{_NUMBER} ?[号弄栋幢座单楼层室房户组]",
    ),
    rule(
        "地址",
        DOOR,
        rf"{_HAN}{{2,8}}(?:酒店|宾馆|旅馆|公寓|民宿){_D}{{3,5}} ?(?:号房|房间?|室)(?!型|费|价|间)",
    ),
)

RULES: tuple[Rule, ...] = _NUMBERS + _PLACES + NAMES
