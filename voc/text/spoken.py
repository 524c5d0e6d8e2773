"""What the customer says in a dialogue: staff apologise and promise in words that would be read as his.

Only texts in which both are named as speakers are dialogues; 客服态度：极差 is a heading of the customer's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CUSTOMER_WORDS = "客户|用户|顾客|买家|来电人|来电者|主叫|会员|乘客|业主|患者|旅客|市民|访客"
STAFF_WORDS = (
    "坐席|座席|客服|人工|机器人|话务员|接线员|工程师|师傅|商家|卖家|店家|系统|小二|"
    "专员|顾问|店员|受理人|处理人|AI"
)
_NUMBER = r"(?:\s?(?:\d{1,6}号?|\[姓名\d+\]|[(（][^()（）\n]{1,8}[)）]))?"  # 客服 1024, 坐席(小王)
_MARK = re.compile(
    rf"(?:^|(?<=[\n。!?！？;；\s\]】]))(?:(?P<customer>{CUSTOMER_WORDS})|(?:人工|智能|在线)?(?:{STAFF_WORDS})){_NUMBER}\s?[:：]"
)
_ANY = re.compile(rf"(?:{STAFF_WORDS})[^\n:：]{{0,12}}[:：]")


def spoken(texts: Sequence[str]) -> list[str]:
    """Leave of dialogues the customer's turns, each on a line of its own; other texts stay as they are."""
    return [_joined(text, turns) if (turns := own_turns(text)) else text for text in texts]


def own_turns(text: str) -> list[tuple[int, int]]:
    """Where the customer speaks in a dialogue, and what stands before it begins; empty for what is none."""
    # Few texts have a colon, which is seen sooner than that nobody is named before it.
    marks = list(_MARK.finditer(text)) if ("：" in text or ":" in text) and _ANY.search(text) else []
    if len({mark["customer"] is None for mark in marks}) < 2:
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    turns = [(0, marks[0].start())]
    turns += [(mark.end(), end) for mark, end in zip(marks, ends, strict=True) if mark["customer"]]
    return [_trimmed(text, start, end) for start, end in turns if text[start:end].strip()]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())


def places(text: str) -> list[int]:
    """Where each character that `spoken` leaves of a dialogue stands in it."""
    found: list[int] = []
    for start, end in own_turns(text):
        # The line break between two turns stands where the later one begins.
        found += [start] * bool(found) + list(range(start, end))
    return found


def blanked(text: str) -> str:
    """Put line breaks in the place of what the customer does not say; the text stays as long as it was."""
    turns = own_turns(text)
    if not turns:
        return text
    own = ["\n"] * len(text)
    for start, end in turns:
        own[start:end] = text[start:end]
    return "".join(own)


def _joined(text: str, turns: Sequence[tuple[int, int]]) -> str:
    return "\n".join(text[start:end] for start, end in turns)
