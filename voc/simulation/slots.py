"""What fills the slots of a phrase: days, hours, money, people and things of the customer's own scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from voc.simulation.company import HOTLINE_AGENTS, PRODUCTS, REGIONS, Product, Region
from voc.simulation.dice import Dice
from voc.simulation.people import SURNAMES, address, id_card, mobile, written_mobile
from voc.simulation.phrases import Slot

WEEKDAYS = "一二三四五六日"
DIGITS = "零一两三四五六七八九十"


@dataclass(slots=True)
class Scene:
    """The circumstances one customer speaks in; `body` is what a frame is put around."""

    when: datetime
    region: int
    product: int
    phone: str = ""
    mail: str = ""
    name: str = ""
    order: str = ""
    body: str = ""

    @property
    def line(self) -> Product:
        """The product line spoken about."""
        return PRODUCTS[self.product]

    @property
    def place(self) -> Region:
        """The city of the customer."""
        return REGIONS[self.region]


def _number(dice: Dice, low: int, high: int) -> str:
    value = dice.number(low, high)
    return str(value) if dice.chance(0.45) or value > 10 else DIGITS[value]


def day(scene: Scene, dice: Dice) -> str:
    """A day of the last two weeks, as people name it."""
    back = dice.number(1, 12)
    past = scene.when - timedelta(days=back)
    if back == 1:
        return dice.pick(("昨天", "昨儿", "昨日"))
    if back == 2:
        return dice.pick(("前天", "前两天", f"{past.day}号"))
    weekday = WEEKDAYS[past.weekday()].replace("日", dice.pick("日天"))
    near = f"{dice.pick(('周', '星期', '礼拜', '这周'))}{weekday}"
    this_week = back <= scene.when.weekday()
    return dice.pick(
        (
            near if this_week else f"上周{weekday}",
            f"{past.day}号",
            f"{past.month}月{past.day}号",
            f"{past.month}月{past.day}日",
            f"{past.month}.{past.day}",
        )
    )


def clock(scene: Scene, dice: Dice) -> str:
    """A time of day."""
    hour = dice.number(8, 18)
    half = dice.pick(("点", "点半", "点", "点多"))
    part = "早上" if hour < 10 else "上午" if hour < 12 else "中午" if hour < 14 else "下午"
    spoken = f"{part}{DIGITS[hour if hour <= 10 else hour - 12] if hour not in (11, 12) else hour}{half}"
    return spoken if dice.chance(0.6) else f"{hour}:{dice.pick(('00', '30'))}"


def morning(scene: Scene, dice: Dice) -> str:
    """A time before noon."""
    return dice.pick(
        ("早上八点", "八点半", "九点", "上午九点多", "上午十点", "9:00", "9点半", "10:00", "十点", "上午")
    )


def evening(scene: Scene, dice: Dice) -> str:
    """A time long after the morning."""
    return dice.pick(
        (
            "下午两点",
            "下午三点多",
            "15:30",
            "四点",
            "下午五点",
            "傍晚",
            "晚上六点多",
            "17点",
            "晚上八点",
            "天黑",
        )
    )


def noun(scene: Scene, dice: Dice) -> str:
    """The product as a bare noun, to stand after an adjective."""
    return "门锁" if scene.line.name == "智能门锁" and dice.chance(0.6) else scene.line.name


def hours(scene: Scene, dice: Dice) -> str:
    """A wait of hours."""
    plain = f"{_number(dice, 2, 7)}{dice.pick(('个小时', '个多小时', '小时', '个钟头'))}"
    return plain if dice.chance(0.75) else dice.pick(("一整天", "大半天", "整个下午", "一上午", "从早到晚"))


def minutes(scene: Scene, dice: Dice) -> str:
    """A wait of minutes."""
    return dice.pick((f"{dice.number(11, 58)}分钟", "快一个小时", "半个多小时", "二十几分钟", "将近四十分钟"))


def days(scene: Scene, dice: Dice) -> str:
    """A wait of days or weeks."""
    plain = f"{_number(dice, 3, 19)}天"
    others = ("一个星期", "一周", "半个月", "俩礼拜", "十来天", "小二十天", "十多天")
    return plain if dice.chance(0.75) else dice.pick(others)


def times(scene: Scene, dice: Dice) -> str:
    """How often."""
    return dice.pick((f"{_number(dice, 2, 9)}{dice.pick('次回遍')}", "两三次", "四五次", "好几回", "无数次"))


def small_sum(scene: Scene, dice: Dice) -> str:
    """A fee."""
    amount = dice.pick((30, 50, 60, 80, 100, 120, 150, 180, 200, 240, 260, 300, 350, 380, 420, 480, 560))
    return dice.pick(
        (f"{amount}", f"{amount}块", f"{amount}元", f"{amount + dice.number(1, 19)}元", "好几百")
    )


def price(scene: Scene, dice: Dice) -> str:
    """What the product costs."""
    low, high = scene.line.price
    amount = dice.number(low // 100, high // 100) * 100
    return dice.pick(
        (f"{amount - 1}", f"{amount}多", f"{amount}块", f"{amount // 1000}千多", f"{amount + 99}元")
    )


def months(scene: Scene, dice: Dice) -> str:
    """How long the product has been used."""
    plain = f"{_number(dice, 2, 11)}个{dice.pick(('月', '多月', '来月'))}"
    return (
        plain
        if dice.chance(0.6)
        else dice.pick(("半年", "不到一年", "一个夏天", "刚满月", "二十来天", "一年零一个月"))
    )


def product(scene: Scene, dice: Dice) -> str:
    """The product as customers call it."""
    noun = scene.line.name
    short = "门锁" if noun == "智能门锁" else noun
    return dice.pick(
        (
            noun,
            short,
            noun,
            short,
            f"这台{short}" if noun != "智能门锁" else "这把锁",
            f"晴川{short}",
            f"新买的{short}",
            f"家里的{short}",
            scene.line.models[0],
        )
    )


def installer(scene: Scene, dice: Dice) -> str:
    """The man who installs."""
    return dice.pick(
        (
            "师傅",
            "师傅",
            "安装师傅",
            "安装的师傅",
            "上门的师傅",
            "安装工",
            f"{dice.pick(SURNAMES)}师傅",
            "装机的人",
            "安装人员",
            "来的那个师傅",
        )
    )


def service(scene: Scene, dice: Dice) -> str:
    """Who answers for the company."""
    return dice.pick(
        ("客服", "客服", "在线客服", "400", "接线员", "400客服", "人工客服", "你们客服", "售后客服")
    )


def courier(scene: Scene, dice: Dice) -> str:
    """Who delivers."""
    return dice.pick(("送货的", "送货师傅", "快递小哥", "配送员", "司机", "送货小伙", "物流的人", "配送师傅"))


def family(scene: Scene, dice: Dice) -> str:
    """Someone at home."""
    return dice.pick(
        ("我妈", "我爸", "老人", "孩子", "我老公", "我媳妇", "家里老人", "我爸妈", "宝宝", "我婆婆", "女儿")
    )


def app(scene: Scene, dice: Dice) -> str:
    """The company's app."""
    return dice.pick(("APP", "app", "晴川APP", "你们软件", "手机软件", "小程序", "晴川智家", "软件"))


def lure(scene: Scene, dice: Dice) -> str:
    """Where an advertisement wants its reader to go."""
    return dice.pick((mobile(dice), f"{dice.pick('vxqy')}x{dice.digits(5)}", dice.digits(9), mobile(dice)))


SLOTS: Mapping[str, Slot] = {
    "早": morning,
    "晚": evening,
    "机": noun,
    "工": lambda scene, dice: dice.pick(HOTLINE_AGENTS),
    "日": day,
    "点": clock,
    "久": hours,
    "分": minutes,
    "天": days,
    "次": times,
    "钱": small_sum,
    "价": price,
    "月": months,
    "品": product,
    "师": installer,
    "服": service,
    "哥": courier,
    "家": family,
    "应": app,
    "型": lambda scene, dice: dice.pick(scene.line.models),
    "部": lambda scene, dice: dice.pick(scene.line.parts),
    "城": lambda scene, dice: scene.place.name,
    "区": lambda scene, dice: dice.pick(scene.place.districts),
    "数": lambda scene, dice: _number(dice, 2, 6),
    "码": lambda scene, dice: f"{dice.pick('EFHP')}{dice.number(1, 19)}",
    "姓": lambda scene, dice: dice.pick(SURNAMES),
    "仓": lambda scene, dice: scene.place.warehouse,
    "号": lure,
    "手机": lambda scene, dice: written_mobile(scene.phone, dice),
    "邮箱": lambda scene, dice: scene.mail,
    "姓名": lambda scene, dice: scene.name,
    "单号": lambda scene, dice: scene.order,
    "地址": lambda scene, dice: address(scene.region, dice),
    "证号": lambda scene, dice: id_card(scene.place.id_prefix, dice),
    "正文": lambda scene, dice: scene.body,
}
