"""Tell: hand the messages of the outbox over, one by one, and note honestly what became of each."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from models.dispatching import abandoned, addresses, claim_messages, note, park, verified_change
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
# Spreads retries; nothing depends on its value.
_jitter = random.Random()


@stage("发送消息", tags=["告知"])
def dispatch(now: datetime, limit: int) -> dict[str, int]:
    """Send what is due, as a step of a flow."""
    return send_due(now, limit)


def send_due(now: datetime, limit: int = 20_000) -> dict[str, int]:
    """Send what is due, at most `limit` messages, and count what became of them."""
    counts: dict[str, int] = {}
    _recover(now)
    channels = _channels()
    for _ in range(0, limit, CLAIM):
        with transaction() as session:
            messages = claim_messages(session, now, min(CLAIM, limit), LEASE)
            where = addresses(session, messages)
            quoted = verified_change(session, [m.verification_id for m in messages if m.verification_id])
        if not messages:
            break
        for message in messages:
            verdict = quoted.get(message.verification_id or 0)
            state = _hand_over(message, channels.get(message.channel), where, verdict, now)
            counts[state] = counts.get(state, 0) + 1
    return counts


def _recover(now: datetime) -> None:
    with transaction() as session:
        for message in abandoned(session, now):
            note(
                session, message, lease_ended(message.attempts, now, jitter=_jitter.uniform(-1, 1)), None, now
            )


def _channels() -> dict[str, Channel]:
    settings = get_settings()
    log = {"path": str(settings.folder("messages") / "messages.jsonl")}
    configured = {"log": log, **settings.channels}
    return {name: open_channel(name, config) for name, config in configured.items()}


def _hand_over(
    message: OutboxMessage,
    channel: Channel | None,
    where: Mapping[str, tuple[str | None, str | None]],
    verdict: Mapping[str, object] | None,
    now: datetime,
) -> str:
    became, receipt = _attempt(message, channel, where, verdict, now)
    with transaction() as session:
        note(session, message, became, receipt, now)
        if became.stop_channel:
            park(session, message.channel, became.note, now)
    return became.state


def _attempt(
    message: OutboxMessage,
    channel: Channel | None,
    where: Mapping[str, tuple[str | None, str | None]],
    verdict: Mapping[str, object] | None,
    now: datetime,
) -> tuple[Transition, str | None]:
    try:
        if channel is None:
            raise ConfigError(501, f"渠道「{message.channel}」没有配置。")
        receipt = channel.send(_letter(message, where, verdict))
    except DeliveryError as error:
        return _failed(message, error.outcome, str(error), now, error.retry_after, channel), None
    except ConfigError as error:
        return _failed(message, "stop", str(error), now, None, channel), None
    except InputError as error:
        return _failed(message, "dead", str(error), now, None, channel), None
    return after("sent", message.attempts, now), receipt


def _failed(
    message: OutboxMessage,
    outcome: str,
    reason: str,
    now: datetime,
    wait: float | None,
    channel: Channel | None,
) -> Transition:
    return after(
        outcome,
        message.attempts,
        now,
        jitter=_jitter.uniform(-1, 1),
        retry_after=wait,
        on_unknown=channel.on_unknown if channel else "hold",
        reason=reason,
    )


def _letter(
    message: OutboxMessage,
    where: Mapping[str, tuple[str | None, str | None]],
    verdict: Mapping[str, object] | None,
) -> Message:
    email, phone = where.get(message.recipient, (None, None))
    data = dict(message.data)
    if verdict:
        data.update(verdict, verification=message.verification_id)
    subject, text, html = render_message(str(data.pop("template")), data)
    recipient = email or phone or message.recipient
    return Message(message.id, recipient, subject, text, html, f"M{message.id:06d}", message.repeat)
