"""Is the model still as good as it was: what readers say of its answers, and how sure it is of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from voc.effect.intervals import wilson

RECENT = 4  # weeks


@dataclass(frozen=True)
class Week:
    """A week of the model: rows read by people, rows of those it had right, and its mean confidence (None: no rows)."""

    week: str
    read: int
    right: int
    confidence: float | None


@dataclass(frozen=True)
class Policy:
    """Least agreement with readers, and the fall of mean confidence that calls for a look."""

    least: float = 0.75
    fall: float = 0.05


def findings(weeks: Sequence[Week], policy: Policy) -> list[str]:
    """Say in Chinese what got worse, weeks in order; nothing when nothing did or nobody read."""
    return [*_agreement(weeks, policy), *_confidence(weeks, policy)]


def _agreement(weeks: Sequence[Week], policy: Policy) -> list[str]:
    late, early = weeks[-RECENT:], weeks[:-RECENT]
    read, right = sum(w.read for w in late), sum(w.right for w in late)
    if not read:
        return []
    high = float(wilson(right, read)[1])
    before = sum(w.right for w in early) / max(1, sum(w.read for w in early))
    said = f"最近 {len(late)} 周抽检 {read} 条，与人工一致 {right / read:.0%}（上限 {high:.0%}）"
    if high < policy.least:
        return [f"{said}，低于要求的 {policy.least:.0%}。"]
    return [f"{said}，明显低于此前的 {before:.0%}。"] if high < before else []


def _confidence(weeks: Sequence[Week], policy: Policy) -> list[str]:
    known = [w.confidence for w in weeks if w.confidence is not None]
    if len(known) < RECENT + 1 or median(known[:-1]) - known[-1] <= policy.fall:
        return []
    return [
        f"最近一周的平均把握从 {median(known[:-1]):.2f} 降到 {known[-1]:.2f}，可能出现了模型没见过的说法。"
    ]
