"""The contract of a verification: what will be compared, fixed before anyone can see the outcome."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from scipy.special import ndtri

from voc.errors import ContractBroken, InputError
from voc.zone import CHINA

METRICS = ("complaint_rate", "complaint_share")
DIRECTIONS = ("decrease", "increase")
DESIGNS = ("cohort", "did", "cits", "sc", "its", "before_after")
SINCE_TWO = ("design_reason", "steps", "weeks_needed", "season_swing", "version")
WEEK = 7
LOOKS = 2  # a verification left open is looked at once more; each look spends its share of the error
Span = tuple[date, date]  # first and last day, both included


@dataclass(frozen=True)
class Contract:
    """What a verification compares, by which design, and which effect would matter (a relative change).

    `population` and `control` name a kind of unit (region, product, agent) and its units; empty means everything.
    From each day of `steps` on the level was another, for a reason known beforehand. `weeks_needed`: follow-up for
    80 % power. `season_swing`: how far a year may swing the level either way (0.15: ±15 %) where the design cannot
    take a season out. Version 1, the first way of writing contracts, knows none of the last five.
    """

    problem: str
    metric: str = "complaint_rate"
    direction: str = "decrease"
    population: Mapping[str, Any] = field(default_factory=dict)
    smallest_effect: float = 0.20
    baseline_days: int = 56
    washout_days: int = 7
    followup_days: int = 56
    excluded: tuple[Span, ...] = ()
    control: Mapping[str, Any] | None = None
    design: str = "before_after"
    alpha: float = 0.05
    taxonomy_version: str = ""
    model_version: str = ""
    design_reason: str = ""
    steps: tuple[date, ...] = ()
    weeks_needed: int | None = None
    season_swing: float = 0.0
    version: int = 1


@dataclass(frozen=True)
class Windows:
    """First and last day of both windows; `excluded` days inside the baseline are not counted."""

    baseline_start: date
    baseline_end: date
    followup_start: date
    followup_end: date
    excluded: tuple[Span, ...] = ()

    def baseline(self) -> list[date]:
        """The days of the baseline, in order, without the excluded ones."""
        out = _excluded(self.excluded)
        numbers = range(self.baseline_start.toordinal(), self.baseline_end.toordinal() + 1)
        return [date.fromordinal(number) for number in numbers if number not in out]

    def followup(self) -> list[date]:
        """The days of the follow-up, in order."""
        return _days(self.followup_start, self.followup_end)


def canonical(contract: Contract) -> str:
    """The one text of a contract: JSON with sorted keys, dates as ISO, no spaces."""
    values = asdict(contract)
    if contract.version < 2:
        # A contract locked by an older version keeps its text, and with it its hash.
        values = {name: value for name, value in values.items() if name not in SINCE_TWO}
    else:
        values["steps"] = [day.isoformat() for day in sorted(contract.steps)]
    values["excluded"] = [[first.isoformat(), last.isoformat()] for first, last in sorted(contract.excluded)]
    values["population"] = dict(contract.population)
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(contract: Contract) -> str:
    """SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(contract).encode()).hexdigest()


def parse(text: str) -> Contract:
    """Read a canonical text back; a text that is no valid contract raises InputError."""
    try:
        values = json.loads(text)
        unknown = set(values) - {f.name for f in fields(Contract)}
        if unknown:
            raise InputError(f"验证合同里有不认识的字段：{'、'.join(sorted(unknown))}")
        spans = tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in values.pop("excluded", ()))
        steps = tuple(date.fromisoformat(day) for day in values.pop("steps", ()))
        contract = Contract(**values, excluded=spans, steps=steps)
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"验证合同无法读取：{error}") from error
    _validate(contract)
    return contract


def _validate(contract: Contract) -> None:
    for fault in faults(contract):
        raise InputError(f"验证合同不成立：{fault}")


def faults(contract: Contract) -> list[str]:
    """What is wrong with a contract, in Chinese; empty when it can be locked."""
    checks: tuple[tuple[bool, str], ...] = (
        (bool(contract.problem), "缺少问题编号"),
        (contract.metric in METRICS, f"指标「{contract.metric}」不在 {'、'.join(METRICS)} 之中"),
        (contract.direction in DIRECTIONS, f"方向「{contract.direction}」只能是 {'、'.join(DIRECTIONS)}"),
        (0 < contract.smallest_effect < 1, "最小有意义效果须在 0 与 1 之间"),
        (0 < contract.alpha < 0.5, "显著性水平须在 0 与 0.5 之间"),
        (contract.baseline_days >= 1 and contract.followup_days >= 1, "基线期和观察期都至少一天"),
        (0 <= contract.season_swing < 1, "季节幅度须在 0 与 1 之间"),
        (contract.washout_days >= 0, "缓冲期不能为负"),
        (contract.design in DESIGNS, f"设计「{contract.design}」不在 {'、'.join(DESIGNS)} 之中"),
        (all(first <= last for first, last in contract.excluded), "剔除时段的起止颠倒"),
    )
    return [sentence for holds, sentence in checks if not holds]


def windows(contract: Contract, went_live: date) -> Windows:
    """The days compared for an action that went live on `went_live`.

    The baseline ends the day before go-live and reaches back until it holds `baseline_days` days that are not
    excluded; the follow-up starts after the wash-out.
    """
    # Days as numbers: a contract of two years is laid over its days thousands of times in a rehearsal.
    out = _excluded(contract.excluded)
    end_of_baseline = went_live.toordinal() - 1
    while end_of_baseline in out:
        end_of_baseline -= 1
    number, left = end_of_baseline, contract.baseline_days - 1
    while left > 0:
        number -= 1
        left -= number not in out
    first, last = date.fromordinal(number), date.fromordinal(end_of_baseline)
    start = went_live + timedelta(days=contract.washout_days)
    end = start + timedelta(days=contract.followup_days - 1)
    return Windows(first, last, start, end, contract.excluded)


def suggest(
    problem: str,
    daily_numerators: Sequence[float],
    daily_exposure: Sequence[float],
    alarm_window: Span | None,
    today: date,
    **terms: Any,
) -> Contract:
    """A contract for an action that goes live on `today`, with whole-week windows.

    Both columns hold one value per day and end the day before `today`. Weeks after the alarm are the baseline
    when there are at least two: they show the problem as it is and were not picked for being high. With
    fewer, the weeks before the alarm join in. The alarm window itself never counts (regression to the mean).
    """
    contract = Contract(problem=problem, excluded=(alarm_window,) if alarm_window else (), **terms)
    known = _known_days(daily_numerators, daily_exposure, today)
    usable = [day for day in known if not _inside(day, contract.excluded)]
    if alarm_window:
        since = [day for day in usable if day > alarm_window[1]]
        usable = since if len(since) >= 2 * WEEK else usable
    days = min(contract.baseline_days, len(usable)) // WEEK * WEEK
    return _with(contract, baseline_days=max(days, WEEK))


def _known_days(numerators: Sequence[float], exposure: Sequence[float], today: date) -> list[date]:
    # Leading days with nothing at all precede the first data: they are no baseline of zero complaints.
    length = len(exposure)
    started = next((i for i in range(length) if exposure[i] > 0 or numerators[i] > 0), length)
    return [today - timedelta(days=length - i) for i in range(started, length)]


def _with(contract: Contract, **changes: Any) -> Contract:
    return Contract(**{f.name: getattr(contract, f.name) for f in fields(contract)} | changes)


def check(contract: Contract, locked_hash: str, locked_at: datetime, went_live: date | datetime) -> None:
    """Refuse a contract that is not the one locked, or that was locked after the action went live.

    A go-live known only by its date may share the day of the lock: no follow-up row exists yet on that day.
    """
    if fingerprint(contract) != locked_hash:
        raise ContractBroken(
            f"无效合同：问题「{contract.problem}」的验证合同在锁定后被改动，请按原合同验证或重新立约"
        )
    late = locked_at > went_live if isinstance(went_live, datetime) else _china_day(locked_at) > went_live
    if late:
        raise ContractBroken(
            f"无效合同：问题「{contract.problem}」的验证合同锁定于 {_china_day(locked_at):%Y-%m-%d}，"
            "晚于措施上线，不能用来验证这次措施"
        )


def _china_day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def weeks_needed(
    rate: float,
    exposure_per_week: float,
    effect: float,
    power: float = 0.8,
    alpha: float = 0.05,
    dispersion: float = 1.0,
) -> int | None:
    """Weeks before, and as many after, to tell a relative drop of `effect` from no change with this power.

    Normal approximation of the log rate ratio, variance `dispersion`/events on each side; None when no events
    are expected at all.
    """
    before = rate * exposure_per_week
    if before <= 0 or not 0 < effect < 1:
        return None
    spread = float(ndtri(1 - alpha / 2) + ndtri(power))
    per_week = dispersion * (1 / before + 1 / (before * (1 - effect)))
    return max(1, math.ceil(per_week * (spread / math.log(1 - effect)) ** 2))


def overlapping(went_live: Mapping[str, date], contract: Contract) -> list[tuple[str, str]]:
    """Pairs of actions on one metric whose go-live dates fall into each other's windows: not identifiable."""
    order = sorted(went_live, key=lambda name: (went_live[name], name))
    reach = timedelta(days=contract.washout_days + contract.followup_days)
    return [(a, b) for a, b in pairwise(order) if went_live[b] < went_live[a] + reach]


def _excluded(spans: Sequence[Span]) -> set[int]:
    return {number for first, last in spans for number in range(first.toordinal(), last.toordinal() + 1)}


def _inside(day: date, spans: Sequence[Span]) -> bool:
    return any(first <= day <= last for first, last in spans)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
