"""What was said in a period, from counts by channel, type, rating and scale; fingerprints add up with the counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = Mapping[str, Any]  # channel, type, rating, ten, count, ids, rated


def _any(row: Row) -> bool:
    return True


def is_complaint(row: Row) -> bool:
    """Whether the rows counted were read as complaints."""
    return bool(row["type"] == "complaint")


def is_rated(row: Row) -> bool:
    """Whether the rows counted carry a rating."""
    return row["rating"] is not None


def is_ten(row: Row) -> bool:
    """Whether the ratings were given on a scale of 0 to 10."""
    return bool(row["ten"]) and is_rated(row)


@dataclass(frozen=True)
class Said:
    """The counts of a period."""

    rows: Sequence[Row]

    def count(self, which: Callable[[Row], bool] = _any) -> int:
        """Count the feedback of some rows."""
        return sum(int(row["count"]) for row in self.rows if which(row))

    def prints(self, which: Callable[[Row], bool] = _any, column: str = "ids") -> list[str]:
        """Return the fingerprints of some rows, to be added up."""
        return [row[column] for row in self.rows if which(row)]

    def of_channel(self, code: str) -> Said:
        """Keep what was said on one channel."""
        return Said([row for row in self.rows if row["channel"] == code])

    def ratings(self) -> NDArray[np.float64]:
        """Return all ratings on the scale of 1 to 5."""
        return self._column([row for row in self.rows if is_rated(row)])

    def tens(self) -> NDArray[np.float64]:
        """Return the ratings that were given on a scale of 0 to 10, on that scale."""
        return np.round((self._column([row for row in self.rows if is_ten(row)]) - 1) * 2.5)

    def channels(self) -> dict[str, tuple[int, int]]:
        """Count feedback and complaints by channel, most feedback first."""
        found: dict[str, tuple[int, int]] = {}
        for row in self.rows:
            many, bad = found.get(row["channel"], (0, 0))
            count = int(row["count"])
            found[row["channel"]] = (many + count, bad + count * is_complaint(row))
        return dict(sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0])))

    @staticmethod
    def _column(rows: Sequence[Row]) -> NDArray[np.float64]:
        values = np.array([row["rating"] for row in rows], dtype=np.float64)
        return np.repeat(values, [int(row["count"]) for row in rows])
