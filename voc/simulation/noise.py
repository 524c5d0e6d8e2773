"""What spoils real exports: copies, advertising, tests, vague remarks, broken and empty rows."""

from __future__ import annotations

from voc.simulation.channels import Channel
from voc.simulation.dice import Dice
from voc.simulation.language import say
from voc.simulation.slots import Scene

# expected rows of each kind per row of genuine feedback
SHARES: dict[str, float] = {
    "near_duplicate": 0.030, "advertising": 0.014, "test": 0.004, "vague": 0.030, "broken": 0.010, "blank": 0.028,
}  # fmt: skip
CHANNELS: dict[str, tuple[str, ...]] = {
    "advertising": ("app", "store_review", "social", "sms", "chat"),
    "test": ("app", "chat", "ticket", "hotline", "sms"),
    "vague": ("sms", "store_review", "app", "paper", "hotline", "chat", "social"),
    "broken": ("hotline", "sms", "app", "store_review", "ticket", "paper", "social", "chat"),
    "blank": ("sms", "store_review", "app", "hotline", "paper", "ticket"),
}
PLACEHOLDERS = ("此用户未填写评价内容", "此用户没有填写评价。", "系统默认好评", "无", "")
BAD_DATES = (
    "2026-13-45",
    "2026-02-30 25:61",
    "0000-00-00 00:00:00",
    "昨天下午",
    "#VALUE!",
    "20261332",
    "1/0/1900",
)
BAD_RATINGS = ("99", "-3", "7777", "五十", "N/A5")
SWAPS = (
    ("没有", "没"),
    ("非常", "很"),
    ("，", "、"),
    ("，", " "),
    ("怎么", "咋"),
    ("的", "滴"),
    ("。", "！"),
    ("还", "还是"),
    ("都", "全都"),
    ("了", "啦"),
    ("一直", "总"),
    ("就", "就是"),
)
TAILS = ("！", "！！", "。", "😡", "谢谢", "请尽快", "~", "？？", "了", "急")


def nearly_same(text: str, dice: Dice) -> str:
    """The text as the same person would send it once more: one to three small edits."""
    edited = text
    for _ in range(dice.number(1, 3)):
        edited = _edit(edited, dice)
    return edited if edited != text else text + dice.pick(TAILS)


def _edit(text: str, dice: Dice) -> str:
    way = dice.roll()
    if way < 0.45:
        old, new = dice.pick(SWAPS)
        return text.replace(old, new, 1)
    if way < 0.75:
        return text + dice.pick(TAILS)
    cut = dice.number(1, max(1, len(text) - 2))
    return text[:cut] + text[cut + 1 :]


def broken_row(row: dict[str, str], channel: Channel, scene: Scene, dice: Dice) -> dict[str, str]:
    """A row that must not pass the gate: impossible date or rating, damaged characters, wrong cells."""
    fault = dice.pick(("date", "rating", "garbled", "cells"))
    column = {field: name for name, field in channel.columns.items()}
    if fault == "rating" and "rating" in column:
        return row | {column["rating"]: dice.pick(BAD_RATINGS)}
    if fault == "garbled":
        return row | {column["text"]: say("garbled", scene, dice)}
    if fault == "cells" and channel.kind != "xlsx":
        return row | {"__raw__": _torn(row, channel, dice)}
    return row | {column["occurred_at"]: dice.pick(BAD_DATES)}


def _torn(row: dict[str, str], channel: Channel, dice: Dice) -> str:
    cells = [row[name].replace("\n", " ").replace(",", "，").replace('"', "") for name in channel.header]
    if channel.kind == "jsonl":
        return f'{{"{channel.header[0]}": "{cells[0]}", "{channel.header[1]}": "{cells[1][:7]}'
    return ",".join(cells[: dice.number(2, 4)] if dice.chance(0.5) else [*cells, "", cells[-1], "错位"])


def blank_text(channel: Channel, dice: Dice) -> str:
    """What stands where nothing was said."""
    return dice.pick(PLACEHOLDERS) if channel.name == "store_review" else dice.pick(("", "", " "))
