"""The figures of a stored report as people read them: each with its unit, its interval, and the change to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voc.reporting import quantities
from voc.reporting.report import GROUPS


@dataclass(frozen=True)
class Figure:
    """One key figure of a report."""

    key: str
    name: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    basis: str = ""

    @property
    def words(self) -> str:
        """The figure with its unit."""
        return quantities.value(self.value, self.unit)

    @property
    def interval(self) -> str:
        """Its interval; empty when there is none."""
        if self.low is None or self.high is None:
            return ""
        return quantities.span(self.low, self.high, self.unit)


def figures(facts: Mapping[str, Any]) -> list[Figure]:
    """Read the key figures of a report in the order it prints them; what it did not have is left out."""
    return list(_figures(facts))


def _figures(facts: Mapping[str, Any]) -> Iterator[Figure]:
    for key in (key for keys in GROUPS.values() for key in keys):
        found = facts.get(key, {})
        if "unit" in found:  # a report printed by an older build kept neither name nor unit
            basis = "；".join(filter(None, (found.get("basis"), found.get("note"))))
            yield Figure(
                key, found["name"], found["unit"], found["value"], found.get("low"), found.get("high"), basis
            )


def problems(facts: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return what a report said of each problem, by its number."""
    return {
        int(key[8:]): said for key, said in facts.items() if key.startswith("problem:") and key[8:].isdigit()
    }


def moved(before: Figure, after: Figure) -> str:
    """Write how a figure differs, shares in points, and whether the two intervals leave room for chance alone."""
    if before.value is None or after.value is None:
        return "—"
    if (before.name, before.unit) != (after.name, after.unit):
        return f"口径不同：前一份是{before.name}，后一份是{after.name}"
    amount = quantities.change(after.value - before.value, before.unit)
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return amount
    apart = before.high < after.low or after.high < before.low
    return f"{amount}（{'区间不重叠' if apart else '区间重叠，可能只是波动'}）"
