"""The sweep over promised times: who has to be looked at, what the clocks show, which rungs are told of, once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models.schema.promises import SlaFired
from models.sla import basis, log_of, readings
from voc.sla import Clock


@dataclass(frozen=True)
class Rung:
    """A rung that was passed for the first time; `top`: none above it was, so that this one is told of."""

    life: str
    subject: int
    promise: str
    lap: int
    level: str
    top: bool


def due_subjects(session: Session, now: datetime, limit: int) -> dict[str, list[int]]:
    """Take the subjects whose moment has come, by life; what another sweep holds is passed over."""
    query = text(
        """
        SELECT life, subject_id FROM sla_watch WHERE next_at < :now
        ORDER BY next_at, life, subject_id LIMIT :limit FOR UPDATE SKIP LOCKED
        """
    )
    found: dict[str, list[int]] = {}
    for life, subject in session.execute(query, {"now": now, "limit": limit}):
        found.setdefault(life, []).append(subject)
    return found


def rest_on_older_calendar(session: Session, now: datetime) -> int:
    """Have provisional deadlines computed anew when the calendar has changed since."""
    query = text(
        "UPDATE sla_watch SET next_at = :now - interval '1 second' WHERE provisional AND basis <> :basis"
    )
    return int(session.execute(query, {"now": now, "basis": basis()}).rowcount)  # type: ignore[attr-defined]


def look(session: Session, life: str, ids: Sequence[int], now: datetime) -> list[Rung]:
    """Read the clocks of some subjects, keep what they show, and return the rungs that are to be told of."""
    read = readings(session, life, ids, now)
    _keep_laps(session, life, read)
    _keep_watch(session, life, ids, read, now)
    if life == "case":
        _keep_case_dates(session, read)
    return _fire(session, life, read, now)


def _fire(session: Session, life: str, read: Mapping[int, Sequence[Clock]], now: datetime) -> list[Rung]:
    passed = sorted(
        (at, id_, clock.promise, clock.lap, level)
        for id_, found in read.items()
        for clock in found
        for level, at in clock.marks
        if level in clock.passed(now)
    )
    if not passed:
        return []
    rows = [
        {"life": life, "subject_id": id_, "promise": promise, "lap": lap, "level": level, "reached_at": at,
         "fired_at": now}
        for at, id_, promise, lap, level in passed
    ]  # fmt: skip
    # The primary key decides who tells: of two sweeps at once one gets the row back, the other nothing.
    query = upsert(SlaFired).on_conflict_do_nothing().returning(
        SlaFired.subject_id, SlaFired.promise, SlaFired.lap, SlaFired.level
    )  # fmt: skip
    fresh = {tuple(row) for row in session.execute(query, rows)}
    news = [entry[1:] for entry in passed if entry[1:] in fresh]
    highest = {(id_, promise, lap): level for id_, promise, lap, level in news}
    return [
        Rung(life, id_, promise, lap, level, highest[id_, promise, lap] == level)
        for id_, promise, lap, level in news
    ]


def _keep_laps(session: Session, life: str, read: Mapping[int, Sequence[Clock]]) -> None:
    second = timedelta(seconds=1)
    rows = [
        {"subject_id": id_, "promise": c.promise, "lap": c.lap, "state": c.state,
         "started_at": c.started_at.isoformat(), "due_at": c.due_at.isoformat() if c.due_at else None,
         "ended_at": c.ended_at.isoformat() if c.ended_at else None, "worked_s": c.worked // second,
         "granted_s": c.granted // second, "provisional": c.provisional}
        for id_, found in read.items() for c in found
    ]  # fmt: skip
    query = text(
        """
        INSERT INTO sla_lap (life, subject_id, promise, lap, state, started_at, due_at, ended_at, worked_s, granted_s,
                             provisional)
        SELECT :life, v.* FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(
            subject_id bigint, promise text, lap smallint, state text, started_at timestamptz, due_at timestamptz,
            ended_at timestamptz, worked_s bigint, granted_s bigint, provisional boolean)
        ON CONFLICT (life, subject_id, promise, lap) DO UPDATE SET state = EXCLUDED.state,
            started_at = EXCLUDED.started_at, due_at = EXCLUDED.due_at, ended_at = EXCLUDED.ended_at,
            worked_s = EXCLUDED.worked_s, granted_s = EXCLUDED.granted_s, provisional = EXCLUDED.provisional
        """
    )
    session.execute(query, {"life": life, "rows": json.dumps(rows)})


def _keep_watch(
    session: Session, life: str, ids: Sequence[int], read: Mapping[int, Sequence[Clock]], now: datetime
) -> None:
    ahead = _steps_ahead(session, life, ids, now)
    rows = []
    for id_ in ids:
        found = read.get(id_, [])
        moments = [clock.next_at(now) for clock in found] + [ahead.get(id_)]
        known = [moment for moment in moments if moment]
        provisional = any(clock.provisional and clock.state in ("running", "overdue") for clock in found)
        rows.append(
            {"id": id_, "next_at": min(known).isoformat() if known else None, "provisional": provisional}
        )
    query = text(
        """
        UPDATE sla_watch w SET next_at = v.next_at, provisional = v.provisional, basis = :basis
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id bigint, next_at timestamptz, provisional boolean)
        WHERE w.life = :life AND w.subject_id = v.id
        """
    )
    session.execute(query, {"life": life, "rows": json.dumps(rows), "basis": basis()})


def _steps_ahead(session: Session, life: str, ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Return the next step that is dated later than now: a rehearsal writes the days to come in one go."""
    query = text(
        f"""
        SELECT subject_id, min("at") FROM {log_of(life)}
        WHERE subject_id = ANY(CAST(:ids AS bigint[])) AND "at" > :now GROUP BY 1
        """  # noqa: S608
    )
    return {id_: at for id_, at in session.execute(query, {"ids": list(ids), "now": now})}


def _keep_case_dates(session: Session, read: Mapping[int, Sequence[Clock]]) -> None:
    """Let the two dates on the row follow the clocks, for messages and lists; a paused clock leaves its date."""
    columns = {"respond": "respond_by", "resolve": "resolve_by"}
    rows = []
    for id_, found in read.items():
        dates = {columns[c.promise]: c.due_at.isoformat() for c in found if c.promise in columns and c.due_at}
        rows.append({"id": id_, **dates})
    query = text(
        """
        UPDATE "case" k SET respond_by = COALESCE(v.respond_by, k.respond_by),
                            resolve_by = COALESCE(v.resolve_by, k.resolve_by)
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id bigint, respond_by timestamptz, resolve_by timestamptz)
        WHERE k.id = v.id AND (k.respond_by, k.resolve_by) IS DISTINCT FROM
            (COALESCE(v.respond_by, k.respond_by), COALESCE(v.resolve_by, k.resolve_by))
        """
    )
    session.execute(query, {"rows": json.dumps(rows)})
