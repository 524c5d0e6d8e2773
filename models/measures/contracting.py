"""Contracts in the database: drafted from the history of a problem, locked, and written anew until the go-live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.change import By
from models.measures import observing
from models.measures.proving import Daily, contract_of, first_day, observe, versions_used
from models.schema.agreed import ContractVersion
from models.schema.loop import Action, ActionLog, Problem
from models.schema.proof import Contract as ContractRow
from settings import get_settings
from voc.effect.contract import Contract, Span, canonical, faults, fingerprint, parse
from voc.effect.proposal import History, propose
from voc.effect.verification import Unit
from voc.errors import InputError
from voc.zone import CHINA

Floats = NDArray[np.float64]
LONGEST = timedelta(weeks=170)  # of history that a contract is drafted from: three seasons and a little
ASSIGNED = ("problem", "population", "control", "version", "excluded", "steps", "taxonomy_version", "model_version",
            "design_reason", "weeks_needed")  # fmt: skip


def draft(
    session: Session, problem: Problem, action_id: int, live_on: date, now: datetime, **terms: Any
) -> Contract:
    """Suggest the contract of a measure from the history of its problem; `terms` are what a person has settled."""
    today = now.astimezone(CHINA).date()
    since = max(first_day(session) or today, today - LONGEST)
    last = max(min(today, live_on - timedelta(days=1)), since)
    daily = observe(session, problem.id, since, last)
    rollout = observing.rollout_of(session, action_id)
    parts = _parts(session, problem.id, rollout, since, last)
    known = bool(np.nansum(daily.exposure[-56:]) > 0) and all(np.nansum(u.exposure) > 0 for u in parts)
    own = _units(parts, rollout, known)
    history = History(
        since, *_columns(daily, own, known), alarm_of(problem),
        _earlier(session, problem.id, action_id, rollout, live_on), rollout.kind if rollout else "", tuple(own),
    )  # fmt: skip
    made = propose(f"problem:{problem.id}", history, live_on, **_settled(session, problem, known) | terms)
    if rollout and not made.population:
        # Nothing to compare with: the measure is judged on its own units alone.
        made = replace(made, population={rollout.kind: sorted(rollout.days)})
    return made


def _columns(daily: Daily, own: Sequence[Unit], known: bool) -> tuple[Floats, Floats]:
    """Complaints and what they are set against, per day: of the units it goes live in, or of the whole."""
    treated = [unit for unit in own if unit.went_live]
    if own:
        numerator, divisor = ([getattr(u, name) for u in treated] for name in ("numerator", "divisor"))
        return np.sum(numerator, axis=0), np.sum(divisor, axis=0)
    return daily.numerator, np.nan_to_num(daily.exposure) if known else daily.denominator


def _settled(session: Session, problem: Problem, known: bool) -> dict[str, Any]:
    models, taxonomies = versions_used(session, problem.id, problem.first_seen_at)
    return {
        "metric": "complaint_rate" if known else "complaint_share",
        "taxonomy_version": "、".join(taxonomies),
        "model_version": "、".join(models),
        "season_swing": get_settings().verify_season_swing,
    }


def alarm_of(problem: Problem) -> Span:
    """The days that raised a problem: picked for being high, and so no baseline."""
    return problem.alarm_from.astimezone(CHINA).date(), problem.alarm_until.astimezone(CHINA).date()


def _earlier(
    session: Session, problem_id: int, action_id: int, rollout: observing.Rollout | None, live_on: date
) -> tuple[date, ...]:
    found = observing.others(session, problem_id, action_id, get_settings().verify_overlap)
    days = {other.day for other in observing.touching(session, found, rollout, ())}
    return tuple(sorted(day for day in days if day < live_on))


def _parts(
    session: Session, problem_id: int, rollout: observing.Rollout | None, since: date, until: date
) -> list[observing.UnitDays]:
    return observing.units(session, problem_id, rollout.kind, since, until) if rollout else []


def _units(parts: list[observing.UnitDays], rollout: observing.Rollout | None, known: bool) -> list[Unit]:
    days = rollout.days if rollout else {}
    return [
        Unit(u.name, u.numerator, np.nan_to_num(u.exposure) if known else u.denominator, days.get(u.name))
        for u in parts
    ]


def lock(session: Session, action_id: int, contract: Contract, by: By) -> None:
    """Write a contract down with its hash; from now on it cannot be changed unnoticed."""
    session.add(
        ContractRow(
            action_id=action_id, body=canonical(contract), locked_hash=fingerprint(contract), locked_at=by.at,
            locked_by=by.who,
        )
    )  # fmt: skip
    session.flush()


def rewrite(session: Session, action_id: int, by: By, **terms: Any) -> Contract:
    """Write a locked contract anew, before its measure goes live; the old one is kept (a trigger sees to both)."""
    action, row = session.get(Action, action_id), contract_of(session, action_id)
    if action is None or row is None:
        raise InputError(f"措施 {action_id} 还没有验证合同；接单（voc accept）时会生成。")
    if action.went_live is not None:
        raise InputError("措施已经落地，验证合同不能再改；看到结果后再改合同，结论就不可信了。")
    agreed = parse(row.body)
    chosen = {name: value for name, value in terms.items() if value is not None}
    live_on = chosen.pop("live_on", None) or planned(session, action_id, action)
    problem = session.get_one(Problem, action.problem_id)
    settled = {f.name: getattr(agreed, f.name) for f in fields(agreed) if f.name not in ASSIGNED}
    kept = {
        name: settled[name]
        for name in ("smallest_effect", "washout_days", "followup_days", "alpha", "direction")
    }
    contract = draft(session, problem, action_id, live_on, by.at, **kept | chosen)
    for fault in faults(contract):
        raise InputError(f"验证合同不成立：{fault}。")
    row.body, row.locked_hash = canonical(contract), fingerprint(contract)
    row.locked_at, row.locked_by, row.revision = by.at, by.who, row.revision + 1
    session.flush()
    return contract


def planned(session: Session, action_id: int, action: Action) -> date:
    """The day a measure is to go live: the earliest of its roll-out, else what was promised, else its deadline."""
    rollout = observing.rollout_of(session, action_id)
    if rollout:
        return min(rollout.days.values())
    query = select(ActionLog.facts).where(ActionLog.subject_id == action_id, ActionLog.step == "accept")
    promised = session.scalars(query.order_by(ActionLog.seq.desc())).first()
    day = (promised or {}).get("live_on")
    return date.fromisoformat(day) if day else action.due_at.astimezone(CHINA).date()


def versions(session: Session, action_id: int) -> list[ContractVersion]:
    """List what a contract said before, oldest first."""
    query = select(ContractVersion).where(ContractVersion.action_id == action_id)
    return list(session.scalars(query.order_by(ContractVersion.revision)))
