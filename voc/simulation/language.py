"""Puts words together: matter, circumstances, feeling and demand, in the register of a channel."""

from __future__ import annotations

import re

from voc.simulation import library
from voc.simulation.dice import Dice
from voc.simulation.phrases import render
from voc.simulation.registers import REGISTERS, Register
from voc.simulation.slots import Scene

PRAISE_KEYS = (
    "product",
    "product",
    "product",
    "install",
    "install",
    "delivery",
    "service",
    "price",
    "app",
    "store",
)
FULL_STOPS = re.compile(r"[，。；！？…]+")
# what people really confuse while typing, and what speech recognition hears
SLIPS = (
    ("师傅", "师付"),
    ("师傅", "师父"),
    ("安装", "按装"),
    ("已经", "己经"),
    ("联系", "连系"),
    ("登录", "登陆"),
    ("账", "帐"),
    ("需要", "须要"),
    ("制冷", "致冷"),
    ("到底", "到低"),
    ("再也", "在也"),
    ("的时候", "得时候"),
    ("态度", "太度"),
    ("质量", "质亮"),
    ("做工", "作工"),
    ("推荐", "推存"),
    ("一直", "一值"),
    ("耽误", "担误"),
    ("什么", "神马"),
    ("没有", "木有"),
    ("知道", "造"),
)
_DOUBLED = re.compile(r"([。！？…])[，。；、]")
SYNONYMS: dict[str, tuple[str, ...]] = {
    "到现在": ("至今", "到今天", "目前"),
    "根本": ("压根", "完全"),
    "一直": ("始终", "总是"),
    "，结果": ("，谁知道", "，没想到", "，到头来"),
    "说好": ("讲好", "答应"),
    "没人": ("没有人", "无人", "没个人"),
    "没反应": ("没动静", "毫无反应"),
    "每次": ("每回", "次次", "回回"),
    "天天": ("每天", "成天", "见天"),
    "后来": ("再后来", "之后"),
    "马上": ("立马", "很快"),
    "不知道": ("不清楚", "也不晓得"),
    "突然": ("忽然", "莫名其妙"),
    "非常": ("特别", "相当"),
    "放心": ("安心", "踏实"),
    "周到": ("到位", "细心"),
    "装完": ("装好", "弄完"),
    "打电话": ("电话", "拨电话"),
    "送来": ("送到", "运来"),
    "挺好": ("蛮好", "不错", "还可以"),
    "白跑一趟": ("空跑一趟", "白去"),
    "尽快处理": ("赶紧解决", "早点办", "快点处理"),
    "反正": ("总之", "横竖"),
    "赶紧": ("赶快", "尽快"),
    "能不能": ("可不可以", "能否", "可否"),
    "怎么": ("咋",),
    "多少钱": ("什么价", "啥价位"),
    "已经": ("都", "早"),
    "建议": ("希望", "提议"),
}
_SYNONYM = re.compile("|".join(sorted(SYNONYMS, key=len, reverse=True)))
THIRD_PERSON = {
    "我妈": "客户母亲",
    "我爸妈": "客户父母",
    "我爸": "客户父亲",
    "我老公": "客户爱人",
    "我媳妇": "客户爱人",
    "我婆婆": "客户婆婆",
    "我家": "客户家",
    "我们": "客户方",
    "你们": "我司",
    "你家": "我司",
    "我": "客户",
}
_PERSON = re.compile("|".join(sorted(THIRD_PERSON, key=len, reverse=True)))


def say(key: str, scene: Scene, dice: Dice) -> str:
    """One phrase of a section, or nothing when the section has none for this product."""
    lines = library.compiled().get((key, scene.product))
    return render(dice.pick(lines), scene, dice) if lines else ""


def has(key: str, product: int) -> bool:
    """Whether a section has a phrase for a product."""
    return (key, product) in library.compiled()


def join(parts: list[str], register: Register, dice: Dice) -> str:
    """Parts joined by the channel's own punctuation."""
    text = parts[0]
    for part in parts[1:]:
        joint = "" if text[-1] in "，。！？?…、～~\n" else dice.pick(register.joints)
        text += joint + part
    return text if text[-1] in "。！？?…" else text + dice.pick(register.ends)


def complaint(issue: str, channel: str, scene: Scene, dice: Dice) -> str:
    """A complaint about one issue, without the frame of its channel."""
    register = REGISTERS[channel]
    matter = say(issue, scene, dice)
    if dice.chance(register.mixed):
        matter = f"{say('softener', scene, dice)}{matter}"
    parts = [say("opener", scene, dice)] if dice.chance(register.opener) else []
    parts.append(matter)
    if dice.chance(register.aftermath + 0.12) and (more := say("detail." + issue, scene, dice)):
        parts.append(more)
    if dice.chance(register.aftermath):
        parts.append(say("aftermath." + issue.partition(".")[0], scene, dice))
    if dice.chance(register.feeling):
        parts.insert(0 if dice.chance(0.2) else len(parts), say("feeling", scene, dice))
    if dice.chance(register.dialect):
        parts.append(say("dialect." + scene.place.name, scene, dice))
    if dice.chance(register.demand):
        parts.append(say("demand", scene, dice))
    if len(parts) == 1 and channel != "sms" and dice.chance(0.7):
        extra = dice.pick(("detail." + issue, "aftermath." + issue.partition(".")[0], "feeling"))
        parts.append(say(extra, scene, dice) or say("feeling", scene, dice))
    return join(parts, register, dice)


def praise(channel: str, scene: Scene, dice: Dice) -> str:
    """Praise of one to three things."""
    register = REGISTERS[channel]
    if channel == "sms" and dice.chance(0.3):
        return say("short", scene, dice)
    keys = [dice.pick(PRAISE_KEYS)]
    if dice.chance(0.4 if channel == "sms" else 0.8):
        keys.append(dice.pick(PRAISE_KEYS))
    if dice.chance(0.05 if channel == "sms" else 0.25):
        keys.append(dice.pick(PRAISE_KEYS))
    parts = [say("praise.opener", scene, dice)] if dice.chance(register.opener + 0.1) else []
    parts += [say(key, scene, dice) for key in dict.fromkeys(keys)]
    if dice.chance(0.15 if channel == "sms" else 0.5):
        parts.append(say("praise.closer", scene, dice))
    return join(parts, register, dice)


def asking(kind: str, channel: str, scene: Scene, dice: Dice) -> str:
    """A suggestion or an enquiry."""
    parts = [say(f"{kind}.opener", scene, dice)] if dice.chance(0.55) else []
    mark = "？" if kind == "enquiry" and dice.chance(0.6) else ""
    parts.append(say(kind, scene, dice) + mark)
    if dice.chance(0.2):
        parts.append(say(kind, scene, dice) + mark)
    if dice.chance(0.35):
        parts.append(say(f"{kind}.closer", scene, dice))
    return join(parts, REGISTERS[channel], dice).rstrip("！…")


def reword(text: str, dice: Dice) -> str:
    """The text with some of its everyday words replaced by others of the same meaning."""
    return _SYNONYM.sub(
        lambda match: dice.pick(SYNONYMS[match.group()]) if dice.chance(0.4) else match.group(), text
    )


def third_person(text: str) -> str:
    """A customer's words as an agent writes them down."""
    return _PERSON.sub(lambda match: THIRD_PERSON[match.group()], text)


def slip(text: str, dice: Dice) -> str:
    """The text with one typing slip, if it has a word that people mistype."""
    first = dice.number(0, len(SLIPS) - 1)
    for right, wrong in SLIPS[first:] + SLIPS[:first]:
        if right in text:
            return text.replace(right, wrong, 1)
    return text


def speak(kind: str, issue: str | None, channel: str, scene: Scene, dice: Dice) -> str:
    """Everything one customer says on one channel, 5 to some 200 characters."""
    register = REGISTERS[channel]
    if kind == "complaint":
        text = complaint(issue or "", channel, scene, dice)
    elif kind == "praise":
        text = praise(channel, scene, dice)
    else:
        text = asking(kind, channel, scene, dice)
    if dice.chance(register.personal * (0.3 if kind == "praise" else 1.0)):
        private = say("personal.light" if kind == "praise" else "personal", scene, dice)
        text = f"{text}{'' if text[-1] in '。！？' else '，'}{private}"
    text = reword(text, dice)
    if dice.chance(0.05):
        text = slip(text, dice)
    if dice.chance(register.emoji):
        text += say("emoji.bad" if kind == "complaint" else "emoji.good", scene, dice)
    return _DOUBLED.sub(r"\1", framed(text, kind, channel, scene, dice))


def framed(text: str, kind: str, channel: str, scene: Scene, dice: Dice) -> str:
    """The words in the frame that their channel puts around them."""
    scene.body = text
    if channel == "hotline":
        return _hotline(kind, scene, dice)
    if channel == "ticket":
        scene.body = third_person(text).rstrip("。！；")
        return say("ticket.complaint" if kind == "complaint" else "ticket.plain", scene, dice)
    if channel in ("chat", "email", "social"):
        text = say(f"{channel}.complaint" if kind == "complaint" else f"{channel}.plain", scene, dice)
    elif channel == "paper" and kind == "complaint":
        text = say("paper.complaint", scene, dice)
    return text + say("signature", scene, dice) if channel == "email" else text


def _hotline(kind: str, scene: Scene, dice: Dice) -> str:
    if kind == "praise":
        scene.body = third_person(scene.body).rstrip("。！")
        return say("hotline.thanks", scene, dice)
    if kind != "complaint":
        return say("hotline.ask", scene, dice)
    if dice.chance(0.35):
        scene.body = FULL_STOPS.sub(" " if dice.chance(0.8) else "", scene.body).strip()
        return say("hotline.asr", scene, dice)
    scene.body = third_person(scene.body).rstrip("。！").removeprefix("客户")
    return say("hotline.note", scene, dice)


def title(kind: str, scene: Scene, dice: Dice) -> str:
    """The subject line of a letter."""
    return say(f"title.{kind}", scene, dice)


def headline(kind: str, scene: Scene, dice: Dice) -> str:
    """The two words a shop asks for beside the stars."""
    return say("star.good" if kind == "praise" else "star.bad", scene, dice) if dice.chance(0.3) else ""
