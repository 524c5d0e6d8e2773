"""The one way a life changes: lock the rows, ask the core, append to the log, update, and queue the messages.

Everything that changes the state of a case, a problem or an action, be it a flow, the portal or the command
line, goes through `begin` or `advance`, inside the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from models import events, sla
from models.guards import forbidding
from models.loading import copy_rows
from models.schema.alarm import Review, ReviewLog
from models.schema.approval import Approval, ApprovalLog
from models.schema.loop import Action, ActionLog, Case, CaseLog, Problem, ProblemLog
from models.schema.rootcause import RootCause, RootCauseLog
from models.telling import announce
from voc.errors import StepRefused
from voc.lifecycle import LIVES, fold, next_state

TABLES: Mapping[str, tuple[Any, Any]] = {
    "case": (Case, CaseLog),
    "problem": (Problem, ProblemLog),
    "action": (Action, ActionLog),
    "review": (Review, ReviewLog),
    "approval": (Approval, ApprovalLog),
    "rootcause": (RootCause, RootCauseLog),
}
# Facts of a step that are also kept on the row, for queries; the log stays the truth.
KEPT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("case", "assign"): ("department",),
    ("case", "amend"): ("feedback_id",),
    ("problem", "diagnose"): ("root_cause", "dimension"),
    ("action", "implement"): ("went_live",),
    ("action", "reschedule"): ("due_at",),
    ("rootcause", "submit"): ("whys", "fishbone", "root_cause", "preventive", "preventive_due"),
    ("action", "hand_over"): ("department",),
    **{("review", step): ("conclusion",) for step in ("uphold", "refute", "explain")},
}


@dataclass(frozen=True)
class By:
    """Who does a step (person:…, rule:… or system:…), when, and from which flow run."""

    who: str
    at: datetime
    run: str | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a log: whose it is, its place there, where the step leads, and the facts told with it."""

    subject: int
    seq: int
    state: str
    round: int
    facts: Mapping[str, Any]


def begin(session: Session, life: str, step: str, rows: Sequence[Mapping[str, Any]], by: By) -> list[int]:
    """Start lives with their first log entry; rows that are already there are left alone."""
    table, _ = TABLES[life]
    if not rows:
        return []
    target = next_state(LIVES[life], "", None, step, {})
    full = [{**row, "state": target, "round": 1, "changed_at": by.at} for row in rows]
    query = upsert(table).on_conflict_do_nothing().returning(table.id)
    entries = [Entry(id_, 1, target, 1, {}) for id_ in session.scalars(query, full)]
    _write(session, life, step, entries, by)
    return [entry.subject for entry in entries]


def advance(
    session: Session,
    life: str,
    step: str,
    facts: Mapping[int, Mapping[str, Any]],
    by: By,
    *,
    strict: bool = True,
) -> list[int]:
    """Take a step with each subject of `facts`; not strict, those that cannot are passed over.

    Raises StepRefused when strict and a subject is missing or in a state that does not allow the step.
    """
    locked = _locked(session, life, step, facts, strict)
    # What forbids a step is read under the lock, and stays in the log beside what was said.
    found = forbidding(session, life, step, [row.id for row in locked], by.who)
    told = {row.id: {**facts[row.id], **found.get(row.id, {})} for row in locked}
    allowed = [row for row in locked if _allowed(life, step, row.id, row.state, told[row.id], strict)]
    entries = _entries(session, life, step, allowed, told)
    if entries:
        _move(session, life, step, entries, by)
        _write(session, life, step, entries, by)
    return [entry.subject for entry in entries]


def _locked(session: Session, life: str, step: str, ids: Collection[int], strict: bool) -> Sequence[Row[Any]]:
    table, _ = TABLES[life]
    asked = select(table.id, table.state, table.round).where(table.id.in_(ids)).order_by(table.id)
    rows = session.execute(asked.with_for_update()).all()
    if strict and len(rows) < len(ids):
        gone = min(set(ids) - {row.id for row in rows})
        raise StepRefused(LIVES[life].title, gone, None, step, "没有这个编号。")
    return rows


def _allowed(life: str, step: str, id_: int, state: str, facts: Mapping[str, Any], strict: bool) -> bool:
    try:
        next_state(LIVES[life], id_, state, step, facts)
    except StepRefused:
        if strict:
            raise
        return False
    return True


def _entries(
    session: Session, life: str, step: str, rows: Sequence[Row[Any]], facts: Mapping[int, Mapping[str, Any]]
) -> list[Entry]:
    if not rows:
        return []
    _, log = TABLES[life]
    rule = LIVES[life].steps[step]
    query = select(log.subject_id, func.max(log.seq)).where(log.subject_id.in_([row.id for row in rows]))
    last = {subject: seq for subject, seq in session.execute(query.group_by(log.subject_id))}
    return [
        Entry(row.id, last[row.id] + 1, rule.leads(row.state), row.round + rule.next_round, facts[row.id])
        for row in rows
    ]


def _move(session: Session, life: str, step: str, entries: Sequence[Entry], by: By) -> None:
    table, _ = TABLES[life]
    rule = LIVES[life].steps[step]
    session.execute(
        update(table)
        .where(table.id.in_([entry.subject for entry in entries]))
        .values(state=rule.target or table.state, round=table.round + int(rule.next_round), changed_at=by.at)
        .execution_options(synchronize_session=False)
    )
    _keep(session, life, step, entries)


def _keep(session: Session, life: str, step: str, entries: Sequence[Entry]) -> None:
    table = TABLES[life][0].__table__
    for column in KEPT.get((life, step), ()):
        # The table, the column and its type are names of this program, never of its users.
        kind = table.c[column].type.compile(dialect=session.get_bind().dialect)
        query = text(
            f"""
            UPDATE "{table.name}" t SET {column} = v.value
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(id bigint, value {kind}) WHERE t.id = v.id
            """  # noqa: S608
        )
        rows = [{"id": entry.subject, "value": entry.facts[column]} for entry in entries]
        session.execute(query, {"rows": json.dumps(rows, default=_plain_value)})


def _write(session: Session, life: str, step: str, entries: Sequence[Entry], by: By) -> None:
    """Append to the log, and what follows from it: messages, clocks, events."""
    if not entries:
        return
    copy_rows(
        session,
        TABLES[life][1].__tablename__,
        ("subject_id", "seq", "step", "state", "at", "by", "run", "facts"),
        ((e.subject, e.seq, step, e.state, by.at, by.who, by.run, _plain(e.facts)) for e in entries),
    )
    rounds, facts = {e.subject: e.round for e in entries}, {e.subject: e.facts for e in entries}
    announce(session, life, step, rounds, by.at, facts)
    sla.touch(session, life, step, list(rounds), by.at)
    events.after_step(session, life, step, [(e.subject, e.seq, e.facts) for e in entries], by.at)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _plain_value(value) if isinstance(value, datetime) else value for key, value in facts.items()
    }


def _plain_value(value: datetime) -> str:
    return value.isoformat()


def audit(session: Session, life: str) -> list[str]:
    """Replay every log of a life and describe in Chinese each row that does not equal its replay."""
    table, log = TABLES[life]
    logs: dict[int, list[tuple[str, Mapping[str, Any]]]] = {}
    for subject, step, facts in session.execute(
        select(log.subject_id, log.step, log.facts).order_by(log.subject_id, log.seq)
    ):
        logs.setdefault(subject, []).append((step, facts))
    found = []
    for id_, state, round_ in session.execute(select(table.id, table.state, table.round).order_by(table.id)):
        try:
            standing = fold(LIVES[life], id_, logs.get(id_, []))
        except StepRefused as refusal:
            found.append(f"{LIVES[life].title} {id_}：日志不合法，{refusal}")
            continue
        if (standing.state, standing.round) != (state, round_):
            found.append(
                f"{LIVES[life].title} {id_}：表中为 {state}（第 {round_} 轮），"
                f"日志推得 {standing.state}（第 {standing.round} 轮）。"
            )
    return found


def lock_out(session: Session, name: str) -> None:
    """Hold a named lock until the end of the transaction, waiting for whoever has it."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})
