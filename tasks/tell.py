"""Tell: hand the messages of the outbox over, one by one, and note honestly what became of each."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.cases.calling_back import unasked
from models.change import By, advance
from models.customers.linking import links_for
from models.engine import transaction
from models.post.dispatching import (
    Outcome,
    abandoned,
    addresses,
    claim_messages,
    note,
    park,
    verified_change,
    wonder,
)
from models.post.pacing import merge, release, respect_wishes, spend, tokens, waiting_for_staff
from models.schema.outbox import OutboxMessage
from notifications.names import EVENTS
from settings import get_settings
from tasks.common import stage
from tasks.letters import Post, letter, open_channels
from voc.errors import ConfigError, DeliveryError, InputError
from voc.telling.delivery import Rate, Transition, after, digest_at, lease_ended
from voc.telling.digests import ALONE, bundles, line_of
from voc.telling.quiet import hours_of

CLAIM = 200
LEASE = timedelta(minutes=5)
# A slow channel has every outcome noted at once; the log file would spend its time on noting.
NOTE_EVERY = 0.2
# Who has not begun to send a claimed message by then gives it back, before its lease makes it an unknown one.
BEGIN_WITHIN = LEASE.total_seconds() / 2
# Spreads retries; nothing depends on its value.
_jitter = random.Random()


@stage("发送消息")
def dispatch(now: datetime, limit: int) -> dict[str, int]:
    """Send what is due, as a step of a flow."""
    ask_back(now)
    return send_due(now, limit)


def ask_back(now: datetime) -> int:
    """Ask the customers of solved cases whether they really are; who says no has the case opened again."""
    until = now - timedelta(hours=get_settings().callback_hours)
    since = until - timedelta(days=get_settings().case_max_age_days)
    with transaction() as session:
        waiting: dict[int, dict[str, object]] = {
            id_: {} for id_ in unasked(session, until, since, CLAIM * 100)
        }
        who = By("rule:callback", now)
        return len(advance(session, "case", "callback", waiting, who, strict=False))


def send_due(now: datetime, limit: int = 20_000) -> dict[str, int]:
    """Send what is due, at most `limit` messages, and count what became of them."""
    _recover(now)
    post = open_channels(now)
    counts: Counter[str] = Counter()
    with transaction() as session:
        respect_wishes(session, now, hours_of(get_settings().quiet_hours))
        merged = _merge(session, post)
    limited = {name: one.manner for name, one in post.channels.items() if one.manner.rate}
    for name, manner in limited.items():
        counts.update(_send_some(post, min(CLAIM, limit - counts.total()), name, manner.robot, manner.rate))
    while (room := min(CLAIM, limit - counts.total())) > 0:
        states = _send_some(post, room, but=tuple(limited))
        if not states:
            break
        counts.update(states)
    return {**counts, **({"suppressed": merged} if merged else {})}


def _recover(now: datetime) -> None:
    """Take up the messages whose dispatcher died while sending: nobody knows whether they arrived."""
    with transaction() as session:
        for message in abandoned(session, now):
            became = lease_ended(message.attempts, now, jitter=_jitter.uniform(-1, 1))
            note(session, [Outcome(message, became)], now)


def _merge(session: Session, post: Post) -> int:
    """Put digests in the place of what would be too many messages to one recipient."""
    merging = {name: one.manner for name, one in post.channels.items() if one.manner.digests}
    merged = 0
    for members in bundles(waiting_for_staff(session, post.now, merging, ALONE)):
        # Robots are crowded when everybody's reminders leave, at :00 and :30; a file or a mailbox is not.
        at = digest_at(post.now) if merging[members[0].channel].robot else post.now
        lines = [line_of(EVENTS[m.event], m.data) for m in members]
        merge(session, members, lines, at, post.now)
        merged += len(members)
    return merged


def _send_some(
    post: Post,
    room: int,
    only: str | None = None,
    robot: str = "",
    rate: Rate | None = None,
    but: Sequence[str] = (),
) -> list[str]:
    if room <= 0:
        return []
    with transaction() as session:
        if rate:
            bucket, room = tokens(session, robot, rate, post.now, room)
        messages = claim_messages(session, post.now, room, LEASE, only=only, but=but) if room else []
        if rate and messages:
            spend(session, robot, rate, bucket, post.now, len(messages))
        _address(session, post, messages)
    return _send(messages, post)


def _address(session: Session, post: Post, messages: Sequence[OutboxMessage]) -> None:
    settings = get_settings()
    post.verified = verified_change(session, [m.verification_id for m in messages if m.verification_id])
    post.addresses = addresses(session, messages)
    lasting = timedelta(days=settings.link_days)
    post.links = links_for(session, messages, post.now, lasting) if settings.public_url else {}


def _send(messages: Sequence[OutboxMessage], post: Post) -> list[str]:
    states: list[str] = []
    pending: list[Outcome] = []
    began = noted_at = time.monotonic()
    for place, message in enumerate(messages):
        if time.monotonic() - began > BEGIN_WITHIN:
            with transaction() as session:
                release(session, messages[place:])
            break
        pending.append(_attempt(message, post))
        states.append(pending[-1].became.state)
        if _costly(message, post) or time.monotonic() - noted_at > NOTE_EVERY:
            _note(pending, post)
            pending, noted_at = [], time.monotonic()
    _note(pending, post)
    return states


def _costly(message: OutboxMessage, post: Post) -> bool:
    """Tell whether a repeat would reach people: its outcome is noted before the next message leaves."""
    channel = post.channels.get(message.channel)
    return bool(channel and channel.manner.robot)


def _note(outcomes: Sequence[Outcome], post: Post) -> None:
    with transaction() as session:
        note(session, outcomes, post.now)
        for one in outcomes:
            if one.became.stop_channel:
                park(session, one.message.channel, one.became.note, _other(one, post), post.now)
            if one.strange:
                channel, reason = one.message.channel, one.became.note
                wonder(session, channel, reason, one.strange, _other(one, post), post.now)


def _other(one: Outcome, post: Post) -> str | None:
    """Name a channel that still works, to warn by: one for people before the file nobody looks at."""
    others = [name for name in post.channels if name not in {one.message.channel, *post.stopped}]
    return min(others, key=lambda name: name == "log", default=None)


def _attempt(message: OutboxMessage, post: Post) -> Outcome:
    if message.channel in post.stopped:
        # The first refusal told what is wrong; another hundred would only tire the platform.
        return Outcome(message, post.stopped[message.channel])
    outcome = _tried(message, post)
    if outcome.became.stop_channel:
        post.stopped[message.channel] = outcome.became
    return outcome


def _tried(message: OutboxMessage, post: Post) -> Outcome:
    channel = post.channels.get(message.channel)
    try:
        if channel is None:
            missing = ConfigError(501, f"渠道「{message.channel}」没有配置。")
            raise post.misconfigured.get(message.channel, missing)
        receipt = channel.send(letter(message, post, channel.manner))
    except DeliveryError as error:
        became = _failed(message, post, error.outcome, error, error.retry_after)
        return Outcome(message, became, error.answer or None, error.answer if error.strange else "")
    except ConfigError as error:
        return Outcome(message, _failed(message, post, "stop", error))
    except InputError as error:
        return Outcome(message, _failed(message, post, "dead", error))
    return Outcome(message, after("sent", message.attempts, post.now, repeat=message.repeat), receipt)


def _failed(
    message: OutboxMessage, post: Post, outcome: str, error: Exception, wait: float | None = None
) -> Transition:
    channel = post.channels.get(message.channel)
    return after(
        outcome,
        message.attempts,
        post.now,
        jitter=_jitter.uniform(-1, 1),
        retry_after=wait,
        on_unknown=channel.on_unknown if channel else "hold",
        reason=str(error),
        repeat=message.repeat,
    )
