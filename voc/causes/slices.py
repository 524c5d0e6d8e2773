"""Where a problem is over-represented: its share in each slice against the rest, like compared with like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special, stats

from voc.effect.verdict import benjamini_hochberg

Floats = NDArray[np.float64]

SLICE_NAMES: Final = {
    "channel": "渠道", "region": "地区", "product": "产品", "version": "版本", "agent": "服务人员",
    "hour": "时段", "weekday": "星期", "segment": "客户等级", "seen": "新老客户",
}  # fmt: skip
# Rows that a slice is compared within: only these hold the column, and only alike ones are fair to compare.
WITHIN: Final = {
    "channel": "同一周的反馈", "region": "同一渠道的反馈", "product": "同一渠道的反馈",
    "version": "同一渠道、同一周的反馈", "agent": "同渠道、同地区、同领域的反馈", "hour": "同一渠道的反馈",
    "weekday": "同一渠道的反馈", "segment": "同一渠道的反馈", "seen": "同一渠道、同一周的反馈",
}  # fmt: skip


SMALL: Final = "样本太少"
ALONE: Final = "没有可比的其他反馈"
FLEISS: Final = 5.0  # criterion of Mantel and Fleiss (1980): with less room the normal test may not be used


@dataclass(frozen=True)
class Policy:
    """When a slice is worth a director's time: certain enough, strong enough, large enough."""

    alpha: float = 0.05
    least_ratio: float = 1.3
    least_members: int = 5
    least_agent_rows: int = 20  # about a person nothing is said from fewer pieces of feedback


@dataclass(frozen=True)
class Lift:
    """A slice (region 武汉): its members and all its feedback, and how many times as often as elsewhere it occurs.

    `ratio` with its 95 % interval compares the slice with the others of its kind within alike feedback;
    `expected` is how many members it would have at the others' rate, `known` how many members name any value of
    its kind; `only` that no other slice has any, the ratio then being a lower guess. `q_value` is adjusted
    for everything looked at. `unsaid` is why nothing is said of it: the numbers are then None.
    """

    kind: str
    value: str
    members: int
    total: int
    expected: float
    known: int
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    unsaid: str = ""
    over: bool = False
    only: bool = False

    @property
    def part(self) -> float:
        """Its share of the members that name any value of its kind."""
        return self.members / self.known if self.known else 0.0

    @property
    def excess(self) -> float:
        """Members more than the others' rate explains, at least: by the lower end of the interval."""
        return self.members * max(0.0, 1 - 1 / self.low) if self.low else 0.0


SCHEMA: Final = {
    "kind": pl.String, "stratum": pl.String, "value": pl.String, "members": pl.Int64, "total": pl.Int64
}  # fmt: skip


def lifts(cells: pl.DataFrame, policy: Policy | None = None, repeats: float = 1.0) -> list[Lift]:
    """Compare each slice with the others of its kind, what is over-represented first, by members explained.

    cells: a row for each (kind, stratum, value) with its members and all its feedback. repeats: the design effect of
    customers who say it several times (Σ n² / Σ n over their numbers), by which variances are widened. The risk
    ratio is pooled over strata (Mantel & Haenszel) with the interval of Greenland & Robins (1985); the test is that
    of Cochran, Mantel & Haenszel, where few are expected the tail of a Poisson count, which is never too small
    (Anderson & Samuels 1967); adjusted by Benjamini & Hochberg over all slices looked at. A stratum in which only
    one value occurs tells nothing and weighs nothing.
    """
    policy = policy or Policy()
    if cells.is_empty():
        return []
    pooled = _pooled(cells)
    numbers = _numbers(pooled, repeats)
    unsaid = [_unsaid(row, policy, repeats) for row in pooled.iter_rows(named=True)]
    # What is too small to be told was looked at all the same, and counts for the adjustment.
    looked = np.array([why in ("", SMALL) for why in unsaid], dtype=bool)
    adjusted = np.full(len(pooled), np.nan)
    adjusted[looked] = benjamini_hochberg(numbers["p"][looked])
    found = [
        _lift(
            row, {name: float(column[i]) for name, column in numbers.items()}, float(adjusted[i]), why, policy
        )
        for i, (row, why) in enumerate(zip(pooled.iter_rows(named=True), unsaid, strict=True))
    ]
    return sorted(found, key=_order)


def _order(lift: Lift) -> tuple[object, ...]:
    return (not lift.over, -lift.excess, lift.ratio is None, -lift.members, lift.kind, lift.value)


def _pooled(cells: pl.DataFrame) -> pl.DataFrame:
    """Sum over strata what the ratio, its variance and its test are made of; one row for each slice."""
    a, n = pl.col("members"), pl.col("total")
    m, t = a.sum().over("kind", "stratum"), n.sum().over("kind", "stratum")
    tables = cells.with_columns(
        a.cast(pl.Float64).alias("a"), n.cast(pl.Float64).alias("n"), (m - a).cast(pl.Float64).alias("b"),
        (t - n).cast(pl.Float64).alias("k"), m.cast(pl.Float64).alias("m"), t.cast(pl.Float64).alias("t"),
    )  # fmt: skip
    a, b, n, k, m, t = (pl.col(name) for name in "abnkmt")
    tables = tables.with_columns(known=pl.col("members").sum().over("kind"))
    return tables.group_by("kind", "value").agg(
        pl.col("members").sum(),
        pl.col("total").sum(),
        pl.col("known").first(),
        compared=pl.when(k > 0).then(a).otherwise(0.0).sum(),
        up=(a * k / t).sum(),
        down=(b * n / t).sum(),
        spare_up=(0.5 * k / t).max(),
        spare_down=(0.5 * n / t).max(),
        spread=((n * k * m - a * b * t) / t**2).sum(),
        expected=pl.when(k > 0).then(n * m / t).otherwise(0.0).sum(),
        least=pl.when(k > 0).then(pl.max_horizontal(m - k, 0.0)).otherwise(0.0).sum(),
        most=pl.when(k > 0).then(pl.min_horizontal(m, n)).otherwise(0.0).sum(),
        variance=(n * k * m * (t - m) / (t**2 * pl.max_horizontal(t - 1, 1.0))).sum(),
    ).sort("kind", "value")  # fmt: skip


def _numbers(pooled: pl.DataFrame, repeats: float) -> dict[str, Floats]:
    """Ratio, interval and p-value of every slice, shape (slices,) each; nan where there is nothing to compare."""
    c = {name: pooled[name].to_numpy().astype(np.float64) for name in pooled.columns[2:]}
    with np.errstate(divide="ignore", invalid="ignore"):
        # No member here, or none elsewhere: half a member is put there, so that an interval can be reckoned.
        up, down = (
            np.where(c["up"] > 0, c["up"], c["spare_up"]),
            np.where(c["down"] > 0, c["down"], c["spare_down"]),
        )
        half = special.ndtri(0.975) * np.sqrt(repeats * c["spread"] / (up * down))
        ratio = np.where(c["up"] > 0, up / down, 0.0)
        low, high = np.where(c["up"] > 0, up / down * np.exp(-half), 0.0), up / down * np.exp(half)
        score = (c["compared"] - c["expected"]) ** 2 / (repeats * c["variance"])
    large = stats.chi2.sf(np.nan_to_num(score), 1)
    few = np.minimum(1.0, 2 * special.gammainc(c["compared"] / repeats, c["expected"] / repeats))
    p = np.where(c["variance"] <= 0, 1.0, np.where(_room(c) < FLEISS * repeats, few, large))
    return {"ratio": ratio, "low": low, "high": high, "p": p, "fair": _at_the_others_rate(c, ratio)}


def _room(c: Mapping[str, Any]) -> Any:
    """How far the members expected are from the fewest and the most there could be, at least."""
    return np.minimum(c["expected"] - c["least"], c["most"] - c["expected"])


def _at_the_others_rate(c: Mapping[str, Floats], ratio: Floats) -> Floats:
    return np.asarray(np.where(ratio > 0, c["compared"] / np.where(ratio > 0, ratio, 1.0), c["expected"]))


def _unsaid(row: dict[str, Any], policy: Policy, repeats: float) -> str:
    if row["variance"] <= 0:
        return ALONE
    if row["kind"] == "agent" and row["total"] < policy.least_agent_rows:
        return f"反馈不足 {policy.least_agent_rows} 条，不对个人下判断"
    few = row["compared"] < policy.least_members or row["compared"] <= row["expected"] + 1
    if few and _room(row) < FLEISS * repeats:
        return SMALL
    return ""


def _lift(row: dict[str, Any], numbers: dict[str, float], q: float, unsaid: str, policy: Policy) -> Lift:
    counted = Lift(row["kind"], row["value"], row["members"], row["total"], numbers["fair"], row["known"],
                   unsaid=unsaid)  # fmt: skip
    if unsaid:
        return counted
    certain = q < policy.alpha and numbers["low"] > 1 and counted.members >= policy.least_members
    over = certain and numbers["ratio"] >= policy.least_ratio
    return replace(
        counted, ratio=numbers["ratio"], low=numbers["low"], high=numbers["high"], p_value=numbers["p"], q_value=q,
        over=over, only=row["down"] <= 0,
    )  # fmt: skip


def over_represented(found: Sequence[Lift]) -> list[Lift]:
    """Keep the slices that have more of the problem than the others, in the order given."""
    return [lift for lift in found if lift.over]
