"""What Prefect is to hear of: one row per event, written in the transaction of the change it tells of.

`voc dispatch --watch` posts them with the id that stands in the row, so that a repeat is the same event to the server.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.outbox import Event

# Every event of this house with its Chinese name.
NAMES: Mapping[str, str] = {
    "voc.batch.stored": "有新反馈入库",
    "voc.quality.failed": "质检未通过",
    "voc.feedback.urgent": "收到涉及安全或故障的反馈",
    "voc.alarm.raised": "发出预警",
    "voc.action.overdue": "措施逾期",
    "voc.action.implemented": "措施已落地",
    "voc.problem.relapsed": "问题复发",
    "voc.source.silent": "来源中断",
    "voc.channel.stopped": "渠道停用",
}
# What these start is about the one thing they name; what any other starts takes up all there is.
OF_ITS_OWN = frozenset({"voc.quality.failed", "voc.action.implemented", "voc.source.silent"})
# Steps of a life that are events: whoever takes them, by whichever way, they are told.
STEPS: Mapping[tuple[str, str], str] = {
    ("action", "implement"): "voc.action.implemented",
    ("problem", "relapse"): "voc.problem.relapsed",
}


def announce(
    session: Session, event: str, resource: str, payload: Mapping[str, Any], at: datetime, key: str
) -> None:
    """Note an event in the caller's transaction; the same event with the same key again changes nothing."""
    announce_all(session, event, [(resource, payload, key)], at)


def announce_all(
    session: Session, event: str, facts: Iterable[tuple[str, Mapping[str, Any], str]], at: datetime
) -> None:
    """Note one event for each (resource, payload, key)."""
    if event not in NAMES:
        raise ValueError(f"unknown event {event}: add it to models.events.NAMES")
    rows = [
        {"event": event, "key": key, "event_id": uuid.uuid4(), "resource": resource, "payload": dict(payload),
         "occurred_at": at, "state": "waiting"}
        for resource, payload, key in facts
    ]  # fmt: skip
    if rows:
        session.execute(upsert(Event).on_conflict_do_nothing(), rows)


def after_step(
    session: Session,
    life: str,
    step: str,
    entries: Sequence[tuple[int, int, Mapping[str, Any]]],
    at: datetime,
) -> None:
    """Note the event of a step, if it is one, for each (subject, place in its log, facts)."""
    event = STEPS.get((life, step))
    if event:
        facts = [(f"voc.{life}.{id_}", {life: id_}, f"{life}:{id_}:{seq}") for id_, seq, _ in entries]
        announce_all(session, event, facts, at)


def waiting_events(session: Session, limit: int) -> list[Event]:
    """List the events Prefect has not taken yet, oldest first."""
    query = select(Event).where(Event.state == "waiting").order_by(Event.id).limit(limit)
    return list(session.scalars(query))


def starting(events: Sequence[Event]) -> frozenset[int]:
    """Say which of some events are to start something: after a silence one run takes up what a hundred tell of."""
    last = {event.event: event.id for event in events}
    return frozenset(one.id for one in events if one.event in OF_ITS_OWN or one.id == last[one.event])


def urgent_feedback(session: Session, since: datetime, until: datetime) -> list[int]:
    """List the feedback of urgent events of a period, posted or not."""
    chosen = (Event.event == "voc.feedback.urgent", Event.occurred_at >= since, Event.occurred_at < until)
    return [
        id_ for facts in session.scalars(select(Event.payload).where(*chosen)) for id_ in facts["feedback"]
    ]


def expire_events(session: Session, now: datetime, age: timedelta) -> int:
    """Give up events so old that the schedules have long done what they would have started."""
    query = (
        update(Event)
        .where(Event.state == "waiting", Event.occurred_at < now - age)
        .values(state="expired")
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(query).rowcount)  # type: ignore[attr-defined]


def mark_posted(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Note that Prefect has taken some events."""
    query = update(Event).where(Event.id.in_(ids)).values(state="posted", posted_at=now)
    session.execute(query.execution_options(synchronize_session=False))


def newest_events(session: Session, limit: int) -> list[dict[str, Any]]:
    """List the newest events for people, newest first."""
    query = select(Event.id, Event.event, Event.resource, Event.occurred_at, Event.state, Event.posted_at)
    return [dict(row) for row in session.execute(query.order_by(Event.id.desc()).limit(limit)).mappings()]
