"""Verify: when the follow-up of an implemented measure is over, compare, judge, and let the verdict act."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.change import advance
from models.engine import transaction
from models.proving import (
    Daily,
    Promise,
    Reading,
    earlier_actions,
    effective_since,
    metric_of,
    observe,
    promises,
    readings,
    verified,
)
from settings import get_settings
from tasks.common import by, run_id, stage
from voc.effect.contract import Contract, Windows, check, parse, windows
from voc.effect.verdict import Verdict, invalid_contract, not_identifiable
from voc.effect.verification import Judged, judge_series
from voc.errors import ContractBroken, InputError
from voc.zone import CHINA

# What a verdict does: (step of the action, step of the problem).
CONSEQUENCES = {
    "effective": ("pass", "succeed"),
    "partly_effective": ("pass", "continue"),
    "ineffective": ("fail", "fail"),
    "worse": ("fail", "fail"),
}
LOOKS = 2
QUERY = "models.proving.OBSERVE"
UNREAD = "waits_for_recode"


@dataclass(frozen=True)
class Due:
    """A comparison that can be made now: the contract as it applies to this look, and its windows."""

    promise: Promise
    contract: Contract
    spans: Windows
    attempt: int
    went_live: datetime

    @property
    def day(self) -> date:
        """The day of the go-live in China."""
        return self.went_live.astimezone(CHINA).date()


@stage("验证到期措施")
def verify_due(now: datetime) -> dict[str, int]:
    """Judge every implemented measure whose follow-up is over, each in a transaction of its own."""
    counts: dict[str, int] = {}
    with transaction() as session:
        waiting = [promise.action.id for promise in promises(session)]
    for action in waiting:
        with transaction() as session:
            code = _verify(session, action, now)
        if code:
            counts[code] = counts.get(code, 0) + 1
    return counts


@stage("关闭见效问题")
def close_effective(now: datetime) -> int:
    """Close the problems that stayed well for long enough."""
    with transaction() as session:
        stood = effective_since(session, now - timedelta(days=get_settings().close_after_days))
        return len(advance(session, "problem", "close", {id_: {} for id_ in stood}, by("rule:stood", now)))


def _verify(session: Session, action_id: int, now: datetime) -> str | None:
    promise = next(p for p in promises(session) if p.action.id == action_id)
    due = _due(promise, now)
    if due is None:
        return None
    first, last = due.spans.baseline_start, due.spans.followup_end
    whole = readings(session, first, last)
    if whole == []:
        # Before and after were read by different models: what differs may be the reading. The next round looks again.
        return UNREAD
    reading = _reading(whole or [], due.contract)
    daily = observe(session, promise.action.problem_id, first, last, reading)
    judged = _judge(session, due, daily)
    id_ = verified(session, action_id, _found(due, daily, judged, reading), now)
    _apply(session, promise, judged.verdict, id_, now)
    return judged.verdict.code


def _reading(whole: list[Reading], contract: Contract) -> Reading | None:
    """Choose one reading for both windows: that of the contract if it can be had, else the newest."""
    agreed = Reading(contract.model_version, contract.taxonomy_version)
    return agreed if agreed in whole else next(iter(whole), None)


def _due(promise: Promise, now: datetime) -> Due | None:
    """Return the look that is due today; a second one, over twice the time, follows when the first is open."""
    attempt = promise.attempts + 1
    went_live = promise.action.went_live
    if went_live is None or attempt > LOOKS:
        return None
    contract = _terms(promise)
    # Looking twice would spend the error twice: each look gets its share of it.
    contract = replace(contract, followup_days=contract.followup_days * attempt, alpha=contract.alpha / LOOKS)
    spans = windows(contract, went_live.astimezone(CHINA).date())
    today = now.astimezone(CHINA).date()
    ready = today > spans.followup_end + timedelta(days=get_settings().verify_grace_days)
    return Due(promise, contract, spans, attempt, went_live) if ready else None


def _terms(promise: Promise) -> Contract:
    try:
        return parse(promise.contract.body)
    except InputError:
        # The verdict will be 无效合同; until then the usual windows tell when it is due.
        return Contract(problem=metric_of(promise.action.problem_id))


def _judge(session: Session, due: Due, daily: Daily) -> Judged:
    columns = daily.numerator, _divisor(due.contract, daily)
    measured = judge_series(daily.days[0], *columns, due.contract, due.day)
    forbidden = _forbidden(session, due)
    return replace(measured, verdict=forbidden) if forbidden else measured


def _divisor(contract: Contract, daily: Daily) -> NDArray[np.float64]:
    return np.nan_to_num(daily.exposure) if contract.metric == "complaint_rate" else daily.denominator


def _forbidden(session: Session, due: Due) -> Verdict | None:
    """The verdict when nothing may be claimed, whatever the numbers say."""
    action, row = due.promise.action, due.promise.contract
    try:
        check(parse(row.body), row.locked_hash or "", row.locked_at or due.went_live, due.went_live)
    except (ContractBroken, InputError) as broken:
        return invalid_contract(str(broken))
    inside = [
        day
        for day in earlier_actions(session, action.problem_id, action.id)
        if due.spans.baseline_start < day <= due.spans.followup_end and not _excluded(day, due)
    ]
    return not_identifiable([f"{day:%m月%d日}落地的措施" for day in inside]) if inside else None


def _excluded(day: date, due: Due) -> bool:
    return any(first <= day <= last for first, last in due.contract.excluded)


def _found(due: Due, daily: Daily, judged: Judged, reading: Reading | None) -> dict[str, object]:
    series = {
        "days": [day.isoformat() for day in daily.days],
        "numerator": daily.numerator.tolist(),
        "denominator": daily.denominator.tolist(),
        "exposure": np.nan_to_num(daily.exposure).tolist(),
    }
    return {
        "attempt": due.attempt,
        "due_on": due.spans.followup_end,
        "verdict": judged.verdict.code,
        "sentence": judged.verdict.sentence,
        "result": _finite(_result(due, judged)),
        "lineage": {
            "query": QUERY,
            "rows_hash": hashlib.sha256(json.dumps(series, sort_keys=True).encode()).hexdigest(),
            "model": reading.model if reading else due.contract.model_version,
            "taxonomy": reading.taxonomy if reading else due.contract.taxonomy_version,
            "contract": due.promise.contract.locked_hash,
            "run": run_id(),
        },
    }


def _result(due: Due, judged: Judged) -> dict[str, object]:
    """Everything that reports and pages show of a verification; docs/effect.md names the keys."""
    change, low, high = judged.effect.change
    measured = asdict(judged.effect)
    return {
        **measured, "facts": measured["diagnostics"], "diagnostics": judged.diagnostics(),
        "design": judged.design, "why": judged.why, "picture": judged.picture, "adjusted": judged.adjusted,
        "change": change, "change_low": low, "change_high": high, "weeks_more": judged.verdict.weeks_more,
        "metric": due.contract.metric, "smallest_effect": due.contract.smallest_effect, "alpha": due.contract.alpha,
        "direction": due.contract.direction, "windows": asdict(due.spans), "adjusted_p": None,
    }  # fmt: skip


def _finite(value: object) -> object:
    """Make values JSON can hold: dates as text, nan and infinity as null, arrays as lists."""
    match value:
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case date():
            return value.isoformat()
        case np.generic():
            return _finite(value.item())
        case float():
            return value if np.isfinite(value) else None
        case _:
            return value


def _apply(session: Session, promise: Promise, verdict: Verdict, verification: int, now: datetime) -> None:
    action, problem = promise.action.id, promise.action.problem_id
    steps = CONSEQUENCES.get(verdict.code)
    facts = {"verification": verification, "verdict": verdict.code}
    if steps is None:
        reason = {"reason": verdict.sentence, **facts}
        advance(session, "problem", "extend", {problem: reason}, by("rule:verdict", now), strict=False)
        return
    advance(session, "action", steps[0], {action: facts}, by("rule:verdict", now))
    advance(session, "problem", steps[1], {problem: facts}, by("rule:verdict", now), strict=False)
