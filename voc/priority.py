"""Priority 紧急 / 高 / 中 / 低 from frequency, scope, customer value, severity, sentiment; with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = ("low", "medium", "high", "urgent")
LEVEL_NAMES: Mapping[str, str] = MappingProxyType(
    {"urgent": "紧急", "high": "高", "medium": "中", "low": "低"}
)
TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {"praise": "表扬", "suggestion": "建议", "complaint": "投诉", "enquiry": "咨询"}
)
EMERGENCY = 2
# Sums of shares that should meet a threshold exactly may miss it by rounding; they count as meeting it.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Policy:
    """Weights (they add up to 1), the values at which a factor is full, and the thresholds of the levels.

    `ceiling` is the highest level a type can reach unless severity is 2.
    """

    frequency: float = 0.30
    scope: float = 0.20
    customer_value: float = 0.15
    severity: float = 0.20
    sentiment: float = 0.15
    full_frequency: int = 30
    full_scope: int = 15
    full_value: float = 3.0
    medium: float = 0.25
    high: float = 0.45
    urgent: float = 0.80
    vip_value: float = 2.5
    ceiling: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {"praise": "medium", "enquiry": "medium", "suggestion": "high", "complaint": "urgent"}
        )
    )


DEFAULT_POLICY = Policy()


@dataclass(frozen=True)
class Factors:
    """Columns of equal length n, one row per feedback.

    frequency: feedbacks on the same issue in the last 28 days; scope: distinct customers among them;
    customer_value: 0..3; severity: 0, 1 or 2 (safety or outage); sentiment: −1 (angry) .. 1; type: codes.
    """

    frequency: NDArray[np.int64]
    scope: NDArray[np.int64]
    customer_value: Floats
    severity: NDArray[np.int64]
    sentiment: Floats
    type: list[str]


@dataclass(frozen=True)
class Priorities:
    """Columns of equal length n: level, score (0..1), the parts that add up to it, reasons, the way to 高."""

    level: list[str]
    score: Floats
    parts: list[dict[str, float]]
    reasons: list[list[str]]
    to_high: list[str | None]


def prioritise(factors: Factors, policy: Policy = DEFAULT_POLICY) -> Priorities:
    """Rank a batch; raising a factor (or darkening the sentiment) never lowers a level."""
    parts = _parts(factors, policy)
    score = np.asarray(sum(parts.values()), dtype=np.float64)
    ranks = _ranks(score, factors, policy)
    return Priorities(
        level=[LEVELS[rank] for rank in ranks.tolist()],
        score=score,
        parts=_rows(parts),
        reasons=_reasons(factors, policy),
        to_high=_to_high(score, parts, ranks, factors, policy),
    )


def _share(values: NDArray[np.generic], full: float) -> Floats:
    clean = np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0)
    return np.asarray(np.clip(clean / full, 0.0, 1.0), dtype=np.float64)


def _log_share(values: NDArray[np.generic], full: int) -> Floats:
    # The step from 1 to 5 reports says more than the one from 25 to 30.
    clean = np.clip(np.asarray(values, dtype=np.float64), 0.0, full)
    return np.asarray(np.log1p(clean) / np.log1p(full), dtype=np.float64)


def _parts(factors: Factors, policy: Policy) -> dict[str, Floats]:
    anger = -np.minimum(np.nan_to_num(np.asarray(factors.sentiment, dtype=np.float64), nan=0.0), 0.0)
    return {
        "frequency": policy.frequency * _log_share(factors.frequency, policy.full_frequency),
        "scope": policy.scope * _log_share(factors.scope, policy.full_scope),
        "customer_value": policy.customer_value * _share(factors.customer_value, policy.full_value),
        "severity": policy.severity * _share(factors.severity, EMERGENCY),
        "sentiment": policy.sentiment * _share(anger, 1.0),
    }


def _ranks(score: Floats, factors: Factors, policy: Policy) -> NDArray[np.int64]:
    ranks = np.searchsorted([policy.medium, policy.high, policy.urgent], score + _ROUNDING, side="right")
    capped = np.minimum(ranks, _ceilings(factors.type, policy))
    return np.where(np.asarray(factors.severity) >= EMERGENCY, LEVELS.index("urgent"), capped)


def _ceilings(types: list[str], policy: Policy) -> NDArray[np.int64]:
    rank = {kind: LEVELS.index(level) for kind, level in policy.ceiling.items()}
    return np.array([rank.get(kind, len(LEVELS) - 1) for kind in types], dtype=np.int64)


def _rows(parts: Mapping[str, Floats]) -> list[dict[str, float]]:
    names = tuple(parts)
    columns = (np.round(column, 4).tolist() for column in parts.values())
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


# --- words ----------------------------------------------------------------------------------------------


def _reasons(factors: Factors, policy: Policy) -> list[list[str]]:
    columns = zip(
        np.asarray(factors.severity).tolist(),
        np.asarray(factors.frequency).tolist(),
        np.asarray(factors.scope).tolist(),
        np.nan_to_num(np.asarray(factors.customer_value, dtype=np.float64)).tolist(),
        np.nan_to_num(np.asarray(factors.sentiment, dtype=np.float64)).tolist(),
        _ceiling_words(factors.type, policy),
        strict=True,
    )
    return [_row_reasons(policy.vip_value, *row) for row in columns]


def _ceiling_words(types: list[str], policy: Policy) -> list[str | None]:
    words = {
        kind: f"类型为{TYPE_NAMES.get(kind, kind)}，一般不高于「{LEVEL_NAMES[level]}」"
        for kind, level in policy.ceiling.items()
        if level != "urgent"
    }
    return [words.get(kind) for kind in types]


def _row_reasons(
    vip_value: float,
    severity: int,
    frequency: int,
    scope: int,
    value: float,
    sentiment: float,
    ceiling: str | None,
) -> list[str]:
    reasons = []
    if severity >= EMERGENCY:
        reasons.append("涉及安全或服务中断，按规则定为紧急")
    elif severity == 1:
        reasons.append("措辞显示后果较重")
    if frequency > 1:
        reasons.append(f"近 28 天同类反馈 {frequency} 条")
    if scope > 1:
        reasons.append(f"同类反馈来自 {scope} 位客户")
    if value >= vip_value:
        reasons.append("高价值客户")
    if sentiment <= -0.5:
        reasons.append("情绪强烈不满")
    if ceiling is not None and severity < EMERGENCY:
        reasons.append(ceiling)
    return reasons or ["单次反馈，暂无加重因素"]


# --- what would make this 高 ------------------------------------------------------------------------------

NO_CHANGE = -1


@dataclass(frozen=True)
class Lift:
    """The smallest value of each factor that alone lifts a row to 高; −1 where none does."""

    frequency: NDArray[np.int64]
    scope: NDArray[np.int64]
    customer_value: Floats
    severity: NDArray[np.int64]


def lift(factors: Factors, policy: Policy = DEFAULT_POLICY) -> Lift:
    """Return, per row and factor, the value that alone would make the row 高, other factors unchanged."""
    parts = _parts(factors, policy)
    return _lift(np.asarray(sum(parts.values())), parts, factors, policy)


def _lift(score: Floats, parts: Mapping[str, Floats], factors: Factors, policy: Policy) -> Lift:
    gap = policy.high - score - _ROUNDING
    can = _ceilings(factors.type, policy) >= LEVELS.index("high")
    frequency = _log_needed(gap + parts["frequency"], policy.frequency, policy.full_frequency, can)
    scope = _log_needed(gap + parts["scope"], policy.scope, policy.full_scope, can)
    share = _needed_share(gap + parts["customer_value"], policy.customer_value)
    value = np.where(can & (share <= 1), np.ceil(share * policy.full_value * 10) / 10, float(NO_CHANGE))
    value = np.where(value > policy.full_value, policy.full_value, value)
    by_score = can & (gap + parts["severity"] <= policy.severity / EMERGENCY)
    return Lift(frequency, scope, value, np.where(by_score, 1, EMERGENCY))


def _needed_share(part: Floats, weight: float) -> Floats:
    # What weighs nothing lifts nothing, however much of it there is.
    return part / weight if weight > 0 else np.full_like(part, np.inf)


def _log_needed(part: Floats, weight: float, full: int, can: NDArray[np.bool_]) -> NDArray[np.int64]:
    share = np.clip(_needed_share(part, weight), 0.0, None)
    needed = np.ceil(np.expm1(np.minimum(share, 1.0) * np.log1p(full)))
    return np.where(can & (share <= 1), np.minimum(needed, full), NO_CHANGE).astype(np.int64)


def _to_high(
    score: Floats,
    parts: Mapping[str, Floats],
    ranks: NDArray[np.int64],
    factors: Factors,
    policy: Policy,
) -> list[str | None]:
    needed = _lift(score, parts, factors, policy)
    columns = zip(
        ranks.tolist(),
        needed.frequency.tolist(),
        needed.scope.tolist(),
        needed.severity.tolist(),
        needed.customer_value.tolist(),
        strict=True,
    )
    high = LEVELS.index("high")
    return [None if rank >= high else _way(*row) for rank, *row in columns]


def _way(frequency: int, scope: int, severity: int, value: float) -> str:
    ways = []
    if frequency != NO_CHANGE:
        ways.append(f"近 28 天同类反馈达到 {frequency} 条")
    if scope != NO_CHANGE:
        ways.append(f"同类反馈来自 {scope} 位客户")
    if value != NO_CHANGE:
        ways.append(f"客户价值达到 {value:.1f}")
    if severity == 1:
        ways.append("出现后果较重的情形")
    return "，或".join([*ways, "涉及安全或服务中断"]) + "时升为「高」或以上"
