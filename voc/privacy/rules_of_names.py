"""Where a form, a title or a word of introduction says that a name follows, and what is no name all the same."""

from __future__ import annotations

import re

from voc.privacy.look import CUE, TITLE, WORD
from voc.privacy.rule import rule

_HAN = r"[\u4e00-\u9fa5]"
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


NAMES = (
    rule(
        "姓名",
        WORD,
        rf"(?:{_STAFF})(?:[:：\s]{{1,2}}|[是叫]|名叫)?"
        r"(?P<value>(?-i:[A-Z][a-z]{2,14})(?: (?-i:[A-Z][a-z]{1,14})){0,2}(?![a-z0-9])|"
        rf"[a-z]{{3,14}}(?= ?(?:{_SPEAKS})))",
        _latin,
        hint=f"(?:{_STAFF}).{{0,4}}[A-Za-z]{{3}}",
    ),
    rule(
        "姓名",
        CUE,
        r"(?:姓名|名字|联系人|联络人|收[货件]人|寄件人|发[货件]人|户名|持卡人|签收人|申请人|投诉人|经办人)\s?[:：]\s{0,2}"
        rf"(?P<value>{_HAN}{{2,6}}?|{_HAN}{{1,6}}(?:[·•・‧-]{_HAN}{{1,6}}){{1,3}}|"
        r"[a-z]{2,15}(?: [a-z]{2,15}){0,2})"
        r"(?=$|[\s，。、；,;.!！/|(（\[【\d]|电话|手机|性别|住址|地址|身份证|工号)",
        _in_form,
    ),
    rule(
        "姓名",
        CUE,
        r"(?:我的?名字[叫是]|我叫|本人叫|名叫|姓名[是为:：\s]{1,3}|联系人[是为:：\s]{1,3}|收[货件]人[是为:：\s]{1,3}|"
        rf"客户(?:姓名|名)[是为:：\s]{{1,3}}){_PERSON}{{1,2}}?)"
        rf"(?=$|[^\u4e00-\u9fa5]|[，。、,.!！的是住在我手电来要今买想刚上]|{_TITLED})",
        _name,
    ),
    rule("姓名", CUE, rf"(?<=我是|本人){_PERSON}{{1,2}})(?=[，,。、 ]|$)", _name),
    rule("姓名", TITLE, rf"(?<![\u4e00-\u9fa5]){_PERSON}{{0,2}})(?={_TITLED})", _name),
    rule(
        "姓名",
        TITLE,
        rf"(?:(?<=[的叫是找向跟和与位给让由请])|(?<=感谢|谢谢|投诉|表扬|辛苦|联系)){_PERSON}{{0,2}})(?={_TITLED})",
        _name,
    ),
)
