"""Tell: hand the messages of the outbox over, one by one, and note honestly what became of each."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.dispatching import (
    Outcome,
    abandoned,
    addresses,
    claim_messages,
    note,
    park,
    verified_change,
)
from models.engine import transaction
from models.outbox import OutboxMessage
from notifications.base import Channel, Message
from notifications.registry import open_channel
from notifications.rendering import render_message
from settings import get_settings
from tasks.common import stage
from voc.delivery import Transition, after, lease_ended
from voc.errors import ConfigError, DeliveryError, InputError

CLAIM = 200
LEASE = timedelta(minutes=5)
# A slow channel has every outcome noted at once; a fast one would spend its time on noting.
NOTE_EVERY = 0.2
# Spreads retries; nothing depends on its value.
_jitter = random.Random()


@dataclass(frozen=True)
class Post:
    """What a claimed group of messages needs to leave the house."""

    channels: Mapping[str, Channel]
    misconfigured: Mapping[str, ConfigError]
    addresses: Mapping[str, tuple[str | None, str | None]]
    verified: Mapping[int, Mapping[str, object]]
    now: datetime


@stage("发送消息")
def dispatch(now: datetime, limit: int) -> dict[str, int]:
    """Send what is due, as a step of a flow."""
    return send_due(now, limit)


def send_due(now: datetime, limit: int = 20_000) -> dict[str, int]:
    """Send what is due, at most `limit` messages, and count what became of them."""
    _recover(now)
    channels, misconfigured = _channels()
    counts: Counter[str] = Counter()
    while limit > 0:
        with transaction() as session:
            messages = claim_messages(session, now, min(CLAIM, limit), LEASE)
            quoted = verified_change(session, [m.verification_id for m in messages if m.verification_id])
            post = Post(channels, misconfigured, addresses(session, messages), quoted, now)
        if not messages:
            break
        counts.update(_send(messages, post))
        limit -= len(messages)
    return dict(counts)


def _recover(now: datetime) -> None:
    """Take up the messages whose dispatcher died while sending: nobody knows whether they arrived."""
    with transaction() as session:
        for message in abandoned(session, now):
            became = lease_ended(message.attempts, now, jitter=_jitter.uniform(-1, 1))
            note(session, [Outcome(message, became)], now)


def _channels() -> tuple[dict[str, Channel], dict[str, ConfigError]]:
    """Open the channels; one that is configured wrongly must not keep the others from sending."""
    settings = get_settings()
    log = {"path": str(settings.folder("messages") / "messages.jsonl")}
    configured = {"log": log, **{name: settings.channel(name) for name in settings.channels}}
    channels: dict[str, Channel] = {}
    misconfigured: dict[str, ConfigError] = {}
    for name, config in configured.items():
        try:
            channels[name] = open_channel(name, config)
        except ConfigError as error:
            misconfigured[name] = error
    return channels, misconfigured


def _send(messages: Sequence[OutboxMessage], post: Post) -> list[str]:
    states: list[str] = []
    pending: list[Outcome] = []
    noted_at = time.monotonic()
    for message in messages:
        pending.append(_attempt(message, post))
        states.append(pending[-1].became.state)
        if time.monotonic() - noted_at > NOTE_EVERY:
            _note(pending, post)
            pending, noted_at = [], time.monotonic()
    _note(pending, post)
    return states


def _note(outcomes: Sequence[Outcome], post: Post) -> None:
    with transaction() as session:
        note(session, outcomes, post.now)
        for one in outcomes:
            if one.became.stop_channel:
                others = [name for name in post.channels if name != one.message.channel]
                park(session, one.message.channel, one.became.note, next(iter(others), None), post.now)


def _attempt(message: OutboxMessage, post: Post) -> Outcome:
    channel = post.channels.get(message.channel)
    try:
        if channel is None:
            missing = ConfigError(501, f"渠道「{message.channel}」没有配置。")
            raise post.misconfigured.get(message.channel, missing)
        receipt = channel.send(_letter(message, post))
    except DeliveryError as error:
        return Outcome(message, _failed(message, error.outcome, error, post.now, channel, error.retry_after))
    except ConfigError as error:
        return Outcome(message, _failed(message, "stop", error, post.now, channel))
    except InputError as error:
        return Outcome(message, _failed(message, "dead", error, post.now, channel))
    return Outcome(message, after("sent", message.attempts, post.now), receipt)


def _failed(
    message: OutboxMessage,
    outcome: str,
    error: Exception,
    now: datetime,
    channel: Channel | None,
    wait: float | None = None,
) -> Transition:
    return after(
        outcome,
        message.attempts,
        now,
        jitter=_jitter.uniform(-1, 1),
        retry_after=wait,
        on_unknown=channel.on_unknown if channel else "hold",
        reason=str(error),
    )


def _letter(message: OutboxMessage, post: Post) -> Message:
    email, phone = post.addresses.get(message.recipient, (None, None))
    data = dict(message.data)
    data.update(post.verified.get(message.verification_id or 0, {}), verification=message.verification_id)
    subject, text, html = render_message(str(data.pop("template")), data)
    recipient = email or phone or message.recipient
    return Message(message.id, recipient, subject, text, html, f"M{message.id:06d}", message.repeat)
