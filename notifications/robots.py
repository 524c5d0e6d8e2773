"""What the three group robots share: text that fits their limits in bytes and shows no markup but ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.base import Manner, Message
from notifications.posting import as_body, robot_of
from voc.telling.delivery import Rate

ELLIPSIS = "…"


def cut_bytes(text: str, limit: int) -> str:
    """Return a text of at most `limit` UTF-8 bytes, cut between characters and marked as cut."""
    if len(text.encode()) <= limit:
        return text
    room = limit - len(ELLIPSIS.encode())
    if room < 0:
        return ""
    return text.encode()[:room].decode("utf-8", "ignore").rstrip() + ELLIPSIS


def stamp(message: Message) -> str:
    """Return the line by which people recognise a message and its repeats; it is never cut off."""
    mark = "，重复发送，如已收到请忽略" if message.repeat else ""
    return f"（消息号 {message.message_no}{mark}）"


def fitted(message: Message, limit: int, heading: str = "{}") -> str:
    """Return heading, text and stamp within `limit` bytes; what is too long is cut from the text."""
    top, end = heading.format(message.subject), stamp(message)
    spare = limit - len(f"{top}\n\n{end}".encode())
    body = cut_bytes(message.text, max(0, spare))
    return f"{top}\n{body}\n{end}" if body else f"{cut_bytes(top, limit - len(end.encode()) - 1)}\n{end}"


def within(make: Callable[[str], Mapping[str, object]], message: Message, limit: int, heading: str) -> bytes:
    """Return the body of a request of at most `limit` bytes as JSON, where quotes and line ends cost two."""
    room = limit
    while len(body := as_body(make(fitted(message, room, heading)))) > limit:
        room -= len(body) - limit
    return body


def manner_of(url: str, rate: Rate, config: Mapping[str, object]) -> Manner:
    """Return how a robot wants to be used: by colleagues only, merged unless `digest = "no"`, within its limit."""
    return Manner("group", str(config.get("digest") or "yes") != "no", rate, robot_of(url))
