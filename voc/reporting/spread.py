"""Where a problem is concentrated, from counts of a period: shares that surely stand out from all feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voc import kpi

LIFT = 1.3  # a share counts as standing out when its lower bound is so many times that of all feedback
LEAST = 0.15  # and when it is worth naming at all
MOST = 3


def standing_out(rows: Sequence[Mapping[str, Any]]) -> dict[int, list[tuple[str, str, float]]]:
    """Name (kind, value, share) for each problem, largest share first; rows without a problem are all feedback."""
    whole = {(row["kind"], row["value"]): row["count"] for row in rows if row["problem_id"] is None}
    totals = _totals(rows)
    found: dict[int, list[tuple[str, str, float]]] = {}
    for row in rows:
        problem, kind, value = row["problem_id"], row["kind"], row["value"]
        if problem is None or value is None or not totals.get((None, kind)):
            continue
        part = kpi.share(row["count"], totals[problem, kind])
        usual = whole.get((kind, value), 0) / totals[None, kind]
        if part.value and part.low is not None and part.value >= LEAST and part.low > LIFT * usual:
            found.setdefault(problem, []).append((kind, value, part.value))
    return {problem: sorted(said, key=lambda one: (-one[2], one))[:MOST] for problem, said in found.items()}


def _totals(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int | None, str], int]:
    totals: dict[tuple[int | None, str], int] = {}
    for row in rows:
        if row["value"] is not None:
            key = row["problem_id"], row["kind"]
            totals[key] = totals.get(key, 0) + row["count"]
    return totals
