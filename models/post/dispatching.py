"""Queries of telling: claim messages, find where they go, note what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.events import announce
from models.schema.intake import Contact
from models.schema.loop import Department
from models.schema.outbox import ChannelStop, OutboxMessage
from models.schema.proof import Verification
from voc.telling.delivery import Transition


def claim_messages(
    session: Session,
    now: datetime,
    limit: int,
    lease: timedelta,
    *,
    only: str | None = None,
    but: Collection[str] = (),
) -> list[OutboxMessage]:
    """Take messages that are due, of channels that are not stopped, and count the attempt that follows.

    Of one channel `only`, or of all `but` some.
    """
    due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state.in_(("pending", "retry")),
            OutboxMessage.next_attempt_at <= now,
            OutboxMessage.channel.not_in(select(ChannelStop.channel)),
            OutboxMessage.channel == only if only else OutboxMessage.channel.not_in(but),
        )
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(due.scalar_subquery()))
        .values(state="sending", attempts=OutboxMessage.attempts + 1, lease_until=now + lease)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(taken), key=lambda message: (message.next_attempt_at, message.id))


def abandoned(session: Session, now: datetime) -> list[OutboxMessage]:
    """Lock the messages whose dispatcher died while sending."""
    query = select(OutboxMessage).where(OutboxMessage.state == "sending", OutboxMessage.lease_until < now)
    return list(session.scalars(query.order_by(OutboxMessage.id).with_for_update(skip_locked=True)))


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt to hand a message over."""

    message: OutboxMessage
    became: Transition
    receipt: str | None = None
    strange: str = ""  # an answer nobody has written down, word for word


def note(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write what became of attempts, unless another dispatcher has taken a message over since."""
    # A mark lost in a crash makes a message's outcome unknown, which is handled: it need not wait for the disk.
    session.execute(text("SET LOCAL synchronous_commit = off"))
    query = text(
        """
        UPDATE outbox o SET state = v.state, next_attempt_at = COALESCE(v.next_attempt_at, o.next_attempt_at),
            note = v.note, repeat = o.repeat OR v.repeat, receipt = v.receipt, lease_until = NULL,
            sent_at = CASE WHEN v.state = 'sent' THEN CAST(:now AS timestamptz) END
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id bigint, attempts int, state text,
             next_attempt_at timestamptz, note text, repeat boolean, receipt text)
        WHERE o.id = v.id AND o.state = 'sending' AND o.attempts = v.attempts
        """
    )
    session.execute(query, {"rows": json.dumps([_outcome(one) for one in outcomes]), "now": now})


def _outcome(one: Outcome) -> dict[str, object]:
    again = one.became.next_attempt_at
    return {
        "id": one.message.id,
        "attempts": one.message.attempts,
        "state": one.became.state,
        "next_attempt_at": again.isoformat() if again else None,
        "note": one.became.note,
        "repeat": one.became.repeat,
        "receipt": one.receipt,
    }


def park(session: Session, channel: str, reason: str, warn_by: str | None, now: datetime) -> None:
    """Stop a channel until somebody mends its configuration, and warn its owner by another one."""
    stopped = upsert(ChannelStop).values(channel=channel, since=now, reason=reason)
    fresh = session.scalar(stopped.on_conflict_do_nothing().returning(ChannelStop.channel))
    if fresh is None:
        return
    facts = {"channel": channel, "reason": reason}
    announce(
        session, "voc.channel.stopped", f"voc.channel.{channel}", facts, now, f"{channel}:{now.isoformat()}"
    )
    if warn_by is None:
        return
    subject = f"channel:{channel}"
    before = session.scalar(select(func.count()).where(OutboxMessage.subject == subject))
    session.add(
        OutboxMessage(
            subject=subject,
            event="channel_stopped",
            round=(before or 0) + 1,
            audience="owner",
            recipient="owner:voc",
            channel=warn_by,
            data={"template": "channel_stopped", "channel": channel, "reason": reason},
            next_attempt_at=now,
            created_at=now,
        )
    )


def wonder(
    session: Session, channel: str, reason: str, answer: str, warn_by: str | None, now: datetime
) -> None:
    """Tell the owner of a channel, once, that it gave an answer nobody has written down."""
    code = hashlib.sha256(reason.encode()).hexdigest()[:8]
    values = {
        "subject": f"channel:{channel}:{code}",
        "event": "channel_strange",
        "round": 1,
        "audience": "owner",
        "recipient": "owner:voc",
        "channel": warn_by or channel,
        "data": {"template": "channel_strange", "channel": channel, "reason": reason, "answer": answer},
        "state": "pending",
        "attempts": 0,
        "repeat": False,
        "next_attempt_at": now,
        "created_at": now,
    }
    session.execute(upsert(OutboxMessage).values(values).on_conflict_do_nothing())


def resume(session: Session, channel: str) -> bool:
    """Start a stopped channel again; its parked messages leave with the next dispatch."""
    return bool(session.execute(delete(ChannelStop).where(ChannelStop.channel == channel)).rowcount)  # type: ignore[attr-defined]


def replay(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Put dead or unknown messages back in line, marked as repeats, and return how many."""
    query = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), OutboxMessage.state.in_(("dead", "unknown")))
        .values(state="pending", next_attempt_at=now, attempts=0, repeat=True)
    )
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


def addresses(
    session: Session, messages: Sequence[OutboxMessage]
) -> dict[str, tuple[str | None, str | None]]:
    """Find (mail address, phone) of recipients. The only reader of customers' contacts."""
    customers = [int(m.recipient.split(":")[1]) for m in messages if m.recipient.startswith("customer:")]
    found: dict[str, tuple[str | None, str | None]] = {
        f"customer:{c.customer_id}": (c.email, c.phone)
        for c in session.scalars(select(Contact).where(Contact.customer_id.in_(customers)))
    }
    for code, address in session.execute(select(Department.code, Department.address)):
        found[f"department:{code}"] = found[f"owner:{code}"] = (address, None)
    return found


def verified_change(session: Session, ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """Return verdict, metric and relative change of verifications: the only numbers a message may quote."""
    rows = session.scalars(select(Verification).where(Verification.id.in_(ids)))
    return {
        row.id: {
            "verdict": row.verdict,
            "metric": row.result["metric"],
            "relative_change": row.result["change"],
        }
        for row in rows
    }
