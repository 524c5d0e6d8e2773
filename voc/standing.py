"""How often and from how many customers each complaint of one file comes, for the priority of its rows."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Standing:
    """Gathers, row by row, which issues were complained of, by whom and when; some 30 bytes a row."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._issues, self._rows = array("q"), array("q")
        self._times, self._customers = array("d"), array("q")

    def add(self, complaints: Sequence[set[str]], times: Sequence[float], customers: Sequence[int]) -> None:
        """Add rows: the issues complained of, seconds since the epoch (NaN unknown), a number per customer."""
        for row, codes in enumerate(complaints, start=len(self._times)):
            for code in sorted(codes):
                self._issues.append(self._codes.setdefault(code, len(self._codes)))
                self._rows.append(row)
        self._times.extend(times)
        self._customers.extend(customers)

    def finish(self, window: timedelta | None) -> tuple[Ints, Ints]:
        """Return frequency and scope of each row's most frequent issue, shape (rows,) each.

        With a window: complaints on the issue, and their customers, in the window that ends with the row.
        Without: of the whole file.
        """
        times, customers = np.array(self._times, np.float64), np.array(self._customers, np.int64)
        issues, rows = np.array(self._issues, np.int64), np.array(self._rows, np.int64)
        frequency, scope = np.zeros(len(times), np.int64), np.zeros(len(times), np.int64)
        for issue in range(len(self._codes)):
            mine = rows[issues == issue]
            counts = _counts(times[mine], customers[mine], window.total_seconds() if window else np.inf)
            for total, count in zip((frequency, scope), counts, strict=True):
                total[mine] = np.maximum(total[mine], count)
        return frequency, scope


def _counts(times: Floats, customers: Ints, span: float) -> tuple[Ints, Ints]:
    """Count events and distinct customers within `span` seconds before each event, shape (n,) each."""
    if not np.isfinite(span):
        return np.full(len(times), len(times)), np.full(len(times), len(np.unique(customers)))
    # What has no time is nobody's neighbour.
    dated = np.flatnonzero(~np.isnan(times))
    order = dated[np.argsort(times[dated], kind="stable")]
    events, people = np.ones(len(times), np.int64), np.ones(len(times), np.int64)
    at = times[order]
    last = np.searchsorted(at, at, side="right")
    first = np.searchsorted(at, at - span, side="left")
    events[order] = last - first
    people[order] = _distinct(customers[order].tolist(), first.tolist(), last.tolist())
    return events, people


def _distinct(customers: list[int], first: list[int], last: list[int]) -> list[int]:
    """Count the different customers of windows whose ends only move forward."""
    inside: dict[int, int] = {}
    begin = end = 0
    counts = []
    for start, stop in zip(first, last, strict=True):
        for customer in customers[end:stop]:
            inside[customer] = inside.get(customer, 0) + 1
        for customer in customers[begin:start]:
            inside[customer] -= 1
            if not inside[customer]:
                del inside[customer]
        begin, end = start, stop
        counts.append(len(inside))
    return counts
