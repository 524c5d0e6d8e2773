"""One verification: which look is due, what it is reached from, and what comes of it, without applying anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.measures import observing
from models.measures.proving import Daily, Promise, Reading, metric_of, observe, readings
from settings import get_settings
from tasks.common import run_id
from voc.effect.contract import LOOKS, Contract, Windows, check, parse, windows
from voc.effect.misreading import Misread
from voc.effect.mix import ASKED, Stratum
from voc.effect.verdict import Verdict, invalid_contract, not_identifiable
from voc.effect.verification import Judged, Unit, judge_series
from voc.errors import ContractBroken, InputError
from voc.zone import CHINA, day_of_year

Floats = NDArray[np.float64]
QUERY = "models.proving.OBSERVE"  # stored with every verdict: a name, wherever the query stands today
AUDITED = timedelta(days=182)  # audits older than this say little about the model of today
SETTLED = timedelta(days=7)  # days after another measure in which its effect is still to come


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


@dataclass(frozen=True)
class Examined:
    """What one look found: everything that is stored but the correction over all looks of the day."""

    due: Due
    daily: Daily
    judged: Judged
    reading: Reading | None
    units: Sequence[Unit]

    @property
    def p_value(self) -> float:
        """The p-value that enters the correction; a look that may claim nothing enters with 1."""
        claimable = self.judged.verdict.code not in ("invalid_contract", "not_identifiable")
        return self.judged.effect.p_value if claimable else 1.0


def due_look(promise: Promise, now: datetime) -> Due | None:
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


def examine(session: Session, due: Due) -> Examined | None:
    """Count, compare and judge; None while before and after were read by different models."""
    first, last = due.spans.baseline_start, due.spans.followup_end
    whole = readings(session, first, last)
    if whole == []:
        return None
    reading = _reading(whole or [], due.contract)
    problem = due.promise.action.problem_id
    daily = observe(session, problem, first, last, reading)
    units = _units(session, due, daily, reading)
    judged = _judged(session, due, daily, units)
    forbidden = _forbidden(session, due)
    if forbidden:
        judged = replace(judged, verdict=forbidden)
    return Examined(due, daily, judged, reading, units)


def _reading(whole: list[Reading], contract: Contract) -> Reading | None:
    """Choose one reading for both windows: that of the contract if it can be had, else the newest."""
    agreed = Reading(contract.model_version, contract.taxonomy_version)
    return agreed if agreed in whole else next(iter(whole), None)


def _judged(session: Session, due: Due, daily: Daily, units: Sequence[Unit]) -> Judged:
    numerator, divisor = _columns(due.contract, daily, units)
    problem = due.promise.action.problem_id
    seen = observing.precision(session, problem, due.spans.followup_end - AUDITED, due.spans.followup_end)
    misread = Misread(*seen) if seen[1] else None
    strata = [] if due.contract.population else _strata(session, due.contract, problem, daily)
    return judge_series(
        daily.days[0], numerator, divisor, due.contract, due.day, strata=strata, units=units, misread=misread
    )


def _columns(contract: Contract, daily: Daily, units: Sequence[Unit]) -> tuple[Floats, Floats]:
    """The columns of the population of the contract: all customers, or those of the treated units."""
    if contract.population:
        treated = [u for u in units if u.went_live] or list(units)
        if treated:
            return (
                np.sum([u.numerator for u in treated], axis=0),
                np.sum([u.divisor for u in treated], axis=0),
            )
        return np.zeros(len(daily.days)), np.zeros(len(daily.days))
    rate = contract.metric == "complaint_rate"
    return daily.numerator, np.nan_to_num(daily.exposure) if rate else daily.denominator


def _strata(session: Session, contract: Contract, problem: int, daily: Daily) -> list[Stratum]:
    """Channels; where complaints are set against orders, those that nobody is asked on are one."""
    found = observing.channels(session, problem, daily)
    if contract.metric != "complaint_rate":
        return [Stratum(name, y, n, name in ASKED) for name, y, n in found]
    asked = [Stratum(name, y, n, True) for name, y, n in found if name in ASKED]
    own = [y for name, y, _ in found if name not in ASKED]
    orders = np.nan_to_num(daily.exposure)
    return [Stratum("orders", np.sum(own, axis=0), orders), *asked] if own and asked else []


def _units(session: Session, due: Due, daily: Daily, reading: Reading | None) -> list[Unit]:
    contract = due.contract
    if not contract.population or not daily.days:
        return []
    kind = next(iter(contract.population))
    wanted = {*contract.population[kind], *(contract.control or {}).get(kind, ())}
    rollout = observing.rollout_of(session, due.promise.action.id)
    live = {
        unit: day for unit, day in (rollout.days if rollout else {}).items() if day <= due.spans.followup_end
    }
    problem, span = due.promise.action.problem_id, (daily.days[0], daily.days[-1])
    rate = contract.metric == "complaint_rate"
    return [
        Unit(u.name, u.numerator, np.nan_to_num(u.exposure) if rate else u.denominator, live.get(u.name))
        for u in observing.units(session, problem, kind, *span, reading)
        if u.name in wanted
    ]


def _forbidden(session: Session, due: Due) -> Verdict | None:
    """The verdict when nothing may be claimed, whatever the numbers say."""
    action, row = due.promise.action, due.promise.contract
    try:
        agreed = parse(row.body)
        check(agreed, row.locked_hash or "", row.locked_at or due.went_live, due.went_live)
    except (ContractBroken, InputError) as broken:
        return invalid_contract(str(broken))
    rollout = observing.rollout_of(session, action.id)
    control = [name for names in (agreed.control or {}).values() for name in names]
    found = observing.others(session, action.problem_id, action.id, get_settings().verify_overlap)
    inside = [
        other for other in observing.touching(session, found, rollout, control)
        if due.spans.baseline_start < other.day <= due.spans.followup_end and not _accounted(other.day, due)
    ]  # fmt: skip
    names = [f"「{other.name}」的措施「{other.measure}」，{day_of_year(other.day)}落地" for other in inside]
    return not_identifiable(names) if names else None


def _accounted(day: date, due: Due) -> bool:
    """Whether the contract knew of another measure and keeps its days, or its step, apart."""
    excluded = any(first <= day <= last for first, last in due.contract.excluded)
    return excluded or (day in due.contract.steps and day + SETTLED <= due.day)


def found(examined: Examined, verdict: Verdict, adjusted_p: float) -> dict[str, object]:
    """A verification as it is stored."""
    due, daily = examined.due, examined.daily
    return {
        "attempt": due.attempt,
        "due_on": due.spans.followup_end,
        "verdict": verdict.code,
        "sentence": verdict.sentence,
        "result": finite(_result(examined, verdict, adjusted_p)),
        "lineage": {
            "query": QUERY,
            "rows_hash": _digest(daily, examined.units),
            "model": examined.reading.model if examined.reading else due.contract.model_version,
            "taxonomy": examined.reading.taxonomy if examined.reading else due.contract.taxonomy_version,
            "contract": due.promise.contract.locked_hash,
            "run": run_id(),
        },
    }


def _digest(daily: Daily, units: Sequence[Unit]) -> str:
    series: dict[str, object] = {
        "days": [day.isoformat() for day in daily.days],
        "numerator": daily.numerator.tolist(),
        "denominator": daily.denominator.tolist(),
        "exposure": np.nan_to_num(daily.exposure).tolist(),
    }
    if units:
        series["units"] = {u.name: [u.numerator.tolist(), u.divisor.tolist()] for u in units}
    return hashlib.sha256(json.dumps(series, sort_keys=True).encode()).hexdigest()


def _result(examined: Examined, verdict: Verdict, adjusted_p: float) -> dict[str, object]:
    """Everything that reports and pages show of a verification; docs/effect.md names the keys."""
    judged, contract = examined.judged, examined.due.contract
    change, low, high = judged.effect.change
    measured = asdict(judged.effect)
    return {
        **measured, "facts": measured["diagnostics"], "diagnostics": judged.diagnostics(),
        "design": judged.design, "why": judged.why, "picture": judged.picture, "adjusted": judged.adjusted,
        "change": change, "change_low": low, "change_high": high, "weeks_more": verdict.weeks_more,
        "metric": contract.metric, "smallest_effect": contract.smallest_effect, "alpha": contract.alpha,
        "direction": contract.direction, "windows": asdict(examined.due.spans), "adjusted_p": adjusted_p,
    }  # fmt: skip


def finite(value: object) -> object:
    """Make values JSON can hold: dates as text, nan and infinity as null, arrays as lists."""
    match value:
        case dict():
            return {key: finite(item) for key, item in value.items()}
        case list() | tuple():
            return [finite(item) for item in value]
        case date():
            return value.isoformat()
        case np.generic() | np.ndarray():
            return finite(value.tolist())
        case float():
            return value if np.isfinite(value) else None
        case _:
            return value
