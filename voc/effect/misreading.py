"""What the classifier misreads, taken into the interval of a change.

Of the rows counted as complaints of a kind only a part is of that kind (precision, from the weekly audit). Rows
that are counted wrongly do not fall with the problem, so that a change of what is counted is the true change times
the precision. Rows that are overlooked (recall) cancel in a ratio while one model reads both windows. Precision is
estimated itself: its variance joins that of the change (delta method; Rogan & Gladen 1978 for one share).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from voc.effect.before_after import Effect
from voc.effect.significance import student_p

LEAST_READ = 30  # rows a reader must have seen before the precision of the model is believed
LEAST_PRECISION = 0.2
NORMAL = 1.96
MOST_LOG = 700.0
LARGE = 1e9  # degrees of freedom that are as good as none
LEAST_CHANGE = -1 + 1e-12


@dataclass(frozen=True)
class Misread:
    """Of `read` rows that the model counted, `right` were so (halves where two readers disagree)."""

    right: float
    read: int

    @property
    def precision(self) -> float:
        """Share counted rightly, with half a row added on each side (Jeffreys)."""
        return (self.right + 0.5) / (self.read + 1)

    @property
    def variance(self) -> float:
        """Variance of the precision."""
        return self.precision * (1 - self.precision) / (self.read + 2)


def propagated(effect: Effect, misread: Misread | None) -> tuple[Effect, dict[str, Any]]:
    """The effect with the errors of the classifier in its interval, and what was done."""
    if misread is None or misread.read < LEAST_READ:
        read = 0 if misread is None else misread.read
        known = f"复核样本只有 {read} 条（至少 {LEAST_READ} 条）" if read else "这类反馈还没有人工复核"
        return effect, {"applied": False, "read": read, "sentence": f"{known}，区间未计入分类误差"}
    change = effect.change[0]
    if misread.precision < LEAST_PRECISION or not math.isfinite(change):
        faults = [*effect.diagnostics.get("faults", []), "misread"]
        told = replace(effect, diagnostics=effect.diagnostics | {"faults": faults})
        return told, {"applied": False, "read": misread.read, "precision": misread.precision,
                      "sentence": f"复核显示判对率只有 {misread.precision:.0%}，不能据此下结论"}  # fmt: skip
    ends = _hull(effect, misread)
    sentence = f"复核 {misread.read} 条，判对率 {misread.precision:.0%}；分类误差已计入区间"
    facts = {"applied": True, "read": misread.read, "precision": misread.precision,
             "counted": [change, *effect.change[1:]], "sentence": sentence}  # fmt: skip
    return with_ends(effect, *ends), facts


def _hull(effect: Effect, misread: Misread) -> tuple[float, float]:
    """The interval of what is counted and that of what is true, together.

    If what is counted wrongly falls along with the rest, the change needs no correction; nobody can tell, so that
    the correction may widen a claim's interval but never strengthens the claim.
    """
    change, low, high = effect.change
    p = misread.precision
    doubt = (
        float(effect.diagnostics.get("critical", NORMAL)) * abs(change) / p * math.sqrt(misread.variance) / p
    )
    ends = [
        change / p + sign * math.hypot((end - change) / p, doubt) if math.isfinite(end) else end
        for sign, end in ((-1, low), (1, high))
    ]
    return max(min(low, ends[0]), -1.0), max(high, ends[1])


def with_ends(effect: Effect, low: float, high: float) -> Effect:
    """The same effect with other ends, given as relative changes."""
    if effect.scale == "ratio":
        return replace(effect, low=1 + low, high=1 + high)
    if effect.scale == "log":
        return replace(effect, low=math.log1p(max(low, LEAST_CHANGE)), high=math.log1p(high))
    return replace(effect, low=low * effect.before, high=high * effect.before)


def widened(effect: Effect, error: float) -> Effect:
    """The same effect with a further standard error of its log ratio, independent of its own, in the interval."""
    one, low, high = effect.change
    if error <= 0 or not -1 < one < math.inf:
        return effect
    centre, extra = math.log1p(one), float(effect.diagnostics.get("critical", NORMAL)) * error
    below = centre - math.hypot(math.log1p(max(low, LEAST_CHANGE)) - centre, extra)
    above = centre + math.hypot(math.log1p(high) - centre, extra) if math.isfinite(high) else math.inf
    made = with_ends(effect, math.expm1(below), math.expm1(above) if above < MOST_LOG else math.inf)
    known = math.hypot(effect.diagnostics.get("extra_error", 0.0), error)
    made = replace(made, diagnostics=effect.diagnostics | {"extra_error": known})
    return replace(made, p_value=max(effect.p_value, _p_value(effect, error, above - centre)))


def _p_value(effect: Effect, error: float, half: float) -> float:
    """Two-sided p of no change under the wider error, by Student."""
    critical = float(effect.diagnostics.get("critical", NORMAL))
    total = max(half / critical, error) if math.isfinite(half) else math.inf
    return student_p(math.log1p(effect.change[0]) / total, effect.diagnostics.get("df", LARGE))
