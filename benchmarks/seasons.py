"""How far a year swings complaints: the yearly wave of public series, on which the allowance for a season rests.

Run: python -m benchmarks.seasons (needs VOC_PUBLIC_DATA)
Share of ratings of one and two stars per week (JD air conditioners, two App Store applications) and messages of
citizens per week. One wave and a trend by quasi-Poisson; the squared amplitude is freed of the variance of its own
two coefficients, which a wave of pure chance would have as well. Printed: the amplitude, its p, and the median.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.corpora import DATA
from voc.effect import regression
from voc.effect.its import harmonics
from voc.effect.season import USUAL
from voc.effect.weeks import YEAR

Floats = NDArray[np.float64]

BAD = 2  # stars at most
SERIES = (
    ("JD air conditioners, ≤ 2 stars", "jd_aircon_reviews/jd_aircon_dev.csv", "reviewed_at", "star"),
    ("美居, ≤ 2 stars", "appstore_zh_iot_and_mall/midea_meiju.csv", "time", "star"),
    ("米家, ≤ 2 stars", "appstore_zh_iot_and_mall/mijia.csv", "time", "star"),
    ("messages of citizens", "taidi2020c_gov_messages/f4_replies_2816_dev.csv", "留言时间", ""),
)


def main() -> None:
    """Print one line for each series, and the median."""

    print(
        "| series | weeks | a week | amplitude | seen, before the correction | p |\n|---|---|---|---|---|---|"
    )
    found = []
    for name, file, time, star in SERIES:
        y, n = _weekly(DATA / file, time, star)
        amplitude, seen, p = _wave(y, n)
        found.append(amplitude)
        print(f"| {name} | {y.size} | {y.mean():.1f} | ±{amplitude:.0%} | ±{seen:.0%} | {p:.3f} |")
    print(f"\nmedian ±{np.median(found):.0%}; allowed for and rehearsed with: ±{USUAL:.0%}")


def _weekly(file: Path, time: str, star: str) -> tuple[Floats, Floats]:
    """Complaints and all rows of each week; without stars every row is a complaint, and a week divides by one."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = [(_moment(row[time]), row.get(star, "")) for row in csv.DictReader(handle) if row[time]]
    first = min(at for at, _ in rows)
    week = np.array([(at - first).days // 7 for at, _ in rows])
    bad = np.array([not star or float(stars) <= BAD for _, stars in rows], dtype=np.float64)
    y, n = np.bincount(week, weights=bad).astype(np.float64), np.bincount(week).astype(np.float64)
    return y, (n if star else np.ones_like(n))


def _moment(cell: str) -> datetime:
    return datetime.fromisoformat(cell.replace("/", "-"))


def _wave(y: Floats, n: Floats) -> tuple[float, float, float]:
    known = n > 0
    place = np.arange(y.size, dtype=np.float64)
    columns = np.column_stack([np.ones(y.size), (place - place.mean()) / y.size, harmonics(y.size, YEAR, 1)])
    fitted = regression.fit(y[known], columns[known], "counts", np.log(n[known]))
    left = int(known.sum()) - 4
    phi = float((fitted.pearson**2).sum()) / left
    pair = fitted.coefficients[2:]
    variance = phi * (fitted.influence[2:] * fitted.sd) @ (fitted.influence[2:] * fitted.sd).T
    seen = float(pair @ pair)
    p = float(stats.f.sf(pair @ np.linalg.solve(variance, pair) / 2, 2, left))
    return float(np.sqrt(max(seen - np.trace(variance), 0.0))), float(np.sqrt(seen)), p


if __name__ == "__main__":
    main()
