"""From an outbox row to a letter a channel can send: who gets it, by which address, in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.customers.inviting import token_of
from models.schema.outbox import OutboxMessage
from notifications.base import Channel, Manner, Message
from notifications.registry import open_channel
from notifications.rendering import render_message
from settings import get_settings
from voc.errors import ConfigError, DeliveryError
from voc.telling.delivery import Transition
from voc.telling.messages import INVITATION, neutralise

# Ours, not a customer's: they may look like links and lists.
UNTOUCHED = frozenset({"link", "template", "lines", "number"})


@dataclass
class Post:
    """What a round of sending knows: the channels there are, and what the claimed messages need."""

    channels: Mapping[str, Channel]
    misconfigured: Mapping[str, ConfigError]
    now: datetime
    addresses: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    verified: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    links: Mapping[int, str] = field(default_factory=dict)
    stopped: dict[str, Transition] = field(default_factory=dict)


def open_channels(now: datetime) -> Post:
    """Open the channels; one that is configured wrongly must not keep the others from sending."""
    channels: dict[str, Channel] = {}
    misconfigured: dict[str, ConfigError] = {}
    for name, config in configured().items():
        try:
            channels[name] = open_channel(name, config)
        except ConfigError as error:
            misconfigured[name] = error
    return Post(channels, misconfigured, now)


def configured() -> dict[str, dict[str, str]]:
    """Return the settings of every channel by name; the log is always there."""
    settings = get_settings()
    log = {"path": str(settings.folder("messages") / "messages.jsonl")}
    return {"log": log, **{name: settings.channel(name) for name in settings.channels}}


def letter(message: OutboxMessage, post: Post, manner: Manner) -> Message:
    """Write the letter of an outbox row; raises DeliveryError when it may not or cannot go by this channel."""
    data = dict(message.data)
    data.update(post.verified.get(message.verification_id or 0, {}), verification=message.verification_id)
    token = post.links.get(message.id)
    if token:
        data["link"] = f"{str(data.get('link') or '').rstrip('/')}/t/{token}"
    if message.event == INVITATION:
        data["link"] = f"{str(data['link']).rstrip('/')}/s/{data['survey']}?i={token_of(data['invitation'])}"
    if manner.reaches == "group":
        if message.audience == "customer":
            raise DeliveryError("给客户的消息不能发到群机器人，请为客户配置短信或邮件渠道。", "stop")
        data = {key: _harmless(key, value) for key, value in data.items()}
    subject, text, html = render_message(str(data.pop("template")), data)
    recipient = _recipient(message, post, manner)
    number = f"M{message.id:06d}"
    return Message(message.id, recipient, subject, text, html, number, message.repeat, message.event)


def _harmless(key: str, value: object) -> object:
    if key == "lines" and isinstance(value, list):
        return [neutralise(str(line), 120) for line in value]
    return neutralise(value, 200) if isinstance(value, str) and key not in UNTOUCHED else value


def _recipient(message: OutboxMessage, post: Post, manner: Manner) -> str:
    email, phone = post.addresses.get(message.recipient, (None, None))
    match manner.reaches:
        case "email":
            found = email
        case "phone":
            found = phone
        case "any":
            found = email or phone or message.recipient
        case _:
            found = message.recipient
    if not found:
        raise DeliveryError("没有登记收件人的邮箱或手机号，无法送达。", "dead")
    return found
