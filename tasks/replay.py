"""Replay: write a filed report again, as it was known then, and compare it number by number and byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from models.engine import engine
from models.loop import Action
from models.proof import Report
from models.proving import Promise, contract_of
from models.reporting import ARRIVED, ask, digest
from tasks.facts import Row, Scope, gather, scope_of
from tasks.facts_effects import behind, verification
from tasks.judging import due_look, examine, found
from tasks.report import RAW, page_of
from tasks.reread import Reread, reread
from voc.effect.verdict import surviving
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
        page = page_of(facts)
        comparison = compare(report.facts, report.lineage, printed(facts), facts.lineage)
        late = _since(session, scope, now)
        session.rollback()
    same = hashlib.sha256(page.encode()).hexdigest() == report.sha256
    return Replayed(comparison, same, late, tuple(raw))


def _since(session: Session, scope: Scope, now: datetime) -> int:
    asked = replace(scope.asked(), now=now)
    return int(ask(session, ARRIVED, asked, **{"from": scope.now})[0]["count"])


def _judged_on(origins: Mapping[str, Mapping[str, Any]], session: Session, verdicts: list[Row]) -> list[Row]:
    """Judge again what stands on other rows than it was judged on; the rest keeps its stored verdict."""
    return [_again(session, row) if _moved(session, row, origins) else row for row in verdicts]


def _moved(session: Session, row: Row, origins: Mapping[str, Mapping[str, Any]]) -> bool:
    known = origins.get(verification(row))
    return known is not None and known["rows_hash"] != digest(behind(session, row))


def _again(session: Session, row: Row) -> Row:
    action, contract = session.get(Action, row["action_id"]), contract_of(session, row["action_id"])
    if action is None or contract is None:
        return row
    due = due_look(Promise(action, contract, row["attempt"] - 1), row["computed_at"])
    one = examine(session, due) if due else None
    if due is None or one is None:
        return row
    # How it was corrected depends on what was judged on the same day; that is not done again.
    adjusted = row["result"].get("adjusted_p")
    known = one.p_value if adjusted is None else float(adjusted)
    verdict = surviving(one.judged.verdict, known, due.contract.alpha)
    return {**row, **found(one, verdict, known), "lineage": row["lineage"]}
