"""The ways people write numbers and accounts, and sentences with numbers that are nobody's."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
_YAO = str.maketrans("0123456789", "零幺二三四五六七八九")
_FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_COUNTRIES = ("+86", "+86 ", "0086-", "86-", "(+86)")
_HOSTS = ("qq.com", "163.com", "126.com", "gmail.com", "sina.com.cn", "outlook.com", "foxmail.com", "139.com")


def _number(rng: Random, size: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(size))


def mobile(rng: Random) -> str:
    return f"1{rng.choice('3456789')}{_number(rng, 9)}"


def _mobile(rng: Random, sign: str) -> str:
    number = mobile(rng)
    return sign.join((number[:3], number[3:7], number[7:]))


def identity_number(rng: Random) -> str:
    """A well-formed identity number of nobody in particular (GB 11643)."""
    body = f"{rng.choice(['110105', '330106', '440305', '510107', '320583', '420111'])}{rng.randrange(1950, 2012)}"
    body += f"{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}{rng.randrange(1000):03}"
    total = sum((2 ** (17 - place) % 11) * int(digit) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def bank_card(rng: Random) -> str:
    """A number of 16 or 19 digits that passes the Luhn check."""
    body = rng.choice(["622202", "621700", "622848", "436742", "545619", "356833"]) + _number(
        rng, rng.choice([9, 12])
    )
    doubled = [int(d) * (1 if place % 2 else 2) for place, d in enumerate(reversed(body))]
    return body + str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def _in_fours(number: str, sign: str) -> str:
    return sign.join(number[at : at + 4] for at in range(0, len(number), 4))


def _account(rng: Random) -> str:
    return (
        "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(3, 8)))
        + rng.choice(["_", "-", ""])
        + _number(rng, 4)
    )


def _mail(rng: Random) -> tuple[str, str]:
    return rng.choice([_account(rng), _number(rng, 9), "li.hua" + _number(rng, 2)]), rng.choice(_HOSTS)


def _plate(rng: Random, places: int) -> str:
    head = rng.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼") + rng.choice(
        "ABCDEFGHJ"
    )
    return head + ("D" if places == 6 else rng.choice("ABCDEFGHJKLMN0123456789")) + _number(rng, places - 1)


def _landline(rng: Random) -> str:
    return f"({rng.choice(['010', '021', '0571'])}){rng.randrange(2, 9)}{_number(rng, 7)}"


def _day(rng: Random) -> str:
    return f"{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"


FORMS: dict[str, Callable[[Random], str]] = {
    "mobile": mobile,
    "mobile, spaced": lambda r: _mobile(r, " "),
    "mobile, dashed": lambda r: _mobile(r, "-"),
    "mobile, dotted": lambda r: _mobile(r, "."),
    "mobile, brackets": lambda r: (lambda n: f"({n[:3]}){n[3:7]}-{n[7:]}")(mobile(r)),
    "mobile, single digits": lambda r: " ".join(mobile(r)),
    "mobile, full width": lambda r: mobile(r).translate(_WIDE),
    "mobile, Chinese numerals": lambda r: mobile(r).translate(r.choice([_CHINESE, _YAO, _FORMAL])),
    "mobile, circled digits": lambda r: mobile(r).translate(_CIRCLED),
    "mobile, country code": lambda r: r.choice(_COUNTRIES) + _mobile(r, r.choice(["", " ", "-"])),
    "landline": lambda r: f"0{r.choice(['10', '21', '571', '755'])}-{r.randrange(2, 9)}{_number(r, 7)}",
    "landline, extension": lambda r: _landline(r) + r.choice(["转", "-", "转分机"]) + _number(r, 3),
    "identity card": identity_number,
    "identity card, spaced": lambda r: (lambda n: f"{n[:6]} {n[6:14]} {n[14:]}")(identity_number(r)),
    "old identity card": lambda r: f"110105{r.randrange(40, 99)}{_day(r)}{_number(r, 3)}",
    "bank card": bank_card,
    "bank card, spaced": lambda r: _in_fours(bank_card(r), " "),
    "bank card, dashed": lambda r: _in_fours(bank_card(r), "-"),
    "e-mail": lambda r: "@".join(_mail(r)),
    "e-mail, spaced": lambda r: " @ ".join(_mail(r)),
    "e-mail, 【at】": lambda r: r.choice(["【at】", "(at)", "[at]", "艾特", " at "]).join(_mail(r)),
    "e-mail, 点com": lambda r: "@".join(_mail(r)).replace(".com", "点com"),
    "plate": lambda r: _plate(r, 5),
    "plate, new energy": lambda r: _plate(r, 6),
    "QQ": lambda r: str(r.randrange(10**5, 10**10)),
    "wechat": _account,
    "order": lambda r: r.choice(["", "JD", "DD", "TB"]) + _number(r, r.choice([12, 15, 18])),
    "parcel": lambda r: r.choice(["SF", "YT", "JT", "JDVA"]) + _number(r, 13),
}  # fmt: skip

_CALL = [
    "{}",
    "我的电话{}，",
    "手机{}。",
    "手机号：{}，",
    "打{}找我",
    "联系方式{}",
    "请回电{}谢谢",
    "留个号{}，",
    "（{}）",
]
FRAMES: dict[str, list[str]] = {
    "mobile": _CALL,
    "landline": ["座机{}，", "电话：{}，", "打{}没人接", "家里电话{}", "{}一直占线"],
    "identity card": ["身份证{}，", "身份证号码：{}。", "证件号{}", "我的是{}，", "{}"],
    "old identity card": ["身份证{}，", "身份证号：{}。"],
    "bank card": ["卡号{}，", "银行卡：{}。", "退到{}，", "打到我卡上{}，", "{}"],
    "e-mail": ["邮箱{}，", "发到{}。", "邮箱：{} ", "发票寄{}，", "E-mail: {} "],
    "plate": ["车牌{}，", "车牌号：{}。", "我的车{}停在", "{}被刮了"],
    "QQ": ["QQ{}，", "QQ：{}。", "qq号 {} ", "加扣扣{}，", "QQ号码是{}，", "加Q{}，"],
    "wechat": ["微信{}，", "微信号：{}。", "加我微信{} ", "vx:{}，", "VX {} ", "薇信{}，", "威信号{}，",
               "加V：{}，", "加我微{}，", "v信{}，"],
    "order": ["订单号{}，", "订单编号：{}。", "单号{} ", "订单{}一直没发", "工单号是{}，"],
    "parcel": ["快递{}，", "运单号{}。", "{}三天没动", "物流单号：{} "],
}  # fmt: skip

ORDINARY: tuple[str, ...] = tuple(
    sentence
    for n in range(1, 41)
    for sentence in (
        f"价格{n * 137}元，比上次贵了{n * 13}块5",
        f"型号KFR-{20 + n}GW/N8MHA{n % 4}，能效{n % 5}级",
        f"2020-{n % 12 + 1:02}-{n % 28 + 1:02} 11:{n:02}:00下单，{n % 28 + 1}号到货",
        f"20{n:02}年{n % 12 + 1}月{n % 28 + 1}日{n % 24}点{n:02}分安装的",
        f"开{16 + n % 14}度，{n % 7}档，房间{n + 8}平米，三室一厅",
        f"满{n * 100}减{n * 3}，付款{n * 89}.{n:02}元，省了{n * 7 + 1}",
        f"系统版本{n}.{n % 10}.{n % 7}，iPhone{n % 14}，内存{n * 8}G",
        f"打了{n}次10086和12315，又打400-820-{8000 + n}没人接",
        f"用了{n * 1234567}秒，跑分{n * 12345}，转速{n * 100}转",
        f"分辨率1920x{1000 + n}，{n}000毫安，{n * 5}W快充",
        f"第{n}天降价{n * 10}，{n}台一共{n * 1999}元，{n % 9 + 1}折",
        f"尺寸{n * 10}*{n * 5}*{n}cm，重{n}.5kg，ISO9001:2015",
        f"{n % 9 + 1}楼，{n % 9 + 1}楼没电梯，搬了{n}分钟，{n}路公交能到",
        f"京东{n}号下单，{n % 28 + 1}号才到，等了{n}天，{n}%的概率",
        f"比例16:9，GB/T 7725-20{n:02}，保修{n % 9 + 1}年，{n}个月",
    )
)
