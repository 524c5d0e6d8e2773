"""What every channel agrees on: the message it gets, the receipt it gives, the error it raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from voc.telling.delivery import Rate


@dataclass(frozen=True)
class Message:
    """One outbox row, ready to leave; `repeat` marks a possible second copy of the same message."""

    id: int
    recipient: str
    subject: str
    text: str
    html: str | None
    message_no: str
    repeat: bool
    event: str = ""


@dataclass(frozen=True)
class Manner:
    """How a channel wants to be used.

    `reaches`: an email, a phone, whatever there is (any), a machine that is told our own code of the recipient
    (code), or a group of colleagues (group), which is never given a customer's message. `digests`: many waiting
    messages to staff may be merged into one. `robot` names what is behind the channel: two channels with the same
    robot share its limit.
    """

    reaches: str = "any"
    digests: bool = True
    rate: Rate | None = None
    robot: str = ""


ANYBODY = Manner()


@runtime_checkable
class Channel(Protocol):
    """Hands messages over to one kind of system; `on_unknown` is resend, check or hold."""

    @property
    def name(self) -> str:
        """The name of the channel in the registry and in the outbox."""

    @property
    def on_unknown(self) -> str:
        """What to do when nobody knows whether a message arrived."""

    @property
    def manner(self) -> Manner:
        """Whom it reaches, how fast, and whether messages may be merged."""

    def send(self, message: Message) -> str:
        """Hand the message over and return the receiver's own receipt, or raise voc.errors.DeliveryError."""


def stamped(message: Message) -> str:
    """Return the text with its short message number, by which people recognise a repeat."""
    mark = "，重复发送，如已收到请忽略" if message.repeat else ""
    return f"{message.text}\n（消息号 {message.message_no}{mark}）"


def mask_recipient(recipient: str) -> str:
    """Return a recipient that a log may show: 13*****0001, z***@example.com."""
    name, at, domain = recipient.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    if len(recipient) < 8:
        return "*" * len(recipient)
    return recipient[:2] + "*" * (len(recipient) - 6) + recipient[-4:]
