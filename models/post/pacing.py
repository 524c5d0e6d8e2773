"""What keeps the post from being a nuisance: limits of robots, digests, quiet hours and wishes of customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.outbox import ChannelBucket, ChannelStop, OutboxMessage
from voc.telling.delivery import Bucket, Rate, take_many
from voc.telling.quiet import quiet_until

DUE = ("pending", "retry")
MOST = 20_000  # messages looked at for merging in one go


def tokens(session: Session, robot: str, rate: Rate, now: datetime, wanted: int) -> tuple[Bucket, int]:
    """Lock the bucket of a robot until the end of the transaction and say how many messages may leave now."""
    full = upsert(ChannelBucket).values(robot=robot, tokens=rate.burst, at=now).on_conflict_do_nothing()
    session.execute(full)
    row = session.execute(
        select(ChannelBucket.tokens, ChannelBucket.at).where(ChannelBucket.robot == robot).with_for_update()
    ).one()
    bucket = Bucket(*row)
    return bucket, take_many(bucket, now, rate, wanted)[1]


def spend(session: Session, robot: str, rate: Rate, bucket: Bucket, now: datetime, count: int) -> None:
    """Take the tokens of the messages that were claimed."""
    left, _ = take_many(bucket, now, rate, count)
    values = {"tokens": left.tokens, "at": left.at}
    session.execute(update(ChannelBucket).where(ChannelBucket.robot == robot).values(**values))


def waiting_for_staff(
    session: Session, now: datetime, channels: Collection[str], alone: Collection[str]
) -> dict[tuple[str, str], list[OutboxMessage]]:
    """Lock the messages to staff that are due, by channel and recipient; none that may have arrived already."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state.in_(DUE),
            OutboxMessage.next_attempt_at <= now,
            OutboxMessage.audience != "customer",
            OutboxMessage.repeat.is_(False),
            OutboxMessage.event.not_in([*alone, "digest"]),
            OutboxMessage.channel.in_(channels),
            OutboxMessage.channel.not_in(select(ChannelStop.channel)),
        )
        .order_by(OutboxMessage.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    found: dict[tuple[str, str], list[OutboxMessage]] = {}
    for message in session.scalars(query):
        found.setdefault((message.channel, message.recipient), []).append(message)
    return found


def merge(
    session: Session, members: Sequence[OutboxMessage], lines: Sequence[str], at: datetime, now: datetime
) -> int:
    """Queue one digest for messages to one recipient, which it replaces in the same transaction; return its id."""
    first = members[0]
    digest = OutboxMessage(
        subject=f"digest:{first.id}",
        event="digest",
        round=1,
        audience=first.audience,
        recipient=first.recipient,
        channel=first.channel,
        data={
            "template": "digest",
            "count": len(members),
            "lines": list(lines),
            "link": first.data.get("link", ""),
        },
        next_attempt_at=at,
        created_at=now,
    )
    session.add(digest)
    session.flush()
    query = update(OutboxMessage).where(OutboxMessage.id.in_([m.id for m in members]))
    note = f"已并入摘要消息 M{digest.id:06d}"
    session.execute(query.values(state="suppressed", digest_id=digest.id, note=note))
    return digest.id


def respect_wishes(session: Session, now: datetime, usual: tuple[int, int] | None) -> None:
    """Let messages wait until the quiet hours of their customers are over; withhold them from who wants none."""
    due = """o.audience = 'customer' AND o.state IN ('pending', 'retry') AND o.next_attempt_at <= :now"""
    customer = "CAST(split_part(o.recipient, ':', 2) AS bigint)"
    session.execute(
        text(
            f"""UPDATE outbox o SET state = 'suppressed', note = '客户已选择不接收通知'
                FROM customer_preference w WHERE {due} AND w.silent AND w.customer_id = {customer}"""  # noqa: S608
        ),
        {"now": now},
    )
    own = """EXISTS (SELECT FROM customer_preference w WHERE w.customer_id = {customer}
             AND w.quiet_from IS NOT NULL {hours})"""
    windows = text(
        "SELECT DISTINCT quiet_from, quiet_until FROM customer_preference WHERE quiet_from IS NOT NULL"
    )
    for starts, ends in session.execute(windows).all():
        hours = own.format(customer=customer, hours="AND w.quiet_from = :starts AND w.quiet_until = :ends")
        _defer(session, f"{due} AND {hours}", now, starts, ends)
    if usual:
        # Who just wrote to us is told at once that it arrived; everything else waits for the morning.
        others = f"o.event <> 'case_opened' AND NOT {own.format(customer=customer, hours='')}"
        _defer(session, f"{due} AND {others}", now, *usual)


def _defer(session: Session, which: str, now: datetime, starts: int, ends: int) -> None:
    until = quiet_until(now, starts, ends)
    if until is not None:
        query = text(f"UPDATE outbox o SET next_attempt_at = :until WHERE {which}")  # noqa: S608
        session.execute(query, {"until": until, "now": now, "starts": starts, "ends": ends})


def release(session: Session, messages: Sequence[OutboxMessage]) -> None:
    """Put claimed messages back that nobody tried to send."""
    for message in messages:
        session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == message.id,
                OutboxMessage.state == "sending",
                OutboxMessage.attempts == message.attempts,
            )
            .values(state="pending", attempts=message.attempts - 1, lease_until=None)
        )
