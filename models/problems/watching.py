"""Raising alarms: each once, each with a review and an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.change import By, begin
from models.events import announce_all
from models.schema.alarm import Alarm
from settings import get_settings
from voc.alarms import values
from voc.deadlines import due
from voc.zone import CHINA


def raise_alarms(session: Session, alarms: Iterable[values.Alarm], by: By) -> list[int]:
    """Record new alarms and open a review of each; one that goes on is continued. Return the ids of the new ones.

    Idempotent: an alarm of the same kind and series whose days overlap a known one is that one.
    """
    ordered = sorted(alarms, key=lambda alarm: (alarm.raised_at, alarm.series, alarm.kind))
    known = _known(session, {alarm.series for alarm in ordered})
    made = []
    for alarm in ordered:
        own = known.setdefault((alarm.kind, alarm.series), [])
        earlier = next((row for row in own if _same(row, alarm)), None)
        if earlier is None:
            row = _new(session, alarm, by)
            own.append(row)
            made.append(row)
        elif alarm.end > earlier.ended_on:
            earlier.ended_on, earlier.observed, earlier.expected = alarm.end, alarm.observed, alarm.expected
    session.flush()
    _review(session, made, by)
    _announce(session, made, by.at)
    return [row.id for row in made]


def _announce(session: Session, alarms: Sequence[Alarm], at: datetime) -> None:
    """Note an event for each new alarm, and a second one for a source that fell silent."""
    told = {alarm.id: _facts(alarm) for alarm in alarms}
    announce_all(
        session, "voc.alarm.raised", ((f"voc.alarm.{i}", f, f"alarm:{i}") for i, f in told.items()), at
    )
    silent = [(f["series"].partition(":")[2], f, i) for i, f in told.items() if f["kind"] == "silence"]
    announce_all(
        session,
        "voc.source.silent",
        ((f"voc.source.{name}", {**f, "source": name}, f"alarm:{i}") for name, f, i in silent),
        at,
    )


def _facts(alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm": alarm.id,
        "kind": alarm.kind,
        "kind_name": values.KINDS[alarm.kind],
        "label": alarm.label,
        "series": alarm.series,
        "start": alarm.started_on.isoformat(),
        "end": alarm.ended_on.isoformat(),
        "observed": alarm.observed,
        "expected": alarm.expected,
        "cause": alarm.cause,
        "raised_at": alarm.raised_at.astimezone(CHINA).isoformat(),
        "urgent": alarm.urgent,
    }


def _known(session: Session, series: set[str]) -> dict[tuple[str, str], list[Alarm]]:
    found: dict[tuple[str, str], list[Alarm]] = {}
    for row in session.scalars(select(Alarm).where(Alarm.series.in_(series)).order_by(Alarm.raised_at)):
        found.setdefault((row.kind, row.series), []).append(row)
    return found


def _same(row: Alarm, alarm: values.Alarm) -> bool:
    return row.started_on <= alarm.end and alarm.start <= row.ended_on


def _new(session: Session, alarm: values.Alarm, by: By) -> Alarm:
    facts = asdict(alarm)
    facts["started_on"], facts["ended_on"] = facts.pop("start"), facts.pop("end")
    facts.update(words=list(alarm.words), quotations=list(alarm.quotations), evidence=dict(alarm.evidence))
    row = Alarm(**facts, recorded_at=by.at)
    session.add(row)
    session.flush()
    return row


def _review(session: Session, alarms: Sequence[Alarm], by: By) -> None:
    oldest = by.at - timedelta(days=get_settings().alarm_history_days)
    for step, chosen in (
        ("open", [alarm for alarm in alarms if alarm.raised_at >= oldest]),
        ("archive", [alarm for alarm in alarms if alarm.raised_at < oldest]),
    ):
        begin(session, "review", step, [_opened(alarm, by) for alarm in chosen], by)


def _opened(alarm: Alarm, by: By) -> dict[str, Any]:
    settings = get_settings()
    hours = settings.alarm_urgent_hours if alarm.urgent else settings.alarm_review_hours
    return {"alarm_id": alarm.id, "department": alarm.department, "due_at": due(by.at, hours)}


def told_around(session: Session, first: date, last: date) -> list[tuple[str, set[int]]]:
    """Return series and feedback of the spikes whose days touch these."""
    query = select(Alarm.series, Alarm.evidence).where(
        Alarm.kind == "spike", Alarm.started_on <= last, Alarm.ended_on >= first
    )
    return [(series, set(evidence.get("feedback", ()))) for series, evidence in session.execute(query)]
