"""Replay: write a filed report again, as it was known then, and compare it number by number and byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from models.engine import engine
from models.measures.proving import Promise, contract_of
from models.schema.loop import Action
from models.schema.proof import Report
from models.views.reporting import ARRIVED, ask, hide_later
from tasks.judging import Examined, due_look, examine, found
from tasks.report import RAW, page_of
from tasks.reporting.effects import prints, verification
from tasks.reporting.facts import Row, Scope, gather, scope_of
from tasks.reporting.reread import Reread, reread
from voc.effect.verdict import benjamini_hochberg, surviving
from voc.reporting.ledger import Comparison, compare, printed


@dataclass(frozen=True)
class Replayed:
    """What came of writing a report again: the comparison, whether the bytes are the same, and what came since.

    `raw`: rows as received that are no longer what they were.
    """

    comparison: Comparison
    same_bytes: bool
    late: int
    raw: tuple[Reread, ...] = ()


def replay(report: Report, now: datetime) -> Replayed:
    """Write a report again without storing anything; feedback that arrived since is counted, not mixed in."""
    # A session of its own that is never committed: judging again brings daily observations up to date.
    with Session(engine()) as session:
        scope = scope_of(dict(report.scope))
        raw = reread(session, report.lineage.get(RAW, {}).get("batches", {}), scope.now)
        facts = gather(session, scope, partial(_judged_on, report.lineage))
        version = report.lineage.get(RAW, {}).get("version", 1)
        comparison = compare(report.facts, report.lineage, printed(facts), facts.lineage, version)
        late = _since(session, scope, now)
        session.rollback()
    # A page whose numbers moved is another one: only the others are worth drawing.
    same = comparison.same and hashlib.sha256(page_of(facts).encode()).hexdigest() == report.sha256
    return Replayed(comparison, same, late, tuple(raw))


def _since(session: Session, scope: Scope, now: datetime) -> int:
    asked = replace(scope.asked(), now=now)
    return int(ask(session, ARRIVED, asked, **{"from": scope.now})[0]["count"])


def _judged_on(origins: Mapping[str, Mapping[str, Any]], session: Session, verdicts: list[Row]) -> list[Row]:
    """Judge again what stands on other rows than it was judged on; the rest keeps its stored verdict.

    What was judged in one round was corrected together, so that one moved row has all of them judged again.
    """
    rounds = {row["computed_at"] for row in verdicts if _moved(session, row, origins)}
    fresh = {row["id"]: row for then in sorted(rounds) for row in _round(session, then, verdicts)}
    return [fresh.get(row["id"], row) for row in verdicts]


def _moved(session: Session, row: Row, origins: Mapping[str, Mapping[str, Any]]) -> bool:
    known = origins.get(verification(row))
    if known is None:
        return False
    rows, around = prints(session, row)
    was = known.get("beside", "").partition(":")[0]
    return known["rows_hash"] != rows or bool(was and was != around)


def _round(session: Session, then: datetime, verdicts: Sequence[Row]) -> list[Row]:
    """Judge again all that was judged at a moment, by what was there at that moment."""
    rows = [row for row in verdicts if row["computed_at"] == then]
    with session.begin_nested() as known_then:
        hide_later(session, then)
        looks = [_again(session, row) for row in rows]
        known_then.rollback()
    session.expire_all()
    ready = [(row, one) for row, one in zip(rows, looks, strict=True) if one]
    adjusted = benjamini_hochberg([one.p_value for _, one in ready]).tolist()
    return [_with(row, one, q_value) for (row, one), q_value in zip(ready, adjusted, strict=True)]


def _again(session: Session, row: Row) -> Examined | None:
    action, contract = session.get(Action, row["action_id"]), contract_of(session, row["action_id"])
    if action is None or contract is None:
        return None
    due = due_look(Promise(action, contract, row["attempt"] - 1), row["computed_at"])
    return examine(session, due) if due else None


def _with(row: Row, one: Examined, q_value: float) -> Row:
    verdict = surviving(one.judged.verdict, q_value, one.due.contract.alpha)
    return {**row, **found(one, verdict, q_value), "lineage": row["lineage"]}
